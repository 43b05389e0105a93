"""HTTP routes for the page's scripts and for programs."""

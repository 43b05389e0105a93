"""askdocs as part of other frameworks."""

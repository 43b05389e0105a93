"""Results as JSON, text and HTML, exports that can be checked later, and links to quotes."""

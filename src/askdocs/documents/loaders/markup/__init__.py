"""Markup languages that are written by hand: Markdown, reStructuredText, AsciiDoc, Org, LaTeX."""

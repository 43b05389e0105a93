"""The loader of HTML pages: main text, blocks and tables."""

"""The loader of PDF: characters, lines, paragraphs, headings, and pictures of pages."""

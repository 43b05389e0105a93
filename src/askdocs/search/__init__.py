"""Plain search: words, phrases and beginnings of words, document by document."""

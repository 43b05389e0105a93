"""Functions on plain text: words, stems, stop words, sentences, languages, dates, numbers.

Nothing here reads files or needs an index.
"""

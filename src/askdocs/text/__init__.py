"""Text by itself: words, stems, stop words, sentences, languages, months; no files, no index."""

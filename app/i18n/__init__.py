"""Translation of the words that the page and its files contain."""

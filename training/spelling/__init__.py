"""Makes the list of words that misspelt words are compared with."""

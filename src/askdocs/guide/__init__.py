"""What a folder and its documents are about, said by their own words, without a model."""

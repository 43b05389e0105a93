"""The small models and their weights: embedders (texts to vectors) and the reader."""

"""The small models and their weights: embedders, reader, cross-encoders and verifier."""

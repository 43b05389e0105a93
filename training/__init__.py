"""Training of the models: makes the weights in `src/askdocs/models/weights/`."""

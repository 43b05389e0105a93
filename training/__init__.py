"""How the weights in `src/askdocs/models/weights/` are made."""

"""The verifier: data, training, export."""

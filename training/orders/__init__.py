"""The order detector: fitting and evaluation."""

"""Results as lines of text for a terminal or an assistant."""

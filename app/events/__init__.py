"""What happens when a visitor asks, indexes, or changes a conversation."""

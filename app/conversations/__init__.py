"""Conversations: what was asked and answered, where it is kept, and whose it is."""

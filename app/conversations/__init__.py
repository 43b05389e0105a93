"""Conversations: their content, their storage, and the visitors that they belong to."""

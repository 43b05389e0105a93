"""Parses a question: its intent, its speaker, and what a follow-up takes from the conversation."""

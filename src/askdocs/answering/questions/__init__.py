"""What a question asks for: its intent, its speaker, and what it takes from the conversation."""

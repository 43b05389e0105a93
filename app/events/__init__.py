"""Handlers of page events: asking, stopping, and changing conversations."""

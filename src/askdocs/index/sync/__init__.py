"""Synchronisation: plan, load, write and watch, so that the index equals the folder."""

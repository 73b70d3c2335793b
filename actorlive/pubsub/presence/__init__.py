"""Presence: who is there, on all nodes (Phoenix's `Presence`)."""

"""Nodes → Python code: what a template becomes."""

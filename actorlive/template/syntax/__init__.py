"""Text → nodes: what a template says."""

"""actorlive: Phoenix LiveView for Python, on Trio."""

"""My app."""

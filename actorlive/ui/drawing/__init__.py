"""What charts draw, worked out without drawing it. None of this knows of templates."""

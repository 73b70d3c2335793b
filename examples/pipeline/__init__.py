"""A supervised pipeline without any web: words are read, counted and reported, and crashes are survived."""

"""For the command line: formatting templates, and checking a project's without importing it."""

"""Virtual time, schedules, and what is left when a test ends."""

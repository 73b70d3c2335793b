"""How a view runs: its connection, its process, what it sends, and its first life in an HTTP response."""

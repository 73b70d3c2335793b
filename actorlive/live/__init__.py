"""Views, their sockets and what they own: async work, streams, flash, navigation, hooks."""

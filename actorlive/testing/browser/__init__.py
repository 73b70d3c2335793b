"""A browser in miniature: the page, what a person does to it, and the client's rules for what comes from the server."""

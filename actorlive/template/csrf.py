"""The page's CSRF token, for the forms and links that leave it as plain HTTP requests."""

from __future__ import annotations

from contextvars import ContextVar

__all__ = ["csrf_variable", "token_for"]

csrf_variable: ContextVar[str | None] = ContextVar("csrf_token", default=None)
"""Set by whoever renders a page, in the context that it is rendered in."""


def token_for(given: str | bool | None) -> str | None:
    """The token that a `csrf_token=` attribute asks for: its text, none for False, else the page's own."""
    if isinstance(given, str):
        return given
    return None if given is False else csrf_variable.get()

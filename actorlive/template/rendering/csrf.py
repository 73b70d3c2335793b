"""The page's CSRF token, for the forms and links that leave it as plain HTTP requests."""

from __future__ import annotations

import re
from contextvars import ContextVar

__all__ = ["csrf_variable", "token_for"]

_SCHEME = re.compile(r"[^/?#]*:")

csrf_variable: ContextVar[str | None] = ContextVar("csrf_token", default=None)
"""Set by the code that renders a page, in the context that it is rendered in."""


def token_for(given: str | bool | None, to: str) -> str | None:
    """The token that a `csrf_token=` attribute asks for: its text, none for False, else the page's own.

    The page's own token goes to this site only: there is none for a URL with a host.
    """
    if isinstance(given, str):
        return given
    return None if given is False or _leaves(to) else csrf_variable.get()


def _leaves(to: str) -> bool:
    """True for a URL that a browser takes to another host; white space and backslashes are its ways to write one."""
    url = "".join(to.split()).replace("\\", "/")
    return url.startswith("//") or _SCHEME.match(url) is not None

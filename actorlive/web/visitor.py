"""The visitor that a page was made for: a random id in the session, to which the page's tokens are bound.

A page's signed tokens say what it holds. Were they good with any session, who got hold of a page could join its view
under a cookie of his own; so they name the visitor, and a socket of another one is refused. The id is a session's
alone: a new one, as at a login, makes every earlier page load afresh, and so does its CSRF token. What else the
session holds does not count.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, MutableMapping
from typing import Any

from actorlive.web.csrf import CSRF_KEY

__all__ = ["VISITOR_KEY", "is_visitor", "known_visitor", "renew", "visitor_id"]

VISITOR_KEY = "_live_visitor"
"""Where the session keeps the id."""


def visitor_id(session: MutableMapping[str, Any]) -> str:
    """The session's id; it is made when the session has none."""
    found = session.get(VISITOR_KEY)
    if not isinstance(found, str):
        found = session[VISITOR_KEY] = secrets.token_urlsafe(16)
    return found


def is_visitor(session: Mapping[str, Any], visitor: str) -> bool:
    """True when the session is that visitor's."""
    found = session.get(VISITOR_KEY)
    return isinstance(found, str) and hmac.compare_digest(found.encode(), visitor.encode())


def known_visitor(session: Mapping[str, Any] | None) -> str | None:
    """The id of a session that has one."""
    found = None if session is None else session.get(VISITOR_KEY)
    return found if isinstance(found, str) else None


def renew(session: MutableMapping[str, Any]) -> None:
    """Another visitor from now on, with another CSRF token."""
    session.pop(VISITOR_KEY, None)
    session.pop(CSRF_KEY, None)
    visitor_id(session)

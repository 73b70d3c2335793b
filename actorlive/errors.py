"""The one tree of exceptions.

Every exception that actorlive raises on purpose derives from `ActorLiveError`, so that an application
can tell the framework's complaints from its own. A message says what was wrong, where, and what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ActorLiveError",
    "AssignError",
    "CallbackError",
    "NavigationError",
    "ProtocolError",
    "StreamError",
    "did_you_mean",
]


class ActorLiveError(Exception):
    """The root of everything that actorlive raises on purpose."""


class AssignError(ActorLiveError):
    """An assign that is not declared, or is reserved."""


class CallbackError(ActorLiveError):
    """A callback or hook that returned, or asked for, what it may not."""


class NavigationError(ActorLiveError):
    """A redirect, patch or navigation that is unsafe or comes at the wrong time."""


class StreamError(ActorLiveError):
    """A stream used before it exists, configured too late, or read outside a comprehension."""


class ProtocolError(ActorLiveError):
    """A peer sent what the wire protocol does not allow.

    `code` is the WebSocket close code that the transport should answer with (RFC 6455 §7.4.1).
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """The tail of an error message that names the nearest candidate, or "" when none is near.

    >>> did_you_mean("coutn", ["count", "items"])
    ' Did you mean "count"?'
    """
    near = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return f' Did you mean "{near[0]}"?' if near else ""

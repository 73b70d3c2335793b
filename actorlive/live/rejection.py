"""Saying no: exceptions by which a handler takes back what the page has shown in advance."""

from __future__ import annotations

from typing import Any, Generic

from typing_extensions import TypeVar

from actorlive.errors import ActorLiveError

__all__ = ["STALE", "Rejected", "Stale"]

T = TypeVar("T", default=Any)

STALE = "Updated by someone else. Your changes were not saved."


class Rejected(ActorLiveError):
    """Raised in `handle_event`: the server does not do what was asked for.

    The view goes on. What the event's `optimistic=` commands had shown is undone in the browser, back to the
    server's newest state, and the message, if any, becomes a flash of that kind.

    In `handle_info`, in `handle_async` and in what `undoable` does later there is nothing left to take back, and
    it is the flash alone. Everywhere else it is an exception like any other.
    """

    def __init__(self, message: str = "", *, kind: str = "error") -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind


class Stale(Rejected, Generic[T]):
    """Raised by a save whose `expected_version` is not the stored one any more.

    `fresh` is the row as it stands. It goes into every stream and assign of the view that is declared for its
    type (see `LiveView.handle_stale`), and the message becomes a flash.
    """

    def __init__(self, fresh: T, message: str = STALE, *, kind: str = "error") -> None:
        super().__init__(message, kind=kind)
        self.fresh = fresh

"""Refusals: exceptions by which a handler takes back what the page has shown in advance.

A refusal that is raised inside a nursery arrives in a group. It means there what it means alone, unless the group holds
anything else: a real error takes precedence, and is a crash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, cast

import trio
from typing_extensions import TypeVar

from actorlive.errors import ActorLiveError
from actorlive.live.flash import exact
from actorlive.runtime.faults import flatten

if TYPE_CHECKING:
    from actorlive.live.socket import Socket
    from actorlive.live.stateful import Stateful

__all__ = ["STALE", "Rejected", "Stale", "refusals", "say_no"]

T = TypeVar("T", default=Any)

STALE = "Updated by someone else. Your changes were not saved."


class Rejected(ActorLiveError):
    """Raised in `handle_event`: the server refuses what was asked for.

    The view goes on. What the event's `optimistic=` commands had shown is undone in the browser, back to the
    server's newest state, and the message, if any, becomes a flash of that kind.

    In `handle_info`, in `handle_async`, in their hooks and in what `undoable` does later there is nothing left to take
    back, and it is the flash alone. In `handle_params` the patch is not carried out: the URL stays what it was. It
    may be raised in a nursery. Everywhere else it is an exception like any other.
    """

    def __init__(self, message: object = "", *, kind: str = "error") -> None:
        super().__init__(message)
        self.message: str = exact(message)
        self.kind = kind


class Stale(Rejected, Generic[T]):
    """Raised by a save whose `expected_version` is no longer the stored one.

    `fresh` is the row as it is now. It goes into every stream and assign of the view that is declared for its
    type (see `LiveView.handle_stale`), and the message becomes a flash.
    """

    def __init__(self, fresh: T, message: object = STALE, *, kind: str = "error") -> None:
        super().__init__(message, kind=kind)
        self.fresh = fresh


def refusals(error: BaseException) -> list[Rejected]:
    """The refusals that were raised, alone or in groups; none when there is anything else among them."""
    leaves = [leaf for leaf in flatten(error) if not isinstance(leaf, trio.Cancelled)]
    refused = [leaf for leaf in leaves if isinstance(leaf, Rejected)]
    return refused if len(refused) == len(leaves) else []


async def say_no(handler: Stateful[Any], socket: Socket, page: Socket, refused: list[Rejected]) -> None:
    """Show the visitor the rows as they are now, where they are shown, and the messages in the flash of the page."""
    for rejected in refused:
        if isinstance(rejected, Stale):
            await handler.handle_stale(cast("Stale[Any]", rejected), socket)
        if rejected.message:
            page.put_flash(rejected.kind, rejected.message)

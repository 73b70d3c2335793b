"""Whom a callback is of: the view, or one of its live components."""

from __future__ import annotations

from typing import Any

from actorlive.live.component import LiveComponent
from actorlive.live.owner import Owner
from actorlive.live.process.mutation import MutationGuard
from actorlive.live.process.trespass import refuse_others
from actorlive.live.properties import Properties
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.stateful import Stateful

__all__ = ["CallbackTarget", "MountedComponent"]


class CallbackTarget:
    """Whose turn it is: the handler of its callbacks, the `socket` for them, its hooks, and the events that it
    declares."""

    __slots__ = ("events", "handler", "hooks", "owner", "socket")

    def __init__(self, handler: Stateful[Any], socket: Socket, owner: Owner) -> None:
        self.handler = handler
        self.socket = socket
        self.owner = owner
        self.hooks = owner.hooks
        self.events = type(handler).__events__

    def __str__(self) -> str:
        return type(self.handler).__qualname__


class MountedComponent(CallbackTarget):
    """A live component of a view, with what is kept between its renders."""

    __slots__ = ("cid", "component", "guard", "is_shown", "properties")

    def __init__(self, component: LiveComponent[Any], cid: int, owner: Owner, state: ViewState) -> None:
        super().__init__(component, Socket(owner, state), owner)
        self.component = component
        self.cid = cid
        self.is_shown = False
        self.properties = Properties(component) if type(component).__properties__ else None
        self.guard: MutationGuard | None = None
        if state.endpoint.debug:
            self.guard = MutationGuard(component)
            refuse_others(component, state.pid)

    def __str__(self) -> str:
        return f"the live component {type(self.component).__qualname__} with the id {self.component.id!r}"

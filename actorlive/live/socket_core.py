"""SocketCore: what every part of a socket stands on."""

from __future__ import annotations

import logging

from actorlive.errors import CallbackError
from actorlive.live.owner import Owner
from actorlive.live.state import ViewState
from actorlive.runtime import Pid

__all__ = ["SocketCore"]

_log = logging.getLogger("actorlive.live")


class SocketCore:
    """Whose socket it is, and in which of the two lives. `Socket` is what callbacks receive."""

    __slots__ = ("_owner", "_state")

    def __init__(self, owner: Owner, state: ViewState) -> None:
        self._owner = owner
        self._state = state

    @property
    def pid(self) -> Pid:
        """The view's process: what a task sends to. In the dead render a pid of no process."""
        return self._state.pid

    @property
    def connected(self) -> bool:
        """False in the first, dead render, True over the socket (`connected?/1`)."""
        return self._state.connected

    @property
    def _writable(self) -> Owner:
        """Whose assigns a callback changes. Raises `CallbackError` for the view's while a component is updated."""
        if self._state.updating is not None and self._owner.cid is None:
            view = type(self._state.view).__qualname__
            raise CallbackError(
                f"{self._state.updating}.update_many changes what {view} shows, which has been rendered already; change"
                " the components, socket.of(component) for their own sockets, or send the view a message:"
                " send(socket.pid, …)"
            )
        return self._owner

    def _acts(self, what: str) -> bool:
        if not self.connected:
            _log.debug("%s does nothing in the dead render; it runs in the connected mount", what)
        return self.connected

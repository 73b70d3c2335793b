"""What happens to the connection of a view under test, to its server and to its process, and how it comes back."""

from __future__ import annotations

from actorlive.runtime import exit
from actorlive.testing.errors import hide_frames
from actorlive.testing.view_core import ViewCore
from actorlive.testing.worlds.world import Crash

__all__ = ["BreakableView"]

__tracebackhide__ = hide_frames


class BreakableView(ViewCore):
    """The part of `View` that breaks things and mends them."""

    async def cut(self, *, noticed: bool = True) -> None:
        """Break the websocket beneath the page, which has a `line`: nobody notices in the page, its views live on.

        What was under way is lost, and comes again when `mend` brings the network back; what is done meanwhile, with
        `wait=False`, waits until then. After the application's `linger`, or 25 seconds, the line is lost, and the page
        shows it. With `noticed=False` the server takes the dead websocket for alive: `socket.lingering` is false, and
        what it sends is lost with the rest. Raises `Failure` when the page has no line, or is cut already.
        """
        await self.settle()
        self._driver.cut(noticed=noticed)
        await self.settle()

    async def mend(self) -> str:
        """Bring the network back that was `cut`: the page goes on, or, where its line is lost, joins afresh; the view's
        inner HTML."""
        await self.settle()
        await self._driver.mend()
        return self.client_view.container.inner_html()

    async def restart(self, *, kill: bool = False) -> str:
        """End the server, and start the same application again: the page rejoins it; the view's inner HTML.

        The server ends in order, as in a deploy: what the views have in their mailboxes is handled. With `kill` it ends
        as by `kill -9`: every process at once, and nobody is told. Either way processes and timers are new, forms are
        recovered, and kept values are there; what the application's modules hold stays, since the program does. Raises
        `Failure` when this `live()`, or one around it, has not started the application.
        """
        await self.settle()
        await self._driver.restart(kill=kill)
        return self.client_view.container.inner_html()

    async def disconnect(self) -> None:
        """End the socket, and its line with it. The page stays; its view shows that it is away."""
        await self.settle()
        await self._driver.disconnect()
        await self.settle()

    async def reconnect(self) -> str:
        """Connect again and join again, with the forms' recovery; the view's inner HTML. Raises `Failure` while the
        network is cut."""
        await self._driver.rejoin()
        return self.client_view.container.inner_html()

    async def crash(self) -> None:
        """End the view's process as an exception would. The client joins again after a second: `advance(1)`."""
        await self.settle()
        exit(self.pid, Crash("view.crash() was called"))
        await self.settle()

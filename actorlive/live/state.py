"""What the framework keeps for one view beside its assigns.

The socket writes what a callback asked for, `live.process` carries it out:

| | written by | read, and cleared, by |
|---|---|---|
| `mount` | the connection | `mounting`; gone when mount is over |
| `route`, `uri` | `mounting` | the socket, the layout |
| `navigation`, `events`, `flash` | the socket | `process.cycle`, after each callback |
| `touched`, `temporary` | the socket | `process.outbox`, after each render |
| `hooks`, `private`, `postponed`, `tasks` | the socket | `process.dispatch`; they live as long as the view |
"""

from __future__ import annotations

from typing import Any

from actorlive.live.assigns import assign
from actorlive.live.defaults import Factory
from actorlive.live.endpoint import Endpoint, Mount, Route
from actorlive.live.flash import Flash
from actorlive.live.hooks import Hooks
from actorlive.live.later import Postponed
from actorlive.live.navigation import Navigation
from actorlive.live.streams import LiveStream, Streams
from actorlive.live.tasks import AsyncWork
from actorlive.live.view import LiveView, stream_names
from actorlive.runtime import Pid

__all__ = ["PushedEvent", "ViewState"]

PushedEvent = list[Any]
"""`[name, payload]`, or `[name, payload, True]` for one that is dispatched before the patch."""


class ViewState:
    """One view in one of its two lives."""

    __slots__ = (
        "_async",
        "dom_id",
        "endpoint",
        "events",
        "flash",
        "hooks",
        "mount",
        "navigation",
        "pid",
        "postponed",
        "private",
        "route",
        "temporary",
        "touched",
        "transport_pid",
        "uri",
        "view",
    )

    def __init__(self, view: LiveView[Any], mount: Mount, pid: Pid, transport_pid: Pid | None) -> None:
        self.view = view
        self.pid = pid
        self.transport_pid = transport_pid
        self.dom_id = mount.dom_id
        self.endpoint: Endpoint = mount.endpoint
        self.mount: Mount | None = mount
        self.route: Route = mount.route
        self.uri = mount.uri
        self.navigation: Navigation | None = None
        self.events: list[PushedEvent] = []
        self.flash = Flash(dict(mount.flash))
        self.hooks = Hooks()
        self.private: dict[str, Any] = {}
        self.temporary: dict[str, Factory] = {}
        self.touched: list[LiveStream] = []
        self.postponed = Postponed(pid)
        self._async: AsyncWork | None = None
        for name in stream_names(type(view)):
            self.stream(name, create=True)
        assign(view, "live_action", mount.route.action)
        assign(view, "flash", self.flash.shown)

    @property
    def connected(self) -> bool:
        """True in the life over the socket."""
        return self.transport_pid is not None

    @property
    def mounted(self) -> bool:
        """True once mount is over."""
        return self.mount is None

    @property
    def tasks(self) -> AsyncWork:
        """The view's async tasks; made when the first is started."""
        if self._async is None:
            self._async = AsyncWork(self.pid)
        return self._async

    @property
    def has_tasks(self) -> bool:
        """True once any async task was started."""
        return self._async is not None

    def patch_route(self, uri: str) -> Route | None:
        """The route that a patch to `uri` enters; None when it leads to another view or live session."""
        route = self.endpoint.route_for(uri)
        return route if route is not None and self.route.admits_patch(route) else None

    def enter(self, route: Route) -> None:
        """The view is at another of its routes now; only flash that this callback put stays."""
        self.route = route
        assign(self.view, "live_action", route.action)
        assign(self.view, "flash", self.flash.keep_fresh())

    def return_to(self, route: Route, uri: str) -> None:
        """A patch was refused: the view is where it was."""
        self.route, self.uri = route, uri
        assign(self.view, "live_action", route.action)

    # -- streams ---------------------------------------------------------------

    def stream(self, name: str, *, create: bool = False) -> LiveStream:
        """The stream of that name, ready for a change in this cycle."""
        streams: Streams = self.view.streams
        if create and name not in streams:
            return self._replace(streams, LiveStream(name, str(len(streams))))
        stream = streams.get(name)
        return stream if stream.pending else self._replace(streams, stream.next_cycle())

    def _replace(self, streams: Streams, stream: LiveStream) -> LiveStream:
        assign(self.view, "streams", streams.replacing(stream))
        self.touched.append(stream)
        return stream

    # -- after a render --------------------------------------------------------

    def end_of_cycle(self) -> None:
        """Clear what lives for one callback only."""
        if self.flash.fresh:
            self.flash.end_of_callback()
        if self.events:
            self.events = []

    def end_of_render(self) -> None:
        """Clear what lives until the next render only: streamed items, temporary assigns."""
        if self.touched:
            for stream in self.touched:
                stream.prune()
            self.touched = []
        if self.temporary:
            values = self.view.__dict__
            for name, make in self.temporary.items():
                values[name] = make()

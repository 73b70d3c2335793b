"""ViewState: what there is once per view's process, whoever in it owns assigns (that one's part is its `Owner`).

The sockets write what a callback asked for, `live.process` carries it out:

| | written by | read, and cleared, by |
|---|---|---|
| `mount` | the connection | `mounting`; gone when mount is over |
| `route`, `uri` | `mounting` | the socket |
| `transport`, None before there is one | `process.channel` | the socket |
| `layout` | the socket, in mount | whoever renders |
| `lineage`, `sticky`, `visitor` | the connection | `nests`, for the views within |
| `kept`, None where nothing is declared so | `mounting`, `process.outbox` | `process.outbox`, with each render |
| `navigation`, `events` | the sockets | `process.cycle`, after each callback |
| `tasks` | the owners' `AsyncWork` | `process.channel`, by a task's monitor |
| `transfers`, None before an upload | the owners' `UploadWork` | `process.channel`, by an upload's monitor |
| `owners`, those of live components by number; `updating`, which of them | `process.components` | the sockets |
"""

from __future__ import annotations

from typing import Any

from actorlive.live.assigns import assign
from actorlive.live.endpoint import Endpoint, Layout, Mount, Route, Transport
from actorlive.live.keeper import Keeper
from actorlive.live.navigation import NavigationFrame
from actorlive.live.owner import Owner
from actorlive.live.tasks import AsyncTask
from actorlive.live.uploads.work import Transfer
from actorlive.live.view import LiveView
from actorlive.runtime import Pid, Ref

__all__ = ["PushedEvent", "ViewState"]

PushedEvent = list[Any]
"""`[name, payload]`, or `[name, payload, True]` for one that is dispatched before the patch."""


class ViewState:
    """One view in one of its two lives; `owner` is what it has of its own."""

    __slots__ = (
        "_owners",
        "connected",
        "dom_id",
        "endpoint",
        "events",
        "kept",
        "layout",
        "lineage",
        "mount",
        "navigation",
        "owner",
        "pid",
        "route",
        "routed",
        "sticky",
        "tasks",
        "transfers",
        "transport",
        "updating",
        "uri",
        "view",
        "visitor",
    )

    def __init__(self, view: LiveView[Any], mount: Mount, pid: Pid, *, connected: bool) -> None:
        self.view = view
        self.pid = pid
        self.connected = connected
        """True in the life over the socket, which may begin before there is one."""
        self.transport: Transport | None = None
        self.dom_id = mount.dom_id
        self.endpoint: Endpoint = mount.endpoint
        self.mount: Mount | None = mount
        self.route: Route = mount.route
        self.layout: Layout | None = mount.route.layout
        self.routed = mount.params is not None
        self.lineage = mount.lineage
        self.sticky = mount.sticky
        self.visitor = mount.visitor
        self.uri = mount.uri
        self.navigation: NavigationFrame | None = None
        self.events: list[PushedEvent] | tuple[()] = ()
        self.tasks: dict[Ref, AsyncTask] = {}
        self.transfers: dict[Ref, Transfer] | None = None
        self._owners: dict[int, Owner] | None = None
        self.updating: str | None = None
        self.kept: Keeper | None = None
        if type(view).__kept__ and connected:
            self.kept = Keeper(view, mount.endpoint, mount.dom_id, mount.visitor, pid)
        self.owner = Owner(view, self, mount.flash)
        assign(view, "live_action", mount.route.action)

    def watches(self, ref: Ref) -> bool:
        """True for the monitor of a task, or of a process that takes a file."""
        return ref in self.tasks or (self.transfers is not None and ref in self.transfers)

    def open_transfers(self) -> dict[Ref, Transfer]:
        """The files that are on their way to the view, or here, by the monitors of their processes."""
        if self.transfers is None:
            self.transfers = {}
        return self.transfers

    @property
    def transport_pid(self) -> Pid | None:
        """The connection's port; None in the dead render, and before there is a connection."""
        return None if self.transport is None else self.transport.pid

    @property
    def title(self) -> str:
        """What the page is called; "" for the title that its document has."""
        title = self.view.page_title
        return title or (self.endpoint.default_title(self.route) if self.routed else "")

    @property
    def mounted(self) -> bool:
        """True once mount is over."""
        return self.mount is None

    @property
    def patched_from(self) -> Route | None:
        """The route that a patch of this view's page leaves: the root's; None when that is not at a route."""
        if self.lineage is not None:
            return self.lineage.root_route
        return self.route if self.routed else None

    def patch_route(self, uri: str) -> Route | None:
        """The route that a patch to `uri` enters; None when it leads to another view or live session."""
        at = self.patched_from
        route = self.endpoint.route_for(uri)
        return route if route is not None and at is not None and at.admits_patch(route) else None

    @property
    def owners(self) -> dict[int, Owner]:
        """The owners of the view's live components, by number."""
        if self._owners is None:
            self._owners = {}
        return self._owners

    def push_event(self, event: PushedEvent) -> None:
        """Send an event to the page with this callback's render."""
        if self.events:
            self.events.append(event)
        else:
            self.events = [event]

    def enter(self, route: Route) -> None:
        """The view is at another of its routes now; only flash that this callback put stays."""
        self.route = route
        assign(self.view, "live_action", route.action)
        assign(self.view, "flash", self.owner.flash.keep_fresh())

    def return_to(self, route: Route, uri: str) -> None:
        """A patch was refused: the view is where it was."""
        self.route, self.uri = route, uri
        assign(self.view, "live_action", route.action)

    def end_of_cycle(self) -> None:
        """Clear what lives for one callback only."""
        flash = self.owner.flash
        if flash.fresh:
            flash.end_of_callback()
        if self.events:
            self.events = ()

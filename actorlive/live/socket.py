"""Socket: how a view's callbacks act on the page, the visitor and the world (LiveView's `socket`)."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, cast
from urllib.parse import urlsplit

from actorlive import pubsub, runtime
from actorlive.errors import AssignError, CallbackError, NavigationError
from actorlive.live.assigns import MISSING, RESERVED, Missing, assign, changes, check_new, no_value, touch
from actorlive.live.async_result import AsyncResult
from actorlive.live.component import LiveComponent
from actorlive.live.defaults import factory_of
from actorlive.live.endpoint import AssignWanted, Layout, Mount
from actorlive.live.flash import exact
from actorlive.live.hooks import COMPONENT_STAGES, STAGES, Hook, Stage, call
from actorlive.live.later import OnExit
from actorlive.live.navigation import (
    LivePatch,
    LiveRedirect,
    NavigationFrame,
    Redirect,
    absolute,
    external_url,
    local_path,
)
from actorlive.live.socket_async import AsyncSocket
from actorlive.live.socket_presence import PresenceSocket
from actorlive.live.socket_streams import StreamSocket
from actorlive.live.socket_uploads import UploadSocket
from actorlive.live.updates import send_update, send_update_after
from actorlive.runtime import Pid, Shutdown, Timer
from actorlive.runtime.functions import check_function
from actorlive.wire.serializer import encode_payload

__all__ = ["Socket"]

_log = logging.getLogger("actorlive.live")

CANCEL = Shutdown("cancel")

MAX_TRACKED = 100
"""So many URLs of a page are compared; what lies beyond is not looked at."""


class Socket(AsyncSocket, PresenceSocket, StreamSocket, UploadSocket):
    """The last argument of every callback. A view has one, and each of its live components; valid as long as they."""

    __slots__ = ()

    # -- who and where ---------------------------------------------------------

    @property
    def id(self) -> str:
        """The DOM id of the view's container."""
        return self._state.dom_id

    @property
    def transport_pid(self) -> Pid | None:
        """The connection's pid; None in the dead render."""
        return self._state.transport_pid

    @property
    def lingering(self) -> bool:
        """True while the page's websocket is broken and the page may come back: what is rendered waits for it.

        A view that is told of much may do less meanwhile.
        """
        transport = self._state.transport
        return transport is not None and transport.lingering

    @property
    def parent_pid(self) -> Pid | None:
        """The view that this one is within; None for the page's own and for a sticky one (`socket.parent_pid`)."""
        lineage = self._state.lineage
        return None if lineage is None else lineage.parent

    @property
    def root_pid(self) -> Pid:
        """The outermost view around this one, or itself (`socket.root_pid`)."""
        lineage = self._state.lineage
        return self.pid if lineage is None else lineage.root

    @property
    def uri(self) -> str:
        """The URL of the page. Raises `CallbackError` in a view that is not at a route: it is not told."""
        if not self._state.routed:
            raise CallbackError(
                f"{type(self._state.view).__qualname__} is not at a route, and is not told the page's URL;"
                " hand it what it needs of that in its session"
            )
        return self._state.uri

    def path(self) -> str:
        """The path and query of the page's URL."""
        parts = urlsplit(self.uri)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

    @property
    def is_routed(self) -> bool:
        """True for a view at a route, which knows the page's URL."""
        return self._state.routed

    @property
    def live_action(self) -> str | None:
        """The action of the route that led here."""
        return self._state.route.action

    @property
    def connect_params(self) -> Mapping[str, Any] | None:
        """The client's LiveSocket params with `_mounts`; None in the dead render (`get_connect_params/1`).

        Only in mount: raises `CallbackError` afterwards, and in a view within a view.
        """
        mount = self._mount("connect_params")
        if mount.lineage is not None:
            raise CallbackError(
                "socket.connect_params is for the page's own view; hand down what of it a view within it needs"
            )
        return mount.connect_params if self.connected else None

    @property
    def connect_info(self) -> Mapping[str, Any]:
        """What is known of the connection: `peer`, `user_agent`, `uri`, `x_headers`. Only in mount."""
        return self._mount("connect_info").connect_info

    @property
    def static_changed(self) -> bool:
        """True when the page was made with scripts or styles that are other ones by now (`static_changed?/1`).

        Its tags are those with `phx-track-static`, see docs/layouts.md. Only in mount; False in the dead render.
        """
        mount = self._mount("static_changed")
        tracked = mount.connect_params.get("_track_static") if self.connected else None
        if not isinstance(tracked, list):
            return False
        urls = cast("list[object]", tracked)[:MAX_TRACKED]
        return not all(mount.endpoint.is_current(url) for url in urls if isinstance(url, str))

    @property
    def private(self) -> dict[str, Any]:
        """A place for libraries and hooks: kept with the view, never rendered (`put_private/3`)."""
        return self._owner.private

    def _mount(self, name: str) -> Mount:
        mount = self._state.mount
        if mount is None:
            raise CallbackError(
                f"socket.{name} works in mount only; keep what you need of it as an assign there"
            )
        return mount

    @property
    def myself(self) -> int:
        """The number of the live component: `@myself` in its template. Raises `CallbackError` in a view."""
        if self._owner.cid is None:
            raise CallbackError(
                "socket.myself is the number of a live component, and this socket is a view's"
            )
        return self._owner.cid

    def of(self, component: LiveComponent[Any]) -> Socket:
        """The socket of one of the view's live components: in `update_many` each has its own."""
        return Socket(self._state.owners[component.myself], self._state)

    # -- assigns ---------------------------------------------------------------

    @property
    def assigns(self) -> Mapping[str, Any]:
        """What the assigns are now, by name, for hooks and libraries that know no class; it cannot be written to."""
        return MappingProxyType(self._owner.assigns.__dict__)

    def assign(self, **values: object) -> None:
        """Set assigns by name, as `self.name = value` does (`assign/2`). Raises `AssignError`."""
        assigns = self._writable.assigns
        for name, value in values.items():
            if name in RESERVED:
                raise AssignError(f"{name!r} belongs to the framework and cannot be assigned")
            setattr(assigns, name, value)

    async def assign_new(self, name: str, fn: Callable[..., Any], *args: object) -> None:
        """Set an assign that has no value yet: to one that is there already, else to `fn(*args)` (`assign_new/3`).

        In mount it is looked for around the view: in the dead render among what the request keeps in Quart's `g`; by a
        view within a view, in both lives, among the assigns of its parent, which is asked. So who is logged in is
        loaded once, and not by the request, the view and those within it. A sticky view shares nothing. `fn` may be
        async. Raises `AssignError` for an assign that is not declared, or has a default.
        """
        view = self._owner.assigns
        check_new(type(view), name)
        if name in view.__dict__:
            return
        value = await self._shared(name)
        self.assign(**{name: await call(fn, *args) if isinstance(value, Missing) else value})

    async def _shared(self, name: str) -> object:
        mount = self._state.mount
        if mount is None or self._owner.cid is not None:
            return MISSING
        if not self.connected or mount.lineage is None:
            return mount.shared.get(name, MISSING)
        return await runtime.call(mount.lineage.parent, AssignWanted(name), timeout=None)

    def changed(self, name: str) -> bool:
        """True when the assign was changed since the last render (`changed?/2`). Raises `AssignError`."""
        view = self._owner.assigns
        if name not in type(view).__declared__:
            raise AssignError(no_value(type(view), name))
        return name in changes(view)

    def touch(self, *names: str) -> None:
        """Say that these assigns were changed in place and have to be rendered again."""
        assigns = self._writable.assigns
        for name in names:
            touch(assigns, name)

    def temporary_assigns(self, **defaults: object) -> None:
        """Reset these assigns to their defaults after every render, without rendering that (`temporary_assigns:`).

        Each time the view has a copy of its own. Raises `AssignError` for an `AsyncResult` or a stream, whose
        state must not be lost, and for what cannot be copied.
        """
        view = self._writable.assigns
        for name, default in defaults.items():
            if name in type(view).__kept__:
                raise AssignError(f"{name!r} is kept in the page and cannot be temporary: it would be lost")
            if isinstance(view.__dict__.get(name, default), AsyncResult):
                raise AssignError(
                    f"{name!r} is an AsyncResult and cannot be temporary: its task would lose its place"
                )
            make = factory_of(default, type(view).__qualname__, name) or partial(_itself, default)
            if name not in view.__dict__:
                setattr(view, name, make())
            self._owner.make_temporary(name, make)

    # -- flash, events to the client -------------------------------------------

    def put_flash(self, kind: str, message: object) -> None:
        """Show a message of that kind, "info" or "error" by habit (`put_flash/3`).

        What is not a string (a lazy translation, an exception, a number) is shown as its `str()`.
        """
        owner = self._writable
        assign(owner.assigns, "flash", owner.flash.put(kind, message))

    def clear_flash(self, kind: str | None = None) -> None:
        """Clear the messages, or those of one kind (`clear_flash/1,2`)."""
        owner = self._writable
        assign(owner.assigns, "flash", owner.flash.clear(kind))

    def announce(self, message: str) -> None:
        """Have a screen reader say it: the text goes into the root layout's `aria-live` region."""
        self.push_event("al:announce", {"message": exact(message)})

    def push_event(
        self,
        name: str,
        payload: Mapping[str, Any] | None = None,
        *,
        dispatch: Literal["after", "before"] = "after",
    ) -> None:
        """Send an event to the page's hooks and, as `phx:<name>`, to its window (`push_event/3`).

        It arrives with this callback's render, as it is now: after the DOM is patched, or before. Raises
        `CallbackError` for what has no JSON form.
        """
        what = f"the payload of push_event({name!r:.80}, …)"
        if not isinstance(name, str) or not isinstance(payload, Mapping | None):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CallbackError(
                f"push_event takes a name and a mapping, not {name!r:.80} and {payload!r:.80}: write"
                ' `push_event("name", {"key": value})`'
            )
        event: list[Any] = [name, encode_payload(dict(payload or {}), what)]
        self._state.push_event([*event, True] if dispatch == "before" else event)

    # -- navigation ------------------------------------------------------------

    def push_patch(self, to: str, *, replace: bool = False) -> None:
        """Change the URL without a new mount; `handle_params` runs next (`push_patch/2`).

        In a view within a view, it is the page's own view that is patched. Raises `NavigationError` for an unsafe path,
        a second redirect, or a path of another view or live session.
        """
        if not self._state.mounted:
            raise NavigationError("cannot push_patch in mount; do it in handle_params, or redirect")
        path = local_path(to)
        if self._state.patch_route(absolute(self._state.uri, path)) is None:
            raise NavigationError(f"push_patch to {to!r}, {self._why_no_patch(path)}; use push_navigate")
        self._go(LivePatch(path, "replace" if replace else "push"))

    def _why_no_patch(self, path: str) -> str:
        at = self._state.patched_from
        if at is None:
            return "but the page's own view is not at a route"
        name, to = at.view.__qualname__, self._state.endpoint.route_for(absolute(self._state.uri, path))
        if to is not None and to.view is at.view and to.live_session == at.live_session:
            return f"where {name} stands in another live layout, which only a mount brings"
        return f"which is not a route of {name} in the live session {at.live_session!r}"

    def push_navigate(self, to: str, *, replace: bool = False) -> None:
        """Go to another live view over the same socket (`push_navigate/2`). Raises `NavigationError`."""
        self._go(LiveRedirect(local_path(to), "replace" if replace else "push"))

    def redirect(self, to: str | None = None, *, external: str | None = None, status: int = 302) -> None:
        """Load another page: a path of this site, or a URL given as `external` (`redirect/2`).

        Raises `NavigationError` for an unsafe target or a second redirect.
        """
        if (to is None) == (external is None):
            raise NavigationError("redirect takes a path, or external=URL, and not both")
        self._go(Redirect(local_path(to) if to is not None else external_url(external or ""), status))

    def navigation_type(self, to: str) -> Literal["patch", "navigate", "href"]:
        """What it takes to go to a path: a patch of this view, a navigation in its live session, or a page load.

        In the dead render it is always a page load. Raises `NavigationError` for an unsafe path. (`navigation_type/2`)
        """
        route = self._state.endpoint.route_for(absolute(self._state.uri, local_path(to)))
        here = self._state.route
        if route is None or not self.connected or not here.admits_navigation(route):
            return "href"
        return "patch" if here.admits_patch(route) else "navigate"

    def put_layout(self, layout: Layout | None) -> None:
        """The live layout of this view, None for none, in place of the one that its route has (`layout:` of mount).

        Raises `CallbackError` after mount.
        """
        self._mount("put_layout(…)")
        self._state.layout = layout

    def _go(self, navigation: NavigationFrame) -> None:
        if self._state.updating is not None:
            raise NavigationError(
                f"{self._state.updating} goes to {navigation.to!r} while it is mounted or updated, which is a part of"
                " rendering; do it in handle_event or handle_async, or send the view a message"
            )
        if self._state.navigation is not None:
            raise NavigationError(
                f"already on the way to {self._state.navigation.to!r}; only one redirect per callback"
            )
        self._state.navigation = navigation

    # -- hooks -----------------------------------------------------------------

    def attach_hook(self, stage: Stage, hook_id: str, hook: Hook) -> None:
        """Put a function before a callback; it returns `Cont()` or `Halt()` (`attach_hook/4`).

        `handle_event` hooks receive `(RawEvent, socket)`, `handle_info` `(message, socket)`, `handle_params`
        `(params, uri, socket)`, `handle_async` `(name, result, socket)`, `after_render` `(socket)`. Raises
        `CallbackError` for one of `handle_params` in a view that is not at a route.
        """
        if self._owner.cid is not None and stage in STAGES and stage not in COMPONENT_STAGES:
            raise CallbackError(
                f"a live component has no {stage}; hooks stand there before {', '.join(COMPONENT_STAGES)}"
            )
        if stage == "handle_params" and not self._state.routed:
            raise CallbackError(
                f"a hook of handle_params: {type(self._state.view).__qualname__} is not at a route"
            )
        self._owner.hooks.attach(stage, hook_id, hook)

    def detach_hook(self, stage: Stage, hook_id: str) -> None:
        """Remove a hook; no effect when there is none (`detach_hook/3`)."""
        self._owner.hooks.detach(stage, hook_id)

    # -- messages and timers ---------------------------------------------------

    def send_after(self, message: object, delay: float) -> Timer:
        """Send the view a message in `delay` seconds (`Process.send_after/3`). In the dead render nothing comes."""
        return runtime.send_after(self.pid, message, delay)

    def send_interval(self, message: object, period: float) -> Timer:
        """Send the view a message every `period` seconds, first one period from now (`timer:send_interval/2`).

        The ticks keep to the first one's schedule; `cancel_timer` ends them, and so does the view. In the dead
        render nothing comes.
        """
        return runtime.send_interval(self.pid, message, period)

    def send_update(self, component: type[LiveComponent[Any]], id: object, /, **assigns: object) -> None:
        """Update a live component of this page, in a turn of its own (`send_update/3`). Raises `AssignError`."""
        send_update(self.pid, component, id, **assigns)

    def send_update_after(
        self, component: type[LiveComponent[Any]], id: object, /, *, delay: float, **assigns: object
    ) -> Timer:
        """`send_update` in `delay` seconds (`send_update_after/4`). In the dead render nothing comes."""
        return send_update_after(self.pid, component, id, delay=delay, **assigns)

    def subscribe(self, topic: str) -> None:
        """Deliver a topic's broadcasts to `handle_info`, until the view ends (`Phoenix.PubSub.subscribe/2`)."""
        if self._acts("subscribe"):
            pubsub.subscribe(topic)
        else:
            pubsub.expect(topic)  # the page comes back in a moment

    def unsubscribe(self, topic: str) -> None:
        """End the view's subscriptions to the topic."""
        if self.connected:
            pubsub.unsubscribe(topic)

    # -- thinking again --------------------------------------------------------

    def undoable(
        self,
        key: Hashable,
        commit: Callable[[], Awaitable[Any] | Any],
        *,
        delay: float = 5.0,
        on_exit: OnExit = "commit",
    ) -> None:
        """Call `commit` in `delay` seconds, as a turn of this view, unless `undo(key)` comes first.

        Again with the same key, it supersedes: the earlier commit never runs. When the view ends before that,
        the commit runs then, or is dropped with `on_exit="drop"`.
        """
        check_function(commit, f"undoable({key!r:.80}, …)")
        if self._acts("undoable"):
            self._owner.postponed.postpone(key, commit, delay, on_exit)

    def undo(self, key: Hashable) -> bool:
        """Take back what `undoable` put off; False when it was done already, or there was nothing."""
        return self._owner.has_postponed and self._owner.postponed.take_back(key)


def _itself(value: object) -> object:
    return value

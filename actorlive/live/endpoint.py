"""What a view's process needs of the world around it, and what that world sends to it.

The names here are the whole seam between `live` and what stands above it (`web`, `testing`): a transport
that takes frames, an endpoint that knows routes and keys, a `Mount` that says what to begin, a `JoinAddress` that
says where its frames go, and the two messages that a connection puts into a view's mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from actorlive.live.intake import Intake
from actorlive.live.on_mount import OnMount
from actorlive.live.uploads.messages import UploadTicket
from actorlive.runtime import Pid
from actorlive.template import Component

if TYPE_CHECKING:
    from actorlive.live.view import LiveView

__all__ = [
    "AssignWanted",
    "ClientEvent",
    "ClientLeft",
    "Endpoint",
    "JoinAddress",
    "JoinRefused",
    "KeptPlace",
    "Layout",
    "Lineage",
    "Mount",
    "Passport",
    "Route",
    "Transport",
    "connect_info",
]


Layout = Component[...]
"""A live layout: a `@component` with an `inner_block`, rendered with the view (see `live.layout`)."""


class Transport(Protocol):
    """One client connection, as a view sees it: a pid to monitor, and somewhere to put frames."""

    @property
    def pid(self) -> Pid:
        """The connection's port; its DOWN tells the view that the socket has ended."""
        ...

    @property
    def last_words(self) -> dict[Pid, Callable[[], None]]:
        """By view what is called before the page hears that the view, or the whole connection, has ended; whoever has
        nothing more to say takes it out again."""
        ...

    @property
    def lingering(self) -> bool:
        """True while there is no socket, and the page may come back."""
        ...

    @property
    def linger(self) -> float:
        """Seconds for which the page may be away and still come back, whether that is noticed here or not."""
        ...

    def send(self, frame: bytes, /) -> None:
        """Queue one text frame (UTF-8 JSON). Never blocks, never raises; a frame to a closed socket is lost."""
        ...


@dataclass(frozen=True, slots=True)
class Route:
    """Where a URL leads: the view, its action, and the live session that it belongs to."""

    view: type[LiveView[Any]]
    action: str | None = None
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    live_session: str = "default"
    on_mount: tuple[OnMount, ...] = ()
    layout: Layout | None = None

    def taking(self, params: dict[str, Any]) -> Route:
        """The route of a URL that has these parameters; itself when they are its own, as nearly always: none. So the
        parameters of a route are shared, and callbacks get a copy of them."""
        return self if params == self.params else replace(self, params=params)

    def admits_navigation(self, to: Route) -> bool:
        """True when a page of this route may show `to` over its socket: it is of the same live session, and in an
        element of the same tag, which the client keeps whatever it is told."""
        return to.live_session == self.live_session and to.view.container.tag == self.view.container.tag

    def admits_patch(self, to: Route) -> bool:
        """True when a view at this route may go on at `to` without a new mount: the same view in the same live layout,
        in the same live session. Between live sessions a visitor is mounted afresh, so that no `on_mount` hook is
        passed by."""
        return to.view is self.view and to.live_session == self.live_session and to.layout is self.layout


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a view within a view belongs: its `parent`, and the `root` of the page, whose `root_route` says which
    URLs a patch may lead to; None where the root is at no route. A sticky view has no lineage: it is a root itself."""

    parent: Pid
    root: Pid
    root_route: Route | None


@dataclass(frozen=True, slots=True)
class Passport:
    """What a page brings back, signed, to join one of its views: which view in which container, and whose it is.

    `session` is what the view was handed down beside the visitor's own session. Only a `routed` view has a URL.
    """

    view: type[LiveView[Any]]
    dom_id: str
    visitor: str
    live_session: str = "default"
    session: Mapping[str, object] = field(default_factory=dict[str, object])
    tag: str = "div"
    routed: bool = False
    sticky: bool = False
    lineage: Lineage | None = None


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """Where a kept value belongs: the view's class, its element and the visitor."""

    view: type[LiveView[Any]]
    dom_id: str
    visitor: str


class Endpoint(Protocol):
    """The application around the views: its routes, its keys, its mode."""

    @property
    def max_kept(self) -> int:
        """Bytes of JSON that one view may keep in its page."""
        ...

    @property
    def debug(self) -> bool:
        """True in development and tests: an unknown event crashes its view, mutated assigns are reported."""
        ...

    @property
    def max_url(self) -> int:
        """Characters of the longest URL at which a page can be."""
        ...

    @property
    def max_frame(self) -> int:
        """Bytes of the largest message that a client may send."""
        ...

    def route_for(self, uri: str) -> Route | None:
        """The live route of a path or URL (query string included in `params`), or None."""
        ...

    def url_for(self, to: str | type, values: Mapping[str, Any], /) -> str:
        """The path of a route, by its name or its view (see `actorlive.url_for`). Raises `NavigationError`."""
        ...

    def static_path(self, name: str, /) -> str:
        """The path of a static file, with the hash of its content (see `actorlive.static_path`)."""
        ...

    def default_title(self, route: Route, /) -> str:
        """The title of a page at this route whose view has no `page_title`; "" for the one that its document has."""
        ...

    def sign_reload(self, status: int) -> str:
        """A signed token that makes the next page load answer with that HTTP status."""
        ...

    def sign_flash(self, flash: Mapping[str, str]) -> str:
        """A signed flash token, valid for 60 seconds, that the client carries over a redirect."""
        ...

    def sign_passport(self, passport: Passport) -> str:
        """The token with which a page joins the view. Raises `CallbackError` for a session that cannot travel."""
        ...

    def sign_static(self, dom_id: str, flash: Mapping[str, str]) -> str:
        """The token of what only the dead render of a container knew."""
        ...

    def is_current(self, url: str) -> bool:
        """False for the URL of a static file or an asset whose content is another one by now."""
        ...

    def sign_upload(self, ticket: UploadTicket) -> str:
        """The token with which a client sends one file to the view."""
        ...

    def sign_kept(self, place: KeptPlace, name: str, value: bytes, /) -> str:
        """The token of a kept value, given as JSON, which is good in that place and under that name only."""
        ...

    def read_kept(self, place: KeptPlace, name: str, token: str, /) -> bytes | None:
        """The JSON in such a token; None for one that is forged, too old, or of another place or name."""
        ...

    def handed_down(self, session: Mapping[str, object], what: str) -> dict[str, Any]:
        """A session as it arrives in the view that it is handed down to. Raises as `sign_passport` does."""
        ...


def connect_info(
    peer: str | None, user_agent: str | None, uri: str, headers: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """What `socket.connect_info` shows of a request or a handshake; of the headers those that begin with `x-`."""
    x_headers = [(name, value) for name, value in headers if name[:2] in ("x-", "X-")]
    return {"peer": peer, "user_agent": user_agent, "uri": uri, "x_headers": x_headers}


@dataclass(frozen=True, slots=True)
class Mount:
    """Everything that a view needs to begin, in either of its lives. It is kept until mount is over.

    `params` are the path's and the query's, merged; None when the view is not mounted at a route. `redirected` says
    that a live navigation led here, `mounts` how many joins of the view on this page succeeded before, `attempt` which
    try to join this is since then. `kept` is what the page kept for the view: tokens by name. `csrf_token` is what the
    page's plain HTTP forms carry, `csp_nonce` what its scripts do. `session` is `cookie_session`, the `visitor`'s own,
    with what the view was `handed_down` above it. A view within a view has a `lineage`, unless it is `sticky`. `shared`
    is what `assign_new` finds in the dead render: what the request keeps, or the parent's assigns. `parked` is the
    process that was mounted for the first paint, and is to be this view; nothing is mounted then.
    """

    route: Route
    dom_id: str
    uri: str
    params: dict[str, Any] | None
    session: dict[str, Any]
    endpoint: Endpoint
    flash: dict[str, str] = field(default_factory=dict[str, str])
    connect_params: dict[str, Any] = field(default_factory=dict[str, Any])
    connect_info: Mapping[str, Any] = field(default_factory=dict[str, Any])
    redirected: bool = False
    attempt: int = 1
    mounts: int = 0
    kept: Mapping[str, str] = field(default_factory=dict[str, str])
    csrf_token: str | None = None
    csp_nonce: str | None = None
    cookie_session: Mapping[str, Any] = field(default_factory=dict[str, Any])
    handed_down: Mapping[str, object] = field(default_factory=dict[str, object])
    visitor: str = ""
    lineage: Lineage | None = None
    sticky: bool = False
    shared: Mapping[str, object] = field(default_factory=dict[str, object])
    parked: Pid | None = None


class JoinAddress(msgspec.Struct, frozen=True, gc=False):
    """Where the frames of a connected view go: the `topic`, `join_ref` and `ref` of its `phx_join`."""

    topic: str
    join_ref: str | None
    ref: str | None


@dataclass(frozen=True, slots=True)
class JoinRefused:
    """In the exit reason `Shutdown(JoinRefused(error))` of a channel whose join was answered with an error: its
    connection has nothing more to say. `error` is what a callback raised, None when the visitor was sent elsewhere."""

    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class AssignWanted:
    """A call of a view within this one, which is mounting: the assign of that name, or `MISSING`."""

    name: str


class ClientEvent(msgspec.Struct, frozen=True, gc=False):
    """A frame of the view's topic: `event` is the wire's name ("event", "live_patch", …), `payload` still JSON.

    It counts with `size` bytes in `intake` until it is handled.
    """

    ref: str | None
    event: str
    payload: msgspec.Raw
    size: int
    intake: Intake


class ClientLeft(msgspec.Struct, frozen=True):
    """The client left the topic (`phx_leave`); the view answers `ref` and ends."""

    ref: str | None

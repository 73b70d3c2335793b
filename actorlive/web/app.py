"""ActorLive: the Quart extension that makes an application live.

It adds three things to a `QuartTrio` application: a rule per live route, the websocket under `/live/websocket` (with
`/live/longpoll` beside it, if asked to) and the browser client under `/live/assets`. The node that all views live in is
open while the application is served; `async with live.node()` opens it without a server, for tests and scripts.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cached_property
from types import EllipsisType
from typing import Any, TypeVar, overload

from markupsafe import Markup
from quart import Quart, Response, session
from quart_trio import QuartTrio

from actorlive.live.endpoint import Layout
from actorlive.live.on_mount import OnMount
from actorlive.live.view import LiveView
from actorlive.live.view_settings import LogLevel
from actorlive.pubsub.broker import Broker
from actorlive.pubsub.local import pubsub as pubsub_of_node
from actorlive.pubsub.opening import open_adapter
from actorlive.pubsub.presence.presence import start_presences
from actorlive.runtime import Node, open_node
from actorlive.template import Component, root_layout as default_root_layout
from actorlive.web.allowance import Peers
from actorlive.web.asked import Asked
from actorlive.web.assets import Assets
from actorlive.web.brokers import chosen_broker
from actorlive.web.colocated import ColocatedAssets
from actorlive.web.containment import ungrouped
from actorlive.web.dead import render_view
from actorlive.web.development import Development
from actorlive.web.elsewhere import Elsewhere
from actorlive.web.ending import Ending, drain_sockets
from actorlive.web.endpoint import AppEndpoint
from actorlive.web.errors import ConfigurationError
from actorlive.web.forms import csrf_exempt
from actorlive.web.hosts import Hosts
from actorlive.web.layouts import RootLayout, takes_title
from actorlive.web.limits import Limits
from actorlive.web.lines import Lines
from actorlive.web.live_routes import LiveRoutes
from actorlive.web.live_session import LiveRoute, LiveSession, SessionSource
from actorlive.web.longpoll.sessions import PolledSockets
from actorlive.web.options import check_options, check_session_options
from actorlive.web.origin import CheckOrigin, check_patterns
from actorlive.web.parking import Parking
from actorlive.web.plain import render_plain
from actorlive.web.policy import DEFAULT_POLICY
from actorlive.web.proxies import Proxies
from actorlive.web.route_checks import check_page
from actorlive.web.served_node import ServedNode, tell_of_mailbox
from actorlive.web.sockets import ListedSocket, ListedView, Sockets, listed
from actorlive.web.view_log import logging_views
from actorlive.web.visitor import renew
from actorlive.web.wiring import Wiring
from actorlive.web.workers.post import Desk, EndSockets
from actorlive.web.workers.relaying import RelayingLayer

__all__ = ["ActorLive", "LiveSession"]

ASSETS_PATH = "/live/assets"
POLLS = Markup('<meta name="live-longpoll" content="2500">')
"""Tells the client that it may poll, and after how many milliseconds without a websocket: Phoenix's number."""

_log = logging.getLogger("actorlive.web")

F = TypeVar("F", bound=Callable[..., Any])
ViewClass = TypeVar("ViewClass", bound=type[LiveView[Any]])


class ActorLive:
    """The extension. `ActorLive(app)`, or `ActorLive()` and later `init_app(app)`.

    `hosts` are the names that this server goes by, as ["example.com", "*.example.com"]: a request for another is
    refused (421). `https=True` says that browsers reach it over https: outside of debug mode a plain request is
    redirected, cookies are Secure, and browsers are told to come by https only. `proxies` are the networks of the
    reverse proxies in front, whose `X-Forwarded-Proto` and `X-Forwarded-For` are believed.
    `secret_key` signs tokens and the session; by default it is the application's own. `root_layout` is a
    component that renders the document around a page, see `actorlive.web.layouts`. `stylesheets` are linked after ours;
    a static file among them has the hash of its content in its URL. `default_style=False` leaves of ours what the
    client and the built-in components need. `title` is that of the views without a `page_title`; without it they are
    called by their names, `CounterLive` is "Counter". `layout` is the live layout around each view that has no other
    (see `actorlive.web.live_session`). `check_origin` names the
    origins whose pages may connect: True is the host's own, else patterns as "https://example.com" and
    "//*.example.com". `hooks` is the URL of an ES module (or several), each export of which is a hook.
    `protect_forms` has every POST, PUT, PATCH and DELETE carry the session's CSRF token, see `csrf_exempt`; False
    leaves plain POSTs to the application.
    `csp` is the Content-Security-Policy of every answer that brings none, in which `'nonce'` stands for the page's own
    nonce, see `csp_nonce`.
    `alive` and `ready` are paths that a load balancer asks, by any host and over plain HTTP: 200 for yes, 503 for no;
    None for none. A server that goes down is not ready.
    `longpoll` lets pages fetch by HTTP what they would get through a websocket, where none comes up.
    `pubsub` is the broker over which broadcasts reach other processes and machines, as "redis://host:6379/0"; by
    default the one that `ACTORLIVE_PUBSUB` names in the environment, or none.
    `linger` are the seconds that a page's views live on when its websocket breaks, so that the page may come back to
    them; 0 ends them with the socket.
    `debug` (by default that of the application, or its `testing`) makes faults loud.
    `log_level` ("debug", "info", …) has the logger `actorlive.views` tell of each join and message of a view, which
    costs some microseconds for each; a view may have a `log_level` of its own. What stands under a name that contains
    "password", "token" and the like, or one of `filter_parameters`, is not shown.
    """

    def __init__(
        self,
        app: Quart | None = None,
        *,
        hosts: Sequence[str] | None = None,
        https: bool = False,
        proxies: Sequence[str] = (),
        secret_key: str | bytes | None = None,
        title: str | None = None,
        stylesheets: Sequence[str] = (),
        default_style: bool = True,
        root_layout: RootLayout | None = None,
        layout: Layout | None = None,
        check_origin: CheckOrigin = True,
        hooks: str | Sequence[str] = (),
        limits: Limits | None = None,
        protect_forms: bool = True,
        csp: str = DEFAULT_POLICY,
        alive: str | None = "/live/alive",
        ready: str | None = "/live/ready",
        longpoll: bool = False,
        pubsub: str | Broker | None = None,
        linger: float = 20.0,
        debug: bool | None = None,
        log_level: LogLevel | None = None,
        filter_parameters: Sequence[str] = (),
    ) -> None:
        check_options(locals())
        check_patterns(check_origin)
        self.hosts: Hosts = Hosts(hosts)
        self.https: bool = https
        self._secret_key = secret_key
        self._debug = debug
        self.log_level: LogLevel | None = log_level
        self.filter_parameters: tuple[str, ...] = tuple(filter_parameters)
        self.title: str | None = title
        self.stylesheets: tuple[str, ...] = tuple(stylesheets)
        self.default_style: bool = default_style
        self.root_layout: RootLayout = root_layout or default_root_layout
        self.layout: Layout | None = layout
        self.check_origin: CheckOrigin = check_origin
        self.limits: Limits = limits or Limits()
        self.broker: Broker | None = chosen_broker(pubsub)
        self.csp: str = csp
        self.protect_forms: bool = protect_forms
        self.assets: Assets = Assets(ASSETS_PATH)
        self.colocated: ColocatedAssets = ColocatedAssets(
            self.assets, [hooks] if isinstance(hooks, str) else hooks
        )
        self.longpoll: bool = longpoll
        self.sockets: Sockets = Sockets()
        self.lines: Lines = Lines(self.sockets, self.limits, linger)
        self.elsewhere: Elsewhere = Elsewhere(self.disconnect_here, self.sockets)
        self.worker: int | None = None
        """Which of the server's workers this process is, from 1 on; None where it is the only one."""
        self.workers: int = 1
        self.desk: Desk | None = None
        """Where this worker writes to the others."""
        self.polls: RelayingLayer | None = None
        """Between the requests of clients that poll and what answers them, if any may poll."""
        self.polled: PolledSockets = PolledSockets(self.sockets, self.limits)
        self.development: Development | None = None
        named = Proxies(proxies)
        self.peers: Peers = Peers(named.include)
        self.parking: Parking = Parking(self.limits, self.peers)
        self._default = LiveSession(self, "default")
        self._sessions = {"default": self._default}
        self._routes = LiveRoutes(self)
        self._app: QuartTrio | None = None
        self._served = ServedNode(self._open_node, self._serve_on)
        self._wiring = Wiring(self, self._routes, named, alive=alive, ready=ready)
        if app is not None:
            self.init_app(app)

    # -- declaring -------------------------------------------------------------

    def init_app(self, app: Quart) -> None:
        """Add the routes to `app`. Raises `ConfigurationError` for one that is no `QuartTrio`, or has an extension."""
        if not isinstance(app, QuartTrio):
            raise ConfigurationError(
                f"actorlive runs on Trio: make the application with `from quart_trio import QuartTrio`,"
                f" not as {type(app).__module__}.{type(app).__qualname__}"
            )
        if "actorlive" in app.extensions:
            raise ConfigurationError(
                "this application has an ActorLive already: give all its live routes to that one, and groups of them"
                " to its live.session(…)"
            )
        if self._secret_key is not None:
            app.secret_key = self._secret_key
        self._app = app
        app.extensions["actorlive"] = self
        self._wiring.install(app)
        app.before_serving(self._start)
        app.after_serving(self._served.finish)
        self._routes.install()

    def route(
        self,
        path: str,
        view: type[LiveView[Any]] | None = None,
        *,
        action: str | None = None,
        name: str | None = None,
        layout: Layout | EllipsisType | None = ...,
    ) -> Callable[[ViewClass], ViewClass]:
        """Serve `view` at `path`, in the default live session; see `LiveSession.route`."""
        return self._default.route(path, view, action=action, name=name, layout=layout)

    def session(
        self,
        name: str,
        *,
        on_mount: Sequence[OnMount] = (),
        layout: Layout | EllipsisType | None = ...,
        root_layout: RootLayout | None = None,
        session: SessionSource | None = None,
    ) -> LiveSession:
        """A group of routes whose views share hooks, layouts and session data (mirrors `live_session`).

        `on_mount` hooks stand before each of its views. `session` is added to the session that they see: a mapping, or
        a function of the page's request; everybody can read it, nobody can change it. Raises `ConfigurationError` when
        the name is taken, or `session` has no JSON form.
        """
        check_session_options(locals())
        if name in self._sessions:
            raise ConfigurationError(
                f"there is a live session {name!r} already; keep it in a variable instead"
            )
        group = LiveSession(
            self, name, on_mount=on_mount, layout=layout, root_layout=root_layout, session=session
        )
        self._sessions[name] = group
        return group

    def add_rule(self, rule: LiveRoute) -> None:
        """Serve a route; what `LiveSession.route` ends in."""
        self._routes.add(rule)

    # -- plain routes ----------------------------------------------------------

    @overload
    async def render(
        self, page: type[LiveView[Any]], /, *, session: Mapping[str, object] | None = None
    ) -> Response: ...
    @overload
    async def render(self, page: Component[...], /, **assigns: Any) -> Response: ...
    async def render(self, page: Any, /, **assigns: Any) -> Response:
        """Answer an ordinary route with a component in the root layout: `return await live.render(page, title="…")`.

        Its forms and links hold the CSRF token. `page_title` is for the layout, as is the flash of a redirect. A
        `<.live_render>` in it is a live view by itself.

        Or with a live view: `return await live.render(Editor, session={"id": id})`. It is at no live route then: it
        has no `handle_params` and no URL, and receives `session` beside the visitor's own (`live_render/3` of Phoenix).
        Raises `CallbackError` for a view that has a `handle_params`, and for a session that cannot travel in a token;
        `ConfigurationError` for what is neither a component nor a view.
        """
        if isinstance(page, Component):
            with ungrouped():
                return await render_plain(self, page, assigns)
        check_page(page, assigns)
        with ungrouped():
            return await render_view(self, page, assigns.get("session") or {})

    def csrf_exempt(self, function: F) -> F:
        """A view function that takes requests without a CSRF token, such as those of a payment service."""
        return csrf_exempt(function)

    def renew_session(self) -> None:
        """Make the visitor of this request a new one, as at every login (mirrors `configure_session(renew: true)`).

        The CSRF token is another then, and what was given to earlier pages of the session is good no longer: they load
        afresh when they join or send. `session.clear()`, as at a logout, does the same. Everything else in the session
        stays, and so do open sockets; `disconnect` closes those.
        """
        renew(session)

    @property
    def stylesheet(self) -> str:
        """The URL of our stylesheet: the whole, or what is needed of it."""
        return self.assets.url("actorlive.css" if self.default_style else "unstyled.css")

    def page_tags(self) -> Markup:
        """What a page needs in its head beside the client: colocated code, how it may connect, and what development
        adds."""
        tags = self.colocated.tags(debug=self.endpoint.debug)
        if self.longpoll:
            tags = POLLS + tags
        return tags if self.development is None else self.development.tags() + tags

    # -- running ---------------------------------------------------------------

    @property
    def app(self) -> QuartTrio:
        """The application. Raises `ConfigurationError` when it has not been given yet."""
        if self._app is None:
            raise ConfigurationError("no application yet: pass one to ActorLive(app), or call init_app(app)")
        return self._app

    @cached_property
    def endpoint(self) -> AppEndpoint:
        """The application as its views see it."""
        return AppEndpoint(
            self.app,
            debug=self._debug,
            calls_by_view=self._calls_by_view,
            is_current_asset=self._is_current_asset,
            max_kept=self.limits.kept_in_a_join(),
            max_frame=self.limits.max_frame,
            max_url=self.limits.max_head,
            parked=self.parking.take,
        )

    def _is_current_asset(self, path: str) -> bool:
        self.colocated.manifest()  # brings along what has been imported meanwhile
        return self.assets.is_current(path)

    def _calls_by_view(self, session: str) -> bool:
        """True where the pages of a live session are called by their views: a layout of its own may have its title."""
        return self.title is None and takes_title(self._sessions[session].root_layout)

    @property
    def current_node(self) -> Node:
        """The open node. Raises `ConfigurationError` when the application is not being served."""
        return self._served.current

    @property
    def running_node(self) -> Node | None:
        """The open node, or None."""
        return self._served.running

    def node_to_park_in(self, asked: Asked) -> Node | None:
        """Where the view of this request's page may wait for the page's join; None where it may not."""
        return self.running_node if self.is_ready and self.parking.admits(asked) else None

    def node(self) -> AbstractAsyncContextManager[Node]:
        """The node that is open, or one that is open for the block of this context manager."""
        return self._served.open()

    @asynccontextmanager
    async def _open_node(self) -> AsyncGenerator[Node]:
        async with (
            open_adapter(self.broker, connect=not self.app.testing) as attach,
            open_node(high_water=self.limits.max_mailbox, on_high_water=tell_of_mailbox) as node,
        ):
            attach(pubsub_of_node())
            pubsub_of_node().workers = self.workers
            if self.broker is not None:
                start_presences()
            yield node

    @asynccontextmanager
    async def _serve_on(self, node: Node) -> AsyncGenerator[None]:
        """What the views of a node need of this extension while it is open."""
        self.sockets.draining = False
        others = nullcontext() if self.broker is None else self.elsewhere.heard_on(node)
        log = logging_views(self.log_level, self.filter_parameters)
        with log, self.lines.on(node), others:
            async with self.polled.watched():
                yield

    def list_sockets(self) -> list[ListedSocket]:
        """The open websockets with the views that are joined over them. For a look into one view, `examine(pid)`."""
        return listed(self.sockets)

    def list_views(self) -> list[ListedView]:
        """The views that are joined, of all websockets (`Debug.list_liveviews/0`)."""
        return [view for socket in self.list_sockets() for view in socket.views]

    def disconnect(self, live_socket_id: str | None) -> int:
        """Close the sockets whose session has this `live_socket_id`, as at a logout; returns how many.

        Their clients come back at once, with the cookie that they have, and are authorized anew: so `on_mount` must
        ask the server whether a session is still good. None and "", which are nobody's id, close nothing. Other workers
        of this server close theirs, too, and with a broker other servers; those are not counted. Raises `MessageError`
        for an id that is longer than the broker carries.
        """
        closed = self.disconnect_here(live_socket_id)
        if live_socket_id:
            if self.desk is not None:
                self.desk.send_to_all(EndSockets(live_socket_id))
            self.elsewhere.disconnect(live_socket_id)
        return closed

    def disconnect_here(self, live_socket_id: str | None) -> int:
        """The same, of this worker alone; what waits for the join of its page ends, too."""
        if live_socket_id:
            self.parking.disconnect(live_socket_id)
        return self.sockets.disconnect(live_socket_id)

    async def drain(self, grace: float = 5.0) -> None:
        """Accept no new websockets, close the open ones with 1012, and wait at most `grace` seconds for their views."""
        ending = Ending(grace)
        ending.request()
        await ending.begin()
        await drain_sockets(self.sockets, self.running_node, ending, self.parking)

    @property
    def is_ready(self) -> bool:
        """True while pages are served and their views live; not while the server starts or goes down."""
        node = self.running_node
        return node is not None and not node.stopping and not self.sockets.draining

    def is_page(self, path: str) -> bool:
        """True for the path of a live route, by its rule alone: whether the application lets it be seen is another
        question."""
        return self._routes.is_page(path)

    async def _start(self) -> None:
        _ = self.endpoint.tokens  # a missing key is found now, not by the first visitor
        self._routes.check_uploads(self.limits.max_frame)
        if not self.hosts.are_named and not self.endpoint.debug:
            _log.warning(
                'requests are served for every host name that they give: pass ActorLive(hosts=["example.com"])'
            )
        await self._served.start(self.app.nursery)
        await self._wiring.enter_node()  # functions of `before_serving` that come later may start processes

    async def node_failed(self) -> BaseException:
        """Wait until the node of the served application has ended by a fault; returns it."""
        return await self._served.failed()

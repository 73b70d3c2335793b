"""ActorLive: the Quart extension that makes an application live.

It adds three things to a `QuartTrio` application: a rule per live route, the websocket under `/live/websocket` (with
`/live/longpoll` beside it, if asked to) and the browser client under `/live/assets`. The node that all views live in is
open while the application is served; `async with live.node()` opens it without a server, for tests and scripts.
"""

from __future__ import annotations

import logging
import math
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import cached_property, partial
from types import EllipsisType
from typing import Any, TypeVar, cast, overload

import trio
from markupsafe import Markup
from quart import Quart, Request, Response, abort, request, session
from quart.globals import request_ctx
from quart.typing import ResponseTypes
from quart_trio import QuartTrio

from actorlive import telemetry
from actorlive.live.endpoint import Layout
from actorlive.live.on_mount import OnMount
from actorlive.live.view import LiveView
from actorlive.pubsub.broker import Broker
from actorlive.pubsub.local import pubsub as pubsub_of_node
from actorlive.pubsub.opening import open_adapter
from actorlive.pubsub.presence.presence import start_presences
from actorlive.redaction import Redactor
from actorlive.runtime import Node, NodeFailed, Pid, enter_node, open_node, statistics
from actorlive.runtime.faults import flatten
from actorlive.template import Component, root_layout as default_root_layout
from actorlive.template.rendering.urls import address_variable
from actorlive.web.allowance import Peers, reached
from actorlive.web.asgi import Asgi
from actorlive.web.assets import FOREVER, Assets
from actorlive.web.brokers import chosen_broker
from actorlive.web.colocated import MANIFEST, ColocatedAssets
from actorlive.web.containment import HttpConnection, ungrouped
from actorlive.web.csrf import csrf_token
from actorlive.web.dead import render_view, respond
from actorlive.web.development import Development
from actorlive.web.elsewhere import Elsewhere
from actorlive.web.ending import Ending, drain_sockets
from actorlive.web.endpoint import AppEndpoint
from actorlive.web.entrance import Entrance
from actorlive.web.error_page import error_page
from actorlive.web.errors import ConfigurationError
from actorlive.web.failures import answer_failures
from actorlive.web.forms import MethodOverride, check_csrf_token, csrf_exempt
from actorlive.web.headers import secure
from actorlive.web.health import Health
from actorlive.web.hosts import Hosts
from actorlive.web.layouts import RootLayout, takes_title
from actorlive.web.limits import Limits
from actorlive.web.lines import Lines
from actorlive.web.live_session import LiveRoute, LiveSession, SessionSource
from actorlive.web.longpoll.body import Unbuffered
from actorlive.web.longpoll.route import LONGPOLL_PATH, serve_longpoll
from actorlive.web.longpoll.sessions import PolledSockets
from actorlive.web.origin import CheckOrigin, check_patterns
from actorlive.web.parking import Parking
from actorlive.web.plain import render_plain
from actorlive.web.policy import DEFAULT_POLICY, policy
from actorlive.web.proxies import Proxies
from actorlive.web.signing import keep_sessions
from actorlive.web.sockets import ListedSocket, ListedView, Sockets, listed
from actorlive.web.statics import VERSION
from actorlive.web.status_pages import show_status_pages
from actorlive.web.transport import SOCKET_PATH, WebsocketConnection, serve_websocket
from actorlive.web.view_log import LogLevel, ViewLog
from actorlive.web.visitor import renew
from actorlive.web.workers.post import Desk, EndSockets

__all__ = ["ActorLive", "LiveSession"]

ASSETS_PATH = "/live/assets"
POLLS = Markup('<meta name="live-longpoll" content="2500">')
"""Tells the client that it may poll, and after how many milliseconds without a websocket: Phoenix's number."""

_log = logging.getLogger("actorlive.web")

F = TypeVar("F", bound=Callable[..., Any])
ViewClass = TypeVar("ViewClass", bound=type[LiveView[Any]])


def tell_of_mailbox(pid: Pid, length: int) -> None:
    """A process is sent more than it handles."""
    name = statistics(pid).function
    reached("max_mailbox", name)
    _log.warning("%s has %d messages in its mailbox; see Limits.max_mailbox", name, length)


def _path(path: str | None) -> str | None:
    if path is not None and not path.startswith("/"):
        raise ConfigurationError(
            f'{path!r} is not a path: it begins with "/", as "/live/ready", or is None for none'
        )
    return path


def _seconds(linger: object) -> float:
    if isinstance(linger, bool) or not isinstance(linger, int | float) or not 0 <= linger < math.inf:
        raise ConfigurationError(f"ActorLive(linger={linger!r}): these are seconds, a number from 0 on")
    return linger


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
        check_patterns(check_origin)
        self.hosts: Hosts = Hosts(hosts)
        self.https: bool = https
        self._proxies = Proxies(proxies)
        self._secret_key = secret_key
        self._debug = debug
        self.log_level: LogLevel | None = log_level
        self.filter_parameters: tuple[str, ...] = tuple(filter_parameters)
        self.title: str | None = title
        self.stylesheets: tuple[str, ...] = tuple(stylesheets)
        self.default_style: bool = default_style
        self._alive = _path(alive)
        self._ready = _path(ready)
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
        self.lines: Lines = Lines(self.sockets, self.limits, _seconds(linger))
        self.elsewhere: Elsewhere = Elsewhere(self.disconnect_here, self.sockets)
        self.worker: int | None = None
        """Which of the server's workers this process is, from 1 on; None where it is the only one."""
        self.workers: int = 1
        self.desk: Desk | None = None
        """Where this worker writes to the others."""
        self.polled: PolledSockets = PolledSockets(self.sockets, self.limits)
        self.development: Development | None = None
        self.peers: Peers = Peers(self._proxies.include)
        self.parking: Parking = Parking(self.limits, self.peers)
        self._default = LiveSession(self, "default")
        self._sessions = {"default": self._default}
        self._rules: list[LiveRoute] = []
        self._paths: set[str] = set()
        self._has_patterns = False
        self._app: QuartTrio | None = None
        self._node: Node | None = None
        self._stop = trio.Event()
        self._stopped = trio.Event()
        self._failed = trio.Event()
        self._failure: BaseException | None = None
        if app is not None:
            self.init_app(app)

    # -- declaring -------------------------------------------------------------

    def init_app(self, app: Quart) -> None:
        """Add the routes to `app`. Raises `ConfigurationError` when it is no `QuartTrio`."""
        if not isinstance(app, QuartTrio):
            raise ConfigurationError(
                f"actorlive runs on Trio: make the application with `from quart_trio import QuartTrio`,"
                f" not as {type(app).__module__}.{type(app).__qualname__}"
            )
        if self._secret_key is not None:
            app.secret_key = self._secret_key
        if app.config["SESSION_COOKIE_SAMESITE"] is None:
            app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        self._app = app
        keep_sessions(app)
        app.extensions["actorlive"] = self
        served = cast("Any", app)
        served.asgi_http_class = HttpConnection
        served.asgi_websocket_class = WebsocketConnection
        asgi = Unbuffered(app.asgi_app, LONGPOLL_PATH) if self.longpoll else app.asgi_app
        served.asgi_app = self._health(self._entrance(MethodOverride(asgi)))
        answer_failures(app, lambda: self.endpoint.debug, self._error_page)
        show_status_pages(app, self.assets)
        app.add_websocket(SOCKET_PATH, "actorlive.websocket", self._websocket)
        if self.longpoll:
            poll = csrf_exempt(partial(serve_longpoll, self))  # it looks at the token of the URL
            app.add_url_rule(LONGPOLL_PATH, "actorlive.longpoll", poll, methods=["GET", "POST"])
        app.add_url_rule(f"{ASSETS_PATH}/<name>", "actorlive.assets", self._asset)
        app.context_processor(self._template_functions)
        app.before_request(self._check_csrf_token)
        app.before_request(self._enter_node)
        app.after_request(self._secure)
        app.before_websocket(self._enter_node)
        app.before_serving(self._start)
        app.after_serving(self._finish)
        for rule in self._rules:
            self._add_to_app(rule)

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
        self._rules.append(rule)
        if self._app is not None:
            self._add_to_app(rule)

    def _add_to_app(self, rule: LiveRoute) -> None:
        async def page(**from_path: object) -> Response:
            with ungrouped():
                return await respond(self, rule, from_path)

        self.app.add_url_rule(rule.path, rule.endpoint, page, methods=["GET"])
        self.endpoint.router.add(rule.endpoint, rule.route)
        if "<" in rule.path:
            self._has_patterns = True
        else:
            self._paths.add(rule.path)

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
        Raises `CallbackError` for a view that has a `handle_params`, and for a session that cannot travel in a token.
        """
        if isinstance(page, Component):
            with ungrouped():
                return await render_plain(self, page, assigns)
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

    def _error_page(self, error: BaseException) -> str:
        return error_page(error) if self.development is None else self.development.error_page(error)

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
        if self._node is None:
            raise ConfigurationError(
                "no node is open: views live while the application is served (`actorlive run module:app`),"
                " inside `app.test_app()`, or inside `async with live.node()`"
            )
        return self._node

    @property
    def running_node(self) -> Node | None:
        """The open node, or None."""
        return self._node

    def node_to_park_in(self, asked: Request) -> Node | None:
        """Where the view of this request's page may wait for the page's join; None where it may not."""
        return self._node if self.is_ready and self.parking.admits(asked) else None

    @asynccontextmanager
    async def node(self) -> AsyncGenerator[Node]:
        """The node that is open, or one that is open for this block."""
        if self._node is not None:
            yield self._node
            return
        limits = self.limits
        async with (
            open_adapter(self.broker, connect=not self.app.testing) as attach,
            open_node(high_water=limits.max_mailbox, on_high_water=tell_of_mailbox) as node,
        ):
            attach(pubsub_of_node())
            pubsub_of_node().workers = self.workers
            if self.broker is not None:
                start_presences()
            self._node = node
            self.sockets.draining = False
            others = nullcontext() if self.broker is None else self.elsewhere.heard_on(node)
            try:
                with self._logging_views(), self.lines.on(node), others:
                    async with self.polled.watched():
                        yield node
            finally:
                self._node = None

    @contextmanager
    def _logging_views(self) -> Generator[None]:
        if self.log_level is None:
            yield
            return
        log = ViewLog(Redactor(self.filter_parameters), self.log_level)
        telemetry.attach(log, log.note)
        try:
            yield
        finally:
            telemetry.detach(log)

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
        await drain_sockets(self.sockets, self._node, ending, self.parking)

    @property
    def is_ready(self) -> bool:
        """True while pages are served and their views live; not while the server starts or goes down."""
        return self._node is not None and not self._node.stopping and not self.sockets.draining

    def is_page(self, path: str) -> bool:
        """True for the path of a live route, by its rule alone: whether the application lets it be seen is another
        question."""
        if self.app.url_map.host_matching:
            return False  # which rule it is depends on more than the path
        return path in self._paths or (self._has_patterns and self.endpoint.router.is_live(path))

    async def _start(self) -> None:
        _ = self.endpoint.tokens  # a missing key is found now, not by the first visitor
        self._check_uploads()
        if not self.hosts.are_named and not self.endpoint.debug:
            _log.warning(
                'requests are served for every host name that they give: pass ActorLive(hosts=["example.com"])'
            )
        self._stop, self._stopped = trio.Event(), trio.Event()
        await self.app.nursery.start(self._hold_node)
        await self._enter_node()  # functions of `before_serving` that come later may start processes

    def _check_uploads(self) -> None:
        """Those that views declare. What components declare, and what is allowed later, is looked at then."""
        for view in {rule.route.view for rule in self._rules}:
            for name, upload in view.__uploads__.items():
                misfit = upload.misfit(f"the upload {name!r} of {view.__qualname__}", self.limits.max_frame)
                if misfit is not None:
                    raise ConfigurationError(misfit)

    async def _hold_node(self, *, task_status: trio.TaskStatus[None]) -> None:
        try:
            async with self.node():
                task_status.started()
                await self._stop.wait()
        except BaseException as error:
            is_cancelled = all(isinstance(leaf, trio.Cancelled) for leaf in flatten(error))
            if not is_cancelled:  # else another has failed
                self._failure = error
                self._failed.set()
            raise
        finally:
            self._stopped.set()

    async def node_failed(self) -> BaseException:
        """Wait until the node of the served application has ended by a fault; returns it."""
        await self._failed.wait()
        return self._failure or NodeFailed("the node has ended")

    async def _finish(self) -> None:
        self._stop.set()
        await self._stopped.wait()

    # -- requests --------------------------------------------------------------

    async def _enter_node(self) -> None:
        """Let handlers and dead renders speak to processes by name, and `url_for` know the application.

        A coroutine, because Quart runs plain functions in a thread, where setting a context variable has no effect.
        """
        address_variable.set(self.endpoint)
        if self._node is not None:
            enter_node(self._node)

    def _health(self, asgi: Asgi) -> Asgi:
        questions = {self._alive: lambda: True, self._ready: lambda: self.is_ready}
        known = {path: ask for path, ask in questions.items() if path is not None}
        return Health(asgi, known, lambda: self.worker)

    def _entrance(self, asgi: Asgi) -> Asgi:
        if self.hosts.is_open and not self._proxies and not self.https:
            return asgi
        return Entrance(
            self.app, asgi, self.hosts, self._proxies, https=self.https, debug=lambda: self.endpoint.debug
        )

    async def _secure(self, response: ResponseTypes) -> ResponseTypes:
        """A coroutine, because Quart runs plain functions in a thread."""
        asked = request_ctx.request
        if self._is_kept(asked):
            response.headers["Cache-Control"] = FOREVER
        hsts = self.https and asked.scheme == "https" and not self.endpoint.debug
        return secure(response, csp=policy(self.csp), hsts=hsts)

    def _is_kept(self, asked: Request) -> bool:
        """True for a static file that is asked for by the hash of its content."""
        version = asked.args.get(VERSION) if asked.endpoint == "static" else None
        name = (asked.view_args or {}).get("filename")
        return version is not None and version == self.endpoint.statics.version(str(name))

    async def _template_functions(self) -> dict[str, Any]:
        return {"csrf_token": csrf_token}

    async def _check_csrf_token(self) -> None:
        await check_csrf_token(self.app, every=self.protect_forms)

    async def _websocket(self) -> Response | None:
        return await serve_websocket(self)

    async def _asset(self, name: str) -> Response:
        if name == MANIFEST:
            headers = {"Cache-Control": "no-cache"}
            return Response(self.colocated.json(), content_type="application/json", headers=headers)
        asset = self.assets.get(name)
        if asset is None:
            abort(404)
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        if "gzip" in request.accept_encodings:
            return Response(
                asset.gzipped,
                content_type=asset.content_type,
                headers={**headers, "Content-Encoding": "gzip"},
            )
        return Response(asset.body, content_type=asset.content_type, headers=headers)

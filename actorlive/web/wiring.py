"""What the extension adds to an application: layers around it, routes of its own, and what every request passes.

From the outside in: `Health`, `Entrance`, `MethodOverride`, then Quart, whose hooks check the CSRF token, let handlers
speak to processes, and put the headers on the answer. The order is the rule: a load balancer is answered before hosts
are looked at, hosts are looked at before a body is, and a method is known before its route is.

Hooks are coroutines, because Quart runs plain functions in a thread, where setting a context variable has no effect.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from quart import Request, Response
from quart.globals import request_ctx
from quart.typing import ResponseTypes
from quart_trio import QuartTrio

from actorlive.redaction import Redactor
from actorlive.runtime import enter_node
from actorlive.template.rendering.urls import address_variable
from actorlive.web.asgi import Asgi
from actorlive.web.asset_route import answer_asset
from actorlive.web.assets import FOREVER
from actorlive.web.containment import HttpConnection
from actorlive.web.csrf import csrf_token
from actorlive.web.entrance import Entrance
from actorlive.web.error_page import error_page
from actorlive.web.failures import answer_failures
from actorlive.web.forms import MethodOverride, check_csrf_token, csrf_exempt
from actorlive.web.headers import secure
from actorlive.web.health import Health
from actorlive.web.live_routes import LiveRoutes
from actorlive.web.longpoll.body import Unbuffered
from actorlive.web.longpoll.route import LONGPOLL_PATH, serve_longpoll
from actorlive.web.page_answer import PageAnswer
from actorlive.web.policy import policy
from actorlive.web.proxies import Proxies
from actorlive.web.shortcut import Shortcut
from actorlive.web.signing import keep_sessions
from actorlive.web.statics import VERSION
from actorlive.web.status_pages import show_status_pages
from actorlive.web.transport import SOCKET_PATH, WebsocketConnection, serve_websocket
from actorlive.web.workers.post import Desk
from actorlive.web.workers.relaying import RelayingLayer

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["Wiring"]


KEPT = (200, 206, 304)
"""Statuses of a static file, or a part of one. One that has gone meanwhile is not gone for a year."""


class Wiring:
    """Joins an extension to its application.

    `alive` and `ready` are the paths of the load balancer's two questions, None for none.
    """

    def __init__(
        self, live: ActorLive, routes: LiveRoutes, proxies: Proxies, *, alive: str | None, ready: str | None
    ) -> None:
        self._live = live
        self._proxies = proxies
        self._alive = alive
        self._ready = ready
        self._redactor = Redactor(live.filter_parameters)
        self.shortcut: Shortcut = Shortcut(
            live,
            routes,
            enter=self.enter_node,
            finish=self._add_headers,
            finish_page=self._page_answer,
            socket=self._websocket,
        )

    def install(self, app: QuartTrio) -> None:
        """Add everything but the live routes."""
        if app.config["SESSION_COOKIE_SAMESITE"] is None:
            app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        keep_sessions(app)
        self._add_hooks(app)
        self.shortcut.install(app, (self._check_csrf_token, self.enter_node, self._secure))
        answer_failures(app, lambda: self._live.endpoint.debug, self._error_page)
        show_status_pages(app, self._live.assets)
        self._add_layers(app)
        self._add_routes(app)
        app.context_processor(self._template_functions)

    async def enter_node(self) -> None:
        """Let handlers and dead renders speak to processes by name, and `url_for` know the application."""
        address_variable.set(self._live.endpoint)
        node = self._live.running_node
        if node is not None:
            enter_node(node)

    # -- layers ----------------------------------------------------------------

    def _add_layers(self, app: QuartTrio) -> None:
        served = cast("Any", app)
        served.asgi_http_class = partial(HttpConnection, shortcut=self.shortcut)
        served.asgi_websocket_class = partial(WebsocketConnection, shortcut=self.shortcut)
        if self._live.longpoll:
            unbuffered = Unbuffered(app.asgi_app, LONGPOLL_PATH)
            self._live.polls = RelayingLayer(unbuffered, LONGPOLL_PATH, self._neighbours)
        asgi = self._live.polls or app.asgi_app
        served.asgi_app = self._health(self._entrance(app, MethodOverride(asgi)))

    def _neighbours(self) -> Desk | None:
        return self._live.desk

    def _health(self, asgi: Asgi) -> Asgi:
        questions = {self._alive: lambda: True, self._ready: lambda: self._live.is_ready}
        known = {path: ask for path, ask in questions.items() if path is not None}
        return Health(asgi, known, lambda: self._live.worker)

    def _entrance(self, app: QuartTrio, asgi: Asgi) -> Asgi:
        live = self._live
        if live.hosts.is_open and not self._proxies and not live.https:
            return asgi
        return Entrance(
            app, asgi, live.hosts, self._proxies, https=live.https, debug=lambda: live.endpoint.debug
        )

    # -- routes ----------------------------------------------------------------

    def _add_routes(self, app: QuartTrio) -> None:
        app.add_websocket(SOCKET_PATH, "actorlive.websocket", self._websocket)
        if self._live.longpoll:
            poll = csrf_exempt(partial(serve_longpoll, self._live))  # it looks at the token of the URL
            app.add_url_rule(LONGPOLL_PATH, "actorlive.longpoll", poll, methods=["GET", "POST"])
        app.add_url_rule(f"{self._live.assets.prefix}/<name>", "actorlive.assets", self._asset)

    async def _websocket(self) -> Response | None:
        return await serve_websocket(self._live)

    async def _asset(self, name: str) -> Response:
        return answer_asset(self._live.assets, self._live.colocated, name)

    # -- hooks -----------------------------------------------------------------

    def _add_hooks(self, app: QuartTrio) -> None:
        app.before_request(self._check_csrf_token)
        app.before_request(self.enter_node)
        app.after_request(self._secure)
        app.before_websocket(self.enter_node)

    async def _template_functions(self) -> dict[str, Any]:
        return {"csrf_token": csrf_token}

    async def _check_csrf_token(self) -> None:
        await check_csrf_token(self._live.app, every=self._live.protect_forms)

    async def _secure(self, response: ResponseTypes) -> ResponseTypes:
        asked = request_ctx.request
        if response.status_code in KEPT and self._is_kept(asked):
            response.headers["Cache-Control"] = FOREVER
        return self._add_headers(response, asked.scheme)

    def _add_headers(self, response: ResponseTypes, scheme: str) -> ResponseTypes:
        return secure(response, csp=policy(self._live.csp), hsts=self._has_hsts(scheme))

    def _page_answer(self, body: bytes, more: Iterable[tuple[str, str]], scheme: str) -> PageAnswer:
        return PageAnswer.of(body, more, csp=policy(self._live.csp), hsts=self._has_hsts(scheme))

    def _has_hsts(self, scheme: str) -> bool:
        return self._live.https and scheme == "https" and not self._live.endpoint.debug

    def _is_kept(self, asked: Request) -> bool:
        """True for a static file that is asked for by the hash of its content."""
        version = asked.args.get(VERSION) if asked.endpoint == "static" else None
        name = (asked.view_args or {}).get("filename")
        return version is not None and version == self._live.endpoint.statics.version(str(name))

    def _error_page(self, error: BaseException) -> str:
        development = self._live.development
        return error_page(error, self._redactor) if development is None else development.error_page(error)

"""A live page, or the handshake of its socket, past what Quart does around every request.

Quart makes a `Request`, matches its URL, and asks signals, hooks of the application and hooks of blueprints, each of
which may be a coroutine or not, before and behind every view function: half of what a page costs. Most applications
have none of them around their live pages but ours. Where that is so, and only there, ours are called from here.

**What stays the same, because it is the same code**: the layers around Quart (hosts, https, proxies), the session, the
page, who may connect, the headers of the answer, and what becomes of an error, which goes to the application's error
handlers. `quart.request`, `websocket`, `session`, `g`, `current_app` and `url_for` are there as ever: a `ShortContext`
is a context of Quart's, which makes the `Request` when somebody asks for it.

**Who does not come here**: whatever is not a GET or HEAD of a live route, or a handshake over plain TCP; an application
of a class of its own, with sessions of its own kind, with a `SERVER_NAME` or rules by host, with hooks or receivers of
Quart's signals. That is looked at for each request, since a receiver may come at any time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Self, cast

from quart import Quart, globals as quart_globals, signals
from quart.ctx import RequestContext, WebsocketContext
from quart.sessions import SecureCookieSession
from quart.typing import ResponseTypes
from quart_trio import QuartTrio

from actorlive.web.asked import Asked
from actorlive.web.containment import ungrouped
from actorlive.web.dead import answer, render_route
from actorlive.web.live_routes import LiveRoutes
from actorlive.web.live_session import LiveRoute
from actorlive.web.page_answer import PageAnswer
from actorlive.web.signing import CookieSessions
from actorlive.web.transport import answer_websocket

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["ShortPage", "ShortSocket", "Shortcut"]

_variables = cast("Any", quart_globals)
_request_variable, _websocket_variable = _variables._cv_request, _variables._cv_websocket
_app_variable = _variables._cv_app

_APP_SIGNALS = (signals.appcontext_pushed, signals.appcontext_popped, signals.appcontext_tearing_down)
_PAGE_SIGNALS = (
    *_APP_SIGNALS,
    signals.request_started,
    signals.request_finished,
    signals.request_tearing_down,
)
_SOCKET_SIGNALS = (
    *_APP_SIGNALS,
    signals.websocket_started,
    signals.websocket_finished,
    signals.websocket_tearing_down,
)

_PASSED_BY = frozenset(
    f"{step}_{kind}"
    for kind in ("request", "websocket")
    for step in ("preprocess", "dispatch", "finalize", "do_teardown")
) | {"process_response", "postprocess_websocket", "make_response", "do_teardown_appcontext"}
"""Methods of Quart's that are not called here; an application may have put its own in their place."""

_WRAPPED = frozenset(
    {"request_context", "websocket_context", "full_dispatch_request", "full_dispatch_websocket"}
)
"""Those that we put our own around: the application's must not be there before."""


class ShortPage(Asked):
    """A page that is asked for, the route that it is of, and how to make Quart's request of it."""

    def __init__(
        self,
        scope: Mapping[str, Any],
        found: LiveRoute,
        from_path: Mapping[str, Any],
        make: Callable[[], Any],
    ) -> None:
        super().__init__(scope)
        self.found = found
        self.from_path = from_path
        self.make = make


class ShortSocket(Asked):
    """A socket that is asked for, how to accept it, and how to make Quart's websocket of it."""

    def __init__(
        self, scope: Mapping[str, Any], accept: Callable[[], Awaitable[None]], make: Callable[[], Any]
    ) -> None:
        super().__init__(scope)
        self.accept = accept
        self.make = make


class ShortContext:
    """What a context of Quart's does without a request: the variables, and the session.

    Nothing is left to be called at its end. What Quart has in `request_websocket` and `url_adapter` is made when it is
    looked up there.
    """

    def __init__(self, app: Quart, asked: ShortPage | ShortSocket, variable: Any) -> None:
        self.app = app
        self.asked = asked
        self.session: Any = None
        self.preserved = False
        self._variable = variable
        self._tokens: list[tuple[Any, Any]] = []

    def __getattr__(self, name: str) -> Any:
        if name not in ("request_websocket", "url_adapter"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        made = self.asked.make()
        made.routing_exception, made.json_module = None, self.app.json
        self.request_websocket, self.url_adapter = made, cast("Any", self.app).create_url_adapter(made)
        cast("Any", self).match_request()
        return vars(self)[name]

    async def __aenter__(self) -> Self:
        sessions = self.app.session_interface
        opened = await sessions.open_session(self.app, cast("Any", self.asked))
        self.session = await sessions.make_null_session(self.app) if opened is None else opened
        self._tokens = [(self._variable, self._variable.set(self))]
        around = _app_variable.get(None)
        if around is None or around.app is not self.app:
            self._tokens.append((_app_variable, _app_variable.set(self.app.app_context())))
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._tokens:
            variable, token = self._tokens.pop()
            variable.reset(token)


class PageContext(ShortContext, RequestContext):
    """The context of a page, after which `after_this_request` may have something done."""

    def __init__(self, app: Quart, asked: ShortPage) -> None:
        super().__init__(app, asked, _request_variable)
        self.flashes = None
        self._after_request_functions: list[Any] = []

    @property
    def has_functions(self) -> bool:
        """True when something is to be done after this request."""
        return bool(self._after_request_functions)

    async def after_this_request(self, response: Any) -> Any:
        """Call the functions that were given to Quart's function of that name."""
        for function in self._after_request_functions:
            response = await cast("Any", self.app).ensure_async(function)(response)
        return response

    def copy(self) -> RequestContext:
        """An ordinary context, for a task of the application."""
        return RequestContext(self.app, self.request, self.session)


class SocketContext(ShortContext, WebsocketContext):
    """The context of a handshake."""

    def __init__(self, app: Quart, asked: ShortSocket) -> None:
        super().__init__(app, asked, _websocket_variable)
        self._after_websocket_functions: list[Any] = []

    def copy(self) -> WebsocketContext:
        """An ordinary context, for a task of the application."""
        return WebsocketContext(self.app, self.websocket, self.session)


class Shortcut:
    """The way itself, of one application.

    `enter` and `finish` are what stands before and behind each page, the latter as `finish_page` for one that is bytes
    already, with further headers; `socket` is the function of our websocket's route.
    """

    is_open: bool = True
    """False sends everybody through Quart."""

    def __init__(
        self,
        live: ActorLive,
        routes: LiveRoutes,
        *,
        enter: Callable[[], Awaitable[None]],
        finish: Callable[[ResponseTypes, str], ResponseTypes],
        finish_page: Callable[[bytes, Iterable[tuple[str, str]], str], PageAnswer],
        socket: Callable[..., Any],
    ) -> None:
        self._live = live
        self._routes = routes
        self._enter = enter
        self._finish = finish
        self._finish_page = finish_page
        self._socket_function = socket
        self._ours: Sequence[Callable[..., Any]] = ()
        self._is_wrapped = False

    def install(self, app: QuartTrio, ours: Sequence[Callable[..., Any]]) -> None:
        """Have Quart begin and dispatch what comes this way as is said here. Called before anything has looked at how
        it dispatches; those of its hooks are ours that are among `ours`, and all others the application's, whenever it
        has added them."""
        served = cast("Any", app)
        self._ours = ours
        self._is_wrapped = not _WRAPPED.isdisjoint(vars(app))
        served.request_context = _context(served.request_context, ShortPage, PageContext, app)
        served.websocket_context = _context(served.websocket_context, ShortSocket, SocketContext, app)
        served.full_dispatch_request = _dispatch(served.full_dispatch_request, PageContext, self._page)
        served.full_dispatch_websocket = _dispatch(
            served.full_dispatch_websocket, SocketContext, self._socket
        )

    # -- who comes -------------------------------------------------------------

    def page(self, scope: Mapping[str, Any], make: Callable[[], Any]) -> ShortPage | None:
        """The page that is asked for, if it may come this way."""
        if scope["method"] not in ("GET", "HEAD") or not self._is_free(scope, _PAGE_SIGNALS):
            return None
        found = self._routes.find(scope["path"])
        return None if found is None else ShortPage(scope, *found, make)

    def socket(
        self, scope: Mapping[str, Any], accept: Callable[[], Awaitable[None]], make: Callable[[], Any]
    ) -> ShortSocket | None:
        """The socket that is asked for, if it may come this way."""
        if not self._is_free(scope, _SOCKET_SIGNALS):
            return None
        endpoint, _ = self._live.endpoint.router.find(scope["path"], websocket=True) or ("", {})
        is_ours = self._live.app.view_functions.get(endpoint) == self._socket_function
        return ShortSocket(scope, accept, make) if is_ours else None

    def _is_free(self, scope: Mapping[str, Any], heard: tuple[Any, ...]) -> bool:
        """True while nobody of the application's stands around its requests, and this one is like any other."""
        app = self._live.app
        config = vars(app)["config"]
        return (
            self.is_open
            and not self._is_wrapped
            and not (scope.get("root_path") or scope.get("_quart._preserve_context"))
            and not any(signal.receivers for signal in heard)
            and type(app) is QuartTrio
            and type(app.session_interface) is CookieSessions
            and not (config["SERVER_NAME"] or config["PRESERVE_CONTEXT_ON_EXCEPTION"])
            and not app.url_map.host_matching
            and _PASSED_BY.isdisjoint(vars(app))
            and all(hook in self._ours for hook in _hooks_of(app))
        )

    # -- what is done ----------------------------------------------------------

    async def _page(self, context: PageContext) -> ResponseTypes | PageAnswer:
        app, asked = cast("Any", self._live.app), cast("ShortPage", context.asked)
        try:
            await self._enter()
            with ungrouped():
                document = await render_route(self._live, asked, asked.found, asked.from_path)
                body = document.encode() if isinstance(document, str) else None
        except (Exception, BaseExceptionGroup) as error:
            return await app.finalize_request(await app.handle_user_exception(error), context)
        if body is not None and (page := self._page_answer(context, body)) is not None:
            return page
        response: Any = await context.after_this_request(answer(document))
        response = self._finish(response, asked.scope["scheme"])
        if not app.session_interface.is_null_session(context.session):
            await app.session_interface.save_session(app, context.session, response)
        return response

    def _page_answer(self, context: PageContext, body: bytes) -> PageAnswer | None:
        """The page as it is sent, where nothing of the application's is to see it before, and the session is usual."""
        session = context.session
        if context.has_functions or not isinstance(session, SecureCookieSession):
            return None
        app = self._live.app
        kept = cast("CookieSessions", app.session_interface).headers_for(app, session)
        return None if kept is None else self._finish_page(body, kept, context.asked.scope["scheme"])

    async def _socket(self, context: SocketContext) -> ResponseTypes | None:
        app, asked = cast("Any", self._live.app), cast("ShortSocket", context.asked)
        try:
            await self._enter()
            return await answer_websocket(self._live, asked, context.session, asked.accept)
        except (Exception, BaseExceptionGroup) as error:
            return await app.finalize_websocket(await app.handle_user_exception(error), context)


def _hooks_of(app: Quart) -> chain[Any]:
    """All functions that stand around requests."""
    tables: Any = (
        app.url_value_preprocessors,
        app.before_request_funcs,
        app.after_request_funcs,
        app.teardown_request_funcs,
        app.before_websocket_funcs,
        app.after_websocket_funcs,
        app.teardown_websocket_funcs,
    )
    functions = (each for table in tables for each in table.values())
    return chain(app.teardown_appcontext_funcs, *functions)


def _context(quarts: Callable[..., Any], kind: type, short: Callable[..., Any], app: Quart) -> Any:
    def context(asked: Any) -> Any:
        return short(app, asked) if isinstance(asked, kind) else quarts(asked)

    return context


def _dispatch(quarts: Callable[..., Any], kind: type, short: Callable[..., Any]) -> Any:
    def dispatch(context: Any = None) -> Any:
        return short(context) if isinstance(context, kind) else quarts(context)

    return dispatch

"""The application as views and connections see it: its routes, its keys, its mode, and who may join.

`authorize` is the gate that every join passes. The checks and their order are LiveView's: a token that is
missing, forged, too old, of another container or of another visitor, or a socket without a session of its own, is
"stale" (the browser loads the page again); a URL that leads to another view or live session than the token says is
"unauthorized" (likewise, so that the application's own checks run again on the way), and so is one whose view is in an
element of another tag, which only a page load can bring. A view that is not at a route, one within another view above
all, joins by its token alone; it is "stale" when its parent is no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from quart import Quart

from actorlive.live.endpoint import KeptPlace, Mount, Passport, Route
from actorlive.live.intake import MAX_FRAME
from actorlive.live.navigation import location, on_host_of
from actorlive.live.process.connection import ConnectionInfo, Refused
from actorlive.live.uploads.messages import UploadTicket
from actorlive.runtime import Pid
from actorlive.template.names import title_words
from actorlive.web import csrf
from actorlive.web.limits import MAX_HEAD, MAX_KEPT
from actorlive.web.passports import Passports, view_name, view_of
from actorlive.web.policy import told_nonce
from actorlive.web.router import Router
from actorlive.web.statics import StaticFiles
from actorlive.web.tokens import SessionToken, StaticToken, Tokens, check_strength
from actorlive.web.visitor import is_visitor
from actorlive.wire import Join, JoinPayload

__all__ = ["AppEndpoint"]


def _none_is_parked(dom_id: str, uri: str, session: Mapping[str, Any], /) -> Pid | None:
    return None


class AppEndpoint:
    """The endpoint of one Quart application (mirrors `Phoenix.Endpoint`, as far as views need it).

    `calls_by_view` says whether the documents of a live session are called by their views, and have no other title;
    `is_current_asset` whether a page that is made now links to that URL of an asset; `max_kept` are the bytes that one
    view may keep in its page, `max_frame` those of one message, `max_url` those of a page's URL; `parked` finds the
    view that waits for a first join, see `Parking.take`.
    """

    def __init__(
        self,
        app: Quart,
        *,
        debug: bool | None = None,
        calls_by_view: Callable[[str], bool] = lambda _: True,
        is_current_asset: Callable[[str], bool] = lambda _: True,
        max_kept: int = MAX_KEPT,
        max_frame: int = MAX_FRAME,
        max_url: int = MAX_HEAD,
        parked: Callable[[str, str, Mapping[str, Any]], Pid | None] = _none_is_parked,
    ) -> None:
        self.app = app
        self.max_kept = max_kept
        self.max_frame: int = max_frame
        self.max_url: int = max_url
        self._parked = parked
        self.statics: StaticFiles = StaticFiles(app)
        self._is_current_asset = is_current_asset
        self._calls_by_view = calls_by_view
        self.router = Router(app, max_url)
        self._debug = debug
        self._passports = Passports()

    @property
    def debug(self) -> bool:
        """True in development and in tests, unless the application said otherwise."""
        return self.app.debug or self.app.testing if self._debug is None else self._debug

    @cached_property
    def tokens(self) -> Tokens:
        """The application's tokens. Raises `ConfigurationError` when it has no secret key, or a weak one."""
        tokens = Tokens(self.app.secret_key, vars(self.app)["config"].get("SECRET_KEY_FALLBACKS") or ())
        if not self.debug:
            check_strength(self.app.secret_key)
        return tokens

    def route_for(self, uri: str) -> Route | None:
        """The live route of a path or URL, or None."""
        return self.router.match(uri)

    def url_for(self, to: str | type, values: Mapping[str, Any], /) -> str:
        """The path of a route, by its name or its view. Raises `NavigationError`."""
        return self.router.url_for(to, values)

    def static_path(self, name: str, /) -> str:
        """The path of a static file, with the hash of its content."""
        return self.statics.path(name)

    def is_current(self, url: str) -> bool:
        """False for the URL of a static file or an asset whose content is another one by now."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return True
        return self._is_current_asset(parts.path) and self.statics.is_current(parts.path, parts.query)

    def default_title(self, route: Route, /) -> str:
        """The title of a page whose view has no `page_title`: the words of its name, where the document has none."""
        return title_words(route.view.__name__) if self._calls_by_view(route.live_session) else ""

    def sign_flash(self, flash: Mapping[str, str]) -> str:
        """A token that carries flash over one redirect, good for 60 seconds."""
        return self.tokens.flash.sign(dict(flash))

    def sign_reload(self, status: int) -> str:
        """A token that makes the next page load answer with that HTTP status, good for 60 seconds."""
        return self.tokens.status.sign(status)

    def sign_passport(self, passport: Passport) -> str:
        """The token with which a page joins a view. Raises `CallbackError` for a session that cannot travel."""
        return self.tokens.session.sign(self._passports.content(passport))

    def sign_static(self, dom_id: str, flash: Mapping[str, str]) -> str:
        """The token of what only the dead render of a container knew."""
        return self.tokens.static.sign(StaticToken(dom_id, dict(flash)))

    def sign_upload(self, ticket: UploadTicket) -> str:
        """The token with which a client sends one file to the view."""
        return self.tokens.upload.sign(self._passports.upload_content(ticket))

    def read_upload(self, token: str) -> UploadTicket | None:
        """What such a token says; None for one that is forged or too old, or whose view is gone."""
        content = self.tokens.upload.read(token)
        return None if content is None else self._passports.read_upload(content)

    def sign_kept(self, place: KeptPlace, name: str, value: bytes, /) -> str:
        """The token of a kept value."""
        return self.tokens.kept.sign(_kept_place(place, name), value)

    def read_kept(self, place: KeptPlace, name: str, token: str, /) -> bytes | None:
        """The value in such a token; None for one that is not good in that place."""
        return self.tokens.kept.read(_kept_place(place, name), token)

    def handed_down(self, session: Mapping[str, object], what: str) -> dict[str, Any]:
        """A session as it arrives in the view that it is handed down to."""
        return self._passports.handed_down(session, what)

    def authorize(self, join: Join, payload: JoinPayload, connection: ConnectionInfo) -> Mount | Refused:
        """What to mount for a join, or why not."""
        dom_id = join.topic.removeprefix("lv:")
        token = self._session_token(payload, dom_id)
        static = self._static_token(payload, dom_id)
        if token is None:
            return Refused("stale")
        stale = Refused("stale", view_of(token))
        session = connection.session
        if static is None or session is None or not is_visitor(session, token.visitor):
            return stale
        if not token.routed:
            return self._unrouted(payload, token, static, connection, session)
        redirected = payload.redirect is not None
        uri = payload.redirect if redirected else payload.url
        if uri is None:
            return stale  # only a main view is routed, and it always says where it is
        uri = on_host_of(connection.info["uri"], uri, self.max_url)
        route = self._route(uri, token, redirected=redirected)
        if route is None:
            return Refused("unauthorized", view_of(token))
        return Mount(
            route=route,
            dom_id=dom_id,
            uri=location(uri),
            params=route.params,
            session={**session, **token.session},
            endpoint=self,
            flash=self._flash(payload, static),
            connect_params=payload.connect_params,
            connect_info=connection.info,
            redirected=redirected,
            attempt=payload.attempt,
            mounts=payload.mounts,
            kept=payload.kept,
            csrf_token=csrf.masked_token(session),
            csp_nonce=told_nonce(payload.connect_params),
            cookie_session=session,
            visitor=token.visitor,
            parked=self._parked(dom_id, uri, session) if payload.mounts == 0 and not redirected else None,
        )

    def _unrouted(
        self,
        payload: JoinPayload,
        token: SessionToken,
        static: StaticToken,
        connection: ConnectionInfo,
        session: dict[str, Any],
    ) -> Mount | Refused:
        """What to mount for a view that is at no route: its token says all."""
        if payload.redirect is not None:
            return Refused("unauthorized", view_of(token))
        passport = self._passports.read(token)
        if passport is None:
            return Refused("stale", view_of(token))
        return Mount(
            route=Route(passport.view, live_session=passport.live_session),
            dom_id=passport.dom_id,
            uri=_site(connection.info["uri"]),
            params=None,
            session={**session, **passport.session},
            endpoint=self,
            flash=self._flash(payload, static),
            connect_params=payload.connect_params,
            connect_info=connection.info,
            attempt=payload.attempt,
            mounts=payload.mounts,
            kept=payload.kept,
            csrf_token=csrf.masked_token(session),
            csp_nonce=told_nonce(payload.connect_params),
            cookie_session=session,
            visitor=passport.visitor,
            lineage=passport.lineage,
            sticky=passport.sticky,
        )

    def _session_token(self, payload: JoinPayload, dom_id: str) -> SessionToken | None:
        token = None if payload.session is None else self.tokens.session.read(payload.session)
        return token if token is not None and token.id == dom_id else None

    def _static_token(self, payload: JoinPayload, dom_id: str) -> StaticToken | None:
        if payload.static is None:
            return StaticToken(dom_id)
        token = self.tokens.static.read(payload.static)
        return token if token is not None and token.id == dom_id else None

    def _route(self, uri: str, token: SessionToken, *, redirected: bool) -> Route | None:
        route = self.router.match(uri) if uri.startswith(("http://", "https://")) else None
        if route is None or route.live_session != token.live_session:
            return None
        if redirected:
            return route if route.view.container.tag == token.tag else None
        return route if view_name(route.view) == token.view else None

    def _flash(self, payload: JoinPayload, static: StaticToken) -> dict[str, str]:
        """What a live navigation brings along wins; else, on the first join only, what the page showed."""
        if payload.flash is not None:
            return self.tokens.flash.read(payload.flash) or {}
        return dict(static.flash) if payload.mounts == 0 and payload.redirect is None else {}


def _kept_place(place: KeptPlace, name: str) -> bytes:
    return msgspec.json.encode((view_name(place.view), place.dom_id, place.visitor, name))


def _site(uri: str) -> str:
    """The front page of the host that a socket leads to; its views know no more of where they are."""
    parts = urlsplit(uri)
    scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, "/", "", ""))

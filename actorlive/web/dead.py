"""The HTTP half of a view: the first paint, complete and readable without a websocket.

The page carries what the browser needs to come back: a random id for the container, the signed tokens that
say what it holds, and the CSRF token that lets its websocket use the session's cookie.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from markupsafe import Markup
from quart import Response, abort, after_this_request, g, request, session
from quart.sessions import SessionMixin
from werkzeug.urls import iri_to_uri

from actorlive.live.endpoint import Mount, Passport, Route
from actorlive.live.process.dead import DeadPage, DeadRedirect, dead_render
from actorlive.live.view import LiveView, check_view
from actorlive.web import csrf
from actorlive.web.asked import Asked
from actorlive.web.endpoint import AppEndpoint
from actorlive.web.failures import http_error
from actorlive.web.layouts import RootLayout, render_document
from actorlive.web.page_answer import page_response
from actorlive.web.policy import nonce_under
from actorlive.web.router import with_params
from actorlive.web.visitor import visitor_id

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive
    from actorlive.web.live_session import LiveRoute

__all__ = [
    "FLASH_COOKIE",
    "RELOAD_COOKIE",
    "answer",
    "mount_here",
    "render_route",
    "render_view",
    "respond",
]

FLASH_COOKIE = "__phoenix_flash__"
RELOAD_COOKIE = "__phoenix_reload_status__"
FLASH_KEY = "_live_flash"
"""Where the session keeps the flash of a redirect until the next page."""

RenderedPage = str | DeadRedirect
"""A page, or the way to another."""


async def respond(live: ActorLive, asked: Asked, found: LiveRoute, from_path: Mapping[str, Any]) -> Response:
    """Answer with the view of the route that this request has been found to be for."""
    return answer(await render_route(live, asked, found, from_path))


async def render_route(
    live: ActorLive, asked: Asked, found: LiveRoute, from_path: Mapping[str, Any]
) -> RenderedPage:
    """Render that view."""
    _status_of_failed_join(live.endpoint, asked)
    uri = asked.uri
    try:
        route = with_params(found.route, uri, from_path)
    except ValueError:
        abort(400)
    mount = _mount(live, asked, route, uri, route.params, await found.group.session_data())
    return await _render(live, asked, mount, found.group.root_layout)


async def render_view(
    live: ActorLive, view: type[LiveView[Any]], handed_down: Mapping[str, object]
) -> Response:
    """Answer an ordinary route with a view, which is at none and has no URL then. Raises `CallbackError` for one that
    needs a URL, or a session that cannot travel in a token."""
    check_view(view)
    layout = getattr(view, "layout", ...)
    route = Route(view, layout=live.layout if layout is ... else layout)
    asked = _asked()
    mount = _mount_at_no_route(live, asked, route, handed_down)
    return answer(await _render(live, asked, mount, live.root_layout))


def mount_here(live: ActorLive, route: Route, handed_down: Mapping[str, object]) -> Mount:
    """What to mount for a request that is at no live route."""
    return _mount_at_no_route(live, _asked(), route, handed_down)


def _mount_at_no_route(
    live: ActorLive, asked: Asked, route: Route, handed_down: Mapping[str, object]
) -> Mount:
    _status_of_failed_join(live.endpoint, asked)
    return _mount(live, asked, route, asked.uri, None, handed_down)


def _asked() -> Asked:
    return Asked(request.scope)


def _session() -> SessionMixin:
    return cast("Any", session)._get_current_object()


def _mount(
    live: ActorLive,
    asked: Asked,
    route: Route,
    uri: str,
    params: dict[str, Any] | None,
    handed_down: Mapping[str, object],
) -> Mount:
    """What to mount for this request."""
    kept = _session()
    # First: what it leaves in the session is gone by the time of the join.
    flash = _take_flash(asked, live.endpoint)
    csrf_token = csrf.masked_token(kept)
    visitor = visitor_id(kept)
    cookie_session = dict(kept)
    return Mount(
        route=route,
        dom_id=f"phx-{secrets.token_urlsafe(12)}",
        uri=uri,
        params=params,
        session={**cookie_session, **live.endpoint.handed_down(handed_down, route.view.__qualname__)},
        endpoint=live.endpoint,
        flash=flash,
        connect_info=asked.connect_info(uri),
        csrf_token=csrf_token,
        csp_nonce=nonce_under(live.csp),
        cookie_session=cookie_session,
        visitor=visitor,
        handed_down=handed_down,
        shared={name: g.get(name) for name in g},
    )


async def _render(live: ActorLive, asked: Asked, mount: Mount, root_layout: RootLayout) -> RenderedPage:
    node = live.node_to_park_in(asked) if mount.route.view.adopt and mount.params is not None else None
    if node is None:
        return await _document(live, mount, root_layout, await dead_render(mount))
    with live.parking.page(node, mount, asked.remote_addr) as parked:
        document = await _document(live, mount, root_layout, await parked.paint(), live.worker)
        parked.is_shown = not isinstance(document, DeadRedirect)
    return document


async def _document(
    live: ActorLive,
    mount: Mount,
    root_layout: RootLayout,
    page: DeadPage | DeadRedirect,
    worker: int | None = None,
) -> RenderedPage:
    if isinstance(page, DeadRedirect):
        return page
    container = _container(live.endpoint, mount, page, worker)
    return await render_document(live, root_layout, container, page, mount.route.view, mount)


def answer(document: RenderedPage) -> Response:
    """The answer of the application."""
    if isinstance(document, DeadRedirect):
        return _redirect(document)
    return page_response(document)


def _container(endpoint: AppEndpoint, mount: Mount, page: DeadPage, worker: int | None) -> Markup:
    """The element that the client takes over. Its id and its tokens are URL-safe, so there is nothing to escape. Where
    the view waits at one of several workers, it has that one's number."""
    routed, element = mount.params is not None, mount.route.view.container
    passport = Passport(
        view=mount.route.view,
        dom_id=mount.dom_id,
        visitor=mount.visitor,
        live_session=mount.route.live_session,
        session=mount.handed_down,
        tag=element.tag,
        routed=routed,
    )
    own = (
        f'id="{mount.dom_id}"{" data-phx-main" if routed else ""}'
        f' data-phx-session="{endpoint.sign_passport(passport)}"'
        f' data-phx-static="{endpoint.sign_static(mount.dom_id, page.flash)}"'
        f"{'' if worker is None else f' data-al-worker={worker}'}"
    )
    return Markup(f"{element.open(own)}{page.content}{element.close()}")


def _status_of_failed_join(endpoint: AppEndpoint, asked: Asked) -> None:
    """A join that ended in a 4xx made the browser load this page: answer with that status, once."""
    if RELOAD_COOKIE not in asked.cookies:
        return
    _forget_cookie(RELOAD_COOKIE)
    status = endpoint.tokens.status.read(asked.cookies[RELOAD_COOKIE])
    if status is not None:
        raise http_error(status)


def _take_flash(asked: Asked, endpoint: AppEndpoint) -> dict[str, str]:
    """What the redirect that led here had to say: in the session, or in the client's cookie."""
    kept, cookies = _session(), asked.cookies
    flash: Mapping[str, str] = kept.pop(FLASH_KEY, {})
    if FLASH_COOKIE not in cookies:
        return dict(flash)
    _forget_cookie(FLASH_COOKIE)
    return {**flash, **(endpoint.tokens.flash.read(cookies[FLASH_COOKIE]) or {})}


def _forget_cookie(name: str) -> None:
    @after_this_request
    def _(response: Any) -> Any:
        response.delete_cookie(name, path="/")
        return response


def _redirect(target: DeadRedirect) -> Response:
    if target.flash:
        session[FLASH_KEY] = target.flash
    return Response(
        "", target.status, headers={"Location": iri_to_uri(target.to), "Cache-Control": "no-store"}
    )

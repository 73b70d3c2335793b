"""The first callbacks of a view, in the one order that both of its lives share.

`on_mount` hooks of the live session, then the view's own, then `mount`, then what the page has kept for the view comes
back, then `handle_params`. A hook that halts
must send the visitor elsewhere; one that goes on must not. Where `handle_params` refuses, the view stays at the URL
that it was at. A view that is not at a route has no URL, hence no `handle_params`; one within a view has no hooks of
a live session, because its page has passed them.
"""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

import trio

from actorlive.errors import CallbackError, NavigationError
from actorlive.live.endpoint import Mount, Route
from actorlive.live.keeper import forget_all
from actorlive.live.navigation import MAX_PATCHES, LivePatch, absolute
from actorlive.live.on_mount import each_once, may_mount
from actorlive.live.process.spans import span
from actorlive.live.rejection import Rejected, refusals, say_no
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.view import NO_URL, NO_URL_HINT, LiveView, overrides
from actorlive.places import fault, place_of
from actorlive.runtime import Pid
from actorlive.runtime.faults import flatten, unwrap
from actorlive.template.rendering.csrf import csrf_variable
from actorlive.template.rendering.nonce import nonce_variable
from actorlive.template.rendering.urls import address_variable

__all__ = ["begin", "client_error", "follow_patches", "one_error", "open_view", "patch_to"]

_log = logging.getLogger("actorlive.live")


def open_view(mount: Mount, pid: Pid, *, connected: bool) -> tuple[ViewState, Socket]:
    """A new view of the route's class, before its first callback. What is rendered here from now on is its page."""
    csrf_variable.set(mount.csrf_token)
    nonce_variable.set(mount.csp_nonce)
    address_variable.set(mount.endpoint)
    view: LiveView[Any] = mount.route.view()
    state = ViewState(view, mount, pid, connected=connected)
    return state, Socket(state.owner, state)


async def begin(state: ViewState, socket: Socket) -> None:
    """Run the first callbacks; a redirect that one of them asked for stands in `state.navigation`."""
    mount = state.mount
    if mount is None:
        raise CallbackError("this view is mounted already")
    if not state.routed and overrides(state.view, "handle_params"):
        name = type(state.view).__qualname__
        raise CallbackError(f"{NO_URL.format(name)}; {NO_URL_HINT}")
    params = dict(mount.params or {})
    goes_on = await _may_mount(state, socket, mount, params)
    if not goes_on:
        return
    _tell_of_return(state, "mount", await state.view.mount(params, mount.session, socket))
    state.mount = None  # what belongs to mount alone is released
    if state.kept is not None:
        state.kept.restore(mount.kept, first=mount.mounts == 0)
    elif mount.kept:
        state.push_event(forget_all(state.dom_id))
    if state.navigation is None and state.routed:
        await handle_params(state, socket, params, state.uri)


def _tell_of_return(state: ViewState, callback: str, returned: object) -> None:
    """Warn, in debug mode, of what nobody receives: whoever returns a page, a socket or a redirect waits for it."""
    if returned is None or not state.endpoint.debug:
        return
    cls = type(state.view)
    said = fault(
        CallbackError,
        f"{cls.__qualname__}.{callback} returned {returned!r:.80}, which is not used",
        place_of(getattr(cls, callback)),
        "set assigns, `self.name = …`, and go elsewhere by `socket.redirect(…)`; the template shows the rest",
    )
    _log.warning("%s", said)


async def _may_mount(state: ViewState, socket: Socket, mount: Mount, params: dict[str, Any]) -> bool:
    hooks = each_once(mount.route.on_mount, type(state.view).on_mount)
    return await may_mount(hooks, params, mount.session, socket, lambda: state.navigation is not None)


async def handle_params(state: ViewState, socket: Socket, params: dict[str, Any], uri: str) -> bool:
    """The view's `handle_params`, behind its hooks; False when one of them refused, which the person is told."""
    state.uri = uri
    try:
        if state.owner.hooks.has("handle_params"):
            halt = await state.owner.hooks.run("handle_params", params, uri, socket)
            if halt is not None:
                return True
        if overrides(state.view, "handle_params"):
            with span("handle_params", state.view, uri=uri):
                returned = await state.view.handle_params(params, uri, socket)
            _tell_of_return(state, "handle_params", returned)
    except (Rejected, BaseExceptionGroup) as error:
        refused = refusals(error)
        if not refused:
            raise
        await say_no(state.view, socket, socket, refused)
        return False
    return True


async def patch_to(state: ViewState, socket: Socket, route: Route, uri: str) -> bool:
    """Go to another URL of the view; refused, it stays where it was, and this is False."""
    route_before, uri_before = state.route, state.uri
    state.enter(route)
    accepted = await handle_params(state, socket, dict(route.params), uri)
    if not accepted:
        state.return_to(route_before, uri_before)
    return accepted


def client_error(error: BaseException) -> int | None:
    """The status of an exception that stands for a 4xx, such as Quart's `NotFound`."""
    status = getattr(error, "code", None) if isinstance(error, Exception) else None
    return status if isinstance(status, int) and 400 <= status < 500 else None


def one_error(error: BaseException) -> BaseException:
    """What a nursery's group of errors comes down to: the one error in it, or a 4xx when it holds nothing else."""
    error = unwrap(error)
    leaves = [leaf for leaf in flatten(error) if not isinstance(leaf, trio.Cancelled)]
    if len(leaves) == 1 or (leaves and all(client_error(leaf) for leaf in leaves)):
        return leaves[0]
    return error


async def follow_patches(state: ViewState, socket: Socket) -> LivePatch | None:
    """Carry out `push_patch` until the view stays where it is; the last patch, or None.

    Raises `NavigationError` after more than 20 in a row.
    """
    patch: LivePatch | None = None
    asked: LivePatch | None = None
    for _ in range(MAX_PATCHES):
        if not isinstance(state.navigation, LivePatch):
            return patch
        asked = state.navigation
        state.navigation = None
        patched = await _patch(state, socket, absolute(state.uri, asked.to))
        if patched:
            patch = asked
    raise NavigationError(
        f"more than {MAX_PATCHES} patches in a row, the last to {asked.to if asked else '?'!r}:"
        " handle_params patches again and again"
    )


async def _patch(state: ViewState, socket: Socket, uri: str) -> bool:
    route = state.patch_route(uri)
    if route is None:
        raise NavigationError(
            f"patch to {urlsplit(uri).path!r}, which is not a route of this view in its live session"
        )
    return await patch_to(state, socket, route, uri)

"""The first callbacks of a view, in the one order that both of its lives share.

`on_mount` hooks of the live session, then the view's own, then `mount`, then `handle_params`. A hook that halts
must send the visitor elsewhere; one that goes on must not.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from actorlive.errors import CallbackError, NavigationError
from actorlive.live.endpoint import Mount
from actorlive.live.lifecycle import Cont, Halt, call
from actorlive.live.navigation import MAX_PATCHES, LivePatch, absolute
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.view import LiveView, overrides
from actorlive.runtime import Pid
from actorlive.template.csrf import csrf_variable

__all__ = ["begin", "follow_patches", "open_view"]


def open_view(mount: Mount, pid: Pid, transport_pid: Pid | None) -> tuple[ViewState, Socket]:
    """A new view of the route's class, before its first callback. What is rendered here from now on is its page."""
    csrf_variable.set(mount.csrf_token)
    view: LiveView[Any] = mount.route.view()
    state = ViewState(view, mount, pid, transport_pid)
    return state, Socket(state)


async def begin(state: ViewState, socket: Socket, mount: Mount) -> None:
    """Run the first callbacks; a redirect that one of them asked for stands in `state.navigation`."""
    params = mount.params or {}
    if not await _on_mount(state, socket, mount, params):
        return
    await state.view.mount(params, mount.session, socket)
    state.mount_is_over()
    if state.navigation is None:
        await handle_params(state, socket, params, mount.uri)


async def _on_mount(state: ViewState, socket: Socket, mount: Mount, params: dict[str, Any]) -> bool:
    for hook in (*mount.route.on_mount, *type(state.view).on_mount):
        outcome = await call(hook, params, mount.session, socket)
        name = getattr(hook, "__qualname__", repr(hook))
        if isinstance(outcome, Halt):
            if state.navigation is None:
                raise CallbackError(
                    f"on_mount hook {name} returned Halt() without a redirect; use socket.redirect first"
                )
            return False
        if not isinstance(outcome, Cont):
            raise CallbackError(f"on_mount hook {name} returned {outcome!r}; return Cont() or Halt()")
        if state.navigation is not None:
            raise CallbackError(f"on_mount hook {name} redirected but returned Cont(); return Halt()")
    return True


async def handle_params(state: ViewState, socket: Socket, params: dict[str, Any], uri: str) -> None:
    """The view's `handle_params`, behind its hooks."""
    state.uri = uri
    if state.hooks.has("handle_params") and await state.hooks.run("handle_params", params, uri, socket):
        return
    if overrides(state.view, "handle_params"):
        await state.view.handle_params(params, uri, socket)


async def follow_patches(state: ViewState, socket: Socket) -> LivePatch | None:
    """Carry out `push_patch` until the view stays where it is; the last patch, or None.

    Raises `NavigationError` after more than 20 in a row.
    """
    patch: LivePatch | None = None
    for _ in range(MAX_PATCHES):
        if not isinstance(state.navigation, LivePatch):
            return patch
        patch = state.navigation
        state.navigation = None
        await _patch_to(state, socket, absolute(state.uri, patch.to))
    raise NavigationError(
        f"more than {MAX_PATCHES} patches in a row, the last to {patch.to if patch else '?'!r}:"
        " handle_params patches again and again"
    )


async def _patch_to(state: ViewState, socket: Socket, uri: str) -> None:
    route = state.patch_route(uri)
    if route is None:
        raise NavigationError(
            f"patch to {urlsplit(uri).path!r}, which is not a route of this view in its live session"
        )
    state.enter(route)
    await handle_params(state, socket, route.params, uri)

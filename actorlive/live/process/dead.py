"""The first life of a view: rendered once into an HTTP response, with no process behind it.

So are the views within it, each in its place, and those in the root layout around it (see `nests`). What one of them
raises is the error of the whole page, and one that sends its visitor elsewhere takes the page along, with its own
flash.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from actorlive.errors import NavigationError
from actorlive.live.endpoint import Mount
from actorlive.live.navigation import LivePatch, Redirect
from actorlive.live.process.components import Components
from actorlive.live.process.layout import framed
from actorlive.live.process.mounting import begin, open_view
from actorlive.live.process.nests import DeadNest
from actorlive.live.process.spans import span
from actorlive.live.properties import readable
from actorlive.live.socket import Socket
from actorlive.live.state import ViewState
from actorlive.live.stateful import template_of
from actorlive.rendered import Rendered, to_html
from actorlive.runtime import dead_pid
from actorlive.template import Renderer
from actorlive.template.rendering.nesting import nest_variable

__all__ = ["DeadPage", "DeadRedirect", "dead_render", "fill", "placing_into", "redirect_of", "render_around"]


@dataclass(frozen=True, slots=True)
class DeadPage:
    """The page's content, for its container in the root layout."""

    content: Markup
    page_title: str | None
    flash: dict[str, str]
    assigns: dict[str, Any]
    dom_ids: set[str] = field(default_factory=set[str])
    """Those of its views."""


@dataclass(frozen=True, slots=True)
class DeadRedirect:
    """The view sends its visitor elsewhere; `flash` goes along."""

    to: str
    status: int
    flash: dict[str, str]


async def dead_render(mount: Mount) -> DeadPage | DeadRedirect:
    """Mount the view without a connection and render it once, with the views within it. What a callback raises is the
    request's error."""
    return await _dead_render(mount, {mount.dom_id})


async def _dead_render(mount: Mount, taken: set[str]) -> DeadPage | DeadRedirect:
    """One view of the page; `taken` are the ids of all."""
    state, socket = open_view(mount, dead_pid(), connected=False)
    with span("mount", state.view, connected=False, socket=socket):
        await begin(state, socket)
    if state.navigation is not None:
        return redirect_of(state)
    nest = DeadNest(mount, taken, state)
    with span("render", state.view, component=None, changed=None), placing_into(nest):
        renderer = await _render(state, socket)
    redirect = await fill(nest, taken)
    if redirect is not None:
        return redirect
    content = Markup(nest.filled(renderer.html()))
    return DeadPage(content, state.view.page_title, dict(state.owner.flash.shown), state.view.__dict__, taken)


async def render_around(
    mount: Mount, dom_ids: set[str], render: Callable[[], Rendered]
) -> str | DeadRedirect:
    """Render what stands around the view of `mount`, with the views in it; its page has views of these ids."""
    nest = DeadNest(mount, dom_ids)
    with placing_into(nest):
        tree = render()
    return await fill(nest, dom_ids) or nest.filled(to_html(tree))


async def fill(nest: DeadNest, taken: set[str]) -> DeadRedirect | None:
    """Render the views that were placed, each into its hole; one that leads elsewhere says where."""
    for hole in nest.holes:
        page = await _dead_render(nest.mount_of(hole), taken)
        if isinstance(page, DeadRedirect):
            return page
        nest.fill(hole, page.content, page.flash)
    return None


@contextmanager
def placing_into(nest: DeadNest) -> Generator[None]:
    """A block whose renders place views there."""
    before = nest_variable.set(nest)
    try:
        yield
    finally:
        nest_variable.reset(before)


async def _render(state: ViewState, socket: Socket) -> Renderer:
    template, layout = template_of(state.view), state.layout
    assigns: Mapping[str, Any] = readable(state.view)
    if layout is not None:
        template, assigns, _ = framed(layout, template, assigns, None)
    renderer = Renderer()
    placed = renderer.start(template, assigns, None)
    if placed:
        await Components(state, socket, renderer).settle(placed)
    return renderer


def redirect_of(state: ViewState) -> DeadRedirect:
    """Where the view sends its visitor, as a response says it."""
    target = state.navigation
    if target is None:
        raise NavigationError("no redirect")
    if isinstance(target, LivePatch) and not state.mounted:
        raise NavigationError("cannot push_patch in mount; do it in handle_params, or redirect")
    status = target.status if isinstance(target, Redirect) else 302
    return DeadRedirect(target.to, status, dict(state.owner.flash.shown))

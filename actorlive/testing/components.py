"""Components and templates rendered by themselves, without a view of the application or a process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actorlive.live.socket import Socket
from actorlive.live.view import LiveView
from actorlive.template import Template, heex, render_to_string
from actorlive.template.rendering.placing import tag_of
from actorlive.testing.errors import RenderedError
from actorlive.testing.worlds.isolated import rendered_alone

__all__ = ["render_component", "rendered_to_string"]


def render_component(component: Callable[..., Any], /, **assigns: Any) -> str:
    """The HTML of a function component with these attributes and slots, or of a live component with these assigns,
    `id` among them, mounted and updated in a dead render (`render_component/3`).

    Raises `RenderedError` for a live component whose callbacks wait for something: place that in a view.
    """
    if tag_of(component) is None:
        return rendered_to_string(component(**assigns))
    return _placed(component, assigns)


def _placed(component: object, given: Mapping[str, Any]) -> str:
    class Holder(LiveView):
        """Places the one component."""

        module: object = None
        given: Mapping[str, Any] | None = None
        template = heex("<.live_component module={@module} {@given or {}} />")

        async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
            self.module, self.given = component, given

    rendering = rendered_alone(Holder)
    try:
        rendering.send(None)
    except StopIteration as done:
        return str(done.value)
    rendering.close()
    name = getattr(component, "__qualname__", component)
    raise RenderedError(
        f"{name} waits for something in its mount or update: try it in a view, by live_isolated"
    )


def rendered_to_string(template: Template) -> str:
    """The HTML of a template that needs no assigns, or of what a component returned (`rendered_to_string/1`)."""
    return render_to_string(template, {})

"""`<.live_component module={…} id={…} …/>`: where a template asks for a stateful component.

A template does not render a live component, it places one: which one it is and what it is given. The `Renderer`
that runs the render turns that into the component's number, and tells the live layer, which owns the state.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, NamedTuple, Protocol

from actorlive.rendered import LiveComponent
from actorlive.template.errors import TemplateError

__all__ = ["LIVE_COMPONENT", "Numberer", "Placement", "numberer", "place"]


class Placement(NamedTuple):
    """A live component that a render placed, with everything that it was given but `module` and `id`.

    `new` says that there was none with this module and id, so that it has to be mounted.
    """

    cid: int
    module: object
    id: object
    assigns: dict[str, object]
    new: bool


class Numberer(Protocol):
    """What numbers the components of a render."""

    def place(self, module: object, id: object, assigns: dict[str, object]) -> LiveComponent: ...


class _LiveComponentTag:
    def __repr__(self) -> str:
        return "<built-in live_component>"


LIVE_COMPONENT: Final = _LiveComponentTag()
numberer: ContextVar[Numberer | None] = ContextVar("actorlive.numberer", default=None)


def place(given: dict[str, object]) -> LiveComponent:
    """The node for a live component; raises `TemplateError` without `module` or `id`, or outside a view."""
    current = numberer.get()
    if current is None:
        raise TemplateError("a live component can only be rendered inside a view")
    assigns = dict(given)
    module, identity = assigns.pop("module", None), assigns.pop("id", None)
    if module is None or identity is None:
        missing = "module" if module is None else "id"
        raise TemplateError(f"<.live_component> needs {missing}", hint="write module={Card} id={@id}")
    return current.place(module, identity, assigns)

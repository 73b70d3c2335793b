"""`<.live_render view={…} id={…} …/>`: where a template asks for a view within the view.

A template does not mount the other view, it says which one stands there, and with what. Whoever renders the page has
put a `Nest` into the context: it turns that into the view's container, and knows what becomes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from actorlive.rendered import Dynamic
from actorlive.template.errors import TemplateError

__all__ = ["Nest", "Nested", "ViewClass", "nest_variable", "view_fault"]


class ViewClass(Protocol):
    """The type of the attribute `view`: a class that can stand within a view."""

    @classmethod
    def __nested_fault__(cls) -> tuple[str, str] | None:
        """Why the class cannot stand within a view, and what to do about it; None when it can."""
        ...


def view_fault(view: object) -> tuple[str, str] | None:
    """What is wrong with a value of the attribute `view`, and what to do about it; None for a fit one."""
    name = getattr(view, "__qualname__", None) or repr(view)
    fault = getattr(view, "__nested_fault__", None) if isinstance(view, type) else None
    if fault is None:
        return f"{name:.80} is not a live view", "write view={Clock}, the class of a LiveView"
    return fault()


@dataclass(frozen=True, slots=True)
class Nested:
    """One `<.live_render>`: which view stands there, and with what."""

    view: type[ViewClass]
    id: object
    session: Mapping[str, object]
    container: object
    sticky: bool

    def render_over(self, previous: Dynamic | None) -> Dynamic:
        """The view's container. Raises `TemplateError` where nothing is rendered that could hold a view."""
        nest = nest_variable.get()
        if nest is None:
            raise TemplateError(
                "a view can only be rendered within a page: in a view, a layout, or what live.render answers",
                hint="answer the request with `await live.render(component)`, or place it in a view",
            )
        fault = view_fault(self.view)
        if fault is not None:
            raise TemplateError(fault[0], hint=fault[1])
        if self.id is None or self.id == "":
            raise TemplateError("<.live_render> needs an id", hint='write id="clock"; each needs its own')
        return nest.place(self)


class Nest(Protocol):
    """What holds the views within a view."""

    def place(self, nested: Nested, /) -> Dynamic:
        """The container of a view that a render has placed."""
        ...


nest_variable: ContextVar[Nest | None] = ContextVar("actorlive.nest", default=None)
"""Set by whoever renders a view, in the context that it is rendered in."""

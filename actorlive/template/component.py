"""Function components: a Python function whose signature declares attributes and slots.

    @component
    def badge(*, label: str, kind: Literal["info", "danger"] = "info", inner_block: Slot = Slot.empty,
              rest: Attrs) -> Template:
        return heex('<span class={["badge", @kind]} {@rest}>{@label}{render_slot(@inner_block)}</span>')

The function runs again only when one of its attributes or slots changed, and then its template is told which.
Mirrors LiveView's `Phoenix.Component` (`attr`, `slot`, `render_slot`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, overload

from actorlive.template.heex import compile_function
from actorlive.template.rendering.calls import Component
from actorlive.template.rendering.compiled import Template

__all__ = ["component"]

P = ParamSpec("P")


@overload
def component(function: Callable[P, Template], /) -> Component[P]: ...
@overload
def component(function: None = None, /) -> Callable[[Callable[P, Template]], Component[P]]: ...
def component(function: Any = None, /) -> Any:
    """Make a function a component; its templates are compiled now.

    Raises `TemplateError` for a fault in one of them, or an assign that the signature does not declare.
    """
    if function is None:
        return component
    made: Component[Any] = Component(function)
    compile_function(
        function, declared=made.signature.parameters.keys(), owner=f"component {made.name}", special=()
    )
    return made

"""Live layouts: a component around a view's template, rendered and diffed with it (LiveView's `layout:`).

The root layout is rendered once, outside; a live layout is part of the view's tree. It is an ordinary component
with an `inner_block`, and receives those assigns of the view that it names as attributes: `flash`, `live_action`,
or any of the view's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from actorlive.live.endpoint import Layout
from actorlive.live.properties import names_in
from actorlive.rendered import Dynamic, Rendered
from actorlive.template import Component, Slot, SlotEntry, Template, heex
from actorlive.template.rendering.calls import call
from actorlive.template.rendering.renderer import effective, extended
from actorlive.template.rendering.updating import TOUCHED

__all__ = ["framed"]

_FRAME = heex("{@frame}")

_AGAIN: Mapping[str, object] = {"frame": None}


class _Frame:
    """The layout around this render of the view."""

    __slots__ = ("_assigns", "_changed", "_layout", "_template")

    def __init__(
        self,
        layout: Component[...],
        template: Template,
        assigns: dict[str, Any],
        changed: Mapping[str, object],
    ) -> None:
        self._layout = layout
        self._template = template
        self._assigns = assigns
        self._changed = changed

    def render_over(self, previous: Dynamic | None) -> Dynamic:
        """The tree of the layout with the view in it."""
        given = {name: self._assigns[name] for name in names_in(self._assigns) if self._layout.accepts(name)}
        given["inner_block"] = Slot((SlotEntry({}, self._content, (self._assigns,)),), self._changed)
        in_place = [name for name in given if self._changed.get(name) is TOUCHED]
        return call(self._layout, given, previous, in_place)

    def _content(
        self, _assigns: object, _changed: object, previous: Dynamic | None, _argument: object
    ) -> Rendered:
        core, extra = self._template.core, self._template.values
        assigns = extended(self._assigns, extra)
        if not isinstance(previous, Rendered) or previous.statics is not core.statics:
            return Rendered(core.statics, core.function(assigns, {}, None), extra)
        before = cast("Mapping[str, object]", previous.memo)
        changed = effective(assigns, self._changed, extra, before)
        return Rendered(core.statics, core.function(assigns, changed, previous.dynamics), extra)


def framed(
    layout: Layout, template: Template, assigns: dict[str, Any], changed: Mapping[str, object] | None
) -> tuple[Template, Mapping[str, Any], Mapping[str, object] | None]:
    """What to hand to the renderer for a view in a layout."""
    frame = _Frame(layout, template, assigns, changed or {})
    return _FRAME, {"frame": frame}, None if changed is None else _AGAIN

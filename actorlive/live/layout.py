"""Live layouts: a component around a view's template, rendered and diffed with it (LiveView's `layout:`).

The root layout is rendered once, outside; a live layout is part of the view's tree. It is an ordinary component
with an `inner_block`, and receives those assigns of the view that it names as attributes: `flash`, `live_action`,
or any of the view's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive.live.endpoint import Layout
from actorlive.rendered import Rendered, SlotValue
from actorlive.template import Component, Slot, SlotEntry, Template, heex
from actorlive.template.component import call
from actorlive.template.runtime import TOUCHED

__all__ = ["framed"]

_FRAME = heex("{@frame}")

_EVERYTHING: Mapping[str, object] = {"frame": TOUCHED}


class _Frame:
    """The layout around this render of the view."""

    __slots__ = ("_assigns", "_changed", "_layout", "_template")

    def __init__(
        self,
        layout: Component[...],
        template: Template,
        assigns: Mapping[str, object],
        changed: Mapping[str, object],
    ) -> None:
        self._layout = layout
        self._template = template
        self._assigns = assigns
        self._changed = changed

    def render_over(self, previous: SlotValue | None) -> SlotValue:
        """The tree of the layout with the view in it."""
        given = {name: value for name, value in self._assigns.items() if self._layout.accepts(name)}
        given["inner_block"] = Slot((SlotEntry({}, self._content, (self._assigns,)),), self._changed)
        return call(self._layout, given, previous)

    def _content(
        self, _assigns: object, _changed: object, previous: SlotValue | None, _argument: object
    ) -> Rendered:
        core, extra = self._template.core, self._template.values
        changed = {**self._changed, **dict.fromkeys(extra, TOUCHED)}
        kept = previous.slots if isinstance(previous, Rendered) and previous.statics is core.statics else None
        return Rendered(
            core.statics, core.function({**self._assigns, **extra}, changed if kept else {}, kept)
        )


def framed(
    layout: Layout, template: Template, assigns: dict[str, Any], changed: Mapping[str, object] | None
) -> tuple[Template, Mapping[str, Any], Mapping[str, object] | None]:
    """What to hand to the renderer for a view in a layout."""
    frame = _Frame(layout, template, assigns, changed or {})
    return _FRAME, {"frame": frame}, None if changed is None else _EVERYTHING

"""One view's memory between renders: the tree that the client has."""

from __future__ import annotations

from collections.abc import Mapping

from actorlive.rendered import Diff, Rendered, diff_root, full_root, to_html
from actorlive.template.runtime import TOUCHED, differs
from actorlive.template.template import Template

__all__ = ["Renderer", "render_to_string"]

_NOTHING: dict[str, object] = {}


class Renderer:
    """Renders a view again and again, and says what is new for its client."""

    __slots__ = ("_extra", "_tree")

    def __init__(self) -> None:
        self._tree: Rendered | None = None
        self._extra: Mapping[str, object] = _NOTHING

    def render(
        self, template: Template, assigns: Mapping[str, object], changed: Mapping[str, object] | None
    ) -> Diff:
        """The wire diff from the last render to this one; `{}` when there is nothing to send.

        `changed` maps the name of each assign that changed to its value before the first change; the same
        object as now means that it was changed in place. None renders everything: a join. When an expression
        raises, so does this, and the next render is in full.
        """
        core, tree = template.core, self._tree
        extra = template.values
        if extra:
            assigns = {**assigns, **extra}
        if changed is None or tree is None or tree.statics is not core.statics:
            return self._full(template, assigns)
        changed = self._changes(assigns, changed, extra)
        if changed.keys().isdisjoint(core.names):
            return {}
        self._tree = None
        new = Rendered(core.statics, core.function(assigns, changed, tree.slots))
        diff = diff_root(tree, new)
        self._tree, self._extra = new, extra
        return diff

    def _full(self, template: Template, assigns: Mapping[str, object]) -> Diff:
        self._tree = None
        core = template.core
        tree = Rendered(core.statics, core.function(assigns, _NOTHING, None))
        diff = full_root(tree)
        self._tree, self._extra = tree, template.values
        return diff

    def _changes(
        self, assigns: Mapping[str, object], changed: Mapping[str, object], extra: Mapping[str, object]
    ) -> Mapping[str, object]:
        for name in changed:
            if name in assigns and changed[name] is assigns[name]:
                changed = {**changed, name: TOUCHED}
        if extra or self._extra:
            before = self._extra
            changed = {n: v for n, v in changed.items() if n not in extra}
            changed |= {n: before.get(n) for n, v in extra.items() if differs(before.get(n), v)}
        return changed

    def html(self) -> str:
        """The HTML of the last render."""
        return to_html(self._tree) if self._tree is not None else ""


def render_to_string(template: Template, assigns: Mapping[str, object]) -> str:
    """The HTML of a template: a dead render."""
    values = {**assigns, **template.values} if template.values else assigns
    core = template.core
    return to_html(Rendered(core.statics, core.function(values, _NOTHING, None)))

"""One view's memory between renders: the tree that the client has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from actorlive.rendered import (
    Diff,
    Dynamic,
    Dynamics,
    PlacedComponent,
    Rendered,
    diff_root,
    full_root,
    to_html,
)
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.live_components import ROOT, LiveComponents
from actorlive.template.rendering.names import advise
from actorlive.template.rendering.placing import Placement, numberer
from actorlive.template.rendering.updating import TOUCHED, changed_values, touched_values

__all__ = ["Renderer", "effective", "extended", "render_to_string", "render_tree"]

_NOTHING: dict[str, object] = {}


class Renderer:
    """Renders a view again and again, and says what is new for its client.

    `render` is all that a view without live components needs; with them the message is put together in steps
    (`start`, `render_component`, `finish`: see `live_components`). When an expression raises, so do these, and
    the next render is in full.
    """

    __slots__ = ("_before", "_components", "_extra", "_tree", "apart")

    def __init__(self) -> None:
        self._tree: Rendered | None = None
        self._before: Rendered | None = None
        self._extra: Mapping[str, object] = _NOTHING
        self._components: LiveComponents | None = None
        self.apart: Sequence[Diff] = ()
        """What the client shows only when it comes by itself, beside the last message: see `live_components`."""

    def render(
        self, template: Template, assigns: Mapping[str, object], changed: Mapping[str, object] | None
    ) -> Diff:
        """The wire diff from the last render to this one; `{}` when there is nothing to send.

        `changed` maps the name of each assign that changed to its value before the first change; the same
        object as now means that it was changed in place. None renders everything: a join.
        """
        placed = self.start(template, assigns, changed)
        if placed:
            self._abandon()
            raise TemplateError("this render has live components: use start, render_component and finish")
        return self.finish()

    def start(
        self, template: Template, assigns: Mapping[str, object], changed: Mapping[str, object] | None
    ) -> list[Placement]:
        """Render the root; returns the live components that it placed, each to be updated and rendered."""
        core, tree, extra = template.core, self._tree, template.values
        if extra:
            assigns = extended(assigns, extra)
        if changed is None or tree is None or tree.statics is not core.statics:
            tree = None
            changed = _NOTHING
        else:
            changed = effective(assigns, changed, extra, self._extra)
            if changed.keys().isdisjoint(core.names):
                return []
        self._before = tree
        if self._components is not None:
            self._components.begin(ROOT)
        self._tree = self._run(template, assigns, changed, tree)
        self._extra = extra
        return self._components.take_placed() if self._components is not None else []

    def render_component(
        self,
        cid: int,
        template: Template,
        assigns: Mapping[str, object],
        changed: Mapping[str, object] | None,
    ) -> list[Placement]:
        """Render one live component; returns those that it placed itself."""
        assert self._components is not None
        self._components.begin(cid)
        tree, extra = self._components.tree(cid), template.values
        if extra:
            assigns = extended(assigns, extra)
        if changed is None or tree is None or tree.statics is not template.core.statics:
            tree, changed = None, _NOTHING
        else:
            before = cast("Mapping[str, object]", tree.memo)
            changed = effective(assigns, changed, extra, before)
        new = self._run(template, assigns, changed, tree)
        new.memo = extra
        self._components.note_tree(cid, new)
        return self._components.take_placed()

    def finish(self) -> Diff:
        """The message of what was rendered since the last one. Raises `TemplateError` for a component that stands twice
        in the page by now."""
        if self._components is not None:
            try:
                self._components.check_moved(self._tree)
            except TemplateError:
                self._abandon()
                raise
        before, tree = self._before, self._tree
        if tree is None:
            diff: Diff = {}
        elif before is tree:
            diff = {}
        else:
            diff = full_root(tree) if before is None else diff_root(before, tree)
        self._before = tree
        if self._components is not None:
            bodies = self._components.finish(tree, diff)
            if bodies.along:
                diff["c"] = bodies.along
            self.apart = [{"c": layer} for layer in bodies.apart]
        return diff

    def place(
        self, module: object, id: object, assigns: dict[str, object], previous: Dynamic | None
    ) -> PlacedComponent:
        """Number a live component; called by the template that is being rendered."""
        if self._components is None:
            self._components = LiveComponents()
        return self._components.place(module, id, assigns, previous)

    def note_streamed(self, rows: Iterable[Dynamics]) -> None:
        """Rows of a stream; called by the template that is being rendered."""
        if self._components is not None:
            self._components.note_streamed(rows)

    def find(self, module: object, id: object) -> int | None:
        """The number of the live component (module, id); None when there is none."""
        return self._components.find(module, id) if self._components is not None else None

    def mark_for_deletion(self, cids: Iterable[int]) -> None:
        """Answer the client's `cids_will_destroy`."""
        if self._components is not None:
            self._components.mark(cids, self._tree)

    def delete(self, cids: Iterable[int]) -> list[int]:
        """Answer the client's `cids_destroyed`: those that are really gone, whose state the live layer drops."""
        return self._components.forget(cids) if self._components is not None else []

    def html(self) -> str:
        """The HTML of the last render, live components and all."""
        return to_html(self._tree) if self._tree is not None else ""

    def _run(
        self,
        template: Template,
        assigns: Mapping[str, object],
        changed: Mapping[str, object],
        tree: Rendered | None,
    ) -> Rendered:
        core = template.core
        token = numberer.set(self)
        try:
            dynamics = core.function(assigns, changed, None if tree is None else tree.dynamics)
        except BaseException as error:
            self._abandon()
            if isinstance(error, NameError):
                advise(error, core.filename, assigns)
            raise
        finally:
            numberer.reset(token)
        return Rendered(core.statics, dynamics)

    def _abandon(self) -> None:
        self._tree = self._before = None
        if self._components is not None:
            self._components.abandon()


def effective(
    assigns: Mapping[str, object],
    changed: Mapping[str, object],
    extra: Mapping[str, object],
    before: Mapping[str, object],
) -> Mapping[str, object]:
    """`changed` with what was changed in place marked, and the derived assigns compared with those before."""
    for name in changed:
        if name in assigns and changed[name] is assigns[name]:
            changed = {**changed, name: TOUCHED}
    if not extra:
        return changed
    derived = changed_values(before, extra)
    if any(value is TOUCHED for value in changed.values()):
        derived |= touched_values(extra, extra)
    return {name: value for name, value in changed.items() if name not in extra} | derived


def extended(assigns: Mapping[str, object], extra: Mapping[str, object]) -> Mapping[str, object]:
    """The assigns with the derived ones above them; what fills itself when it is read still does."""
    made = assigns.copy() if isinstance(assigns, dict) else dict(assigns)
    made.update(extra)
    return made


def render_to_string(template: Template, assigns: Mapping[str, object]) -> str:
    """The HTML of a template."""
    return to_html(render_tree(template, assigns))


def render_tree(template: Template, assigns: Mapping[str, object]) -> Rendered:
    """The tree of a template that is rendered once: a dead render."""
    values = extended(assigns, template.values) if template.values else assigns
    core = template.core
    try:
        dynamics = core.function(values, _NOTHING, None)
    except NameError as error:
        advise(error, core.filename, values)
        raise
    return Rendered(core.statics, dynamics)

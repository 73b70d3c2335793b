"""What becomes of the views within a view: their containers, in either life (docs/nested-views.md).

In the dead render a nested view is mounted and rendered in its place, as far as the page is concerned; but a template
is rendered in one go, and a mount may wait. So a `DeadNest` first leaves a hole for each view that the render places,
and fills the holes, in the order of the page, when the render is done. A nested view that redirects takes the page
along.

In the connected life a nested view is the client's to join: a `LiveNest` writes an empty container with the token for
that. Whatever is in such a container belongs to its own view from then on, so that nothing waits here for anybody.

The id of a container is the topic of its view: one that is placed twice in one render is refused, as is the view's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from actorlive.live.assigns import shared_assigns
from actorlive.live.container import Container
from actorlive.live.endpoint import Lineage, Mount, Passport, Route
from actorlive.live.state import ViewState
from actorlive.live.view import LiveView
from actorlive.rendered import Rendered, Statics, attributes
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.nesting import Nested

__all__ = ["DeadNest", "LiveNest", "NestedHole"]

_BARE = Statics(("", ""))
_EMPTY = ("",)


def _container(nested: Nested, dom_id: str, tokens: Mapping[str, object], content: str = "") -> str:
    """The element that a view is in; `tokens` are the attributes that the client reads."""
    element = nested.container
    if element is None:
        element = _class_of(nested).container
    elif not isinstance(element, Container):
        raise TemplateError(
            f"the container of <.live_render> is {element!r:.80}",
            hint='write container={Container("section")}',
        )
    own = attributes({"id": dom_id, **tokens})
    return f"{element.open(own.lstrip())}{content}{element.close()}"


def _lineage(state: ViewState) -> Lineage:
    """That of the views within this one."""
    if state.lineage is None:
        return Lineage(state.pid, state.pid, state.route if state.routed else None)
    return Lineage(state.pid, state.lineage.root, state.lineage.root_route)


def _passport(state: ViewState, nested: Nested, dom_id: str) -> Passport:
    return Passport(
        view=_class_of(nested),
        dom_id=dom_id,
        visitor=state.visitor,
        live_session=state.route.live_session,
        session=nested.session,
        sticky=nested.sticky,
        lineage=None if nested.sticky else _lineage(state),
    )


def _class_of(nested: Nested) -> type[LiveView[Any]]:
    return cast("type[LiveView[Any]]", nested.view)


def _place_of(state: ViewState, nested: Nested) -> dict[str, object]:
    return {"data-phx-sticky": True} if nested.sticky else {"data-phx-parent-id": state.dom_id}


def _claim(dom_id: str, taken: set[str]) -> None:
    if dom_id in taken:
        raise TemplateError(
            f"found duplicate id {dom_id!r} for a view within a view", hint="give each an id of its own"
        )
    taken.add(dom_id)


class LiveNest:
    """The views within a connected view: a container for each, empty, with what its view joins with."""

    __slots__ = ("_state", "taken")

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self.taken: set[str] | None = None
        """The ids of this render; None until it places a view."""

    def place(self, nested: Nested) -> str:
        """The container of a view that the render has placed."""
        state, dom_id = self._state, str(nested.id)
        if self.taken is None:
            self.taken = {state.dom_id}
        _claim(dom_id, self.taken)
        token = state.endpoint.sign_passport(_passport(state, nested, dom_id))
        tokens = {"data-phx-session": token, "data-phx-static": "", **_place_of(state, nested)}
        return _container(nested, dom_id, tokens)

    def end_render(self) -> None:
        """The next render may place each view again."""
        self.taken = None


class NestedHole:
    """Where a view stands in a dead render."""

    __slots__ = ("dom_id", "nested", "tree")

    def __init__(self, nested: Nested, dom_id: str) -> None:
        self.nested = nested
        self.dom_id = dom_id
        self.tree = Rendered(_BARE, _EMPTY)


class DeadNest:
    """The views within a view that is rendered dead; `taken` are the ids of the views of the page."""

    def __init__(self, state: ViewState, mount: Mount, taken: set[str]) -> None:
        self._state = state
        self._mount = mount
        self._taken = taken
        self.holes: list[NestedHole] = []

    def place(self, nested: Nested) -> Rendered:
        """The hole for a view that the render has placed."""
        dom_id = str(nested.id)
        _claim(dom_id, self._taken)
        self.holes.append(NestedHole(nested, dom_id))
        return self.holes[-1].tree

    def mount_of(self, hole: NestedHole) -> Mount:
        """What to mount in a hole. Raises `CallbackError` for a session that could not travel to its second life."""
        mount, nested = self._mount, hole.nested
        view = _class_of(nested)
        handed = mount.endpoint.handed_down(nested.session, f"{view.__qualname__} #{hole.dom_id}")
        return replace(
            mount,
            route=Route(view, live_session=mount.route.live_session),
            dom_id=hole.dom_id,
            params=None,
            session={**mount.cookie_session, **handed},
            flash={},
            lineage=None if nested.sticky else _lineage(self._state),
            sticky=nested.sticky,
            shared={} if nested.sticky else shared_assigns(self._state.view),
        )

    def fill(self, hole: NestedHole, content: str, flash: Mapping[str, str]) -> None:
        """Put what the view has rendered into its hole."""
        state, nested = self._state, hole.nested
        token = state.endpoint.sign_passport(_passport(state, nested, hole.dom_id)) if nested.sticky else ""
        static = state.endpoint.sign_static(hole.dom_id, flash)
        tokens = {"data-phx-session": token, "data-phx-static": static, **_place_of(state, nested)}
        hole.tree.dynamics = (_container(nested, hole.dom_id, tokens, content),)

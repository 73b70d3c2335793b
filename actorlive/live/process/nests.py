"""What becomes of the views within a view: their containers, in either life (docs/nested-views.md).

In the dead render a nested view is mounted and rendered in its place, as far as the page is concerned; but a template
is rendered in one go, and a mount may wait. So a `DeadNest` first leaves a hole for each view that the render places,
and fills the holes, in the order of the page, when the render is done. A nested view that redirects takes the page
along.

What stands around the page's own view, the root layout, is rendered in that life alone. A view there has nobody around
it who is a process, so it is a root of its own: the client finds it, and joins it by its token. It outlives navigation
where it stands, as a sticky one does, but must not be marked as one: the client carries those along into the next
view's element, where this one has no place.

In the connected life a nested view is the client's to join: a `LiveNest` writes an empty container with the token for
that. Whatever is in such a container belongs to its own view from then on, so that nothing waits here for anybody.

The id of a container is the topic of its view: one that is placed twice in one render is refused, as is the view's own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from actorlive.live.assigns import shared_assigns
from actorlive.live.container import Container
from actorlive.live.endpoint import Lineage, Mount, Passport, Route
from actorlive.live.state import ViewState
from actorlive.live.view import LiveView
from actorlive.rendered import attributes
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.nesting import Nested

__all__ = ["DeadNest", "LiveNest", "NestedHole"]


def _container(nested: Nested, dom_id: str, tokens: Mapping[str, object], content: str = "") -> str:
    """The element that a view is in; `tokens` are the attributes that the client reads."""
    element = _element_of(nested)
    own = attributes({"id": dom_id, **tokens})
    return f"{element.open(own.lstrip())}{content}{element.close()}"


def _element_of(nested: Nested) -> Container:
    element = nested.container
    if element is None:
        return _class_of(nested).container
    if not isinstance(element, Container):
        raise TemplateError(
            f"the container of <.live_render> is {element!r:.80}, and no Container",
            hint='write container={Container("section")}',
        )
    return element


def _lineage(state: ViewState) -> Lineage:
    """That of the views within this one."""
    if state.lineage is None:
        return Lineage(state.pid, state.pid, state.route if state.routed else None)
    return Lineage(state.pid, state.lineage.root, state.lineage.root_route)


def _lineage_of(nested: Nested, parent: ViewState | None) -> Lineage | None:
    """That of a view which is placed by `parent`, or around the page; None for a root of its own."""
    return None if nested.sticky or parent is None else _lineage(parent)


def _passport(
    nested: Nested, dom_id: str, visitor: str, live_session: str, lineage: Lineage | None
) -> Passport:
    return Passport(
        view=_class_of(nested),
        dom_id=dom_id,
        visitor=visitor,
        live_session=live_session,
        session=nested.session,
        sticky=lineage is None,
        lineage=lineage,
    )


def _class_of(nested: Nested) -> type[LiveView[Any]]:
    return cast("type[LiveView[Any]]", nested.view)


def _place_of(nested: Nested, parent: ViewState | None) -> dict[str, object]:
    if parent is None:
        return {}
    return {"data-phx-sticky": True} if nested.sticky else {"data-phx-parent-id": parent.dom_id}


def _claim(dom_id: str, taken: set[str], around: str | None) -> None:
    if dom_id == around:
        raise TemplateError(
            f"the id {dom_id!r} is that of the view around", hint="give the view within it an id of its own"
        )
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
        _claim(dom_id, self.taken, state.dom_id)
        lineage = _lineage_of(nested, state)
        passport = _passport(nested, dom_id, state.visitor, state.route.live_session, lineage)
        token = state.endpoint.sign_passport(passport)
        tokens = {"data-phx-session": token, "data-phx-static": "", **_place_of(nested, state)}
        return _container(nested, dom_id, tokens)

    def end_render(self) -> None:
        """The next render may place each view again."""
        self.taken = None


class NestedHole:
    """Where a view stands in a dead render. It is marked in the text, which an author may have of a slot before it is
    filled; nobody can guess the mark."""

    __slots__ = ("content", "dom_id", "handed_down", "mark", "nested")

    def __init__(self, nested: Nested, dom_id: str, handed_down: Mapping[str, Any]) -> None:
        self.nested = nested
        self.dom_id = dom_id
        self.handed_down = handed_down
        self.mark = f"<!--{secrets.token_hex(16)}-->"
        self.content = ""


class DeadNest:
    """The views within a view that is rendered dead, the `parent`, or in the root layout around that of `mount`;
    `taken` are the ids of the views of the page."""

    def __init__(self, mount: Mount, taken: set[str], parent: ViewState | None = None) -> None:
        self._parent = parent
        self._mount = mount
        self._taken = taken
        self.holes: list[NestedHole] = []

    def place(self, nested: Nested) -> str:
        """The hole for a view that the render has placed. Raises `TemplateError` for what cannot be, and
        `CallbackError` for a session that could not travel to its second life: now, while the template still is on the
        stack."""
        dom_id = str(nested.id)
        _claim(dom_id, self._taken, None if self._parent is None else self._parent.dom_id)
        _element_of(nested)
        what = f"{_class_of(nested).__qualname__} #{dom_id}"
        handed_down = self._mount.endpoint.handed_down(nested.session, what)
        self.holes.append(NestedHole(nested, dom_id, handed_down))
        return self.holes[-1].mark

    def mount_of(self, hole: NestedHole) -> Mount:
        """What to mount in a hole."""
        mount, nested, parent = self._mount, hole.nested, self._parent
        view = _class_of(nested)
        return replace(
            mount,
            route=Route(view, live_session=mount.route.live_session),
            dom_id=hole.dom_id,
            params=None,
            session={**mount.cookie_session, **hole.handed_down},
            flash={},
            lineage=_lineage_of(nested, parent),
            sticky=nested.sticky or parent is None,
            shared={} if nested.sticky or parent is None else shared_assigns(parent.view),
        )

    def fill(self, hole: NestedHole, content: str, flash: Mapping[str, str]) -> None:
        """Put what the view has rendered into its hole."""
        mount, nested = self._mount, hole.nested
        lineage, token = _lineage_of(nested, self._parent), ""
        if lineage is None:
            live_session = mount.route.live_session
            passport = _passport(nested, hole.dom_id, mount.visitor, live_session, lineage)
            token = mount.endpoint.sign_passport(passport)
        static = mount.endpoint.sign_static(hole.dom_id, flash)
        tokens = {"data-phx-session": token, "data-phx-static": static, **_place_of(nested, self._parent)}
        hole.content = _container(nested, hole.dom_id, tokens, content)

    def filled(self, html: str) -> str:
        """What was rendered, with the views in their holes."""
        for hole in self.holes:
            html = html.replace(hole.mark, hole.content)
        return html

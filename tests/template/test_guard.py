"""An assign changed in place is found, and nothing else is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from actorlive.errors import AssignError
from actorlive.template import MutationGuard, heex
from actorlive.template.guard import fingerprint

TEMPLATE = heex("<p>{@title}</p><i :for={x in @items}>{x}</i>")


@dataclass
class Cart:
    lines: list[str] = field(default_factory=list)


def watched(**assigns: Any) -> MutationGuard:
    guard = MutationGuard()
    guard.note(TEMPLATE, assigns)
    return guard


def test_a_list_that_grew() -> None:
    items = [1]
    guard = watched(title="t", items=items)
    items.append(2)
    with pytest.raises(AssignError) as caught:
        guard.check(TEMPLATE, {"title": "t", "items": items}, (), owner="CartLive")
    assert str(caught.value).splitlines()[0] == (
        "CartLive.items was changed in place (a list), which nobody can see"
    )
    assert "shows it" in str(caught.value)
    assert "self.items = [*self.items, x]" in str(caught.value)
    assert 'socket.touch("items")' in str(caught.value)


@pytest.mark.parametrize("value", [[[1]], {"a": [1]}, {"a": {1}}, ([1],), Cart(["a"])])
def test_changes_deep_inside(value: Any) -> None:
    before = fingerprint(value)
    assert fingerprint(value) == before
    match value:
        case [inner] | (inner,):
            inner.append(2)
        case {"a": [*_] as inner}:
            inner.append(2)
        case {"a": inner}:
            inner.add(2)
        case Cart(lines):
            lines[0] = "b"
    assert fingerprint(value) != before


def test_what_was_announced_or_replaced_is_fine() -> None:
    items = [1]
    guard = watched(title="t", items=items)
    items.append(2)
    guard.check(TEMPLATE, {"title": "t", "items": items}, {"items"}, owner="CartLive")
    guard.check(TEMPLATE, {"title": "u", "items": [1, 2]}, (), owner="CartLive")


def test_what_the_template_does_not_read_is_not_watched() -> None:
    other = [1]
    guard = watched(title="t", items=[], other=other)
    other.append(2)
    guard.check(TEMPLATE, {"title": "t", "items": [], "other": other}, (), owner="CartLive")


def test_a_value_that_holds_itself() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert fingerprint(loop) == fingerprint(loop)

"""Defaults belong to each view: two visitors never share what one of them can change."""

import array
import threading
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from actorlive import AsyncResult, LiveView, Socket, heex
from actorlive.errors import AssignError
from actorlive.live.defaults import factory_of
from actorlive.testing import live_isolated


@dataclass
class Basket:
    rows: list[int] = field(default_factory=list[int])


@dataclass(frozen=True)
class Frozen:
    rows: Any = ()


class Plain:
    def __init__(self) -> None:
        self.rows: list[int] = []


class Struct(msgspec.Struct):
    rows: list[int] = []


class FrozenStruct(msgspec.Struct, frozen=True):
    rows: Any = ()


class Named(str):  # noqa: SLOT000
    rows: list[int]


class Colour(Enum):
    RED = 1


def named() -> Named:
    made = Named("x")
    made.rows = []
    return made


Change = Callable[[Any], object]

MUTABLE: list[tuple[Any, Change]] = [
    ([], lambda x: x.append(1)),
    ({}, lambda x: x.update(a=1)),
    (set(), lambda x: x.add(1)),
    ([[]], lambda x: x[0].append(1)),
    ({"a": []}, lambda x: x["a"].append(1)),
    (([],), lambda x: x[0].append(1)),
    (((1, []),), lambda x: x[0][1].append(1)),
    (deque(maxlen=5), lambda x: x.append(1)),
    (Counter(), lambda x: x.update("a")),
    (defaultdict(list), lambda x: x["a"]),
    (OrderedDict(), lambda x: x.update(a=1)),
    (bytearray(), lambda x: x.append(1)),
    (array.array("i"), lambda x: x.append(1)),
    (Basket(), lambda x: x.rows.append(1)),
    (Frozen([]), lambda x: x.rows.append(1)),
    (Plain(), lambda x: x.rows.append(1)),
    (Struct(), lambda x: x.rows.append(1)),
    (FrozenStruct([]), lambda x: x.rows.append(1)),
    (SimpleNamespace(n=0), lambda x: setattr(x, "n", 1)),
    (named(), lambda x: x.rows.append(1)),
    (AsyncResult.of([]), lambda x: x.result.append(1)),
    (field(default_factory=list[int]), lambda x: x.append(1)),
    (field(default_factory=Basket), lambda x: x.rows.append(1)),
    (msgspec.field(default_factory=list[int]), lambda x: x.append(1)),
]


def text(value: Any) -> str:
    fields: Any = getattr(value, "__dict__", "")
    return str(fields) if type(value).__repr__ is object.__repr__ else f"{value!s} {fields}"


@pytest.mark.parametrize(("default", "change"), MUTABLE, ids=lambda v: type(v).__name__)
def test_no_view_sees_what_another_did_to_a_default(default: Any, change: Change) -> None:
    view = type("V", (LiveView,), {"__annotations__": {"x": object}, "x": default})
    one, two = view(), view()
    untouched = text(two.x)
    change(one.x)
    assert text(one.x) != untouched
    assert text(two.x) == untouched == text(view().x)


@pytest.mark.parametrize(("default", "change"), MUTABLE[:20], ids=lambda v: type(v).__name__)
async def test_nor_does_a_temporary_assign_come_back_changed(default: Any, change: Change) -> None:
    class Temporary(LiveView):
        x: object
        template = heex("<p>{text(@x)}</p>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.temporary_assigns(x=default)

        async def handle_event(self, event: Any, socket: Socket) -> None:
            change(self.x)
            socket.touch("x")

    before = text(default)
    async with live_isolated(Temporary) as view:
        await view.click("go")
        once = await view.element("p").text()
        await view.click("go")
        assert await view.element("p").text() == once
    assert text(default) == before


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            1,
            1.5,
            True,
            None,
            b"",
            (),
            (1, ("a", None)),
            frozenset({1}),
            range(3),
            Decimal(1),
            datetime.now(UTC),
        ),
        *(
            Colour.RED,
            Frozen(),
            Frozen((1, 2)),
            FrozenStruct(),
            AsyncResult.idle(),
            object(),
            print,
            Plain,
            text,
        ),
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_cannot_change_is_not_copied(value: Any) -> None:
    assert factory_of(value, "V", "x") is None


def test_what_cannot_be_copied_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(AssignError, match=r"V\.x: each view needs a copy.*lock.*default_factory"):
        type("V", (LiveView,), {"__annotations__": {"x": object}, "x": threading.Lock()})


def test_an_iterator_is_refused_as_a_default() -> None:
    with pytest.raises(AssignError, match="only once"):
        type("V", (LiveView,), {"__annotations__": {"x": object}, "x": map(str, [1])})


def test_a_field_without_a_default_gives_none() -> None:
    view: Any = type("V", (LiveView,), {"__annotations__": {"x": int}, "x": field()})
    with pytest.raises(AttributeError, match="has no value yet"):
        view().x  # noqa: B018

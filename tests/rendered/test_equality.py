"""Equal means: looks equal. Whatever `looks_equal` calls equal, nothing can tell apart."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive.rendered.equality import are_plain, equal_ends, looks_equal
from tests.support.narrow import untyped


class Anything:
    """Says that it equals whatever there is."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


class Raising:
    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = object.__hash__


class Text(str):
    __slots__ = ()


@dataclass(frozen=True)
class Row:
    id: int
    price: object = 0
    note: str = field(default="", compare=False)


NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
KEPT = Anything()

LOOKALIKES: list[Any] = [
    0,
    0.0,
    -0.0,
    False,
    1,
    1.0,
    True,
    "",
    "1",
    b"",
    b"1",
    None,
    math.nan,
    Text("1"),
    bytearray(b"1"),
    Decimal(1),
    Decimal("1.0"),
    NOON,
    NOON.astimezone(timezone(timedelta(hours=1))),
    KEPT,
    Anything(),
    Raising(),
    Row(1),
    Row(1),
    Row(1, 0.0),
    Row(1, 0, "new"),
    deque([1]),
    OrderedDict(a=1),
]

leaves = st.sampled_from(LOOKALIKES) | st.text(max_size=2) | st.integers(-2, 2) | st.floats()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.sampled_from(["a", "b", 1, True, 0.0]), inner, max_size=3)
        | st.frozensets(st.integers(0, 40) | st.booleans(), max_size=5)
        | st.sets(st.sampled_from([0, 8, 16, 24, "a"]), max_size=4)
    ),
    max_leaves=8,
)


def shown(value: Any) -> Any:
    """All that a page can show of a value; of what is none of ours, which object it is."""
    kind = untyped(type(value))
    if kind in (str, int, bool, float, bytes, type(None)):
        return kind, str(value), repr(value), format(value) if value is not None else ""
    if kind in (list, tuple, set, frozenset):
        return kind, len(value), [shown(item) for item in value]
    if kind is dict:
        return kind, [(shown(key), shown(item)) for key, item in value.items()]
    return id(value)


def rebuilt(value: Any) -> Any:
    """The same, in containers of its own; a set filled in another order."""
    kind = untyped(type(value))
    if kind is dict:
        return {rebuilt(key): rebuilt(item) for key, item in value.items()}
    if kind in (set, frozenset):
        return untyped(kind)(reversed(list(value)))
    return untyped(kind)(map(rebuilt, value)) if kind in (list, tuple) else value


@given(values, values)
def test_what_looks_equal_cannot_be_told_apart(old: Any, new: Any) -> None:
    if looks_equal(old, new):
        assert shown(old) == shown(new)


@given(values)
def test_a_value_built_again_looks_equal_exactly_if_it_is_shown_so(value: Any) -> None:
    other = rebuilt(value)
    assert looks_equal(value, other) == (shown(value) == shown(other))


WRAPS: list[Callable[[list[Any]], object]] = [
    list,
    tuple,
    lambda items: {"rows": items},
    lambda items: [("x", item) for item in items],
]


@given(st.lists(values, max_size=6), st.lists(values, max_size=6))
def test_an_element_exchanged_is_found_if_it_shows(old: list[Any], new: list[Any]) -> None:
    for i in range(min(len(old), len(new))):
        changed = [*old[:i], new[i], *old[i + 1 :]]
        for wrap in WRAPS:
            if looks_equal(wrap(old), wrap(changed)):
                assert shown(old[i]) == shown(new[i])


def naive_ends(old: list[Any], new: list[Any]) -> tuple[int, int]:
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if not looks_equal(old[i], new[i])), limit)
    limit -= head
    tail = next((i for i in range(limit) if not looks_equal(old[-1 - i], new[-1 - i])), limit)
    return head, tail


rows = st.lists(
    st.sampled_from([(1, "a"), (1, "b"), (True, "a"), (1.0, "a"), ("x",), [1], {"a": 1}, KEPT, 1, True, NOON])
)


@given(rows, rows, rows, rows)
def test_the_ends_in_bulk_are_the_ends_one_by_one(front: Any, back: Any, old: Any, new: Any) -> None:
    before = [*front, *old, *back]
    after = rebuilt([*front, *new, *back])
    assert equal_ends(before, after) == naive_ends(before, after)


plain_rows = st.lists(st.sampled_from([(1, "a"), (1, "b"), ("x", None), (), (b"1",)]))


@given(plain_rows, rows, plain_rows)
def test_the_ends_of_plain_rows_are_the_same_ends(front: Any, new: Any, back: Any) -> None:
    before: list[object] = [*front, (2,), *back]
    assert are_plain(before)
    for middle in (new, [*front, *new], [Raising()]):
        after = rebuilt([*front, *middle, *back])
        assert equal_ends(before, after, plain=True) == naive_ends(before, after)


@given(rows)
def test_rows_are_plain_exactly_if_their_types_tell_them_apart(items: Any) -> None:
    plain = all(type(row) is tuple and {type(leaf) for leaf in row} <= {str, int, bytes} for row in items)
    assert are_plain(items) == plain


MAKES: list[Callable[[int], object]] = [
    lambda i: (i, "x", None),
    lambda i: {"id": i, "on": True},
    lambda i: [i, 0.5],
    Row,
    str,
]


@pytest.mark.parametrize("count", [1, 5, 255, 256, 257, 1000])
@pytest.mark.parametrize("make", MAKES)
def test_one_changed_row_is_found_wherever_it_is(count: int, make: Any) -> None:
    kept = [make(i) for i in range(count)]
    for place in {0, count // 2, count - 1}:
        for rows in (kept, [make(i) for i in range(count)]):
            after = [*rows]
            after[place] = ("changed",)
            assert equal_ends(kept, after) == naive_ends(kept, after)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (0.0, -0.0),
        ([0.0, 1.5], [-0.0, 1.5]),
        ([(0.0, "a"), (1.0, "b")], [(-0.0, "a"), (1.0, "b")]),
        ([b"1"], [bytearray(b"1")]),
        ([{"a": 1, "b": 2}, {}], [{"b": 2, "a": 1}, {}]),
        ("1", Text("1")),
    ],
)
def test_what_python_calls_equal_may_look_different(old: object, new: object) -> None:
    assert old == new
    assert not looks_equal(old, new)


def test_what_is_too_deep_or_holds_itself_counts_as_changed() -> None:
    deep: tuple[list[Any], list[Any]] = [], []
    for side in deep:
        inner = side
        for _ in range(100_000):
            inner.append([1])
            inner = inner[-1]
    assert not looks_equal(*deep)
    old: list[Any] = [1]
    old.append(old)
    new: list[Any] = [1]
    new.append(new)
    assert not looks_equal(old, new)


def test_what_is_shared_inside_is_looked_at_once() -> None:
    old: list[Any] = [1]
    new: list[Any] = [1]
    for _ in range(60):  # two to the sixtieth, for one who walks every way
        old, new = [old, 1, old], [new, 1, new]
    assert looks_equal(old, new)

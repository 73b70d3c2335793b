"""Rows that go on from those before: the same as if they were rendered afresh, and no more work than what changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import given, strategies as st

from actorlive.template import Renderer, Slot, Template, component, heex, render_slot

T = TypeVar("T")

counts: Counter[str] = Counter()


def seen(name: str, value: T) -> T:
    """Count an evaluation."""
    counts[name] += 1
    return value


class Detached(Exception):
    """What an object-relational mapper raises for a row that has left its session."""


@dataclass(frozen=True)
class Town:
    name: object


class Row:
    """A row that compares by its key, and cannot be read any more once it is `detached`."""

    def __init__(self, id: int, value: object, town: Town) -> None:
        self.id = id
        self._value = value
        self.town = town
        self.detached = False

    @property
    def value(self) -> object:
        if self.detached:
            raise Detached
        return self._value

    def __getitem__(self, key: str) -> object:
        return getattr(self, key)

    def __iter__(self) -> Any:
        return iter((self.id, self._value))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and other.id == self.id

    def __hash__(self) -> int:
        return self.id


@component
def shown(*, row: Row, inner_block: Slot = Slot.empty) -> Template:
    return heex("<u>{@row.id}{render_slot(@inner_block, @row)}</u>")


assert render_slot  # a template's

TEMPLATES = [
    heex("<i :for={row in @rows}>{row.id}{row.value}{row.town.name}</i>"),
    heex("<i :for={row in @rows} :key={row.id} title={row.value}>{row['value']}{row.id + 1}</i>"),
    heex("<i :for={row in @rows} class={['a', row.value and 'b']}>{str(row['value'])}{@mark}</i>"),
    heex("<i :for={id, value in @rows} :key={id}>{id}{value}</i>"),
    heex("<i :for={i, row in enumerate(@rows)} title={f'{i} of {row.value}'}>{row.town.name}</i>"),
    heex("<i :for={i, (id, value) in enumerate(@rows)}>{i}{id}{@mark}{value}</i>"),
    heex(
        "<i :for={row in @rows} :if={row.id != 2}>{row.value}<b :if={row.value}>{row.value}{row.town.name}</b></i>"
    ),
    heex("<i :for={row in @rows}><b :for={x in [row.value, @mark]}>{x}{row.id}</b></i>"),
    heex("<i :for={row in @rows}><.shown row={row}>{row.value}</.shown></i>"),
    heex("<i :for={row in @rows}><.shown row={row} :let={r}>{r.value}{row.town.name}</.shown></i>"),
    heex("<i :for={row in @rows}>{dict(a=row.value)['a']}{'constant'}</i>"),
    heex("<i :for={row in @rows}>no more than that</i>"),
]

values = st.sampled_from(
    [0, 0.0, -0.0, False, 1, 1.0, True, "", "1", None, Decimal(1), Decimal("1.0"), (1,), [1]]
)
towns = st.builds(Town, values)
new_rows = st.builds(Row, st.just(0), values, towns)
edits = st.lists(
    st.tuples(st.sampled_from(["keep", "again", "value", "town", "swap", "insert", "drop"]), values, towns),
    max_size=8,
)


def edited(rows: list[Row], plan: list[tuple[str, object, Town]], fresh: int) -> list[Row]:
    """The rows after one edit each; those that were replaced cannot be read any more."""
    made: list[Row] = []
    for row, (what, value, town) in zip(rows, plan, strict=False):
        match what:
            case "again":
                made.append(Row(row.id, row.value, row.town))
            case "value":
                made.append(Row(row.id, value, row.town))
            case "town":
                made.append(Row(row.id, row.value, town))
            case "swap":
                made.insert(0, row)
            case "insert":
                fresh += 1
                made += [row, Row(fresh, value, town)]
            case "drop":
                pass
            case _:
                made.append(row)
    return made + rows[len(plan) :]


@pytest.mark.parametrize("template", TEMPLATES)
@given(
    first=st.lists(new_rows, max_size=8),
    steps=st.lists(st.tuples(edits, st.sampled_from(["a", "b"]), st.booleans()), min_size=1, max_size=3),
)
def test_rows_over_those_before_are_the_rows_rendered_afresh(
    template: Template, first: list[Row], steps: list[Any]
) -> None:
    rows = [Row(i, row.value, row.town) for i, row in enumerate(first)]
    assigns: dict[str, Any] = {"rows": rows, "mark": "a"}
    renderer = Renderer()
    renderer.render(template, assigns, None)
    for number, (plan, mark, detach) in enumerate(steps, 1):
        before = dict(assigns)
        assigns["rows"], assigns["mark"] = edited(assigns["rows"], plan, 100 * number), mark
        for row in before["rows"]:
            row.detached = detach and not any(row is kept for kept in assigns["rows"])
        changed = {name: old for name, old in before.items() if old is not assigns[name]}
        renderer.render(template, assigns, changed)
        afresh = Renderer()
        afresh.render(template, assigns, None)
        assert renderer.html() == afresh.html()


@dataclass(frozen=True)
class Line:
    id: int
    name: str
    note: str = field(default="", compare=False)


LINES = [Line(i, f"line {i}") for i in range(100)]


def evaluated(template: Template, rows: list[Any], new: list[Any]) -> dict[str, int]:
    """What is evaluated when new rows take the place of others."""
    renderer = Renderer()
    renderer.render(template, {"rows": rows}, None)
    counts.clear()
    renderer.render(template, {"rows": new}, {"rows": rows})
    return dict(counts)


COUNTED = [
    heex('<i :for={row in @rows} :key={row.id} title={seen("id", row.id)}>{seen("name", row.name)}</i>'),
    heex(
        '<i :for={row in @rows}>{seen("id", row.id)}<b :if={row.id < 1000}>{seen("name", row.name)}</b></i>'
    ),
    heex('<i :for={i, row in enumerate(@rows)} title={seen("index", i)}>{seen("name", row.name)}</i>'),
]


@pytest.mark.parametrize("template", COUNTED)
def test_of_two_rows_far_apart_only_these_are_evaluated(template: Template) -> None:
    new = [*LINES]
    new[3], new[90] = replace(new[3], name="x"), replace(new[90], name="y")
    assert evaluated(template, LINES, new) == {"name": 2}


@pytest.mark.parametrize("template", COUNTED)
def test_of_rows_made_anew_only_what_reads_differently_is_evaluated(template: Template) -> None:
    assert evaluated(template, LINES, [replace(line, note="seen") for line in LINES]) == {}
    assert evaluated(template, LINES, [replace(line, name=f"{line.id}!") for line in LINES]) == {"name": 100}


def test_a_row_that_is_the_same_object_is_not_even_read() -> None:
    reads: list[int] = []

    class Watched:
        def __init__(self, id: int) -> None:
            self.number = id

        @property
        def id(self) -> int:
            reads.append(self.number)
            return self.number

    rows = [Watched(i) for i in range(100)]
    new = [*rows]
    new[1], new[98] = Watched(201), Watched(298)
    template = heex("<i :for={row in @rows}>{row.id}</i>")
    renderer = Renderer()
    renderer.render(template, {"rows": rows}, None)
    reads.clear()
    assert renderer.render(template, {"rows": new}, {"rows": rows}) == {
        0: {"k": {1: {0: "201"}, 98: {0: "298"}, "kc": 100}}
    }
    assert {*reads} == {1, 98, 201, 298}


def test_a_row_that_cannot_be_read_raises_where_its_author_wrote_it() -> None:
    template = heex("<i :for={row in @rows}>{row.value}</i>")
    renderer = Renderer()
    old, new = Row(1, 1, Town("a")), Row(1, 2, Town("a"))
    renderer.render(template, {"rows": [old]}, None)
    new.detached = True
    with pytest.raises(Detached) as caught:
        renderer.render(template, {"rows": [new]}, {"rows": [old]})
    assert caught.value.__context__ is None
    renderer.render(template, {"rows": [old]}, None)
    assert renderer.html() == "<i>1</i>"

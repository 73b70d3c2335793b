"""Where live components stand: found as a look at every row would find it, without one."""

import random
from collections.abc import Iterable

import pytest

from actorlive.rendered import (
    Comprehension,
    Dynamic,
    Dynamics,
    PlacedComponent,
    Rendered,
    Statics,
    places as places_module,
    rows_with,
)
from actorlive.rendered.places import ComponentRows, placed_in

ROW, BOX = Statics(("<p>", "</p>")), Statics(("<div>", "</div>"), root=True)


class Loop:
    """A loop whose rows come and go at random, with components in them, at any depth."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self._away = list(range(1, 9))
        self.now = Comprehension(ROW, [], [self._row() for _ in range(self.draw.randrange(6))])

    def step(self) -> None:
        rows = list(self.now.rows)
        for _ in range(self.draw.choice((0, 1, 1, 2, 5))):
            self._change(rows)
        after = Comprehension(ROW, [], rows)
        after.places = self.now.places
        self.now = after

    def _change(self, rows: list[Dynamics]) -> None:
        draw = self.draw
        match draw.choice(("replace", "swap", "insert", "remove", "reverse")):
            case "replace" if rows:
                number = draw.randrange(len(rows))
                self._away += [node.cid for node in placed_in(rows[number])]
                rows[number] = self._row()
            case "swap" if len(rows) > 1:
                a, b = draw.sample(range(len(rows)), 2)
                rows[a], rows[b] = rows[b], rows[a]
            case "insert":
                rows.insert(draw.randrange(len(rows) + 1), self._row())
            case "remove" if rows:
                row = rows.pop(draw.randrange(len(rows)))
                self._away += [node.cid for node in placed_in(row)]
            case _:
                rows.reverse()

    def _row(self) -> Dynamics:
        return tuple(self._dynamic(depth=0) for _ in range(2))

    def _dynamic(self, depth: int) -> Dynamic:
        match self.draw.choice(("text", "text", "component", "node", "loop")):
            case "component" if self._away:
                return PlacedComponent(self._away.pop(self.draw.randrange(len(self._away))))
            case "node" if depth < 2:
                return Rendered(BOX, (self._dynamic(depth + 1),))
            case "loop" if depth < 2:
                return Comprehension(ROW, [], [(self._dynamic(depth + 1),) for _ in range(2)])
            case _:
                return "text"


def by_looking(cids: set[int], loop: Comprehension) -> list[int]:
    return [i for i, row in enumerate(loop.rows) if cids & {node.cid for node in placed_in(row)}]


def first_difference(seeds: Iterable[int]) -> str | None:
    for seed in seeds:
        loop = Loop(seed)
        for step in range(30):
            if loop.draw.random() < 0.7:  # what nobody asks for is not followed
                cids = set(loop.draw.sample(range(1, 9), 3))
                found, wanted = rows_with(cids, loop.now), by_looking(cids, loop.now)
                if found != wanted:
                    return f"seed {seed}, step {step}: {found}, not {wanted}"
            loop.step()
    return None


def test_the_rows_of_components_are_those_that_hold_them() -> None:
    assert first_difference(range(200)) is None


def test_control_who_forgets_what_a_row_held_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Remembers(ComponentRows):
        def of(self, cids: object, rows: list[Dynamics]) -> list[int]:
            if len(rows) == len(self._rows):
                self._cids.clear()
            return super().of(cids, rows)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(places_module, "ComponentRows", Remembers)
    assert first_difference(range(200)) is not None


def test_control_who_follows_no_row_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stays(ComponentRows):
        def of(self, cids: object, rows: list[Dynamics]) -> list[int]:
            if len(rows) == len(self._rows):
                self._rows = rows
            return super().of(cids, rows)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(places_module, "ComponentRows", Stays)
    assert first_difference(range(200)) is not None


def test_one_that_stands_twice_is_found_where_it_is_last() -> None:
    """Only a loop that is not on the page can hold one twice; to lose one of its places harms nobody."""
    twice = PlacedComponent(1)
    loop = Comprehension(ROW, [], [(twice,), (twice,)])
    assert rows_with({1}, loop) == [1]
    after = Comprehension(ROW, [], [("a",), ("b",)])
    after.places = loop.places
    assert rows_with({1}, after) == []

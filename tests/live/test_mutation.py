"""An assign that is changed in place is found and reported, once, with where it is rendered and what to do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import pytest

from actorlive import LiveView, Socket, heex, send
from actorlive.live.process.mutation import BUDGET, fingerprint
from actorlive.runtime import open_node
from tests.support.client import Client, Views, settled
from tests.support.narrow import untyped

LINES = Path(__file__).read_text(encoding="utf-8").splitlines()


@dataclass
class Person:
    name: str
    tags: list[str] = field(default_factory=list[str])


class Point(msgspec.Struct):
    x: int = 0


class Cart:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._log: list[str] = []

    @cached_property
    def title(self) -> str:
        return "Cart"


class Page(LiveView):
    items: list[int] = [1]
    person: Person
    people: list[Person] = []
    cart: Cart
    tool: Cart
    template = heex("""
      <p>{len(@items)}</p>
      <p>{@person.name}</p>
      <p :for={person in @people}>{person.name}</p>
      <p>{len(@cart.lines)}</p>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.person = Person("Ada")
        self.people = [Person("Ada")]
        self.cart = Cart()
        self.tool = Cart()

    async def handle_info(self, message: Any, socket: Socket) -> None:
        message(self, socket)


async def warnings_of(
    caplog: pytest.LogCaptureFixture, *acts: Callable[[Page, Socket], object], debug: bool = True
) -> list[str]:
    views = Views({"/": Page})
    views.debug = debug
    async with open_node() as node:
        client = Client(node, views)
        await client.join("/")
        for act in acts:
            send(client.views[0], act)
        await settled()
    return [record.getMessage() for record in caplog.records]


async def test_it_says_what_where_and_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    (warning,) = await warnings_of(caplog, lambda view, socket: view.items.append(2))
    assert "Page.items was changed in place" in warning
    line, text = next((n, text) for n, text in enumerate(LINES, 1) if "len(@items)" in text)
    assert f"{__file__}:{line}:{text.index('len(') + 1} renders @items" in warning
    assert "socket.touch('items')" in warning


async def test_rows_that_stay_in_a_list_that_is_replaced(caplog: pytest.LogCaptureFixture) -> None:
    def rename_and_append(view: Page, socket: Socket) -> None:
        view.people[0].name = "Bob"
        view.people = [*view.people, Person("Eve")]

    (warning,) = await warnings_of(caplog, rename_and_append)
    assert "Page.people was changed in place" in warning


async def test_any_object_that_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    (warning,) = await warnings_of(
        caplog,
        lambda view, socket: view.tool.lines.append("x"),
        lambda view, socket: (view.cart.title, untyped(view.cart)._log.append("x")),
        lambda view, socket: view.cart.lines.append("x"),
    )
    assert "Page.cart was changed in place" in warning


async def test_each_assign_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    def append(view: Page, socket: Socket) -> None:
        view.items.append(2)
        view.person.tags.append("x")

    assert len(await warnings_of(caplog, append, append)) == 2


async def test_what_is_set_or_touched_is_not_reported(caplog: pytest.LogCaptureFixture) -> None:
    def touched(view: Page, socket: Socket) -> None:
        view.items.append(2)
        socket.touch("items")

    def replaced(view: Page, socket: Socket) -> None:
        view.items = [*view.items, 3]

    assert await warnings_of(caplog, touched, replaced) == []


async def test_production_does_not_look(caplog: pytest.LogCaptureFixture) -> None:
    assert await warnings_of(caplog, lambda view, socket: view.items.append(2), debug=False) == []


MUTATIONS: list[tuple[Any, Callable[[Any], object]]] = [
    ([1], lambda v: v.append(2)),
    ({"a": [1]}, lambda v: v["a"].append(2)),
    ({1, 2}, lambda v: v.add(3)),
    (Person("a"), lambda v: setattr(v, "name", "b")),
    ([Point()], lambda v: setattr(v[0], "x", 1)),
    (({"k": 1},), lambda v: v[0].update(k=2)),
]


@pytest.mark.parametrize(("value", "mutate"), MUTATIONS)
def test_fingerprints_see_changes_inside(value: Any, mutate: Any) -> None:
    before = fingerprint(value)
    assert fingerprint(value) == before
    mutate(value)
    assert fingerprint(value) != before


def test_fingerprints_end_in_cycles_and_in_huge_values() -> None:
    knot: list[Any] = []
    knot.append(knot)
    assert fingerprint(knot) == fingerprint(knot)
    assert fingerprint(list(range(BUDGET * 10))) is not None


class Wiped(LiveView):
    template = heex("""
      <form>
        <input name="q">
        <p :if={True}><textarea name="notes"></textarea></p>
        <input name="kept" value="">
        <textarea name="full">{1}</textarea>
        <input type="checkbox" name="done"><input type="file" name="photo"><input type="submit" name="go">
        <input type={"hidden"} name="key"><input {dict(name="spread")}><input aria-label="nameless">
        <div id="own" phx-update="ignore"><input name="mine"></div>
        <.focus_wrap id="dialog" phx-update="ignore"><input name="theirs"></.focus_wrap>
      </form>
    """)


async def test_a_text_input_that_the_next_patch_empties_is_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(2):
        async with open_node() as node:
            await Client(node, {"/": Wiped}).join("/")
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert "a patch wipes this <input> once it has lost the focus" in told[0]
    assert '<input name="q">' in told[0]
    assert "value={@draft}" in told[0]
    assert "a patch wipes this <textarea>" in told[1]

"""The official client, which skips what it takes for unchanged, shows each live component as it is.

Random programs: a page with components in elements of function components, in rows, in slots and in one another. Any of
them may change in one message, by what they are given or by themselves, with or without something of the page.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from actorlive import LiveComponent, Slot, Template, component, heex
from actorlive.rendered import Diff, PlacedComponent, places
from actorlive.template import Renderer
from actorlive.template.rendering import live_components, renderer
from actorlive.template.rendering.live_components import LiveComponents
from actorlive.template.rendering.placing import Placement
from tests.template.official import played

HARNESS = Path(__file__).with_name("official_page.mjs")
STEPS = 12


@component
def box(*, label: str = "", inner_block: Slot) -> Template:
    """One element, which the client marks."""
    return heex("""<div title={@label}>{render_slot(@inner_block)}</div>""")


class Leaf(LiveComponent):
    told: str
    n: int = 0
    template = heex("""<b id={@id}>{@told}:{@n}</b>""")


class Branch(LiveComponent):
    told: str
    kids: list[str]
    n: int = 0
    template = heex("""<section id={@id}>{@n}
      <.box><.live_component :for={kid in @kids} :key={kid} module={Leaf} id={kid} told={@told} /></.box>
      <.box><p :for={kid in @kids} :key={kid}>
        <.box><.live_component module={Leaf} id={kid + "-p"} told="-" /></.box>
      </p></.box>
      <.box>{@told}</.box>
    </section>""")


class Frame(LiveComponent):
    inner_block: Slot
    n: int = 0
    template = heex(
        """<article id={@id}><.box label={str(@n)}>{render_slot(@inner_block)}</.box></article>"""
    )


PAGE = heex("""<main><h1>{@n}</h1>
  <.box><.live_component module={Leaf} id="one" told={@told} /></.box>
  <.box label={@label}><.box><.live_component module={Branch} id="two" told={@told} kids={@kids} /></.box></.box>
  <p :for={row in @rows} :key={row}>{row}<.box><.live_component module={Leaf} id={row} told={@told} /></.box></p>
  <.box><.live_component module={Frame} id="frame">
    <.box><.live_component module={Leaf} id="framed" told={@told} /></.box>
  </.live_component></.box>
  {% if @open %}<.box><.live_component module={Branch} id="three" told="-" kids={["x"]} /></.box>{% endif %}
</main>""")


class Program:
    """A page and its components, changed at random; the messages, and what each makes of the page."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed)
        self._renderer = Renderer()
        self._assigns: dict[str, Any] = {
            "n": 0, "told": "a", "label": "", "kids": ["k", "l"], "rows": ["r", "s"], "open": False,
        }  # fmt: skip
        self._components: dict[int, tuple[Any, dict[str, Any]]] = {}
        self.messages: list[Any] = []
        self.shown: list[str] = []
        self._render(None, ())

    def step(self) -> None:
        draw, before = self._draw, self._assigns
        now = dict(before)
        for name in draw.sample(sorted(now), draw.choice((0, 1, 1, 2, 3))):
            now[name] = self._another(name)
        self._assigns = now
        changed = {name: was for name, was in before.items() if was != now[name]}
        acting = draw.sample(sorted(self._components), draw.randrange(min(3, len(self._components)) + 1))
        self._render(changed, acting)

    def _another(self, name: str) -> Any:
        draw = self._draw
        match name:
            case "n":
                return self._assigns["n"] + 1
            case "kids":
                return draw.sample("klm", draw.randrange(4))
            case "rows":
                return draw.sample("rstu", draw.randrange(5))
            case "open":
                return not self._assigns["open"]
            case _:
                return draw.choice("abc")

    def _render(self, changed: dict[str, Any] | None, acting: Any) -> None:
        if changed is None or changed:
            self._spread(self._renderer.start(PAGE, self._assigns, changed))
        for cid in acting:
            module, assigns = self._components[cid]
            after = {**assigns, "n": assigns["n"] + 1}
            self._components[cid] = module, after
            self._spread(self._renderer.render_component(cid, module.template, after, {"n": assigns["n"]}))
        self.messages.append(msgspec.json.decode(msgspec.json.encode(self._renderer.finish())))
        assert not self._renderer.apart
        self.shown.append(self._renderer.html())
        gone = [cid for cid, (_, of) in self._components.items() if f'id="{of["id"]}"' not in self.shown[-1]]
        self._renderer.mark_for_deletion(gone)
        for cid in self._renderer.delete(gone):
            del self._components[cid]

    def _spread(self, placed: list[Placement]) -> None:
        while placed:
            placement = placed.pop(0)
            module: Any = placement.module
            before = self._components.get(placement.cid, (module, None))[1]
            after = {"id": placement.id, "n": 0, **(before or {}), **placement.assigns}
            self._components[placement.cid] = module, after
            changed = None
            if before is not None and not placement.back:
                changed = {
                    name: was for name, was in before.items() if was is not after[name] and was != after[name]
                }
            if changed is None or changed:
                placed += self._renderer.render_component(placement.cid, module.template, after, changed)


def first_difference(seeds: range) -> str | None:
    programs = [Program(seed) for seed in seeds]
    for program in programs:
        for _ in range(STEPS):
            program.step()
    pages: list[list[str]] = played(HARNESS, [program.messages for program in programs])
    for program, shown in zip(programs, pages, strict=True):
        for number, (page, wanted) in enumerate(zip(shown, program.shown, strict=True)):
            if page != wanted:
                return f"step {number}: {program.messages[number]}\n{page}\n{wanted}"
    return None


def test_the_client_shows_each_component_as_it_is() -> None:
    assert first_difference(range(150)) is None


def is_found_out(seeds: range) -> bool:
    """True also where the client throws: it leaves out what the page does not have."""
    try:
        return first_difference(seeds) is not None
    except AssertionError as thrown:
        return "which the page does not have" in str(thrown)


def test_control_without_the_way_to_them_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def lead_nowhere(*_: object, in_component: bool) -> None:
        """Nothing."""

    monkeypatch.setattr(live_components, "lead_to", lead_nowhere)
    assert is_found_out(range(20))


class NamesNoneAround(LiveComponents):
    def _around(self, cid: int, bodies: Diff, *, root_is_sent: bool) -> list[tuple[int, int]]:
        return super()._around(cid, bodies, root_is_sent=root_is_sent)[-1:]


def test_control_without_those_around_them_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderer, "LiveComponents", NamesNoneAround)
    assert is_found_out(range(40))


class Table:
    """A table with a component in a marked element of each row, all of them told the same for good."""

    template = heex("""<main><h1>{@n}</h1>
      <p :for={row in @rows} :key={row}>{row}<.box><.live_component module={Leaf} id={row} told="-" /></.box></p>
    </main>""")

    def __init__(self) -> None:
        self._renderer = Renderer()
        self._assigns: dict[str, Any] = {"n": 0, "rows": [f"r{i}" for i in range(100)]}
        self._render(None, ())

    def message(self, cid: int, **changes: Any) -> Any:
        """The message that changes the root, and acts in one component."""
        before = {name: self._assigns[name] for name in changes}
        self._assigns = {**self._assigns, **changes}
        return self._render(before, (cid,))

    def _render(self, changed: dict[str, Any] | None, acting: tuple[int, ...]) -> Any:
        placed = self._renderer.start(self.template, self._assigns, changed)
        for cid in (*(placement.cid for placement in placed if placement.new), *acting):
            assigns = {"id": str(cid), "told": "-", "n": self._assigns["n"]}
            self._renderer.render_component(cid, Leaf.template, assigns, {"n": -1})
        return self._renderer.finish()


def test_only_rows_that_are_new_are_looked_at_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[object] = []

    def placed_in(row: Any) -> list[PlacedComponent]:
        looked_at.append(row)
        return look(row)

    def looks(cid: int, **changes: Any) -> int:
        looked_at.clear()
        assert cid in page.message(cid, **changes)["c"]
        return len(looked_at)

    look, page = places.placed_in, Table()
    monkeypatch.setattr(places, "placed_in", placed_in)
    names = [f"r{i}" for i in range(100)]
    assert looks(70, n=1) == 100
    assert looks(30, n=2) == 0
    assert looks(30, n=3, rows=[*names[:50], "new", *names[51:]]) == 1
    assert looks(101, n=4) == 0
    assert page.message(70, n=5)[1] == {"k": {69: {1: {1: {0: 70}}}, "kc": 100}}

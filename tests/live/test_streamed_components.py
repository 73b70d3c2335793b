"""Live components in streamed rows, in other roots, and on a slow line: what the page shows is what there is.

A row of a stream stands in the page alone, so what the server knows of the components in it is what the client said
last, and on a slow line that is late. A random program moves components in and out of rows, into other roots and into
one another, while the client's words are still under way. When all has come to rest: each component of the page lives,
each that lives is in the page, each shows its own state and what it was given last, and answers.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import trio
import trio.testing

from actorlive import (
    Event,
    LiveComponent,
    LiveView,
    Rejected,
    Socket,
    Stream,
    Template,
    heex,
    send,
    send_update,
)
from actorlive.template.rendering import renderer
from actorlive.template.rendering.live_components import ROOT, LiveComponents
from actorlive.testing import Network, View, live_isolated
from actorlive.testing.browser.dom import DomNode

Forest = tuple[tuple[int, Any], ...]
"""Trees: pairs of an id and the forest below it."""


class Bump(Event): ...


@dataclass(frozen=True)
class Row:
    id: int
    label: str
    below: Forest


@dataclass(frozen=True)
class Plan:
    """What the page is to show; `again` are the rows that are streamed again though they stand."""

    root: int
    label: str
    plain: Forest
    rows: tuple[Row, ...]
    again: frozenset[int] = frozenset()


EMPTY = Plan(0, "a", (), ())
alive: dict[int, Node] = {}


class Node(LiveComponent[Bump]):
    label: str
    below: Forest
    place: str
    n: int = 0
    stirred: int = 0
    template = heex("""<div id={f"{@place}{@id}"}>
      <button phx-click="bump" phx-target={@myself}>{@label}{@id}:{@n}</button>
      <.live_component :for={id, below in @below} :key={id} module={Node} id={id} label={@label} below={below}
        place={"n" if @stirred >= 0 else ""} />
    </div>""")

    async def mount(self, socket: Socket) -> None:
        if socket.connected:
            assert self.id not in alive
            alive[self.id] = self

    async def handle_event(self, event: Bump, socket: Socket) -> None:
        self.n += 1
        if self.n % 3 == 0:
            raise Rejected(f"{self.id} is at {self.n}")

    async def unmount(self, socket: Socket) -> None:
        del alive[self.id]


class Wood(LiveView):
    """Takes plans, as messages."""

    plan: Plan = EMPTY
    rows: Stream[Row]

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.stream_configure("rows", dom_id=lambda row: f"r{row.id}")

    def render(self) -> Template:
        match self.plan.root:
            case 0:
                return heex("""<main><p>{@flash.get("error")}</p>
                  <.live_component :for={id, below in @plan.plain} module={Node} id={id} label={@plan.label}
                    below={below} place="n" />
                  <section id="rows" phx-update="stream">
                    <.live_component :for={dom_id, row in @streams.rows} module={Node} id={row.id} label={row.label}
                      below={row.below} place="r" />
                  </section></main>""")
            case 1:
                return heex("""<main><h1>Other</h1>{@flash.get("error")}<section id="rows" phx-update="stream">
                    <.live_component :for={dom_id, row in @streams.rows} module={Node} id={row.id} label={row.label}
                      below={row.below} place="r" />
                  </section>
                  <.live_component :for={id, below in @plan.plain} :key={id} module={Node} id={id}
                    label={@plan.label} below={below} place="n" /></main>""")
            case _:
                return heex("""<main>{@flash.get("error")}<.live_component :for={id, below in @plan.plain}
                  module={Node} id={id} label={@plan.label} below={below} place="n" /></main>""")

    async def handle_info(self, message: Plan, socket: Socket) -> None:
        stand = {row.id: row for row in self.plan.rows}
        wanted = {row.id: row for row in message.rows}
        for id in stand.keys() - wanted.keys():
            socket.stream_delete_by_dom_id("rows", f"r{id}")
        for id, row in wanted.items():
            if stand.get(id) != row or id in message.again:
                socket.stream_insert("rows", row)
        self.plan = message


def planned(draw: random.Random, before: Plan) -> Plan:
    ids = draw.sample(range(8), draw.randrange(9))
    label = draw.choice("ab")
    root = draw.choice((0, 0, 0, 1, 2))

    def forest(depth: int) -> Forest:
        found: list[tuple[int, Any]] = []
        while ids and draw.random() < 0.55:
            found.append((ids.pop(), forest(depth + 1) if depth < 2 else ()))
        return tuple(found)

    fresh = [Row(id, label, below) for id, below in forest(0)] if root != 2 else []
    taken = {id for row in fresh for id in within(((row.id, row.below),))}
    kept = [row for row in before.rows if root != 2 and not taken & set(within(((row.id, row.below),)))]
    if before.root == 2:
        kept = []
    kept = [row for row in kept if draw.random() < 0.6]
    standing = {row.id: row for row in kept}
    rows = (*kept, *(row for row in fresh if row.id not in standing))
    taken = {id for row in rows for id in within(((row.id, row.below),))}
    ids[:] = [id for id in ids if id not in taken]
    again = frozenset(id for id in standing if draw.random() < 0.3)
    return Plan(root, label, forest(0), rows, again)


def of(plan: Plan) -> set[int]:
    return {*within(plan.plain)} | {id for row in plan.rows for id in within(((row.id, row.below),))}


def within(forest: Forest) -> Iterator[int]:
    for id, below in forest:
        yield id
        yield from within(below)


Shape = tuple[Any, ...]


def expected(plan: Plan) -> tuple[Shape, Shape]:
    def tree(id: int, label: str, below: Forest) -> Shape:
        return f"{label}{id}:{alive[id].n}", tuple(tree(each, label, inner) for each, inner in below)

    return (
        tuple(tree(id, plan.label, below) for id, below in plan.plain),
        tuple(sorted(tree(row.id, row.label, row.below) for row in plan.rows)),
    )


def shown(view: View) -> tuple[Shape, Shape]:
    """What is in the page; where a row stands among the others is the streams' affair."""

    def tree(node: DomNode) -> Shape:
        button, *inner = node.elements
        return button.text(), tuple(map(tree, inner))

    def trees(nodes: list[DomNode]) -> Shape:
        return tuple(tree(node) for node in nodes if node.tag == "div")

    main = view.client_view.container.elements[0]
    rows = next((node for node in main.elements if node.id == "rows"), None)
    return trees(main.elements), tuple(sorted(trees(rows.elements if rows is not None else [])))


async def walk(seed: int) -> None:
    """One program."""
    alive.clear()
    draw, plan = random.Random(seed), EMPTY
    line = Network(latency=draw.choice((0.0, 0.05)), jitter=draw.choice((0.0, 0.3)), seed=seed)
    async with live_isolated(Wood, network=line) as view:
        past = [plan]
        for _ in range(6):
            for _ in range(draw.randrange(1, 6)):
                match draw.choice(("plan", "plan", "back", "bump", "stir", "wait")):
                    case "plan":
                        plan = planned(draw, plan)
                        send(view.pid, plan)
                        past.append(plan)
                    case "back" if len(past) > 1:
                        plan = past[-2]  # as it was, to the letter
                        send(view.pid, plan)
                        past.append(plan)
                    case "bump" if buttons := view.element("button").matches():
                        view.page.send(
                            view.client_view,
                            "event",
                            {
                                "type": "click",
                                "event": "bump",
                                "value": {},
                                "cid": cid_of(draw.choice(buttons)),
                            },
                            "a click",
                        )
                    case "stir" if leaving := sorted(alive.keys() - of(plan)):
                        send_update(view.pid, Node, draw.choice(leaving), stirred=draw.randrange(99))
                    case _:
                        await trio.sleep(draw.random() * 0.4)
            await view.advance(3)
            assert alive.keys() == of(plan)
            assert shown(view) == expected(plan)
            for id in sorted(alive):
                send_update(view.pid, Node, id, n=alive[id].n + 1)
            await view.advance(1)
            assert shown(view) == expected(plan)


def cid_of(button: DomNode) -> int:
    assert button.parent is not None
    return int(button.parent.attrs["data-phx-component"])


def run(seeds: range) -> None:
    for seed in seeds:
        try:
            trio.run(walk, seed, clock=trio.testing.MockClock(autojump_threshold=0))
        except BaseException as error:
            error.add_note(f"seed {seed}")
            raise


def test_what_the_page_shows_is_what_there_is() -> None:
    run(range(60))


# -- controls ------------------------------------------------------------------


class TakesNothingFromItsHolder(LiveComponents):
    def _hold(self, cid: int) -> None:
        self._holders[cid] = self._holder
        self._streamed.discard(cid)


class KnowsNoStreamedRows(LiveComponents):
    def note_streamed(self, rows: object) -> None:
        """Nothing."""


class SendsNothingOfMarkedOnes(LiveComponents):
    def _layers(self) -> dict[int, list[int]]:
        for cid in self._marked:
            self._old.pop(cid, None)
        return super()._layers()


class LeavesWhatTheGoneHold(LiveComponents):
    def forget(self, cids: Iterable[int]) -> list[int]:
        holders, self._holders = self._holders, dict.fromkeys(self._holders, ROOT)
        gone = super().forget(cids)
        self._holders = {cid: holder for cid, holder in holders.items() if cid not in gone}
        return gone


class SendsAllInOne(LiveComponents):
    def _layer(self, cid: int) -> int:
        return 0


@pytest.mark.parametrize(
    "mutant",
    [
        TakesNothingFromItsHolder,
        KnowsNoStreamedRows,
        SendsNothingOfMarkedOnes,
        LeavesWhatTheGoneHold,
        SendsAllInOne,
    ],
)
def test_control_a_shortcut_is_found(mutant: type[LiveComponents]) -> None:
    with pytest.MonkeyPatch.context() as context:
        context.setattr(renderer, "LiveComponents", mutant)
        with pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
            run(range(80))

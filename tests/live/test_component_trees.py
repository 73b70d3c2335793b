"""Random trees of live components, placed, moved, removed and placed again: what the client has is what there is.

The diffs of each run are merged as the client merges them, after each step, and by the official client at the end.
"""

from __future__ import annotations

import random
import re
from copy import deepcopy
from typing import Any

import pytest
import trio

from actorlive import Event, LiveComponent, LiveView, Slot, Socket, Template, component, heex
from actorlive.live.process.components import Components
from actorlive.live.process.targets import MountedComponent
from actorlive.runtime import open_node
from actorlive.testing.browser.merging import ClientTree, split
from tests.support.client import Client
from tests.template.official import pages

Forest = tuple[tuple[int, Any], ...]
"""Trees: pairs of an id and the forest below it."""


class Bump(Event): ...


class Plant(Event):
    seed: int


class Node(LiveComponent[Bump]):
    label: str
    below: Forest
    n: int = 0
    template = heex("""<div>{@label}{@id}:{@n} {% if @n % 3 != 2 %}<.live_component
      :for={id, below in @below} :key={id} module={Node} id={id} label={@label} below={below}
    />{% endif %}</div>""")

    async def handle_event(self, event: Bump, socket: Socket) -> None:
        self.n += 1


@component
def frame(*, title: str, inner_block: Slot) -> Template:
    return heex("<section><h1>{@title}</h1>{render_slot(@inner_block)}</section>")


class Wood(LiveView[Plant]):
    label: str = "a"
    plain: Forest = ()
    framed: Forest = ()
    template = heex("""<main>
      <.live_component :for={id, below in @plain} module={Node} id={id} label={@label} below={below} />
      <.frame title={@label}>
        <.live_component :for={id, below in @framed} :key={id} module={Node} id={id} label={@label} below={below} />
      </.frame>
    </main>""")

    async def handle_event(self, event: Plant, socket: Socket) -> None:
        self.label, self.plain, self.framed = planted(event.seed)


def planted(seed: int) -> tuple[str, Forest, Forest]:
    """A label and two forests, in which each id stands once at most."""
    draw = random.Random(seed)
    ids = draw.sample(range(7), draw.randrange(8))

    def forest(depth: int) -> Forest:
        found: list[tuple[int, Any]] = []
        while ids and draw.random() < 0.6:
            found.append((ids.pop(), forest(depth + 1) if depth < 3 else ()))
        return tuple(found)

    return draw.choice("ab"), forest(0), forest(0)


class Model:
    """What has to be on the page, and in which state each component is."""

    def __init__(self) -> None:
        self.label = "a"
        self.plain: Forest = ()
        self.framed: Forest = ()
        self.states: dict[int, int] = {}
        self.marked: set[int] = set()

    def html(self) -> str:
        self.marked -= self.shown()
        trees = ["".join(self._tree(*tree) for tree in forest) for forest in (self.plain, self.framed)]
        return f"<main>{trees[0]}<section><h1>{self.label}</h1>{trees[1]}</section></main>"

    def _tree(self, id: int, below: Forest) -> str:
        n = self.states.setdefault(id, 0)
        inner = "" if n % 3 == 2 else "".join(self._tree(*tree) for tree in below)
        return f"<div>{self.label}{id}:{n}{inner}</div>"

    def shown(self) -> set[int]:
        def ids(forest: Forest) -> set[int]:
            found: set[int] = set()
            for id, below in forest:
                found |= {id} | (ids(below) if self.states.get(id, 0) % 3 != 2 else set())
            return found

        return ids(self.plain) | ids(self.framed)


def squeezed(html: str) -> str:
    return re.sub(r"\s+(?=<)|(?<=>)\s+", "", re.sub(r' data-phx-component="\d+"', "", html)).strip()


def diffs(client: Client) -> list[Any]:
    """What the client has been sent, in order."""
    found: list[Any] = []
    for _, _, _, name, payload in client.frames:
        response: dict[str, Any] = payload.get("response", {}) if name == "phx_reply" else {"diff": payload}
        if "rendered" in response:
            found.append(response["rendered"])
        elif response.get("diff"):
            found.append(response["diff"])
    return found


def shown_by(tree: ClientTree, merged: int, sent: list[Any]) -> str:
    for diff in sent[merged:]:
        tree.merge(split(deepcopy(diff)).diff)
    return tree.render().html


async def walk(seed: int, steps: int = 14) -> list[Any]:
    """One run, compared after each step; returns what was sent."""
    draw, model = random.Random(seed), Model()
    async with open_node() as node:
        client = Client(node, {"/": Wood})
        await client.join("/")
        first, *rest = diffs(client)
        tree, merged = ClientTree(split(deepcopy(first)).diff), 1
        assert not rest
        leaving: list[int] = []
        sent = [first]
        cids: dict[int, int] = {}
        for _ in range(steps):
            match draw.choice(("plant", "plant", "bump", "bump", "left")):
                case "plant":
                    seed_of_forest = seed * 7 + draw.randrange(4)  # it comes again, unchanged
                    model.label, model.plain, model.framed = planted(seed_of_forest)
                    await client.clicked("plant", seed=seed_of_forest)
                case "bump" if shown := sorted(model.shown()):
                    id = draw.choice(shown)
                    model.states[id] += 1
                    event: dict[str, Any] = {"type": "click", "event": "bump", "value": {}, "cid": cids[id]}
                    await client.reply(client.push("event", event))
                case "left":
                    answer = await client.reply(client.push("cids_destroyed", {"cids": leaving}))
                    gone = {id for id in model.marked if cids[id] in leaving}
                    assert set(answer["response"]["cids"]) == {cids[id] for id in gone}
                    for id in gone:
                        del model.states[id]
                    model.marked -= gone
                case _:
                    pass
            sent = diffs(client)
            html = shown_by(tree, merged, sent)
            merged = len(sent)
            assert squeezed(html) == model.html()
            for cid, id in re.findall(r'data-phx-component="(\d+)">\s*\w?(\d+):', html):
                cids[int(id)] = int(cid)
            # as the client does after each patch
            gone = model.states.keys() - model.shown()
            leaving = sorted(cids[id] for id in gone)
            model.marked |= gone
            await client.reply(client.push("cids_will_destroy", {"cids": leaving}))
        return sent


def run(seed: int) -> list[Any]:
    return trio.run(walk, seed)


def test_what_the_client_has_is_what_there_is() -> None:
    runs = run_all()
    text = str(runs)
    for sign in ("'s': -", "'s': 1", "'kc': 0", "{'c': "):
        assert sign in text, sign
    for sent, shown in zip(runs, pages(runs), strict=True):
        first, *rest = sent
        tree = ClientTree(split(deepcopy(first)).diff)
        assert [squeezed(tree.render().html)] == [squeezed(shown[0])]
        for diff, page in zip(rest, shown[1:], strict=True):
            tree.merge(split(deepcopy(diff)).diff)
            assert squeezed(tree.render().html) == squeezed(page)


def run_all() -> list[list[Any]]:
    return [run(seed) for seed in range(60)]


def _always(self: object) -> bool:
    return True


def _ignore(self: object, *args: object) -> None:
    """Take any arguments, and do nothing with them."""


@pytest.mark.parametrize(
    ("of", "name", "mutant"),
    [
        (MountedComponent, "is_shown", property(_always, _ignore)),
        (Components, "mark", _ignore),
    ],
)
def test_control_a_shortcut_is_found(of: type, name: str, mutant: object) -> None:
    with pytest.MonkeyPatch.context() as context:
        context.setattr(of, name, mutant)
        with pytest.raises(Exception):  # noqa: B017, PT011 - however it shows
            run_all()

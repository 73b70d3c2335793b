"""Random trees of views that crash, leave and wait in their mounts: nobody is left, and nobody falls with a stranger.

The rule: a view lives exactly as long as it is joined and the chain of its parents lives. `expected` says so without
processes; a mutant breaks the rule, and is caught.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st

from actorlive import Event, LiveView, Socket, heex
from actorlive.live.endpoint import Lineage, Mount, Route
from actorlive.live.process import channel, parents
from actorlive.live.process.connection import ConnectionInfo, LiveConnection, Refused
from actorlive.runtime import Node, Pid, alive, exit, open_node
from tests.support.client import NoKeys


class Boom(Event): ...


class Away(Event): ...


class Knot(LiveView[Boom | Away]):
    """One view of a tree; some of them wait in their mount, forever."""

    template = heex("<p></p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if session["waits"]:
            await trio.sleep_forever()

    async def handle_event(self, event: Boom | Away, socket: Socket) -> None:
        match event:
            case Boom():
                raise RuntimeError("boom")
            case Away():
                socket.redirect("/")


class Gate(NoKeys):
    """Admits each view of a tree below the parent that the tree gives it, if that lives."""

    debug = False

    def __init__(self, tree: list[int | None], waiting: set[int]) -> None:
        self.tree = tree
        self.waiting = waiting
        self.pids: dict[int, Pid] = {}

    def route_for(self, uri: str) -> Route | None:
        return None

    def url_for(self, to: str | type, values: object) -> str:
        return "/"

    def authorize(self, join: Any, payload: Any, connection: ConnectionInfo) -> Mount | Refused:
        number = int(join.topic.removeprefix("lv:"))
        parent = self.tree[number]
        mount = Mount(
            route=Route(Knot),
            dom_id=str(number),
            uri="http://test/",
            params=None,
            session={"waits": number in self.waiting},
            endpoint=self,
        )
        if parent is None:
            return mount
        pid = self.pids.get(parent)
        if pid is None or not alive(pid):
            return Refused("stale")
        return replace(mount, lineage=Lineage(pid, pid, None))


class Tree:
    """The tree of one page, over one connection."""

    def __init__(self, node: Node, gate: Gate) -> None:
        self.gate = gate
        self.frames: list[Any] = []
        self.connection = LiveConnection(node, gate, self._hear, ConnectionInfo({}), max_channels=1000)
        self._refs = map(str, itertools.count(1))
        self._join_refs: dict[int, str] = {}

    def _hear(self, frame: bytes) -> None:
        self.frames.append(json.loads(frame))

    def push(self, number: int, event: str, payload: object) -> None:
        ref = next(self._refs)
        if event == "phx_join":
            self._join_refs[number] = ref
        frame = [self._join_refs.get(number), ref, f"lv:{number}", event, payload]
        self.connection.receive(msgspec.json.encode(frame).decode())

    async def join(self, number: int) -> None:
        self.push(number, "phx_join", {"session": "s", "params": {}})
        pid = self.connection.view(f"lv:{number}")
        if pid is not None:
            self.gate.pids[number] = pid
        await trio.testing.wait_all_tasks_blocked()

    def living(self) -> set[int]:
        return {number for number, pid in self.gate.pids.items() if alive(pid)}


Program = tuple[list[int | None], set[int], list[tuple[str, int]]]
"""A forest (the parent of each view comes before it), the views that wait in mount, and what happens to which."""

ACTS = st.sampled_from(["boom", "away", "leave", "kill", "rejoin"])


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A program, drawn."""
    size = draw(st.integers(2, 7))
    tree = [None if n == 0 else draw(st.none() | st.integers(0, n - 1)) for n in range(size)]
    waiting = {
        number for number in draw(st.sets(st.integers(0, size - 1), max_size=2)) if tree[number] is not None
    }
    steps = draw(st.lists(st.tuples(ACTS, st.integers(0, size - 1)), min_size=1, max_size=8))
    return tree, waiting, steps


def fallen(tree: list[int | None], living: set[int], number: int) -> set[int]:
    """Who lives when `number` has ended: everybody else but those below it."""
    gone = {number}
    for child, parent in enumerate(tree):
        if parent in gone:
            gone.add(child)
    return living - gone


async def run(tree: list[int | None], waiting: set[int], steps: list[tuple[str, int]]) -> None:
    """Carry out a program; after each step exactly those live that should, and at the end nobody."""
    async with open_node() as node:
        page = Tree(node, Gate(tree, waiting))
        expected: set[int] = set()
        for number, parent in enumerate(tree):
            await page.join(number)
            if parent is None or parent in expected:
                expected.add(number)
        assert page.living() == expected
        for act, number in steps:
            if act == "rejoin":
                parent = tree[number]
                expected = fallen(tree, expected, number)
                await page.join(number)
                if parent is None or parent in expected:
                    expected.add(number)
            elif number in expected and (number not in waiting or act == "kill"):
                match act:
                    case "leave":
                        page.push(number, "phx_leave", {})
                    case "kill":
                        exit(page.gate.pids[number], "enough")
                    case event:
                        page.push(number, "event", {"type": "click", "event": event, "value": {}})
                expected = fallen(tree, expected, number)
            await trio.testing.wait_all_tasks_blocked()
            assert page.living() == expected, (act, number)
        page.connection.close()
        await trio.testing.wait_all_tasks_blocked()
        assert page.living() == set()


@given(program=programs())
@settings(max_examples=150, deadline=None)
async def test_nobody_is_left_and_nobody_falls_with_a_stranger(program: Program) -> None:
    await run(*program)


# -- mutants -------------------------------------------------------------------


class _NoWatch(parents.ParentWatch):
    """A mount goes on when the parent has ended."""

    @contextmanager
    def over(self, parent: Pid | None) -> Generator[None]:
        yield


CHAIN: Program = ([None, 0, 1], set(), [("leave", 0)])
WAITING: Program = ([None, 0], {1}, [("boom", 0)])


async def test_a_mount_that_is_not_cancelled_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    await run(*WAITING)
    monkeypatch.setattr(channel, "ParentWatch", _NoWatch)
    with pytest.raises(AssertionError):
        await run(*WAITING)


async def test_a_child_that_does_not_watch_its_parent_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    await run(*CHAIN)
    original = channel.Channel.__init__

    def init(self: Any, *args: Any) -> None:
        original(self, *args)
        self._parent = None

    monkeypatch.setattr(channel.Channel, "__init__", init)
    with pytest.raises(AssertionError):
        await run(*CHAIN)


async def test_a_child_that_falls_with_a_stranger_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    siblings: Program = ([None, None, 1], set(), [("leave", 0)])
    await run(*siblings)

    def authorize(self: Gate, join: Any, payload: Any, connection: ConnectionInfo) -> Mount | Refused:
        mount = admit(self, join, payload, connection)
        if isinstance(mount, Mount) and mount.lineage is not None:
            stranger = self.pids[0]
            return replace(mount, lineage=Lineage(stranger, stranger, None))
        return mount

    admit = Gate.authorize
    monkeypatch.setattr(Gate, "authorize", authorize)
    with pytest.raises(AssertionError):
        await run(*siblings)

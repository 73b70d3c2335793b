"""A start that is interrupted leaves nothing behind, whoever interrupts it, when, and how.

A program is a tree of children and one interruption. Whatever it does, at the end no process, port or timer is
left, what was started has ended in the reverse order, and who gave a start up goes on when everything is gone.
Each control takes one rule away; hypothesis then finds a program that fails.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import trio
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample
from trio.testing import MockClock

from actorlive.runtime import (
    IGNORE,
    ChildSpec,
    ExitSignal,
    Node,
    Pid,
    Server,
    StartError,
    Tracer,
    exit,
    open_node,
    process_flag,
    receive,
    spawn_link,
)
from actorlive.runtime.context import current_node
from actorlive.runtime.otp import supervisor
from actorlive.runtime.otp.children import Child
from actorlive.runtime.otp.replies import TIMED_OUT, AwaitedReply
from actorlive.runtime.otp.server import Acknowledgement
from actorlive.runtime.otp.supervisor import SupervisorServer

FOREVER = 1000.0
KINDS = ("cancel", "timeout", "exit", "kill", "crash", "supervisor killed", "node ends", "nothing")


@dataclass(frozen=True)
class Leaf:
    """One child. `how` is what is special about it; it takes `begin` to start, and `end` to end."""

    how: str
    begin: float = 0
    end: float = 0


@dataclass(frozen=True)
class Program:
    """A tree of children (a tuple is a supervisor) and what happens while it starts."""

    tree: tuple[Any, ...]
    kind: str
    at: float
    seed: int | None = None


times = st.sampled_from([0.0, 0.5, 1.0, 2.0])
leaves = st.builds(
    Leaf,
    st.sampled_from(["server", "function", "late", "deaf", "ignore", "fails", "mortal", "hangs"]),
    times,
    times,
)
trees = st.recursive(
    st.lists(leaves, min_size=1, max_size=4).map(tuple),
    lambda inner: st.lists(leaves | inner, min_size=1, max_size=4).map(tuple),
    max_leaves=8,
)


def comes_to_an_end(program: Program) -> bool:
    """Whether something interrupts a start that hangs.

    The death of its parent does not interrupt a supervisor that starts, so that waits forever with a child that
    hangs; and at 0.0 there may be no supervisor yet that could be killed.
    """
    interrupted = program.kind not in ("exit", "kill", "nothing") and (
        program.kind != "supervisor killed" or program.at > 0
    )
    return interrupted or all(leaf.how != "hangs" for leaf in flat(program.tree))


programs = st.builds(
    Program,
    trees,
    st.sampled_from(KINDS),
    st.integers(0, 10).map(lambda n: n / 2),
    st.none() | st.integers(0, 99),
).filter(comes_to_an_end)


class World:
    """What the children note: who has started, and what each of them is."""

    def __init__(self) -> None:
        self.begun: list[tuple[Pid, Leaf]] = []

    def spec(self, node: Leaf | tuple[Any, ...], place: tuple[int, ...] = ()) -> ChildSpec:
        """The child specification of a leaf or of a whole supervisor."""
        if isinstance(node, tuple):
            arguments = (self.specs(node, place), "one_for_one", 3, 5.0, "never")

            async def nested() -> Pid:
                return await SupervisorServer.start_link(*arguments)

            return ChildSpec(place, nested, shutdown=None, kind="supervisor")
        restart = "temporary" if node.how in ("ignore", "mortal") else "permanent"
        return ChildSpec(place, lambda: self.start(node), restart=restart, shutdown=3.0)

    def specs(self, nodes: tuple[Any, ...], place: tuple[int, ...] = ()) -> tuple[ChildSpec, ...]:
        return tuple(self.spec(node, (*place, number)) for number, node in enumerate(nodes))

    async def start(self, leaf: Leaf) -> Pid:
        if leaf.how in ("server", "ignore", "fails", "hangs"):
            pid = await Stubborn.start_link(leaf)
        else:
            pid = spawn_link(stubborn, leaf)
        self.begun.append((pid, leaf))
        if leaf.how == "late":
            await trio.sleep(leaf.begin)
        return pid


class Stubborn(Server):
    """Traps exits, and takes its time to start and to end."""

    async def init(self, *args: Any) -> object:
        [self.leaf] = args
        process_flag(trap_exit=True)
        await trio.sleep(FOREVER if self.leaf.how == "hangs" else self.leaf.begin)
        if self.leaf.how == "fails":
            raise ValueError("fails")
        return IGNORE if self.leaf.how == "ignore" else None

    async def terminate(self, reason: object) -> None:
        await trio.sleep(self.leaf.end)


async def stubborn(leaf: Leaf) -> None:
    """A function that ends when its supervisor asks it to. A lost parent is not enough."""
    process_flag(trap_exit=True)
    if leaf.how == "mortal":
        await trio.sleep(leaf.end)
        return
    while True:
        message = await receive(ExitSignal)
        if message.reason == "shutdown" and leaf.how != "deaf":
            await trio.sleep(leaf.end)
            return


def run(program: Program) -> None:
    """Run a program on virtual time. Raises `AssertionError` when it leaves something behind."""
    logging.disable(logging.CRITICAL)
    try:
        trio.run(play, program, clock=MockClock(autojump_threshold=0))
    finally:
        logging.disable(logging.NOTSET)


async def play(program: Program) -> None:
    world = World()
    choose = None if program.seed is None else random.Random(program.seed).randrange
    with trio.fail_after(500):
        async with open_node(choose=choose, slow_handler=None) as node:
            with Tracer(node) as tracer:
                starter = node.spawn(start, world, program)
                await trio.sleep(program.at)
                interrupt(node, starter, program)
                if program.kind == "node ends":
                    await node.stop()
                else:
                    await trio.sleep(200)
                figures = node.statistics()
                assert (figures.processes, figures.ports, figures.timers) == (0, 0, 0)
                check_order(world, [event.pid for event in tracer.events if event.kind == "exit"])


def interrupt(node: Node, starter: Pid, program: Program) -> None:
    """What comes from outside; a cancellation and a time-out are the starter's own."""
    match program.kind:
        case "exit" | "kill" as reason:
            exit(starter, reason)
        case "supervisor killed":
            entity = node.lookup("top")
            if entity is not None and entity.pid in node.unstarted:
                exit(entity.pid, "kill")
        case _:
            pass


async def start(world: World, program: Program) -> None:
    """The starter. When its start is over it leaves, and takes along what it has started."""
    async with trio.open_nursery() as nursery:
        if program.kind == "crash":
            nursery.start_soon(crash_at, program.at)
        with trio.move_on_after(program.at if program.kind == "cancel" else 400) as scope:
            await attempt(world, program)
        if scope.cancelled_caught:
            check_alone()
        exit("done")


async def attempt(world: World, program: Program) -> None:
    """Start the tree."""
    arguments = (world.specs(program.tree), "one_for_one", 3, 5.0, "never")
    timeout = program.at if program.kind == "timeout" else None
    try:
        if program.kind == "node ends":
            await current_node().start_child(world.spec(program.tree))
        else:
            await SupervisorServer.start_link(*arguments, name="top", timeout=timeout)
    except StartError as error:
        if error.reason == "timeout":
            check_alone()
        return
    if program.kind == "nothing":
        expected = [leaf for leaf in flat(program.tree) if leaf.how != "ignore"]
        assert [leaf for _, leaf in world.begun] == expected


def check_alone() -> None:
    """Nobody is left but the caller."""
    assert current_node().statistics().processes == 1


def flat(tree: Leaf | tuple[Any, ...]) -> list[Leaf]:
    return [tree] if isinstance(tree, Leaf) else [leaf for node in tree for leaf in flat(node)]


async def crash_at(seconds: float) -> None:
    await trio.sleep(seconds)
    raise ValueError("crash")


def check_order(world: World, ends: list[object]) -> None:
    """The last started is the first to end, but for those who end by themselves."""
    leaves = dict(world.begun)
    expected = [pid for pid, leaf in reversed(world.begun) if leaf.how != "mortal"]
    assert [
        pid for pid in ends if isinstance(pid, Pid) and pid in leaves and leaves[pid].how != "mortal"
    ] == expected


@settings(max_examples=300)
@given(programs)
def test_a_start_leaves_nothing_behind_however_it_is_interrupted(program: Program) -> None:
    run(program)


@pytest.mark.soak
@settings(max_examples=20_000)
@given(programs)
def test_far_more_starts(program: Program) -> None:
    run(program)


# -- the controls --------------------------------------------------------------


Control = Callable[[pytest.MonkeyPatch], None]
controls: list[Control] = []
original_outcome, original_end = Acknowledgement.outcome, Acknowledgement.end_unstarted


def control(function: Control) -> Control:
    controls.append(function)
    return function


@control
def who_dies_kills_what_it_starts(patch: pytest.MonkeyPatch) -> None:
    async def outcome(ack: Acknowledgement, pid: Pid, timeout: float | None) -> object:
        try:
            with AwaitedReply(ack.node, pid) as ack.awaited:
                result = await ack.awaited.wait(timeout)
        except trio.Cancelled:
            supervisor.current_process().unlink(pid)
            exit(pid, "kill")
            raise
        if result is TIMED_OUT:
            await ack.end_unstarted(pid)
        return result

    patch.setattr(Acknowledgement, "outcome", outcome)


def nothing(*_: object) -> None:
    pass


@control
def who_runs_already_is_killed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Acknowledgement, "answered", property(nothing, nothing), raising=False)


@control
def nobody_waits_for_the_end(patch: pytest.MonkeyPatch) -> None:
    async def end_unstarted(ack: Acknowledgement, pid: Pid) -> None:
        supervisor.current_process().unlink(pid)
        exit(pid, "kill")

    patch.setattr(Acknowledgement, "end_unstarted", end_unstarted)


@control
def a_killed_supervisor_forgets_its_children(patch: pytest.MonkeyPatch) -> None:
    async def take_back(server: SupervisorServer) -> None:
        await server.end_all(server.children)

    patch.setattr(SupervisorServer, "take_back", take_back)


@control
def who_is_starting_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    async def end_unlisted(known: object) -> None:
        pass

    patch.setattr(supervisor, "end_unlisted", end_unlisted)


@control
def children_end_in_the_order_of_their_start(patch: pytest.MonkeyPatch) -> None:
    async def end_all(server: SupervisorServer, children: list[Child]) -> None:
        for child in list(children):
            await server.end(child)

    patch.setattr(SupervisorServer, "end_all", end_all)


@control
def a_list_shrinks_under_the_loop(patch: pytest.MonkeyPatch) -> None:
    async def start_all(server: SupervisorServer, children: list[Child]) -> object:
        for child in children:
            error = await server.begin(child)
            if error is not None:
                return child, error
        return None

    patch.setattr(SupervisorServer, "start_all", start_all)


@control
def the_end_of_the_node_does_not_interrupt(patch: pytest.MonkeyPatch) -> None:
    stop = Node.stop

    async def patient(node: Node) -> None:
        node.starts = {}
        await stop(node)

    patch.setattr(Node, "stop", patient)


def fails(program: Program) -> bool:
    try:
        run(program)
    except (AssertionError, trio.TooSlowError, BaseExceptionGroup):
        return True
    return False


@pytest.mark.parametrize("broken", controls, ids=lambda control: control.__name__)
def test_each_rule_is_needed(broken: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch)
    options = settings(
        max_examples=2000,
        phases=[Phase.generate],
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
    )
    try:
        find(programs, fails, settings=options)
    except NoSuchExample:
        pytest.fail(f"nothing fails although {broken.__name__.replace('_', ' ')}")

"""Random programs of processes, run by the real runtime and checked against the model step by step.

A program is data: for each process a script of steps. Every step calls the real function, then the model's,
and compares what both say; after each step all mailboxes, names and lives are compared, too. The order in
which processes run comes from a seed, for our own ready list and for Trio's.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, cast
from unittest import mock

import trio
from trio._core import _run as trio_internals  # pyright: ignore[reportPrivateUsage]
from trio.testing import MockClock

from actorlive import runtime
from actorlive.errors import ActorLiveError
from actorlive.runtime import Down, ExitSignal, Node, Pid, Ref, Timer, mailbox
from actorlive.runtime.signals import Entity
from tests.ordering.model import Model

__all__ = ["SLOTS", "STEPS", "Mismatch", "random_program", "run_program"]

SLOTS = 4
"""Processes of a program at its start; steps name others by their slot."""
NAMES = ("x", "y")
REASONS = ("normal", "kill", "shutdown", "odd", runtime.Shutdown("s"))
WANTED: tuple[type[object] | None, ...] = (None, None, int, Down, ExitSignal)
Step = tuple[object, ...]
Program = tuple[tuple[Step, ...], ...]


class Mismatch(AssertionError):
    """The runtime and the model disagree."""


def check(what: str, real: object, expected: object) -> None:
    if real != expected:
        raise Mismatch(f"{what}: the runtime says {real!r}, the rules say {expected!r}")


class World:
    """One run of one program."""

    def __init__(self, node: Node, program: Program) -> None:
        self.node = node
        self.program = program
        self.model = Model()
        self.slots: list[Pid] = []
        self.refs: list[Ref] = []
        self.timers: dict[int, Timer] = {}
        self.numbers = iter(range(1 << 30))
        self.wanted: dict[Pid, type | None] = {}
        """What each process received by last."""
        self.fault: Mismatch | None = None
        self.steps = 0
        node.tracers.append(self.observe)  # pyright: ignore[reportArgumentType]
        node.tracing = True  # without `set_gate`: sending keeps its fast way

    # -- what the runtime reports by itself: ends, and timers that fire --------

    def observe(self, kind: str, pid: Pid, detail: object, sender: Pid | None) -> None:
        try:
            if kind == "exit" and pid in self.model.procs:
                self.ended(pid, detail)
            elif kind in ("send", "lost") and isinstance(detail, tuple):
                self.fired(pid if kind == "send" else None, cast("Step", detail))
        except Mismatch as fault:
            self.fault = self.fault or fault

    def ended(self, pid: Pid, reason: object) -> None:
        proc = self.model.procs[pid]
        check(f"the exit reason of {pid}", reason, proc.reason)
        check(f"{pid} was to end", True, proc.doomed)
        self.model.finish(pid, reason)

    def fired(self, pid: Pid | None, message: tuple[object, ...]) -> None:
        now = trio.current_time()
        timer = self.model.timers.get(message)
        if timer is None:
            raise Mismatch(f"the timer {message} fired though it was cancelled, or its process has died")
        check("a timer fires at its time", now, timer.due)
        earlier = [other for other in self.model.timers.values() if other.due < timer.due]
        check("timers that should have fired before", earlier, [])
        self.model.fired(message)
        target = self.model.names.get(timer.dest) if isinstance(timer.dest, str) else timer.dest
        check("the timer's message reaches", pid, target)
        if pid is not None:
            self.model.put(pid, message)

    # -- comparing -------------------------------------------------------------

    def compare(self) -> None:
        """Everything that can be seen from outside."""
        if self.fault is not None:
            raise self.fault
        for pid in self.slots:
            check(f"alive({pid})", runtime.alive(pid), self.model.alive(pid))
        for name in NAMES:
            check(f"whereis({name})", runtime.whereis(name), self.model.names.get(name))
        for pid, proc in self.model.procs.items():
            entity = pid.entity
            if entity is None:
                raise Mismatch(f"{pid} is gone before its time")
            check(f"the mailbox of {pid}", list(entity.messages()), proc.mailbox)
            check(f"what {pid} has taken out (INV-8)", entity.handled, proc.taken)
            self.compare_parked(pid, entity)

    def compare_parked(self, pid: Pid, entity: Entity) -> None:
        """INV-9: who is parked waits in Trio for this very mailbox, and nothing in it is what it waits for."""
        if entity.parked:
            waits_for: object = entity.sleeper._abort_func  # pyright: ignore[reportPrivateUsage]
            check(f"{pid} is parked in its mailbox (INV-9)", waits_for, entity)
            kind = self.wanted[pid]
            fits = [m for m in entity.messages() if kind is None or isinstance(m, kind)]
            check(f"{pid} is parked beside what it waits for (INV-9)", fits, [])

    # -- running ---------------------------------------------------------------

    def start(self) -> None:
        for number in range(len(self.program)):
            pid = self.node.spawn(self.act, number)
            self.slots.append(pid)
            self.model.spawn(pid, None)

    async def act(self, number: int) -> None:
        """The function of a process: its script."""
        me = runtime.self()
        actor = Actor(self, me)
        try:
            for name, *arguments in self.program[number % len(self.program)]:
                if self.fault is not None or self.steps > 200:
                    break
                self.steps += 1
                await actor.run(str(name), arguments)
        except Mismatch as fault:
            self.fault = self.fault or fault
        if self.fault is None:
            self.model.doom(me, "normal")

    def slot(self, number: int) -> Pid:
        return self.slots[number % len(self.slots)]

    def dest(self, number: int) -> Pid | str:
        return NAMES[number % 2] if number < 0 else self.slot(number)


class Actor:
    """The steps of one process. Each calls the runtime and the model with the same."""

    def __init__(self, world: World, pid: Pid) -> None:
        self.world = world
        self.model = world.model
        self.pid = pid

    async def run(self, name: str, arguments: list[object]) -> None:
        step: Callable[..., object] = getattr(self, name)
        result: Any = step(*arguments)
        if hasattr(result, "__await__"):
            await result
        self.world.compare()

    def attempt(self, real: Callable[[], object]) -> bool:
        """False when it raised one of our errors."""
        try:
            real()
        except ActorLiveError:
            return False
        return True

    async def pause(self, seconds: float) -> None:
        await trio.sleep(seconds)

    def send(self, to: int) -> None:
        message = next(self.world.numbers)
        dest = self.world.dest(to)
        runtime.send(dest, message)
        self.model.send(dest, message)

    def send_ref(self, index: int) -> None:
        if self.world.refs:
            ref = self.world.refs[index % len(self.world.refs)]
            message = next(self.world.numbers)
            runtime.send(ref, message)
            self.model.send(ref, message)

    async def receive(self, wanted: int, timeout: float) -> None:
        kind = self.world.wanted[self.pid] = WANTED[wanted % len(WANTED)]
        try:
            real = await runtime.receive(kind, timeout)
        except runtime.ReceiveTimeout:
            real = None
        check("receive", real, self.model.take(self.pid, kind))

    async def wait(self) -> None:
        """Whatever comes, however long it takes."""
        self.world.wanted[self.pid] = None
        check("receive", await runtime.receive(), self.model.take(self.pid, None))

    def spawn(self, script: int, how: str) -> None:
        if len(self.world.slots) > 8:
            return
        if how == "monitor":
            pid, ref = runtime.spawn_monitor(self.world.act, script)
        elif how == "link":
            pid, ref = runtime.spawn_link(self.world.act, script), None
        else:
            pid, ref = runtime.spawn(self.world.act, script, owner=self.pid if how == "owner" else None), None
        self.world.slots.append(pid)
        self.model.spawn(pid, self.pid if how == "owner" else None)
        if how == "link":
            self.model.link(self.pid, pid)
        if ref is not None:
            self.world.refs.append(ref)
            self.model.monitor(self.pid, pid, ref, None)

    def spawn_owned_by(self, script: int, owner: int) -> None:
        if len(self.world.slots) <= 8:
            pid = runtime.spawn(self.world.act, script, owner=self.world.slot(owner))
            self.model.spawn(pid, self.world.slot(owner))
            self.world.slots.append(pid)

    def trap(self, flag: bool) -> None:
        before = runtime.process_flag(trap_exit=flag)
        check("process_flag", before, self.model.procs[self.pid].trapping)
        self.model.procs[self.pid].trapping = flag

    def link(self, to: int) -> None:
        other = self.world.slot(to)
        check("link", self.attempt(lambda: runtime.link(other)), self.model.link(self.pid, other))

    def unlink(self, to: int) -> None:
        other = self.world.slot(to)
        runtime.unlink(other)
        self.model.unlink(self.pid, other)

    def monitor(self, to: int, mode: str | None) -> None:
        target = self.world.dest(to)
        # The model is told first whom the name means: a Down may be in the mailbox when monitor returns.
        ref = runtime.monitor(target, alias=mode)  # pyright: ignore[reportArgumentType]
        self.model.monitor(self.pid, target, ref, mode)
        self.world.refs.append(ref)

    def demonitor(self, index: int, flush: bool, info: bool) -> None:
        if not self.world.refs:
            return
        ref = self.world.refs[index % len(self.world.refs)]
        real = runtime.demonitor(ref, flush=flush, info=info)
        active = self.model.demonitor(self.pid, ref)
        if flush and not active:
            self.model.flush(self.pid, ref)
        check("demonitor", real, active if info else True)

    def alias(self, mode: str) -> None:
        ref = runtime.alias(mode)  # pyright: ignore[reportArgumentType]
        self.world.refs.append(ref)
        self.model.aliases[ref] = (self.pid, mode)

    def unalias(self, index: int) -> None:
        if self.world.refs:
            ref = self.world.refs[index % len(self.world.refs)]
            mine = self.model.aliases.get(ref, (None, ""))[0] is self.pid
            check("unalias", runtime.unalias(ref), mine)
            if mine:
                del self.model.aliases[ref]

    def signal(self, to: int, reason: object) -> None:
        target = self.world.slot(to)
        # To oneself it may be the last step, so the model hears of it first.
        self.model.signal(self.pid, target, reason, linked=False)
        try:
            runtime.exit(target, reason)
        except runtime.ProcessExit as end:
            check("suicide", end.reason, self.model.procs[self.pid].reason)
            raise

    def leave(self, reason: object) -> None:
        self.model.doom(self.pid, reason)
        runtime.exit(reason)

    def crash(self) -> None:
        error = ValueError("a crash")
        self.model.doom(self.pid, error)
        raise error

    def register(self, name: int, to: int) -> None:
        pid, text = self.world.slot(to), NAMES[name % 2]
        check("register", self.attempt(lambda: runtime.register(text, pid)), self.model.register(text, pid))

    def unregister(self, name: int) -> None:
        text = NAMES[name % 2]
        check("unregister", runtime.unregister(text), self.model.unregister(text))

    def arm(self, to: int, delay: float) -> None:
        number = next(self.world.numbers)
        dest = self.world.dest(to)
        self.world.timers[number] = runtime.send_after(dest, ("timer", number), delay)
        self.model.arm(("timer", number), trio.current_time() + delay, dest, ("timer", number))

    def cancel(self, index: int) -> None:
        if self.world.timers:
            number = list(self.world.timers)[index % len(self.world.timers)]
            left = runtime.cancel_timer(self.world.timers[number])
            check("cancel_timer", left, self.model.cancel(("timer", number), trio.current_time()))


def ints(dice: random.Random) -> int:
    return dice.randrange(-2, 9)


STEPS: dict[str, tuple[int, Callable[[random.Random], Step]]] = {
    "pause": (8, lambda d: (d.choice([0, 0, 0, 1, 2]),)),
    "send": (8, lambda d: (ints(d),)),
    "send_ref": (4, lambda d: (d.randrange(9),)),
    "receive": (8, lambda d: (d.randrange(5), d.choice([0, 0, 1]))),
    "wait": (3, lambda d: ()),
    "spawn": (5, lambda d: (d.randrange(SLOTS), d.choice(["monitor", "link", "owner", "plain"]))),
    "spawn_owned_by": (2, lambda d: (d.randrange(SLOTS), d.randrange(9))),
    "trap": (4, lambda d: (d.random() < 0.7,)),
    "link": (8, lambda d: (d.randrange(9),)),
    "unlink": (3, lambda d: (d.randrange(9),)),
    "monitor": (
        8,
        lambda d: (ints(d), d.choice([None, None, "explicit_unalias", "demonitor", "reply_demonitor"])),
    ),
    "demonitor": (5, lambda d: (d.randrange(9), d.random() < 0.5, d.random() < 0.5)),
    "alias": (2, lambda d: (d.choice(["explicit_unalias", "reply"]),)),
    "unalias": (2, lambda d: (d.randrange(9),)),
    "signal": (7, lambda d: (d.randrange(9), d.choice(REASONS))),
    "leave": (2, lambda d: (d.choice(REASONS),)),
    "crash": (1, lambda d: ()),
    "register": (5, lambda d: (d.randrange(2), d.randrange(9))),
    "unregister": (1, lambda d: (d.randrange(2),)),
    "arm": (5, lambda d: (ints(d), d.choice([0, 1, 2, 3]))),
    "cancel": (3, lambda d: (d.randrange(9),)),
}


def random_program(seed: int) -> Program:
    """A program from a seed, for where hypothesis would be too slow: the mutants."""
    dice = random.Random(seed)
    names = list(STEPS)
    weights = [STEPS[name][0] for name in names]
    return tuple(
        tuple((name, *STEPS[name][1](dice)) for name in dice.choices(names, weights, k=dice.randrange(2, 16)))
        for _ in range(SLOTS)
    )


def run_program(program: Program, seed: int, *, own_scheduler: bool) -> int:
    """Run it under one scheduler seed; the number of steps taken. Raises `Mismatch`.

    Under half of the seeds a process yields after every second message instead of every 64th, since no program is long
    enough for that.
    """
    dice = random.Random(seed)
    internals: dict[str, Any] = trio_internals.__dict__
    internals["_ALLOW_DETERMINISTIC_SCHEDULING"] = True  # as Trio's own hypothesis plugin does
    internals["_r"].seed(seed)
    logging.disable(logging.CRITICAL)
    budget = mock.patch.multiple(mailbox, BUDGET=2, LEAST=1) if seed // 2 % 2 else nullcontext()
    try:
        with budget:
            return trio.run(
                run_in_node,
                program,
                dice.randrange if own_scheduler else None,
                clock=MockClock(autojump_threshold=0),
            )
    finally:
        logging.disable(logging.NOTSET)


async def run_in_node(program: Program, choose: Callable[[int], int] | None) -> int:
    """Open a node, let the program run out, end what is left, and compare once more."""
    async with runtime.open_node(choose=choose, slow_handler=None) as node:
        world = World(node, program)
        world.start()
        await trio.sleep(50)
        world.compare()
        check("timers that never fired", list(world.model.timers.values()), [])
        for pid in list(world.model.procs):
            if world.model.alive(pid):
                world.model.doom(pid, "killed")
                runtime.exit(pid, "kill")
        await trio.sleep(1)
        world.compare()
        check("processes left", (len(node.processes), len(world.model.procs)), (0, 0))
    return world.steps

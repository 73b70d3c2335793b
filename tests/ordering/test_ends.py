"""How a server ends, by OTP's rules: who runs `terminate`, with which reason, who still gets a reply, and what is
left in the mailbox of whoever started it.

`expected` is the rule book, as observed on Erlang/OTP 25. hypothesis draws the ends; each control breaks one rule.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio
from hypothesis import given, settings, strategies as st
from trio.testing import MockClock

from actorlive.runtime import (
    CallError,
    Continue,
    Down,
    ExitSignal,
    Pid,
    Server,
    StartError,
    Stop,
    call,
    cast,
    exit,
    monitor,
    open_node,
    process_flag,
    receive,
    reply,
    self,
    send,
    spawn,
    stop,
)
from actorlive.runtime.otp import server

CALLBACKS = ("call", "cast", "info", "continue")
ENDS = ("stop", "stop and reply", "exit", "crash", "exit self", "kill self", "signal", "kill")
TERMINATES = ("", "raises", "exits", "is killed", "kills itself")


@dataclass(frozen=True)
class Program:
    """One server and how it ends."""

    callback: str
    end: str
    terminate: str
    trapping: bool
    linked: bool


@dataclass
class Seen:
    """What can be seen of it from outside."""

    reason: object = None
    """Why it ended; "alive" if it did not."""
    log: list[object] = field(default_factory=list[object])


class Ending(Server):
    """Does as its program says."""

    async def init(self, *args: Any) -> None:
        self.program, self.seen = args
        process_flag(trap_exit=self.program.trapping)

    async def handle_call(self, request: object, caller: object) -> object:
        return await self.act("call")

    async def handle_cast(self, request: object) -> object:
        return Continue(None) if self.program.callback == "continue" else await self.act("cast")

    async def handle_info(self, message: object) -> object:
        return None if isinstance(message, ExitSignal) else await self.act("info")

    async def handle_continue(self, argument: object) -> object:
        return await self.act("continue")

    async def act(self, callback: str) -> object:
        assert callback == self.program.callback
        match self.program.end:
            case "stop":
                return Stop("bye")
            case "stop and reply":
                return Stop("bye", reply="rep")
            case "exit":
                exit("bye")
            case "crash":
                raise ValueError("crash")
            case "exit self":
                exit(self_pid(), "bye")
            case "kill self":
                exit(self_pid(), "kill")
            case _:
                await trio.sleep(2)  # somebody sends a signal after one second
        return None

    async def terminate(self, reason: object) -> None:
        self.seen.log.append(("terminate", comparable(reason)))
        match self.program.terminate:
            case "raises":
                raise KeyError("raised")
            case "exits":
                exit("other")
            case "kills itself":
                exit(self_pid(), "kill")
            case "is killed":
                spawn(kill, self_pid())
                await trio.sleep(1)
            case _:
                await trio.sleep(1)
        self.seen.log.append("terminated")


self_pid = self


async def kill(pid: Pid) -> None:
    exit(pid, "kill")


def comparable(reason: object) -> object:
    """An exception by the name of its type."""
    return type(reason).__name__ if isinstance(reason, Exception) else reason


def expected(program: Program) -> Seen:
    """The rules."""
    survives = program.end in ("exit self", "signal") and program.trapping
    if survives and (program.linked or program.end == "signal"):
        return Seen("alive")  # for it that is a message
    if program.end in ("kill self", "kill"):
        return Seen("killed")
    if program.end in ("exit self", "signal") and not survives:
        return Seen("bye")
    given = "ValueError" if program.end == "crash" else "bye"
    reasons = {"": given, "raises": "KeyError", "exits": "other"}
    log: list[object] = [("terminate", given)]
    if program.terminate == "":
        log.append("terminated")
    if program.end == "stop and reply" and program.callback == "call" and program.terminate in reasons:
        log.append("rep")
    return Seen(reasons.get(program.terminate, "killed"), log)


async def observe(program: Program, seen: Seen) -> None:
    """Start it, make it end, and watch."""
    process_flag(trap_exit=True)
    begin = Ending.start_link if program.linked else Ending.start
    pid = await begin(program, seen)
    spawn(drive, pid, program, seen)
    if program.end in ("signal", "kill"):
        await trio.sleep(1)
        spawn(exit_from_elsewhere, pid, "bye" if program.end == "signal" else "kill")
    monitor(pid)
    seen.reason = "alive"
    with trio.move_on_after(300):
        seen.reason = comparable((await receive(Down)).reason)


async def exit_from_elsewhere(pid: Pid, reason: object) -> None:
    exit(pid, reason)


async def drive(pid: Pid, program: Program, seen: Seen) -> None:
    """Send the message whose callback does it."""
    match program.callback:
        case "call":
            with contextlib.suppress(CallError):
                value = await call(pid, None, None)
                if value == "rep":
                    seen.log.append(value)
        case "info":
            send(pid, None)
        case _:
            cast(pid, None)


def check_end(program: Program) -> None:
    assert play(observe, program) == expected(program)


def play(body: Any, program: Any) -> Seen:
    """Run a process on a node of its own, on virtual time."""

    async def main() -> Seen:
        seen = Seen()
        async with open_node(slow_handler=None) as node:
            node.spawn(body, program, seen)
            await trio.sleep(200)
            return Seen(seen.reason, list(seen.log))  # before the node ends what is left

    logging.disable(logging.CRITICAL)
    try:
        return trio.run(main, clock=MockClock(autojump_threshold=0))
    finally:
        logging.disable(logging.NOTSET)


programs = st.builds(
    Program,
    st.sampled_from(CALLBACKS),
    st.sampled_from(ENDS),
    st.sampled_from(TERMINATES),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=400)
@given(programs)
def test_a_server_ends_as_in_otp(program: Program) -> None:
    check_end(program)


# -- the end of who starts a server --------------------------------------------


@dataclass(frozen=True)
class Starting:
    """A server that takes three seconds to start, and a starter that dies after one."""

    linked: bool
    trapping: bool
    reason: str


class Slow(Server):
    async def init(self, *args: Any) -> None:
        program, self.seen, tell = args
        process_flag(trap_exit=program.trapping)
        tell(self_pid())
        await trio.sleep(3)
        self.seen.log.append("started")

    async def terminate(self, reason: object) -> None:
        self.seen.log.append(("terminate", reason))


async def start_and_die(program: Starting, seen: Seen) -> None:
    """The starter is killed, and the server watched."""
    pids: list[Pid] = []

    async def starter() -> None:
        await (Slow.start_link if program.linked else Slow.start)(program, seen, pids.append)

    process = spawn(starter)
    await trio.sleep(1)
    monitor(pids[0])
    exit(process, program.reason)
    seen.reason = "alive"
    with trio.move_on_after(300):
        seen.reason = (await receive(Down)).reason


def expected_of_start(program: Starting) -> Seen:
    """A link carries the reason; who traps it meets it after the start, and without a link there is nothing."""
    reason = "killed" if program.reason == "kill" else program.reason
    if not program.linked:
        return Seen("alive", ["started"])
    return Seen(reason, ["started", ("terminate", reason)] if program.trapping else [])


def check_start(program: Starting) -> None:
    assert play(start_and_die, program) == expected_of_start(program)


starting = st.builds(Starting, st.booleans(), st.booleans(), st.sampled_from(["kill", "odd", "shutdown"]))


@settings(max_examples=40)
@given(starting)
def test_who_dies_while_it_starts_a_server_leaves_it_to_the_link(program: Starting) -> None:
    check_start(program)


# -- what a failed start leaves with a starter that traps exits ----------------


class Failing(Server):
    async def init(self, *args: Any) -> object:
        match args[0]:
            case "stop":
                return Stop("why")
            case "exit":
                exit("why")
            case "signal":
                exit(self_pid(), "why")
            case "killed":
                exit(self_pid(), "kill")
            case _:
                spawn(exit_from_elsewhere, self_pid(), "why")
                await trio.sleep(1)
        return None


async def start_failing(how: str, seen: Seen) -> None:
    process_flag(trap_exit=True)
    try:
        await Failing.start_link(how)
    except StartError as error:
        seen.reason = error.reason
    with trio.move_on_after(10):
        seen.log.append((await receive(ExitSignal)).reason)


def check_failed_start(how: str) -> None:
    by_itself = how in ("stop", "exit")
    reason = "killed" if how == "killed" else "why"
    assert play(start_failing, how) == Seen(reason, ["why"] if by_itself else [])


@pytest.mark.parametrize("how", ["stop", "exit", "signal", "killed", "other"])
def test_a_start_that_a_signal_ended_leaves_no_exit_and_one_that_failed_does(how: str) -> None:
    check_failed_start(how)


# -- stop ----------------------------------------------------------------------


async def stop_twice(reason: object, seen: Seen) -> None:
    """The first `stop` ends it; the second comes while it terminates, the third when it is gone."""
    seen.log = []
    pid = await Ending.start(Program("call", "stop", "", trapping=False, linked=False), Seen())
    async with trio.open_nursery() as nursery:
        for wait in (0, 0.5, 5):
            nursery.start_soon(stop_later, pid, reason, wait, seen)
    seen.reason = "done"


async def stop_later(pid: Pid, reason: object, wait: float, seen: Seen) -> None:
    await trio.sleep(wait)
    try:
        await stop(pid, reason)
        seen.log.append("stopped")
    except CallError as error:
        seen.log.append(error.reason)


def check_stop(reason: object) -> None:
    seen = play(stop_twice, reason)
    assert sorted(map(str, seen.log)) == sorted(["stopped", str(reason), "noproc"])
    assert seen.log[-1] == "noproc"
    assert seen.reason == "done"


@pytest.mark.parametrize("reason", ["normal", "shutdown", "noproc", "odd"])
def test_only_who_stops_a_server_has_stopped_it(reason: object) -> None:
    check_stop(reason)


# -- the controls --------------------------------------------------------------


async def terminate_whatever_happened(a_server: Server, end: Stop) -> None:
    await a_server.terminate(end.reason)
    if isinstance(end, server.Farewell) and end.caller is not None:
        reply(end.caller, end.reply)


async def terminate_must_succeed(a_server: Server, end: Stop) -> None:
    if not server.current_process().doomed:
        await a_server.terminate(end.reason)
        if isinstance(end, server.Farewell) and end.caller is not None:
            reply(end.caller, end.reply)


async def reply_though_killed(a_server: Server, end: Stop) -> None:
    if not server.current_process().doomed:
        try:
            await a_server.terminate(end.reason)
        finally:
            if isinstance(end, server.Farewell) and end.caller is not None:
                reply(end.caller, end.reply)


def reply_at_once(caller: server.Caller, result: object) -> object:
    value = result.reply if isinstance(result, (Stop, Continue)) else result
    if value is not server.NO_REPLY:
        reply(caller, value)
    return result if isinstance(result, (Stop, Continue)) else None


async def parentless(a_server: Server, parent: Pid, begun: object) -> Stop:
    return await original_serve(a_server, Pid() if parent is self_pid() else parent, begun)


async def kill_what_is_starting(ack: server.Acknowledgement, pid: Pid, timeout: float | None) -> object:
    try:
        return await original_outcome(ack, pid, timeout)
    except trio.Cancelled:
        exit(pid, "kill")
        raise


original_serve, original_outcome = server.serve, server.Acknowledgement.outcome
every_end = [
    Program(*values)
    for values in itertools.product(CALLBACKS, ENDS, TERMINATES, (True, False), (True, False))
]
every_start = [
    Starting(*values) for values in itertools.product((True, False), (True, False), ("kill", "odd"))
]


def never(_: object) -> bool:
    return False


def always(_: object) -> bool:
    return True


def nothing(*_: object) -> None:
    pass


def check_all(check: Callable[[Any], None], inputs: list[Any]) -> None:
    for given_input in inputs:
        check(given_input)


@pytest.mark.parametrize(
    ("where", "name", "broken", "check", "inputs"),
    [
        (server, "leave", terminate_whatever_happened, check_end, every_end),
        (server, "leave", terminate_must_succeed, check_end, every_end),
        (server, "leave", reply_though_killed, check_end, every_end),
        (server, "answer", reply_at_once, check_end, every_end),
        (server, "serve", parentless, check_end, every_end),
        (server.Acknowledgement, "outcome", kill_what_is_starting, check_start, every_start),
        (server, "discard_exit", nothing, check_failed_start, ["signal"]),
        (
            server.Acknowledgement,
            "failed",
            property(never, nothing),
            check_failed_start,
            ["stop"],
        ),
        (
            server.StopRequest,
            "taken",
            property(always, nothing),
            check_stop,
            ["noproc", "odd"],
        ),
    ],
)
def test_each_rule_is_needed(
    where: object,
    name: str,
    broken: object,
    check: Callable[[Any], None],
    inputs: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(where, name, broken, raising=False)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        check_all(check, inputs)

"""Servers: OTP's gen_server as a class.

A `Server` is a process in a loop: a message comes, one callback runs, the next message. Callbacks are async,
and while one awaits, the mailbox waits; answer later with `NO_REPLY` and `reply(caller, value)`.

    class Counter(Server):
        async def init(self, start: int) -> None:
            self.count = start

        async def handle_call(self, request: object, caller: Caller) -> object:
            self.count += 1
            return self.count

    pid = await Counter.start_link(0)
    assert await call(pid, "next") == 1

A callback that raises ends the server with that exception as its reason, after `terminate`. A server that
traps exits (`process_flag(trap_exit=True)` in `init`) also runs `terminate` when its parent ends or its
supervisor shuts it down; one that does not trap is simply gone, as in OTP.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import trio

from actorlive.runtime.context import calling_process, current_node, current_process
from actorlive.runtime.errors import CallError, StartError
from actorlive.runtime.faults import is_own_end, reason_of
from actorlive.runtime.mailbox import receive, send
from actorlive.runtime.node import Node
from actorlive.runtime.pending import TIMED_OUT, Answer, Pending
from actorlive.runtime.pid import Pid
from actorlive.runtime.process import exit as end_process
from actorlive.runtime.process import set_label
from actorlive.runtime.signals import Down, ExitSignal, check_pid
from actorlive.runtime.spawning import spawn, spawn_link

__all__ = [
    "IGNORE",
    "NO_REPLY",
    "Caller",
    "Continue",
    "Server",
    "Stop",
    "call",
    "cast",
    "reply",
    "stop",
]

log = logging.getLogger("actorlive.runtime")


class Marker:
    """A value that is only itself."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NO_REPLY = Marker("NO_REPLY")
"""Returned by `handle_call` when `reply(caller, value)` follows later (OTP: `{noreply, State}`)."""
IGNORE = Marker("IGNORE")
"""Returned by `init` when there is nothing to serve (OTP: `ignore`)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Returned by a callback to end the server, after `terminate` (OTP: `{stop, Reason, Reply, State}`)."""

    reason: object = "normal"
    reply: object = NO_REPLY


@dataclass(frozen=True, slots=True)
class Continue:
    """Returned by a callback: `handle_continue(argument)` runs before the next message (OTP:
    `{continue, Argument}`). From `handle_call`, `reply` is answered first."""

    argument: object
    reply: object = NO_REPLY


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called (OTP: `From`). `pid` is the calling process, or None for a task outside of processes."""

    pid: Pid | None
    address: Pid


@dataclass(frozen=True, slots=True)
class Call:
    """A request that wants an answer."""

    caller: Caller
    request: object


@dataclass(frozen=True, slots=True)
class Cast:
    """A request that wants none."""

    request: object


@dataclass(frozen=True, slots=True)
class StopRequest:
    """What `stop` sends."""

    reason: object


class Server:
    """Subclass it and override callbacks. The object lives inside its process; talk to its Pid."""

    async def init(self, *args: object) -> object:
        """Set the state up. Returns None, `Continue`, `IGNORE` or `Stop(reason)`; the starter waits for it."""

    async def handle_call(self, request: object, caller: Caller) -> object:
        """Answer a `call`: returns the reply, `NO_REPLY`, `Continue(…, reply=…)` or `Stop(…, reply=…)`."""
        raise NotImplementedError(f"{type(self).__name__} got the call {request!r} and has no handle_call")

    async def handle_cast(self, request: object) -> object:
        """Handle a `cast`: returns None, `Continue` or `Stop`."""
        raise NotImplementedError(f"{type(self).__name__} got the cast {request!r} and has no handle_cast")

    async def handle_info(self, message: object) -> object:
        """Handle any other message: returns None, `Continue` or `Stop`."""
        log.error("%s %r got an unexpected message: %r", type(self).__name__, current_process(), message)
        return None

    async def handle_continue(self, argument: object) -> object:
        """What a `Continue` asked for."""
        raise NotImplementedError(f"{type(self).__name__} returned Continue and has no handle_continue")

    async def terminate(self, reason: object) -> None:
        """Clean up. Raising here replaces the exit reason."""

    @staticmethod
    async def call(server: Pid | str, request: object, timeout: float | None = 5.0) -> object:
        """The function `call`, by the name that it has in OTP (Elixir: `GenServer.call`)."""
        return await call(server, request, timeout)

    @staticmethod
    def cast(server: Pid | str, request: object) -> None:
        """The function `cast`, by the name that it has in OTP (Elixir: `GenServer.cast`)."""
        cast(server, request)

    @classmethod
    async def start(cls, *args: object, name: str | None = None, timeout: float | None = None) -> Pid:
        """Start the server and wait for its `init` (OTP: `gen_server:start`).

        `timeout` is in seconds. Raises `StartError` when `init` failed, ignored or took too long, and
        `NameTaken`. A start that takes too long or is cancelled ends the server.
        """
        return await cls._start(spawn, args, name, timeout)

    @classmethod
    async def start_link(cls, *args: object, name: str | None = None, timeout: float | None = None) -> Pid:
        """`start`, linked to the calling process, which is its parent (OTP: `gen_server:start_link`).

        When `init` fails the link carries the reason as well: a caller that does not trap exits ends with it.
        """
        return await cls._start(spawn_link, args, name, timeout)

    @classmethod
    async def _start(
        cls,
        spawner: Callable[..., Pid],
        args: tuple[object, ...],
        name: str | None,
        timeout: float | None,
    ) -> Pid:
        node = current_node()
        parent = calling_process()
        ack = Acknowledgement(node)
        pid = spawner(
            run_server,
            cls,
            args,
            None if parent is None or spawner is spawn else parent.pid,
            ack,
            name=name,
        )
        return await ack.wait_for(pid, cls.__name__, timeout)


class Acknowledgement:
    """How a starter learns that `init` is done."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.pending: Pending | None = None

    def answer(self, value: object) -> None:
        """Called in the new process."""
        if self.pending is not None:
            self.pending.accept(Answer(value))

    async def wait_for(self, pid: Pid, what: str, timeout: float | None) -> Pid:
        """The Pid once it runs. Raises `StartError`."""
        try:
            with Pending(self.node, pid) as self.pending:
                outcome = await self.pending.wait(timeout)
        except trio.Cancelled:
            end_unstarted(pid)  # nobody would know that it runs
            raise
        if outcome is TIMED_OUT:
            with Pending(self.node, pid) as self.pending:
                end_unstarted(pid)
                await self.pending.wait(None)
            raise StartError(f"{what} did not start within {timeout} s", "timeout")
        if isinstance(outcome, Down):
            raise StartError(f"{what} did not start: {outcome.reason!r}", outcome.reason)
        if outcome == Answer(IGNORE):
            raise StartError(f"{what} has nothing to do: its init returned IGNORE", "ignore")
        return pid


def end_unstarted(pid: Pid) -> None:
    """Kill a server that its starter waits for no longer, so that no exit of it reaches the starter."""
    parent = calling_process()
    if parent is not None:
        parent.unlink(pid)
    end_process(pid, "kill")


async def run_server(
    cls: type[Server], args: tuple[object, ...], parent: Pid | None, ack: Acknowledgement
) -> None:
    """The function of a server's process."""
    set_label(cls.__qualname__)
    server = cls()
    begun = await server.init(*args)
    if isinstance(begun, Stop):
        end_process(begun.reason)
    if begun is IGNORE:
        ack.answer(IGNORE)
        return
    ack.answer(None)
    del ack, args
    try:
        reason = await serve(server, parent, begun)
    except BaseException as error:
        if is_own_end(error):
            await server.terminate(reason_of(error))
        raise
    await server.terminate(reason)
    end_process(reason)


async def serve(server: Server, parent: Pid | None, begun: object) -> object:
    """Handle messages until a callback or the parent says stop; returns the reason."""
    process = current_process()
    outcome = await follow_up(server, begun)
    while outcome is None:
        message = await receive()
        process.doing = message
        outcome = await follow_up(server, await dispatch(server, parent, message))
        process.doing = None
    return outcome.reason


async def follow_up(server: Server, result: object) -> Stop | None:
    """Run `handle_continue` as often as asked; returns the `Stop` that ends the server."""
    while isinstance(result, Continue):
        result = await server.handle_continue(result.argument)
    return result if isinstance(result, Stop) else None


async def dispatch(server: Server, parent: Pid | None, message: object) -> object:
    """One message, one callback."""
    match message:
        case Call(caller, request):
            return answer(caller, await server.handle_call(request, caller))
        case Cast(request):
            return await server.handle_cast(request)
        case ExitSignal(process, reason) if process in (parent, current_process().node.port.pid):
            return Stop(reason)  # the parent ends, or the node does
        case StopRequest(reason):
            return Stop(reason)
        case _:
            return await server.handle_info(message)


def answer(caller: Caller, result: object) -> object:
    """Send the reply that `handle_call` gave; returns what it asked for besides."""
    value = result.reply if isinstance(result, (Stop, Continue)) else result
    if value is not NO_REPLY:
        reply(caller, value)
    return result if isinstance(result, (Stop, Continue)) else None


def reply(caller: Caller, value: object) -> None:
    """Answer a call, from anywhere, once (OTP: `gen_server:reply/2`). A second reply goes nowhere."""
    send(caller.address, Answer(value))


def cast(server: Pid | str, request: object) -> None:
    """Send a request and wait for nothing (OTP: `gen_server:cast/2`)."""
    send(server, Cast(request))


async def call(server: Pid | str, request: object, timeout: float | None = 5.0) -> object:
    """Send a request to a server and wait for its reply (OTP: `gen_server:call/3`).

    `timeout` is in seconds, None waits for ever. Raises `CallError`: its `reason` is the exit reason of a
    server that died before it answered, "noproc" where there was none, "timeout", or "calling_self". A
    reply that comes after the time-out is dropped. May be called outside of processes, too.
    """
    node = current_node()
    caller = calling_process()
    refuse_self(caller.pid if caller else None, server, node)
    with Pending(node, server) as pending:
        send(server, Call(Caller(caller.pid if caller else None, pending.port.pid), request))
        outcome = await pending.wait(timeout)
    if isinstance(outcome, Answer):
        return outcome.value
    if isinstance(outcome, Down):
        raise CallError(
            f"{server!r} ended before it answered {request!r}: {outcome.reason!r}", outcome.reason
        )
    raise CallError(f"{server!r} did not answer {request!r} within {timeout} s", "timeout")


def refuse_self(caller: Pid | None, server: Pid | str, node: Node) -> None:
    """A server that calls itself would wait for ever."""
    if not isinstance(server, str):
        check_pid("call", server)
    target = node.lookup(server) if isinstance(server, str) else server.entity
    if caller is not None and target is not None and target.pid is caller:
        raise CallError("a server cannot call itself: it would wait for its own answer", "calling_self")


async def stop(server: Pid | str, reason: object = "normal", timeout: float | None = None) -> None:
    """Ask a server to end, and wait until it has, `terminate` included (OTP: `gen_server:stop/3`).

    Raises `CallError` with the real reason when it ended with another, "noproc", or "timeout".
    """
    with Pending(current_node(), server) as pending:
        send(server, StopRequest(reason))
        outcome = await pending.wait(timeout)
    if not isinstance(outcome, Down):
        raise CallError(f"{server!r} did not stop within {timeout} s", "timeout")
    if outcome.reason is not reason and outcome.reason != reason:
        raise CallError(f"{server!r} ended with {outcome.reason!r}", outcome.reason)

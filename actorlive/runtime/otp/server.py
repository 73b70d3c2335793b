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
supervisor shuts it down; one that does not trap is simply gone, as in OTP. So is a server that gets a deadly signal
in a callback, from others or from itself: `exit(self(), reason)` does not run `terminate`, `exit(reason)` does.

A start is one step: it succeeds, or leaves nothing behind.

* A starter that **dies** meanwhile leaves the server to the link: a linked server ends with its parent's reason; if it
  traps exits, after its `init` and with `terminate`. A server that is not linked lives on.
* A starter that is **cancelled**, or gives up after `timeout`, kills the server, and goes on when it is gone. A
  supervisor that is killed in its `init` first ends what it has started, in reverse order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

import trio

from actorlive.runtime.context import calling_process, current_node, current_process
from actorlive.runtime.errors import CallError, ReceiveTimeout, RuntimeMisuse, StartError
from actorlive.runtime.faults import is_own_end, reason_of
from actorlive.runtime.mailbox import receive, send
from actorlive.runtime.node import Node
from actorlive.runtime.otp.replies import TIMED_OUT, AwaitedReply, Reply
from actorlive.runtime.pid import Pid
from actorlive.runtime.process import exit as end_process, set_label
from actorlive.runtime.signals import Down, ExitSignal, check_pid
from actorlive.runtime.spawning import spawn, spawn_link

__all__ = [
    "IGNORE",
    "NO_REPLY",
    "CallRequest",
    "Caller",
    "CastRequest",
    "Continue",
    "IdleTimeout",
    "Server",
    "Stop",
    "call",
    "cast",
    "reply",
    "stop",
]

log = logging.getLogger("actorlive.runtime")


class Marker:
    """A value that is equal to itself alone."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NO_REPLY = Marker("NO_REPLY")
"""Returned by `handle_call` when `reply(caller, value)` follows later (OTP: `{noreply, State}`)."""
IGNORE = Marker("IGNORE")
"""Returned by `init` when the server has nothing to do (OTP: `ignore`)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Returned by a callback to end the server, after `terminate` (OTP: `{stop, Reason, Reply, State}`).

    From `handle_call`, `reply` is sent when `terminate` is done, even if that raised, but not if the server is
    killed meanwhile.
    """

    reason: object = "normal"
    reply: object = NO_REPLY


@dataclass(frozen=True, slots=True)
class Continue:
    """Returned by a callback: `handle_continue(argument)` runs before the next message (OTP:
    `{continue, Argument}`). From `handle_call`, `reply` is sent first."""

    argument: object
    reply: object = NO_REPLY


@dataclass(frozen=True, slots=True)
class IdleTimeout:
    """Returned by a callback: if no message comes within `seconds`, `handle_info` gets this very object (OTP: the
    time-out in `{ok, State, Timeout}`, `{reply, Reply, State, Timeout}` and so on, whose message is `timeout`).

    Any message ends the wait, and whoever wants to go on waiting says so again. With 0 it arrives at once unless a
    message waits already. From `handle_call`, `reply` is sent first.
    """

    seconds: float
    reply: object = NO_REPLY

    def __post_init__(self) -> None:
        if not self.seconds >= 0:  # so that what is not a number is refused, too
            raise RuntimeMisuse(f"a time-out is in seconds and not negative, not {self.seconds!r}")


@dataclass(frozen=True, slots=True)
class Caller:
    """The origin of a call (OTP: `From`). `pid` is the calling process, or None for a task outside of processes."""

    pid: Pid | None
    address: Pid


@dataclass(frozen=True, slots=True)
class CallRequest:
    """A request that expects a reply."""

    caller: Caller
    request: object


@dataclass(frozen=True, slots=True)
class CastRequest:
    """A request that expects no reply."""

    request: object


@dataclass(slots=True, eq=False)
class StopRequest:
    """What `stop` sends. `taken` becomes True when the server ends because of it."""

    reason: object
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Farewell(Stop):
    """A `Stop` whose reply waits for the end of `terminate`."""

    caller: Caller | None = None


class Server:
    """Subclass it and override callbacks. The object lives inside its process; talk to its Pid."""

    async def init(self, *args: object) -> object:
        """Set up the state; the starter waits for it. Returns None, `Continue`, `IdleTimeout`, `IGNORE` or
        `Stop(reason)`."""

    async def handle_call(self, request: object, caller: Caller) -> object:
        """Answer a `call`: returns the reply, `NO_REPLY`, or `Continue(…, reply=…)`, `IdleTimeout(…, reply=…)` or
        `Stop(…, reply=…)`."""
        raise NotImplementedError(f"{type(self).__name__} got the call {request!r} and has no handle_call")

    async def handle_cast(self, request: object) -> object:
        """Handle a `cast`: returns None, `Continue`, `IdleTimeout` or `Stop`."""
        raise NotImplementedError(f"{type(self).__name__} got the cast {request!r} and has no handle_cast")

    async def handle_info(self, message: object) -> object:
        """Handle any other message: returns None, `Continue`, `IdleTimeout` or `Stop`."""
        log.error("%s %r got an unexpected message: %r", type(self).__name__, current_process(), message)
        return None

    async def handle_continue(self, argument: object) -> object:
        """Do what a `Continue` asked for, before the next message."""
        raise NotImplementedError(f"{type(self).__name__} returned Continue and has no handle_continue")

    async def terminate(self, reason: object) -> None:
        """Clean up. Raising here replaces the exit reason."""

    @staticmethod
    async def call(server: Pid | str, request: object, timeout: float | None = 5.0) -> object:
        """The function `call`, under its name in OTP (Elixir: `GenServer.call`)."""
        return await call(server, request, timeout)

    @staticmethod
    def cast(server: Pid | str, request: object) -> None:
        """The function `cast`, under its name in OTP (Elixir: `GenServer.cast`)."""
        cast(server, request)

    @classmethod
    async def start(cls, *args: object, name: str | None = None, timeout: float | None = None) -> Pid:
        """Start the server and wait for its `init` (OTP: `gen_server:start`).

        `timeout` is in seconds. Raises `StartError` when `init` fails, returns `IGNORE` or takes too
        long, and `NameTaken`. A start that takes too long or is cancelled ends the server, and waits until it is gone.
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
    """Tells a starter that `init` is done."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.awaited: AwaitedReply | None = None
        self.answered: Reply | None = None
        self.failed = False
        """True when `init` itself ended the process, and not a signal from elsewhere."""

    def answer(self, value: object) -> None:
        """Tell the starter; called in the new process."""
        self.answered = Reply(value)
        if self.awaited is not None:
            self.awaited.accept(self.answered)

    async def wait_for(self, pid: Pid, what: str, timeout: float | None) -> Pid:
        """Wait until it runs; returns its Pid. Raises `StartError`."""
        outcome = await self.outcome(pid, timeout)
        if outcome is TIMED_OUT:
            raise StartError(f"{what} did not start within {timeout} s", "timeout")
        if isinstance(outcome, Down):
            if not self.failed:
                discard_exit(pid)  # OTP's starter takes this one for its answer
            raise StartError(f"{what} did not start: {outcome.reason!r}", outcome.reason)
        if outcome == Reply(IGNORE):
            raise StartError(f"{what} has nothing to do: its init returned IGNORE", "ignore")
        return pid

    async def outcome(self, pid: Pid, timeout: float | None) -> Reply | Down | object:
        """Returns `Reply`, `Down`, or `TIMED_OUT`, which leaves nothing of the server behind, like a cancellation."""
        starter = calling_process()
        try:
            with AwaitedReply(self.node, pid) as self.awaited:
                outcome = await self.awaited.wait(timeout)
        except trio.Cancelled:
            if self.answered is not None:
                return self.answered  # it runs already; the cancellation may wait for the next checkpoint
            if starter is None or not starter.doomed:
                await self.end_unstarted(pid)
            raise
        if outcome is TIMED_OUT:
            if self.answered is not None:
                return self.answered
            await self.end_unstarted(pid)
        return outcome

    async def end_unstarted(self, pid: Pid) -> None:
        """Kill a server that its starter no longer waits for, so that its exit does not reach the starter."""
        starter = calling_process()
        if starter is not None:
            starter.unlink(pid)
        end_process(pid, "kill")
        with trio.CancelScope(shield=True), AwaitedReply(self.node, pid) as gone:
            await gone.wait(None)
        discard_exit(pid)  # it may have died just before


def discard_exit(pid: Pid) -> None:
    """Discard the exit of `pid` in the caller's mailbox, if there is one."""
    process = calling_process()
    if process is not None:
        process.discard(lambda message: type(message) is ExitSignal and message.process is pid)


async def run_server(
    cls: type[Server], args: tuple[object, ...], parent: Pid | None, ack: Acknowledgement
) -> None:
    """The function of a server's process."""
    set_label(cls.__qualname__)
    server = cls()
    begun = await initialize(server, args, ack)
    ack.answer(IGNORE if begun is IGNORE else None)
    del ack, args
    if begun is IGNORE:
        return
    try:
        end = await serve(server, parent or current_process().pid, begun)
    except BaseException as error:
        if is_own_end(error):
            await leave(server, Stop(reason_of(error)))
        raise
    await leave(server, end)
    end_process(end.reason)


async def initialize(server: Server, args: tuple[object, ...], ack: Acknowledgement) -> object:
    """Run `init`; returns what it returned, unless that was `Stop`, which ends the process."""
    process = current_process()
    process.node.unstarted.add(process.pid)
    try:
        begun = await server.init(*args)
        if isinstance(begun, Stop):
            end_process(begun.reason)
        await trio.lowlevel.checkpoint_if_cancelled()  # who was killed meanwhile has not started
    except BaseException:
        ack.failed = not process.doomed
        raise
    finally:
        process.node.unstarted.discard(process.pid)
    return begun


async def leave(server: Server, end: Stop) -> None:
    """Run `terminate`, then send the last reply; do neither after a deadly signal."""
    process = current_process()
    if process.doomed or not process.runs_here():
        return
    try:
        await server.terminate(end.reason)
    finally:
        if isinstance(end, Farewell) and end.caller is not None and not process.doomed:
            reply(end.caller, end.reply)


async def serve(server: Server, parent: Pid, begun: object) -> Stop:
    """Handle messages until a callback or the parent ends the server. Without a parent it is its own, as in OTP."""
    process = current_process()
    outcome = await follow_up(server, begun)
    while not isinstance(outcome, Stop):
        message = await receive() if outcome is None else await receive_within(outcome)
        process.doing = message
        outcome = await follow_up(server, await dispatch(server, parent, message))
        process.doing = None
    return outcome


async def receive_within(idle: IdleTimeout) -> object:
    """The next message, or `idle` itself when none comes in time."""
    try:
        return await receive(timeout=idle.seconds)
    except ReceiveTimeout:
        return idle


async def follow_up(server: Server, result: object) -> Stop | IdleTimeout | None:
    """Run `handle_continue` as often as asked; returns the `Stop` that ends the server, or how long it waits."""
    while isinstance(result, Continue):
        result = await server.handle_continue(result.argument)
    return result if isinstance(result, Stop | IdleTimeout) else None


async def dispatch(server: Server, parent: Pid, message: object) -> object:
    """One message, one callback."""
    match message:
        case CallRequest(caller, request):
            return answer(caller, await server.handle_call(request, caller))
        case CastRequest(request):
            return await server.handle_cast(request)
        case ExitSignal(process, reason) if process in (parent, current_process().node.port.pid):
            return Stop(reason)  # the parent ends, or the node does
        case StopRequest(reason):
            message.taken = True
            return Stop(reason)
        case _:
            return await server.handle_info(message)


def answer(caller: Caller, result: object) -> object:
    """Send the reply that `handle_call` returned, unless the server ends; returns what else it asked for."""
    if isinstance(result, Stop):
        return result if result.reply is NO_REPLY else Farewell(result.reason, result.reply, caller)
    follows = isinstance(result, Continue | IdleTimeout)
    value = result.reply if follows else result
    if value is not NO_REPLY:
        reply(caller, value)
    return result if follows else None


def reply(caller: Caller, value: object) -> None:
    """Answer a call, from anywhere, once (OTP: `gen_server:reply/2`). A second reply goes nowhere."""
    send(caller.address, Reply(value))


def cast(server: Pid | str, request: object) -> None:
    """Send a request and do not wait (OTP: `gen_server:cast/2`)."""
    send(server, CastRequest(request))


async def call(server: Pid | str, request: object, timeout: float | None = 5.0) -> object:
    """Send a request to a server and wait for its reply (OTP: `gen_server:call/3`).

    `timeout` is in seconds, None waits forever. Raises `CallError`: its `reason` is the exit reason of a
    server that died before it answered, "noproc" where there was none, "timeout", or "calling_self". A
    reply that comes after the time-out is dropped. May be called outside of processes, too.
    """
    node = current_node()
    caller = calling_process()
    refuse_self(caller.pid if caller else None, server, node)
    with AwaitedReply(node, server) as awaited:
        send(server, CallRequest(Caller(caller.pid if caller else None, awaited.port.pid), request))
        outcome = await awaited.wait(timeout)
    if isinstance(outcome, Reply):
        return outcome.value
    if isinstance(outcome, Down):
        raise CallError(
            f"{server!r} ended before it answered {request!r}: {outcome.reason!r}", outcome.reason
        )
    raise CallError(f"{server!r} did not answer {request!r} within {timeout} s", "timeout")


def refuse_self(caller: Pid | None, server: Pid | str, node: Node) -> None:
    """Raise `CallError` where a server calls itself: it would wait forever."""
    if not isinstance(server, str):
        check_pid("call", server)
    target = node.lookup(server) if isinstance(server, str) else server.entity
    if caller is not None and target is not None and target.pid is caller:
        raise CallError("a server cannot call itself: it would wait for its own answer", "calling_self")


async def stop(server: Pid | str, reason: object = "normal", timeout: float | None = None) -> None:
    """Ask a server to end, and wait until it has, `terminate` included (OTP: `gen_server:stop/3`).

    Raises `CallError` with the real reason when it ended for another or was ending already, "noproc", or
    "timeout".
    """
    request = StopRequest(reason)
    with AwaitedReply(current_node(), server) as awaited:
        send(server, request)
        outcome = await awaited.wait(timeout)
    if not isinstance(outcome, Down):
        raise CallError(f"{server!r} did not stop within {timeout} s", "timeout")
    if not request.taken:
        raise CallError(f"{server!r} ended before it could be stopped: {outcome.reason!r}", outcome.reason)
    if outcome.reason is not reason and outcome.reason != reason:
        raise CallError(f"{server!r} ended with {outcome.reason!r}", outcome.reason)

"""Processes: a Trio task with a mailbox, a Pid and an exit reason.

The task lives in the node's nursery and in no other, so a process never ends because its creator's
block did; links, owners and supervisors say who ends with whom. Inside, a process may do all that Trio
offers: nurseries, sleep, cancel scopes, worker threads.

Around the function stands one cancel scope. An exit signal cancels it, so whatever the process awaits ends
with `trio.Cancelled`; running synchronous code is not interrupted, it meets its end at the next checkpoint
or `receive`. The reason is kept as a value: a crash is caught here, costs a fifth of what it costs to
carry it through a nursery, and never turns into an exception group. Nothing that a process raises leaves
its task (INV-7); whose it is, `faults` says.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from types import CoroutineType, TracebackType
from typing import TYPE_CHECKING, Literal, NoReturn, overload

import trio

from actorlive.runtime.context import acting_process, calling_process, current_process, process_variable
from actorlive.runtime.errors import ProcessExit, RuntimeMisuse
from actorlive.runtime.faults import add_hint, flatten, interrupt_in, is_cancelled_here, unwrap
from actorlive.runtime.functions import check_awaitable
from actorlive.runtime.pid import AliasMode, Pid, Ref
from actorlive.runtime.results import is_graceful
from actorlive.runtime.signals import Down, Entity

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = [
    "Process",
    "alias",
    "alive",
    "demonitor",
    "exit",
    "link",
    "monitor",
    "process_flag",
    "self",
    "set_label",
    "unalias",
    "unlink",
]

log = logging.getLogger("actorlive.runtime")

MONITOR_MODES: tuple[AliasMode | None, ...] = (None, "explicit_unalias", "demonitor", "reply_demonitor")
"""What a monitor may be beside a monitor."""


class Process(Entity):
    """One running function. Users hold its Pid, never this."""

    __slots__ = ("doing", "scope", "task")

    def __init__(self, node: Node, label: str) -> None:
        super().__init__(node, label)
        self.scope: trio.CancelScope | None = None
        self.task: trio.lowlevel.Task | None = None
        self.doing: object = None
        """What it is busy with, as servers note it for `statistics`."""

    async def run(self, fn: Callable[..., Awaitable[object]], args: tuple[object, ...]) -> None:
        """The body of the task."""
        process_variable.set(self)
        self.task = trio.lowlevel.current_task()
        self.since = perf_counter()
        reason: object = "normal"
        try:
            with trio.CancelScope() as self.scope:
                if self.node.turns is not None:
                    await self.node.turns.wait(self.pid.id)
                if not self.doomed:
                    running = fn(*args)
                    if running.__class__ is not CoroutineType:
                        check_awaitable(running, fn)
                    fn, args = nothing, ()  # it lives for long, and need not keep all that it was given
                    await running
        except BaseException as error:  # this is where every crash becomes a value
            if not self.runs_here():
                raise  # Trio itself has ended, and the interpreter throws the coroutine away
            reason = self.caught(error)
        else:
            if self.doomed:
                reason = self.reason
        del fn, args  # before others hear of the end, so that nothing of it is alive then
        self.finish(reason)
        self.let_go()

    def let_go(self) -> None:
        """Keep nothing of Trio, whose task has a context that has this process: what refers to itself is freed by the
        collector only, and that hardly ever looks at what has lived for long."""
        self.task = self.scope = None
        if hasattr(self, "sleeper"):
            del self.sleeper

    def runs_here(self) -> bool:
        """False when the coroutine is closed from outside, which Trio never does."""
        return trio.lowlevel.in_trio_task() and trio.lowlevel.current_task() is self.task

    def caught(self, error: BaseException) -> object:
        """The exit reason that an exception makes. Nothing goes on from here: a crash is logged, a real interrupt
        is the node's, and a cancellation has done its work."""
        error = unwrap(error)
        trim(error)
        if (interrupt := interrupt_in(error)) is not None:
            self.node.interrupt(interrupt)
            return self.reason if self.doomed else interrupt
        if self.doomed or is_cancelled_here():
            self.log_late(error)
            return self.reason if self.doomed else "killed"
        if isinstance(error, ProcessExit):
            self.log_exit(error)
            return error.reason
        self.log_crash(error)
        return error

    def log_crash(self, error: BaseException) -> None:
        """One line and the traceback. (A graceful reason cannot get here: it is not an exception.)"""
        add_hint(error)
        log.error("process %r crashed: %s: %s", self, type(error).__name__, error, exc_info=error)

    def log_exit(self, error: ProcessExit) -> None:
        """It left on purpose; worth a line unless the reason is graceful."""
        if not is_graceful(error.reason):
            log.error("process %r exited: %r", self, error.reason)

    def log_late(self, error: BaseException) -> None:
        """Its clean-up failed after an exit signal, whose reason stands."""
        if not all(isinstance(leaf, ProcessExit | trio.Cancelled) for leaf in flatten(error)):
            log.error("process %r raised while it was ending with %r", self, self.reason, exc_info=error)

    def stop(self) -> None:
        """Cancel whatever it awaits; a process that has not begun never will."""
        self.drain_credit()
        if self.scope is not None:
            self.scope.cancel()


async def nothing() -> None:
    """What is left to call for a process that has begun."""


def trim(error: BaseException) -> None:
    """Remove our own frame from the traceback: the reason is kept, and the frame would keep the process."""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code is Process.run.__code__:
        traceback = traceback.tb_next
    error.__traceback__ = traceback


def self() -> Pid:
    """The Pid of the calling process (Erlang: `self/0`). Raises `NotAProcess` outside of one."""
    return current_process().pid


@overload
def exit(reason: object, /) -> NoReturn: ...


@overload
def exit(pid: Pid, reason: object, /) -> None: ...


def exit(*args: object) -> None:
    """`exit(reason)` ends the calling process; `exit(pid, reason)` sends an exit signal (Erlang: `exit/1,2`).

    `exit(pid, "kill")` cannot be trapped and gives "killed"; "normal" is ignored by others unless they
    trap exits; everything else ends the process unless it traps exits. A process that sends a deadly
    signal to itself ends right here. `exit(reason)` may be called outside of a process, where the
    `ProcessExit` that it raises goes its way.
    """
    if len(args) == 1:
        raise ProcessExit(args[0])
    if len(args) != 2:
        raise TypeError(f"exit(reason) or exit(pid, reason); got {len(args)} arguments")
    target, reason = args
    if not isinstance(target, Pid):
        raise RuntimeMisuse(f"exit(pid, reason) wants a Pid first, not {target!r}")
    entity = target.entity
    if entity is None:
        return
    entity.node.check_thread()
    sender = calling_process()
    entity.exit_signal(sender or entity.node.port, reason)
    if sender is entity and entity.doomed:
        raise ProcessExit(entity.reason)


def link(pid: Pid, /) -> None:
    """Link the calling process with `pid`: each is told of the end of the other (Elixir: `Process.link/1`).

    Raises `NoProcess` when it is dead and the caller does not trap exits; a trapping caller gets
    `ExitSignal(pid, "noproc")` instead.
    """
    acting_process().link(pid)


def unlink(pid: Pid, /) -> None:
    """Undo `link`. After it returns no exit of that link arrives (Erlang: `unlink/1`).

    An `ExitSignal` that is in the mailbox already stays there.
    """
    acting_process().unlink(pid)


def monitor(dest: Pid | str, /, *, alias: AliasMode | None = None) -> Ref:
    """Watch a process, port or registered name: its end arrives once as `Down` (Erlang: `monitor/2,3`).

    A monitor by name follows the process that has the name now. With `alias` the Ref is an address for
    `send` as well: until `unalias` ("explicit_unalias"), until the monitor is gone ("demonitor"), or until
    the first message, which ends the monitor, too ("reply_demonitor"). One of oneself is neither.
    """
    check_mode(alias, MONITOR_MODES)
    return acting_process().monitor(dest, alias)


def demonitor(ref: Ref, /, *, flush: bool = False, info: bool = False) -> bool:
    """Stop watching (Erlang: `demonitor/1,2`).

    With `flush` a `Down` that is waiting in the mailbox goes, too. Returns True; with `info` False when
    there was no such monitor (any more). Another process's Ref does nothing.
    """
    process = acting_process()
    active = process.demonitor(ref)
    if flush and not active:
        process.discard(lambda message: type(message) is Down and message.ref is ref)
    return active if info else True


def alias(mode: Literal["explicit_unalias", "reply"] = "explicit_unalias", /) -> Ref:
    """A second address of the calling process that can be switched off (Erlang: `alias/0,1`).

    "reply" switches itself off with the first message.
    """
    check_mode(mode, ("explicit_unalias", "reply"))
    return Ref(acting_process().pid, mode)


def check_mode(mode: AliasMode | None, allowed: tuple[AliasMode | None, ...]) -> None:
    """Refuse a way to end an alias that there is not."""
    if mode not in allowed:
        raise RuntimeMisuse(f"an alias is one of {', '.join(map(repr, allowed))}, not {mode!r}")


def unalias(ref: Ref, /) -> bool:
    """Switch an alias of the calling process off; True when it was active (Erlang: `unalias/1`)."""
    if ref.target is not acting_process().pid:
        return False
    ref.target = None
    return True


def alive(pid: Pid, /) -> bool:
    """True until the process has ended or received its deadly signal (Erlang: `is_process_alive/1`)."""
    entity = pid.entity
    return entity is not None and entity.alive


def set_label(label: str) -> None:
    """Set the name of this process in logs and statistics, in place of the name of its function (Elixir:
    `Process.set_label/1`). It is not a name to find the process by: that is what `register` is for."""
    acting_process().label = label


def process_flag(*, trap_exit: bool) -> bool:
    """Set whether exit signals arrive as `ExitSignal` messages; returns the old value (Erlang:
    `process_flag(trap_exit, …)`)."""
    process = acting_process()
    before, process.trapping = process.trapping, trap_exit
    return before

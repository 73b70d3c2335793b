"""The node: the nursery that all processes live in, their names, timers and end.

The problem: a process must not end because the block that created it did, and none may outlive the program's own block.
Trio's answer to the second is a nursery, whose cancellation ends all its tasks at once, in no order.

The rule: `open_node()` is one block of structured concurrency, and holds the only nursery. The processes run behind a
shield, so a cancellation from outside reaches only the block's body; then the node stops its tree in order
and the cancellation goes on. First the root supervisor ends its children, the last started first and each
within its shutdown time; then everything else gets an exit signal "shutdown", the youngest first, and what
is not gone after `grace` seconds is killed; at last the ports are closed.

A real interrupt (Ctrl+C), in whichever process it arrives, does not concern that process: it cancels the body, the
node ends in order, and `open_node()` raises it. An error of the runtime itself leaves `open_node()` as it is,
unwrapped.

Rejected: processes in the nursery of their creator, or of a socket's handler, where the end of a page's connection
would cancel its views in the middle of an event (INV-4); a nursery per process, which costs a third of the rate of
spawns and 600 bytes each; cancelling the nursery to stop, which ends children before those that depend on them.
Figures are in docs/design/ends.md.
"""

from __future__ import annotations

import contextvars
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from threading import get_ident
from typing import Any, Protocol, TypeVarTuple

import trio

from actorlive.runtime.context import calling_process, enter_node
from actorlive.runtime.errors import NameTaken, NodeClosed, NodeFailed, RuntimeMisuse
from actorlive.runtime.faults import interrupt_in
from actorlive.runtime.functions import label_of
from actorlive.runtime.mailbox import Destination, check_destination
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.port import PortEntity
from actorlive.runtime.process import Process
from actorlive.runtime.signals import Down, Entity, check_pid
from actorlive.runtime.timers import TimerHeap
from actorlive.runtime.turns import Choose, Turns

__all__ = ["Node", "NodeStatistics", "Root", "Startable"]

log = logging.getLogger("actorlive.runtime")
Ts = TypeVarTuple("Ts")
Function = Callable[[*Ts], Awaitable[object]]
"""What a process runs."""
TraceFunction = Callable[[str, Destination, object, Pid | None], None]
"""Called as `trace(kind, pid, detail, sender)`; see `TraceEvent`."""


class Startable(Protocol):
    """What `Node.start_child` starts: a `ChildSpec`, as the kernel sees it."""

    @property
    def id(self) -> Hashable: ...

    @property
    def start(self) -> Callable[..., Awaitable[Pid]]: ...


class Root(Protocol):
    """The supervisor of a node's own children. `pid` is None until the first child is started."""

    pid: Pid | None

    async def start_child(self, spec: Startable) -> Pid: ...


@dataclass(frozen=True, slots=True)
class NodeStatistics:
    """Figures of a node at one moment."""

    processes: int
    ports: int
    names: int
    timers: int
    spawned: int
    """Processes ever spawned."""
    handled: int
    """Messages ever taken out of mailboxes."""
    waiting: int
    """Messages in mailboxes now."""


class Node:
    """A running node. Made by `open_node()`; its methods belong to the thread that it runs on, except
    `send_threadsafe`."""

    def __init__(
        self,
        *,
        choose: Choose | None,
        grace: float,
        high_water: int,
        on_high_water: Callable[[Pid, int], None] | None,
        make_root: Callable[[Node], Root],
    ) -> None:
        self.thread: int = get_ident()
        self.gate: int = self.thread
        self.token: trio.lowlevel.TrioToken = trio.lowlevel.current_trio_token()
        self.context: contextvars.Context = contextvars.copy_context()
        self.context.run(enter_node, self)
        self.turns: Turns | None = None if choose is None else Turns(choose)
        self.timers: TimerHeap = TimerHeap(choose)
        self.grace = grace
        self.high_water = high_water
        self.on_high_water = on_high_water
        self.processes: dict[Process, None] = {}
        self.ports: dict[Entity, None] = {}
        self.names: dict[str, Entity] = {}
        self.tracers: list[TraceFunction] = []
        self.tracing: bool = False
        self.values: dict[object, Any] = {}
        """By `NodeLocal`."""
        self.spawned: int = 0
        self.handled: int = 0
        self.stopping: bool = False
        self.nursery: trio.Nursery | None = None
        self.one_gone: trio.Event = trio.Event()
        self.body: trio.CancelScope = trio.CancelScope()
        """Around what the user runs in the node's block."""
        self.failure: BaseException | None = None
        self.root: Root = make_root(self)
        self.starts: dict[trio.CancelScope, None] = {}
        """Around what supervisors wait for while a child of theirs starts."""
        self.unstarted: set[Pid] = set()
        """The servers that are in their `init`."""
        self.port: PortEntity = PortEntity(self, self.root_ended, None, "node")

    def __repr__(self) -> str:
        return f"<node with {len(self.processes)} processes>"

    # -- life ------------------------------------------------------------------

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Hold the nursery of all processes until `stop`.

        Timers and turns go on until the last process has ended, also when the nursery is cancelled: one behind a shield
        may still wait for either.
        """
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as services:
                self.context.run(services.start_soon, self.timers.run)
                if self.turns is not None:
                    services.start_soon(self.turns.run)
                try:
                    async with trio.open_nursery() as self.nursery:
                        task_status.started()
                        await trio.sleep_forever()
                finally:
                    self.nursery = None
                    services.cancel_scope.cancel()

    async def stop(self) -> None:
        """End everything, in order; an interrupt meanwhile ends it at once."""
        self.stopping = True
        try:
            for start in self.starts:
                start.cancel()  # an `init` that never ends must not keep its supervisors
            await self.stop_root()
            await self.stop_processes()
            for port in reversed(list(self.ports)):
                port.doom("shutdown")
            self.port.doom("shutdown")
        finally:
            if self.nursery is not None:
                self.nursery.cancel_scope.cancel()

    async def stop_processes(self) -> None:
        """Signal all processes, the youngest first, then kill what is left."""
        for process in reversed(list(self.processes)):
            process.exit_signal(self.port, "shutdown")
        with trio.move_on_after(self.grace):
            await self.wait_all_gone()
        for process in reversed(list(self.processes)):
            if process.alive:
                log.warning("process %r did not end within %s s of its shutdown; killed", process, self.grace)
            process.doom("killed")
        await self.wait_all_gone()

    async def stop_root(self) -> None:
        """Let the root supervisor end its children, which have their own time limits."""
        pid = self.root.pid
        process = None if pid is None else pid.entity
        if process is not None:
            process.exit_signal(self.port, "shutdown")
            while process in self.processes:
                await self.wait_for_an_end()

    async def start_child(self, spec: Startable) -> Pid:
        """Start a child of the node's root supervisor (one_for_one, 3 restarts in 5 s).

        `spec` is made by `child_spec`. When the root gives up, the node fails: its block is cancelled and raises
        `NodeFailed`. Raises `StartError` when the child does not start, and `NodeClosed` once the node ends.
        """
        if self.stopping:
            raise NodeClosed("the node ends; nothing can be started on it")
        return await self.root.start_child(spec)

    def root_ended(self, message: object) -> None:
        """The root supervisor has ended; unless it was asked to, the node fails."""
        if isinstance(message, Down) and not self.stopping:
            self.failure = NodeFailed(
                f"the root supervisor ended with {message.reason!r}; its children failed too often, see the log"
            )
            self.body.cancel()

    def interrupt(self, interrupt: KeyboardInterrupt) -> None:
        """End the node in order after Ctrl+C, in whichever process that arrived; the second time, at once."""
        if self.failure is None:
            self.failure = interrupt
        self.body.cancel()
        if self.stopping and self.nursery is not None:
            self.nursery.cancel_scope.cancel()

    async def wait_all_gone(self) -> None:
        """Wait until no process is left."""
        while self.processes:
            await self.wait_for_an_end()

    async def wait_for_an_end(self) -> None:
        """Wait until one more process has ended."""
        self.one_gone = trio.Event()  # a new one each time: an Event cannot be cleared
        await self.one_gone.wait()

    # -- processes -------------------------------------------------------------

    def spawn(self, fn: Function[*Ts], *args: *Ts, name: str | None = None, owner: Pid | None = None) -> Pid:
        """Start a process that runs `await fn(*args)`; see `actorlive.runtime.spawn`.

        It inherits the context variables of the place where the node was opened, not those of the caller.
        """
        process = self.create(fn, name, owner)
        self.context.run(self.launch, process, fn, args)  # INV-15: nothing of the request that asked for it
        return process.pid

    def create(
        self, fn: Callable[..., object], name: str | None, owner: Pid | None, label: str | None = None
    ) -> Process:
        """Make a process that does not run yet, known under its name, tied to its owner."""
        self.check_thread()
        if self.nursery is None:
            raise NodeClosed("the node has ended; nothing can be spawned on it")
        if not callable(fn):
            raise RuntimeMisuse(f"a process runs an async function: spawn(fn, argument), not {fn!r}")
        if owner is not None:
            check_pid("spawn(owner=…)", owner)
        process = Process(self, label_of(fn) if label is None else label)
        if name is not None:
            self.register(name, process)
        self.processes[process] = None
        self.spawned += 1
        if self.tracing:
            self.trace("spawn", process.pid, fn, calling_process())
        self.tie(process, owner)
        return process

    def tie(self, process: Process, owner: Pid | None) -> None:
        """Apply `owner=`, and doom it when the node ends."""
        if owner is not None:
            entity = owner.entity
            if entity is None or not entity.alive:
                process.doom("noproc")
            else:
                entity.own(process)
        if self.stopping:
            process.exit_signal(self.port, "shutdown")

    def launch(
        self, process: Process, fn: Callable[..., Awaitable[object]], args: tuple[object, ...]
    ) -> None:
        """Let the task run."""
        if self.nursery is not None:  # `create` has checked
            self.nursery.start_soon(process.run, fn, args, name=process.label)

    def adopt(self, port: PortEntity) -> None:
        """Keep a port until it closes."""
        if self.nursery is None:
            raise NodeClosed("the node has ended; no port can be opened on it")
        self.ports[port] = None

    def forget(self, entity: Entity, reason: object) -> None:
        """The process or port has ended."""
        self.forget_name(entity)
        if self.tracing:
            self.trace("exit", entity.pid, reason, None)
        if isinstance(entity, Process):
            self.handled += entity.handled
            del self.processes[entity]
            self.one_gone.set()
        else:
            self.ports.pop(entity, None)

    # -- names -----------------------------------------------------------------

    def register(self, name: str, entity: Entity) -> None:
        """Give `entity` a name. Raises `NameTaken`, or `RuntimeMisuse` when it has one."""
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise RuntimeMisuse(f"a name is a string, not {name!r}; a Registry takes any key")
        if name in self.names:
            raise NameTaken(f"the name {name!r} belongs to {self.names[name]!r}")
        if entity.name is not None:
            raise RuntimeMisuse(f"{entity!r} has the name {entity.name!r} already; unregister it first")
        entity.name = name
        self.names[name] = entity

    def forget_name(self, entity: Entity) -> None:
        """Free the name that `entity` holds, if any."""
        if entity.name is not None and self.names.get(entity.name) is entity:
            del self.names[entity.name]

    def lookup(self, name: str) -> Entity | None:
        """The process that has the name, or None."""
        return self.names.get(name)

    # -- messages --------------------------------------------------------------

    def deliver(self, dest: Destination, message: object) -> None:
        """`send` for a caller on this thread."""
        if isinstance(dest, str):
            entity = self.names.get(dest)
        else:
            pid = dest.target if isinstance(dest, Ref) else dest
            entity = None if pid is None else pid.entity
        if entity is None:
            if self.tracing:
                self.trace("lost", dest, message, calling_process())
            return
        if isinstance(dest, Ref):
            entity.use_alias(dest)
        entity.deliver(message, calling_process())

    def send_threadsafe(self, dest: Destination, message: object) -> None:
        """`send` from any thread; messages of one thread keep their order. Never raises, but for a `dest` of
        a wrong type."""
        check_destination(dest)
        try:
            self.token.run_sync_soon(self.deliver_from_thread, dest, message)
        except trio.RunFinishedError:
            return

    def deliver_from_thread(self, dest: Destination, message: object) -> None:
        """The other end of `send_threadsafe`, where no context says which node this is."""
        self.context.copy().run(self.deliver, dest, message)  # a copy: a context cannot be entered twice

    def check_thread(self) -> None:
        """Only `send` works from other threads."""
        if get_ident() != self.thread:
            raise RuntimeMisuse(
                "only send() may be called from another thread; use trio.from_thread.run_sync(fn, ...)"
            )

    # -- observation -----------------------------------------------------------

    def report_high_water(self, pid: Pid, length: int) -> None:
        """A mailbox has passed its limit."""
        if self.on_high_water is None:
            log.warning("mailbox of %r holds %d messages and grows", pid.entity, length)
            return
        try:
            self.on_high_water(pid, length)
        except BaseException as error:  # the sender is not to blame
            if interrupt_in(error) is not None:
                raise
            log.exception("on_high_water raised")

    def trace(self, kind: str, pid: Destination, detail: object, sender: Entity | None) -> None:
        """Tell the tracers; one that raises is removed."""
        for tracer in list(self.tracers):
            try:
                tracer(kind, pid, detail, None if sender is None else sender.pid)
            except BaseException as error:
                if interrupt_in(error) is not None:
                    raise
                log.exception("a tracer raised and was removed")
                self.remove_tracer(tracer)

    def add_tracer(self, tracer: TraceFunction) -> None:
        """Call `tracer(kind, pid, detail, sender)` for every message, spawn and exit from now on."""
        self.tracers.append(tracer)
        self.set_gate()

    def remove_tracer(self, tracer: TraceFunction) -> None:
        """Undo `add_tracer`."""
        self.tracers.remove(tracer)
        self.set_gate()

    def set_gate(self) -> None:
        """While there is a tracer, every `send` takes the slow way."""
        self.tracing = bool(self.tracers)
        self.gate = 0 if self.tracing else self.thread
        for entity in (*self.processes, *self.ports):
            entity.gate = self.gate

    def statistics(self) -> NodeStatistics:
        """Figures of the node, now."""
        return NodeStatistics(
            processes=len(self.processes),
            ports=len(self.ports),
            names=len(self.names),
            timers=len(self.timers),
            spawned=self.spawned,
            handled=self.handled + sum(process.handled for process in self.processes),
            waiting=sum(len(process.queue or ()) for process in self.processes),
        )

"""Looking at processes: their figures, and what they send."""

from __future__ import annotations

import gc
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Literal, Self

import trio

from actorlive.runtime.context import current_node
from actorlive.runtime.errors import NoProcess
from actorlive.runtime.mailbox import Destination, Mailbox
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.process import Process
from actorlive.runtime.timers import Timer

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = [
    "ProcessStatistics",
    "TraceEvent",
    "Tracer",
    "armed_timers",
    "memory",
    "owned",
    "processes",
    "statistics",
]


@dataclass(frozen=True, slots=True)
class ProcessStatistics:
    """Figures of one process at one moment (Erlang: `process_info/1`)."""

    pid: Pid
    name: str | None
    function: str
    """The function that it was spawned with."""
    current_function: str
    """Where it stands: function, file and line of its innermost frame outside Trio and the runtime."""
    state: Literal["waiting", "running", "exiting"]
    """"waiting" in `receive` with nothing to take; "exiting" after its deadly signal."""
    mailbox: int
    """Messages waiting."""
    mailbox_high: int
    """The most that ever waited."""
    handled: int
    """Messages taken out of the mailbox."""
    busy: float
    """Seconds of its life outside `receive`, whatever it awaited there."""
    owner: Pid | None
    """With whose end this one ends."""
    links: tuple[Pid, ...]
    monitors: tuple[Pid, ...]
    """Whom it watches."""
    monitored_by: tuple[Pid, ...]
    trap_exit: bool
    doing: object
    """The message that a server is busy with."""


def statistics(pid: Pid) -> ProcessStatistics:
    """Figures of a living process. Raises `NoProcess`."""
    process = find(pid)
    running = 0.0 if process.parked or not process.since else perf_counter() - process.since
    return ProcessStatistics(
        pid=pid,
        name=process.name,
        function=process.label,
        current_function=current_function(process),
        state=state(process),
        mailbox=len(process.queue or ()),
        mailbox_high=process.longest,
        handled=process.handled,
        busy=process.busy + running,
        owner=None if process.owner is None else process.owner.pid,
        links=tuple(other.pid for other in process.links or ()),
        monitors=tuple(other.pid for _, other in (process.monitors.items() if process.monitors else ())),
        monitored_by=tuple(watcher.pid for watcher in process.watched_by()),
        trap_exit=process.trapping,
        doing=process.doing,
    )


def processes(node: Node | None = None) -> list[Pid]:
    """The processes of the current node, or of `node`, the oldest first (Erlang: `processes/0`)."""
    return [process.pid for process in (node or current_node()).processes]


def owned(pid: Pid) -> list[Pid]:
    """The processes that were spawned with `owner=pid` and live, the oldest first; none when `pid` is dead."""
    entity = pid.entity
    return [] if entity is None else [child.pid for child in entity.owned or ()]


def armed_timers(node: Node) -> list[Timer]:
    """The timers of a node that are still to fire."""
    entries = [entry for _, _, entry in node.timers.entries]
    return [entry for entry in entries if isinstance(entry, Timer) and entry.heap is not None]


def memory(pid: Pid) -> int:
    """Bytes of what a process holds: its waiting messages and the variables of its frames, as far as they
    reach; modules, classes, code and other processes are not counted. Takes its time. Raises `NoProcess`."""
    process = find(pid)
    frames = coroutine_frames(process)
    variables = [list(frame.f_locals.values()) for frame in frames]  # from Python 3.13 on f_locals is a view
    return reachable_size([process.messages(), *variables])


def find(pid: Pid) -> Process:
    """The living process. Raises `NoProcess`."""
    entity = pid.entity
    if not isinstance(entity, Process):
        raise NoProcess(f"{pid} is not a living process")
    return entity


def state(process: Process) -> Literal["waiting", "running", "exiting"]:
    """What a process is about."""
    if process.doomed:
        return "exiting"
    return "waiting" if process.parked else "running"


def coroutine_frames(process: Process) -> list[FrameType]:
    """The frames of a suspended process, the outermost first."""
    frames: list[FrameType] = []
    awaited: object = None if process.task is None else process.task.coro
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if isinstance(frame, FrameType):
            frames.append(frame)
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
    return frames[1:]  # the first is our own


def current_function(process: Process) -> str:
    """Where the process's own code stands."""
    frames = [frame for frame in coroutine_frames(process) if not is_ours(frame)]
    if not frames:
        return process.label
    frame = frames[-1]
    return f"{frame.f_code.co_qualname} ({frame.f_code.co_filename}:{frame.f_lineno})"


def is_ours(frame: FrameType) -> bool:
    """True for frames of Trio and of the runtime."""
    return str(frame.f_globals.get("__name__", "")).startswith(("trio.", "actorlive.runtime."))


SHARED = (type, ModuleType, FunctionType, CodeType, FrameType, Mailbox, Pid, Ref, trio.lowlevel.Task)


def reachable_size(roots: Iterable[object]) -> int:
    """The sizes of everything that the roots lead to, each object once."""
    seen: set[int] = set()
    todo = list(roots)
    total = 0
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, SHARED):
            continue
        seen.add(id(thing))
        total += sys.getsizeof(thing)
        todo.extend(gc.get_referents(thing))
    return total


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One thing that a tracer saw. `kind` is "send" (detail: the message), "spawn" (the function), "exit" (the
    reason), or "lost": a message for a name or alias that nobody has, which then stands for the Pid.
    `sender` is the process that did it, when one did."""

    time: float
    kind: str
    pid: Destination
    detail: object
    sender: Pid | None


class Tracer:
    """Records messages, spawns and exits of a node, for tests and tools (Erlang: `dbg`).

    Use as `with Tracer() as tracer: …; tracer.events`. Keeps the last `limit` events. While a tracer
    listens, sending is a few times slower; afterwards it costs nothing.
    """

    def __init__(self, node: Node | None = None, *, limit: int = 10_000) -> None:
        self.node: Node = node or current_node()
        self.events: deque[TraceEvent] = deque(maxlen=limit)

    def __enter__(self) -> Self:
        self.node.add_tracer(self.record)
        return self

    def __exit__(self, *_: object) -> None:
        self.node.remove_tracer(self.record)

    def record(self, kind: str, pid: Destination, detail: object, sender: Pid | None) -> None:
        """Note one event."""
        self.events.append(TraceEvent(trio.current_time(), kind, pid, detail, sender))

    def messages(self, pid: Pid) -> list[object]:
        """What was sent to one process, in order."""
        return [event.detail for event in self.events if event.kind == "send" and event.pid is pid]

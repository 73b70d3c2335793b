"""Looking at processes: figures, messages, and who holds the loop."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Literal, Self, cast

import trio

from actorlive.runtime.context import current_node
from actorlive.runtime.errors import NoProcess, RuntimeMisuse
from actorlive.runtime.mailbox import Destination, Mailbox
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.process import Process

if TYPE_CHECKING:
    from actorlive.runtime.node import Node

__all__ = ["ProcessStatistics", "TraceEvent", "Tracer", "Watchdog", "memory", "processes", "statistics"]

log = logging.getLogger("actorlive.runtime")


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
        links=tuple(other.pid for other in process.links or ()),
        monitors=tuple(other.pid for other in (process.monitors or {}).values()),
        monitored_by=tuple(watcher.pid for watcher, _, _ in (process.watchers or {}).values()),
        trap_exit=process.trapping,
        doing=process.doing,
    )


def processes() -> list[Pid]:
    """The processes of the current node, the oldest first (Erlang: `processes/0`)."""
    return [process.pid for process in current_node().processes]


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
        raise NoProcess(f"{pid} is no living process")
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


class Watchdog:
    """Warns, with a stack, when a process holds the loop: Trio does not preempt, so everybody waits.

    A thread looks at the loop's stack every fifth of `limit` seconds. When it finds a process running it
    asks the loop for a sign of life, and looks again after `limit`. A loop that has not answered by then, with
    the same process on its stack, is in the same step of it: within one round of Trio's loop a task runs
    once. An idle loop is never woken, and a busy one costs nothing but the look.
    """

    def __init__(self, node: Node, limit: float) -> None:
        if not limit > 0:
            raise RuntimeMisuse(f"slow_handler is in seconds and more than 0, or None, not {limit!r}")
        self.node = node
        self.limit = limit
        self.ended = threading.Event()
        self.answered = threading.Event()
        self.thread = threading.Thread(target=self.run, name="actorlive watchdog", daemon=True)
        self.suspect: Process | None = None
        self.since = 0.0
        self.told = False

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def run(self) -> None:
        """The thread."""
        while not self.ended.wait(self.pause()):
            self.look()

    def pause(self) -> float:
        """Seconds until the next look: sooner when a suspect is about to have had its time."""
        usual = self.limit / 5
        if self.suspect is None or self.told:
            return usual
        left = self.since + self.limit - perf_counter()
        return min(usual, left) if left > 0 else usual

    def look(self) -> None:
        """One look at the loop's stack."""
        frame = sys._current_frames().get(self.node.thread)  # pyright: ignore[reportPrivateUsage]
        process = running_process(frame)
        if process is None:
            self.suspect = None
        elif process is not self.suspect or self.answered.is_set():
            self.begin(process)
        elif not self.told and perf_counter() - self.since >= self.limit:
            self.told = True
            self.warn(process, frame)

    def begin(self, process: Process) -> None:
        """A process runs: remember since when, and ask the loop to answer."""
        self.suspect = process
        self.since = perf_counter()
        self.told = False
        self.answered = threading.Event()
        try:
            self.node.token.run_sync_soon(self.answered.set)
        except trio.RunFinishedError:
            self.ended.set()

    def warn(self, process: Process, frame: FrameType | None) -> None:
        """Say who, how long, and where."""
        log.warning(
            "process %r has held the loop for %.0f ms; nothing else runs meanwhile. Move the work to a thread "
            "(trio.to_thread.run_sync) or await in between.\n%s",
            process,
            (perf_counter() - self.since) * 1000,
            "".join(traceback.format_stack(frame)),
        )


def running_process(frame: FrameType | None) -> Process | None:
    """The process whose step is on a stack."""
    while frame is not None:
        if frame.f_code is Process.run.__code__:
            return cast("Process", frame.f_locals.get("self"))
        frame = frame.f_back
    return None

"""What supervisors know about their children: how one is started, ended, and counted when it fails."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Container, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

import trio

from actorlive.results import Error
from actorlive.runtime.context import current_process
from actorlive.runtime.errors import ProcessExit, ReceiveTimeout, RuntimeMisuse, StartError
from actorlive.runtime.functions import is_async, label_of
from actorlive.runtime.mailbox import receive
from actorlive.runtime.otp.server import Server
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.process import exit as end_process, monitor, unlink
from actorlive.runtime.signals import Down
from actorlive.runtime.spawning import spawn_link

__all__ = [
    "MAX_RESTARTS",
    "MAX_SECONDS",
    "AutoShutdown",
    "Child",
    "ChildSpec",
    "Intensity",
    "Restart",
    "ShutdownTime",
    "check_option",
    "check_spec",
    "check_specs",
    "child_spec",
    "end_child",
    "end_unlisted",
    "first_given",
    "start_child",
    "start_failure",
]

Restart = Literal["permanent", "transient", "temporary"]
"""Restarted always; only after a fault (a reason that `is_graceful` denies); never."""
ShutdownTime = float | Literal["brutal_kill"] | None
"""Seconds between the signals "shutdown" and "kill"; "brutal_kill" starts with the latter; None: no limit."""
AutoShutdown = Literal["never", "any_significant", "all_significant"]
"""Whether a supervisor ends, with "shutdown", when a significant child has ended by itself and is not restarted: not at
all, with the first, or with the last that ran (OTP: `auto_shutdown`). A child that the supervisor ended, or that was
ended by hand, does not count."""
MAX_RESTARTS = 3
MAX_SECONDS = 5.0
"""By default a supervisor gives up after more than `MAX_RESTARTS` restarts within `MAX_SECONDS` (Elixir's defaults)."""
UNLISTED: ShutdownTime = 5.0
"""How long something may take to end that a supervisor has started and does not know as a child yet."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How a supervisor starts and ends a child (OTP: a child specification). Made by `child_spec`.

    `start(*args)` runs in the supervisor and returns the Pid of a process that it linked.
    """

    id: Hashable
    start: Callable[..., Awaitable[Pid]]
    args: tuple[object, ...] = ()
    restart: Restart = "permanent"
    shutdown: ShutdownTime = 5.0
    kind: Literal["worker", "supervisor"] = "worker"
    significant: bool = False
    """Its own end may end its supervisor, see `AutoShutdown`."""

    def __post_init__(self) -> None:
        check_option("restart", self.restart, Restart)
        if self.significant and self.restart == "permanent":
            raise RuntimeMisuse(
                f"{self.id!r} is permanent, so it never ends for good: a significant child is transient or temporary"
            )
        if isinstance(self.shutdown, str):
            check_option("shutdown", self.shutdown, Literal["brutal_kill"])


def child_spec(
    target: type[Server] | Callable[..., Awaitable[object]],
    *args: object,
    id: Hashable = None,
    name: str | None = None,
    restart: Restart = "permanent",
    shutdown: ShutdownTime = 5.0,
    significant: bool = False,
) -> ChildSpec:
    """The specification of a child: a `Server` class with the arguments of its `init`, or an async function
    that is to run in a process of its own.

    `name` registers it, again after each restart. `id` is its name for its supervisor: by default `name`, else
    the name of the class or function. The end of a `significant` child may end its supervisor, see `AutoShutdown`.
    """
    if isinstance(target, type) and issubclass(target, Server):
        start: Callable[..., Awaitable[Pid]] = ServerStart(target, name)
    elif is_async(cast("Callable[..., object]", target)):
        start = FunctionStart(cast("Callable[..., Awaitable[object]]", target), name)
    else:
        raise RuntimeMisuse(f"a child is a Server class or an async function, not {target!r}")
    child_id = first_given(id, name, label_of(cast("object", target)))
    return ChildSpec(child_id, start, args, restart, shutdown, significant=significant)


def first_given(*names: Hashable) -> Hashable:
    """The first that is not None: 0 is an id like any other."""
    return next(name for name in names if name is not None)


def check_specs(specs: Iterable[object]) -> None:
    """Raise `RuntimeMisuse` in the caller for anything that would only crash the supervisor."""
    for spec in specs:
        check_spec(spec)


def check_spec(spec: object) -> ChildSpec:
    """The specification. Raises `RuntimeMisuse` for anything else."""
    if not isinstance(spec, ChildSpec):
        raise RuntimeMisuse(f"a child is described by child_spec(…), not by {spec!r}")
    return spec


def check_option(name: str, value: object, allowed: object) -> None:
    """Raise `RuntimeMisuse` for anything but the values of a `Literal`."""
    if value not in get_args(allowed):
        raise RuntimeMisuse(f"{name} is one of {', '.join(map(repr, get_args(allowed)))}, not {value!r}")


@dataclass(frozen=True, slots=True)
class ServerStart:
    """Starts a server and waits for its `init`."""

    server: type[Server]
    name: str | None

    async def __call__(self, *args: object) -> Pid:
        return await self.server.start_link(*args, name=self.name)


@dataclass(frozen=True, slots=True)
class FunctionStart:
    """Starts a function; there is nothing to wait for."""

    function: Callable[..., Awaitable[object]]
    name: str | None

    async def __call__(self, *args: object) -> Pid:
        return spawn_link(self.function, *args, name=self.name)


@dataclass(slots=True, eq=False)
class Child:
    """A child as its supervisor sees it. `pid` is None while it does not run."""

    spec: ChildSpec
    pid: Pid | None = None
    restarting: bool = False


async def start_child(spec: ChildSpec) -> Pid | None:
    """Start a child in the calling supervisor; None when it had nothing to do (`IGNORE`).

    Raises what the start raised, an exit as `StartError`. The end of the node interrupts it.
    """
    node = current_process().node
    starts = node.starts
    with trio.CancelScope() as scope:
        starts[scope] = None
        if node.stopping:
            scope.cancel()
        try:
            return await spec.start(*spec.args)
        except ProcessExit as exit:
            raise StartError(f"the start of {spec.id!r} exited: {exit.reason!r}", exit.reason) from None
        except StartError as error:
            if error.reason == "ignore":
                return None
            raise
        finally:
            del starts[scope]
    raise StartError(f"the start of {spec.id!r} was interrupted: the node ends", "shutdown")


def start_failure(error: BaseException) -> Error:
    """The reply to the request for a start that raised `error`."""
    return Error(error.reason if isinstance(error, StartError) else error)


async def end_child(pid: Pid, how: ShutdownTime) -> object:
    """End a child by OTP's protocol and wait until it is gone; returns its exit reason."""
    ref = monitor(pid)
    unlink(pid)
    end_process(pid, "kill" if how == "brutal_kill" else "shutdown")
    limit = None if how == "brutal_kill" else how
    try:
        down = await receive(lambda message: is_down(message, ref), limit)
    except ReceiveTimeout:
        end_process(pid, "kill")
        down = await receive(lambda message: is_down(message, ref))
    return cast("Down", down).reason


async def end_unlisted(known: Container[Pid | None]) -> None:
    """End what the calling supervisor has linked itself with and does not know, the last first: a child whose
    start was interrupted. One that is still in its `init` is killed, because it need not listen."""
    process = current_process()
    made = [other.pid for other, here in (process.links or {}).items() if here]
    for pid in reversed([pid for pid in made if pid not in known]):
        await end_child(pid, "brutal_kill" if pid in process.node.unstarted else UNLISTED)


def is_down(message: object, ref: Ref) -> bool:
    """True for the DOWN of one monitor."""
    return isinstance(message, Down) and message.ref is ref


@dataclass(slots=True)
class Intensity:
    """Counts restarts: more than `most` within `seconds` is too many (OTP: intensity and period)."""

    most: int
    seconds: float
    times: deque[float] = field(default_factory=deque[float])

    def count_restart(self) -> None:
        """One more restart is about to be tried."""
        now = trio.current_time()
        self.times.append(now)
        while self.times[0] < now - self.seconds:
            self.times.popleft()

    @property
    def exceeded(self) -> bool:
        """True when the last restart that was counted is one too many."""
        return len(self.times) > self.most

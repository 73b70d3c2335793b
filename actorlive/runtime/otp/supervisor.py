"""Supervisors: processes that start, watch and restart others, by OTP's rules.

A supervisor traps exits and is linked with its children. Children start in the order of their
specifications, each when the one before it has finished its `init`, and end in the reverse order. When one
ends that should not have, the strategy says which others are restarted with it; when that happens too often, the
supervisor ends its children and itself with "shutdown", and its own supervisor takes over.

The supervisor itself is a `Server`, so it does one thing at a time: while it waits for a child to start or
to end, everything else waits in its mailbox. That includes the end of its parent: a supervisor whose parent dies while
it starts goes on starting, and then ends in order.

A supervisor may also end with its work: `auto_shutdown` says whether the end of its significant children is its own.

Three things do interrupt it: its start is cancelled or takes too long, it is killed, or the node ends. In each case
a supervisor whose start is not over ends what it has started, in reverse order, and then itself.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import trio

from actorlive.results import Error, Ok
from actorlive.runtime.context import current_process
from actorlive.runtime.errors import RuntimeMisuse
from actorlive.runtime.faults import is_own_end
from actorlive.runtime.mailbox import send
from actorlive.runtime.node import Node
from actorlive.runtime.otp.children import (
    MAX_RESTARTS,
    MAX_SECONDS,
    AutoShutdown,
    Child,
    ChildSpec,
    Intensity,
    Restart,
    ShutdownTime,
    check_option,
    check_specs,
    end_child,
    end_unlisted,
    first_given,
    start_child,
    start_failure,
)
from actorlive.runtime.otp.requests import (
    ChildInfo,
    DeleteChild,
    RestartChild,
    StartChild,
    TerminateChild,
    WhichChildren,
    ask,
    count,
)
from actorlive.runtime.otp.server import Acknowledgement, Caller, Server, Stop, run_server
from actorlive.runtime.pid import Pid
from actorlive.runtime.process import process_flag
from actorlive.runtime.results import Shutdown, is_graceful
from actorlive.runtime.signals import ExitSignal

__all__ = ["Strategy", "Supervisor", "spawn_root"]

log = logging.getLogger("actorlive.runtime")

Strategy = Literal["one_for_one", "one_for_all", "rest_for_one"]


@dataclass(frozen=True, slots=True)
class Retry:
    """What the supervisor sends itself: the restart of this child failed, try again."""

    child: Child


class SupervisorServer(Server):
    """The process behind `Supervisor`."""

    children: list[Child]
    strategy: Strategy
    intensity: Intensity
    auto_shutdown: AutoShutdown

    async def init(self, *args: object) -> object:
        specs, strategy, max_restarts, max_seconds, self.auto_shutdown = cast(
            "tuple[Sequence[ChildSpec], Strategy, int, float, AutoShutdown]", args
        )
        process_flag(trap_exit=True)
        self.strategy = strategy
        self.intensity = Intensity(max_restarts, max_seconds)
        self.children = [Child(spec) for spec in specs]
        check_ids(specs)
        try:
            failed = await self.start_all(self.children)
        except BaseException:  # a cancellation or an interrupt, perhaps in a group
            await self.take_back()
            raise
        if failed is None:
            return None
        child, error = failed
        await self.take_back()
        return Stop(Shutdown(("failed_to_start_child", child.spec.id, error)))

    async def terminate(self, reason: object) -> None:
        await self.end_all(self.children)

    # -- starting and ending ---------------------------------------------------

    async def start_all(self, children: Sequence[Child]) -> tuple[Child, BaseException] | None:
        """Start in order; stops at the first that fails, and returns it with its error."""
        for child in list(children):  # `begin` takes children off the list that this may be
            error = await self.begin(child)
            if error is not None:
                return child, error
            await trio.lowlevel.checkpoint_if_cancelled()  # who was killed meanwhile starts no more
        return None

    async def begin(self, child: Child) -> BaseException | None:
        """Start one child; returns its error, or None."""
        try:
            child.pid = await start_child(child.spec)
        except BaseException as error:
            if not is_own_end(error):
                raise
            return error
        child.restarting = False
        if child.pid is None and child.spec.restart == "temporary":
            self.children.remove(child)
        return None

    async def take_back(self) -> None:
        """End what an interrupted start has brought about. Nothing interrupts this."""
        with trio.CancelScope(shield=True):
            await end_unlisted({child.pid for child in self.children})
            await self.end_all(self.children)

    async def end(self, child: Child) -> None:
        """End one child, and log it if it did not end as it was asked to."""
        pid, child.pid = child.pid, None
        child.restarting = False
        if pid is not None:
            reason = await end_child(pid, child.spec.shutdown)
            expected = is_graceful(reason) or (child.spec.shutdown == "brutal_kill" and reason == "killed")
            if not expected and reason != "noproc":
                log.error(
                    "child %r of %r ended with %r at its shutdown", child.spec.id, current_process(), reason
                )

    async def end_all(self, children: Sequence[Child]) -> None:
        """End in reverse order; temporary children are forgotten."""
        for child in reversed(children):
            await self.end(child)
        self.children = [c for c in self.children if c not in children or c.spec.restart != "temporary"]

    # -- what happens ----------------------------------------------------------

    async def handle_info(self, message: object) -> object:
        match message:
            case ExitSignal(process, reason):
                child = next((c for c in self.children if c.pid is process), None)
                return None if child is None else await self.child_ended(child, reason)
            case Retry(child) if child in self.children and child.restarting:
                return await self.restart(child)
            case Retry():
                return None
            case _:
                return await super().handle_info(message)

    async def child_ended(self, child: Child, reason: object) -> object:
        """A child has ended by itself."""
        child.pid = None
        restart = child.spec.restart
        if restart == "temporary":
            self.children.remove(child)
            return self.after_the_end_of(child)
        if restart == "transient" and is_graceful(reason):
            return self.after_the_end_of(child)
        return await self.restart(child)

    def after_the_end_of(self, child: Child) -> Stop | None:
        """A child has ended by itself and for good: so does the supervisor, if the child was significant enough."""
        if not child.spec.significant or self.auto_shutdown == "never":
            return None
        others = any(c.spec.significant and (c.pid is not None or c.restarting) for c in self.children)
        return None if self.auto_shutdown == "all_significant" and others else Stop("shutdown")

    async def restart(self, child: Child) -> object:
        """Restart by the strategy, or give up. A try that fails is followed by another, which counts. When
        the node ends, nothing is restarted."""
        if current_process().node.stopping:
            return None
        self.intensity.count_restart()
        if self.intensity.exceeded:
            log.error("%r gives up: child %r was restarted too often", current_process(), child.spec.id)
            return Stop("shutdown")
        group = self.group_of(child)
        await self.end_all(group)
        failed = await self.start_all([c for c in group if c in self.children])
        if failed is not None:
            log.error("child %r could not be restarted: %r", failed[0].spec.id, failed[1])
            failed[0].restarting = True
            send(current_process().pid, Retry(failed[0]))
        return None

    def group_of(self, child: Child) -> list[Child]:
        """The children that are restarted together with `child`, in the order of starting."""
        if self.strategy == "one_for_one":
            return [child]
        if self.strategy == "one_for_all":
            return list(self.children)
        return self.children[self.children.index(child) :]

    # -- requests --------------------------------------------------------------

    async def handle_call(self, request: object, caller: Caller) -> object:
        match request:
            case StartChild(spec):
                return await self.add(spec)
            case WhichChildren():
                return [info(child) for child in reversed(self.children)]
            case TerminateChild(id_) | RestartChild(id_) | DeleteChild(id_):
                child = next((c for c in self.children if c.spec.id == id_), None)
                return Error("not_found") if child is None else await self.change(request, child)
            case _:
                return await super().handle_call(request, caller)

    async def add(self, spec: ChildSpec) -> Ok[Pid | None] | Error:
        """Start one more child, the last of the order."""
        if spec.significant and self.auto_shutdown == "never":
            return Error("significant")
        known = next((child for child in self.children if child.spec.id == spec.id), None)
        if known is not None:
            return Error(("already_started", known.pid) if known.pid else "already_present")
        child = Child(spec)
        self.children.append(child)
        error = await self.begin(child)
        if error is None:
            return Ok(child.pid)
        self.children.remove(child)
        return start_failure(error)

    async def change(
        self, request: TerminateChild | RestartChild | DeleteChild, child: Child
    ) -> Ok[Pid | None] | Error:
        """Terminate, restart or delete one child."""
        if isinstance(request, TerminateChild):
            await self.end_all([child])
            return Ok(None)
        if child.pid is not None or child.restarting:
            return Error("restarting" if child.restarting else "running")
        if isinstance(request, DeleteChild):
            self.children.remove(child)
            return Ok(None)
        error = await self.begin(child)
        return Ok(child.pid) if error is None else start_failure(error)


def info(child: Child) -> ChildInfo:
    """What `which_children` says about a child."""
    return ChildInfo(child.spec.id, "restarting" if child.restarting else child.pid, child.spec.kind)


def check_ids(specs: Sequence[ChildSpec]) -> None:
    """Refuse two children of one id: they could not be told apart."""
    seen: set[Hashable] = set()
    for spec in specs:
        if spec.id in seen:
            raise RuntimeMisuse(
                f"two children have the id {spec.id!r}; give one an id of its own: child_spec(..., id=...)"
            )
        seen.add(spec.id)


def check_significance(specs: Sequence[ChildSpec], auto_shutdown: AutoShutdown) -> None:
    """Refuse a significant child whose end would mean nothing."""
    check_option("auto_shutdown", auto_shutdown, AutoShutdown)
    significant = next((spec.id for spec in specs if spec.significant), None)
    if significant is not None and auto_shutdown == "never":
        raise RuntimeMisuse(
            f"{significant!r} is significant, and its supervisor never ends with it; say when it does:"
            ' auto_shutdown="any_significant" or "all_significant"'
        )


class Supervisor:
    """Functions on supervisors (OTP: the module `supervisor`)."""

    @staticmethod
    async def start_link(
        children: Sequence[ChildSpec],
        *,
        strategy: Strategy = "one_for_one",
        max_restarts: int = MAX_RESTARTS,
        max_seconds: float = MAX_SECONDS,
        auto_shutdown: AutoShutdown = "never",
        name: str | None = None,
    ) -> Pid:
        """Start a supervisor linked to the calling process, and all its children.

        More than `max_restarts` restarts within `max_seconds` end it, and so does the end of significant children as
        `auto_shutdown` has it ("any_significant", "all_significant"). Raises `StartError` when a child does
        not start; the children before it are ended first.
        """
        check_option("strategy", strategy, Strategy)
        check_specs(children)
        check_significance(children, auto_shutdown)
        return await SupervisorServer.start_link(
            tuple(children), strategy, max_restarts, max_seconds, auto_shutdown, name=name
        )

    @staticmethod
    def spec(
        children: Sequence[ChildSpec],
        *,
        strategy: Strategy = "one_for_one",
        max_restarts: int = MAX_RESTARTS,
        max_seconds: float = MAX_SECONDS,
        auto_shutdown: AutoShutdown = "never",
        name: str | None = None,
        id: Hashable = None,
        restart: Restart = "permanent",
        shutdown: ShutdownTime = None,
        significant: bool = False,
    ) -> ChildSpec:
        """The specification of a supervisor as a child of another; by default it has unlimited time to end."""
        check_option("strategy", strategy, Strategy)
        check_specs(children)
        check_significance(children, auto_shutdown)

        async def start() -> Pid:
            return await Supervisor.start_link(
                children,
                strategy=strategy,
                max_restarts=max_restarts,
                max_seconds=max_seconds,
                auto_shutdown=auto_shutdown,
                name=name,
            )

        child_id = first_given(id, name, "supervisor")
        return ChildSpec(child_id, start, (), restart, shutdown, kind="supervisor", significant=significant)

    @staticmethod
    async def start_child(supervisor: Pid | str, spec: ChildSpec) -> Ok[Pid | None] | Error:
        """Add a child and start it: `Ok(pid)`, `Ok(None)` when it had nothing to do, or `Error`:
        ("already_started", pid), "already_present", "significant" (which a supervisor without `auto_shutdown` takes
        no child that is), or why it did not start."""
        check_specs([spec])
        return await ask(supervisor, StartChild(spec))

    @staticmethod
    async def terminate_child(supervisor: Pid | str, id: Hashable) -> Ok[None] | Error:
        """End a child; its specification stays unless it is temporary. `Error("not_found")`."""
        return await ask(supervisor, TerminateChild(id))

    @staticmethod
    async def restart_child(supervisor: Pid | str, id: Hashable) -> Ok[Pid | None] | Error:
        """Start a child that does not run. `Error("running")`, "restarting", "not_found", or why not."""
        return await ask(supervisor, RestartChild(id))

    @staticmethod
    async def delete_child(supervisor: Pid | str, id: Hashable) -> Ok[None] | Error:
        """Forget a child that does not run. `Error("running")`, "restarting", "not_found"."""
        return await ask(supervisor, DeleteChild(id))

    @staticmethod
    async def which_children(supervisor: Pid | str) -> list[ChildInfo]:
        """The children, the last started first."""
        return await ask(supervisor, WhichChildren())

    @staticmethod
    async def count_children(supervisor: Pid | str) -> dict[str, int]:
        """Counts by kind: "specs", "active" (those that live), "supervisors", "workers"."""
        return count(await Supervisor.which_children(supervisor))


def spawn_root(node: Node) -> Pid:
    """The supervisor of a node's own children: a process without a parent. Requests that come before it
    has begun wait in its mailbox."""
    arguments = ((), "one_for_one", MAX_RESTARTS, MAX_SECONDS, "never")
    return node.spawn(run_server, SupervisorServer, arguments, None, Acknowledgement(node))

"""The requests to supervisors, and the types of their answers.

A request is a dataclass that names the type of its answer, so `ask` returns that type. The mailbox between the two
carries any object: that a supervisor answers each request with its type is up to its `handle_call`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, Literal, TypeVar, cast

from actorlive.results import Error, Ok
from actorlive.runtime.otp.children import ChildSpec
from actorlive.runtime.otp.server import call
from actorlive.runtime.pid import Pid
from actorlive.runtime.process import alive

__all__ = [
    "Ask",
    "ChildInfo",
    "DeleteChild",
    "RestartChild",
    "StartChild",
    "TerminateChild",
    "WhichChildren",
    "ask",
    "count",
]

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class ChildInfo:
    """One line of `which_children`. `pid` is None when it does not run, "restarting" between two tries."""

    id: Hashable
    pid: Pid | Literal["restarting"] | None
    kind: str


class Ask(Generic[R_co]):
    """A request to a supervisor, whose answer is an `R_co`."""

    __slots__ = ()

    verb: ClassVar[str]
    """The request in one word, for messages."""


@dataclass(frozen=True, slots=True)
class StartChild(Ask[Ok[Pid | None] | Error]):
    """Add a child and start it."""

    verb = "start"

    spec: ChildSpec


@dataclass(frozen=True, slots=True)
class TerminateChild(Ask[Ok[None] | Error]):
    """End a child, known by its id or, to a dynamic supervisor, by its Pid."""

    verb = "terminate"

    id: Hashable


@dataclass(frozen=True, slots=True)
class RestartChild(Ask[Ok[Pid | None] | Error]):
    """Start a child again that does not run."""

    verb = "restart"

    id: Hashable


@dataclass(frozen=True, slots=True)
class DeleteChild(Ask[Ok[None] | Error]):
    """Forget a child that does not run."""

    verb = "delete"

    id: Hashable


@dataclass(frozen=True, slots=True)
class WhichChildren(Ask[list[ChildInfo]]):
    """List the children."""

    verb = "which"


async def ask(supervisor: Pid | str, request: Ask[R_co]) -> R_co:
    """Send a request to a supervisor and wait for its answer, however long that takes. Raises `CallError`."""
    return cast("R_co", await call(supervisor, request, None))


def count(children: Sequence[ChildInfo]) -> dict[str, int]:
    """The sums over `which_children`."""
    supervisors = sum(child.kind == "supervisor" for child in children)
    return {
        "specs": len(children),
        "active": sum(isinstance(child.pid, Pid) and alive(child.pid) for child in children),
        "supervisors": supervisors,
        "workers": len(children) - supervisors,
    }

"""Names of things that live: `Pid` for processes and ports, `Ref` for everything that is unique once.

Both are compared by identity, so they hash at the speed of `object`. A Pid points at its
process while that is alive and at nothing afterwards: a Pid that is kept keeps no dead state alive.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal, NoReturn, Self

if TYPE_CHECKING:
    from actorlive.runtime.signals import Entity

__all__ = ["AliasMode", "Identity", "Pid", "Ref", "dead_pid", "make_ref"]

AliasMode = Literal["explicit_unalias", "demonitor", "reply_demonitor", "reply"]

_next_pid = itertools.count(1).__next__
_next_ref = itertools.count(1).__next__


class Identity:
    """Something that is equal to itself alone: a copy of it, alone or inside a message, is the same one."""

    __slots__ = ()

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} cannot be pickled: it means something on its own node only")


class Pid(Identity):
    """The identity of a process or a port. Hashable, cheap, and harmless to keep after its death."""

    __slots__ = ("entity", "id")

    def __init__(self) -> None:
        self.id: int = _next_pid()
        self.entity: Entity | None = None
        """The living process or port behind this Pid, else None. Internal to the runtime."""

    def __repr__(self) -> str:
        return f"<pid {self.id}>"


class Ref(Identity):
    """A unique reference (Erlang: `make_ref/0`): of a monitor, an alias, a task, or of your own.

    A Ref made by `alias` or `monitor(..., alias=...)` is also an address that `send` accepts.
    """

    __slots__ = ("__weakref__", "id", "mode", "target")

    def __init__(self, target: Pid | None = None, mode: AliasMode | None = None) -> None:
        self.id: int = _next_ref()
        self.target: Pid | None = target
        """The process that messages to this alias reach; None when it is not an alias (any more). Internal."""
        self.mode = mode

    def __repr__(self) -> str:
        return f"<ref {self.id}>"


def make_ref() -> Ref:
    """A new reference, different from every other (Erlang: `make_ref/0`)."""
    return Ref()


def dead_pid() -> Pid:
    """A Pid that is not a process and never will be: for places that need one where none runs.

    Sending to it does nothing, monitoring it gives `Down(..., "noproc")` at once.
    """
    return Pid()

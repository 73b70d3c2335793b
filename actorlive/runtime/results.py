"""Results and exit reasons: plain values that match in a `match` statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import typing_extensions

__all__ = ["Error", "Exit", "Ok", "Shutdown", "is_graceful"]

T_co = TypeVar("T_co", covariant=True)
if TYPE_CHECKING:
    # A bare `Error` in an annotation means `Error[object]`; typing itself has defaults from Python 3.13 on.
    R_co = typing_extensions.TypeVar("R_co", covariant=True, default=object)
else:
    R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Ok(Generic[T_co]):
    """It went well and gave `value` (mirrors `{:ok, value}`)."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Error(Generic[R_co]):
    """It was refused for `reason`, in order (mirrors `{:error, reason}`)."""

    reason: R_co


@dataclass(frozen=True, slots=True)
class Exit:
    """A process ended for `reason` before it could answer (mirrors `{:exit, reason}`)."""

    reason: object


@dataclass(frozen=True, slots=True)
class Shutdown:
    """The exit reason of an orderly end that says why (mirrors `{:shutdown, detail}`)."""

    detail: object


def is_graceful(reason: object) -> bool:
    """True for the reasons that mean no fault: "normal", "shutdown" and `Shutdown(detail)`.

    Supervisors do not restart a transient child that ended so, and nothing is logged.
    """
    # The type test comes first: a reason may be any object, and its `==` is not ours to call.
    return reason in ("normal", "shutdown") if type(reason) is str else isinstance(reason, Shutdown)

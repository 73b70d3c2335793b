"""What an operation that may be refused returns: `Ok(value)` or `Error(reason)`, to be told apart by `match`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import typing_extensions

__all__ = ["Error", "Ok"]

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

"""AsyncResult: what is known of a value that is loaded on the side.

Its three fields are independent, but not every mixture of them is a state: nothing is loading and failed at once.
`TRANSITIONS` says which states there are and how each method leads from one to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final, Generic, Self

from typing_extensions import TypeVar

from actorlive.runtime import Error, Exit

__all__ = ["TRANSITIONS", "AsyncChange", "AsyncResult", "AsyncState", "state_of"]

T = TypeVar("T", default=Any)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class AsyncResult(Generic[T]):
    """The state of one asynchronous value (LiveView's `AsyncResult`); immutable, equal by value.

    `ok` says that a result has arrived at least once, and stays True while it is loaded again or after a
    later failure. `loading` is the loading state, or None; `failed` is the last failure, or None.
    """

    ok: bool = False
    loading: object | None = None
    failed: Error[Any] | Exit | None = None
    result: T | None = None

    @classmethod
    def idle(cls) -> Self:
        """Nothing has been asked for yet (`AsyncResult.loading(false)`)."""
        return cls()

    @classmethod
    def pending(cls, state: object = True) -> Self:
        """Loading for the first time (`AsyncResult.loading/0,1`)."""
        return cls(loading=state)

    @staticmethod
    def of(value: V) -> AsyncResult[V]:
        """Loaded (`AsyncResult.ok/1`)."""
        return AsyncResult(ok=True, result=value)

    def to_loading(self, state: object = True) -> Self:
        """Loading again: an earlier result is kept, a failure is forgotten (`AsyncResult.loading/2`)."""
        return replace(self, loading=state, failed=None)

    def to_ok(self, value: T) -> Self:
        """Loaded: nothing is loading, nothing has failed (`AsyncResult.ok/2`)."""
        return replace(self, ok=True, loading=None, failed=None, result=value)

    def to_failed(self, reason: Error[Any] | Exit) -> Self:
        """Failed: an earlier result is kept (`AsyncResult.failed/2`)."""
        return replace(self, loading=None, failed=reason)


# -- its states ----------------------------------------------------------------


class AsyncState(Enum):
    """What the three fields say together."""

    IDLE = "idle"
    LOADING = "loading"
    OK = "ok"
    FAILED = "failed"
    RELOADING = "ok, loading"
    OUTDATED = "ok, failed"


class AsyncChange(Enum):
    """What leads from one to the next."""

    LOADING = "to_loading"
    OK = "to_ok"
    FAILED = "to_failed"


_OK_ONCE = (AsyncState.OK, AsyncState.RELOADING, AsyncState.OUTDATED)
_NEVER_OK = (AsyncState.IDLE, AsyncState.LOADING, AsyncState.FAILED)

TRANSITIONS: Final[Mapping[tuple[AsyncState, AsyncChange], AsyncState]] = {
    **{(state, AsyncChange.LOADING): AsyncState.LOADING for state in _NEVER_OK},
    **{(state, AsyncChange.LOADING): AsyncState.RELOADING for state in _OK_ONCE},
    **{(state, AsyncChange.OK): AsyncState.OK for state in AsyncState},
    **{(state, AsyncChange.FAILED): AsyncState.FAILED for state in _NEVER_OK},
    **{(state, AsyncChange.FAILED): AsyncState.OUTDATED for state in _OK_ONCE},
}
"""docs/design/states.md is drawn from this."""


def state_of(result: AsyncResult[Any]) -> AsyncState:
    """The state of a result."""
    if result.loading is not None:
        return AsyncState.RELOADING if result.ok else AsyncState.LOADING
    if result.failed is not None:
        return AsyncState.OUTDATED if result.ok else AsyncState.FAILED
    return AsyncState.OK if result.ok else AsyncState.IDLE

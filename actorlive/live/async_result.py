"""AsyncResult: what is known of a value that is loaded on the side."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, Self

from typing_extensions import TypeVar

from actorlive.runtime import Error, Exit

__all__ = ["AsyncResult"]

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

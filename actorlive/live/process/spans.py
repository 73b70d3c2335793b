"""Telemetry around callbacks; costs one check when nobody listens."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from types import TracebackType
from typing import Any, TypeVar

from actorlive import telemetry

__all__ = ["component_span", "span", "spanned"]

T = TypeVar("T")


class span:  # noqa: N801 - reads as a statement: `with span("mount", view): …`
    """`live_view.<name>.stop` with its duration in seconds, or `.exception`."""

    __slots__ = ("_metadata", "_name", "_started")
    source = "live_view"

    def __init__(self, name: str, view: object, /, **metadata: Any) -> None:
        self._name = f"{self.source}.{name}"
        self._metadata = {"view": view, **metadata}
        self._started = 0.0

    def __enter__(self) -> None:
        if telemetry.enabled():
            self._started = time.perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        if not self._started:
            return
        duration = {"duration": time.perf_counter() - self._started}
        if error is None:
            telemetry.execute(f"{self._name}.stop", duration, self._metadata)
        else:
            telemetry.execute(f"{self._name}.exception", duration, {**self._metadata, "error": error})

    @classmethod
    def event(cls, name: str, view: object, /, **metadata: Any) -> None:
        """A single event, `live_view.<name>`."""
        if telemetry.enabled():
            telemetry.execute(f"{cls.source}.{name}", {}, {"view": view, **metadata})


class component_span(span):  # noqa: N801
    """The same of a live component, `live_component.<name>`."""

    __slots__ = ()
    source = "live_component"


async def spanned(callback: Awaitable[T], name: str, view: object, /, **metadata: Any) -> T:
    """What a callback returns, with a span around it; for callers that have found that somebody listens."""
    with span(name, view, **metadata):
        return await callback

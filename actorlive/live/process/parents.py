"""While a view within a view is mounted: what if its parent ends?

The mount may take long, or wait for the parent itself; the parent waits for no child, and may leave meanwhile. Then
there is no page for the child any more, and whatever its mount waits for may never come. So the mount is cancelled,
and the join is answered as LiveView answers it: "parent_redirect" where the parent has sent its visitor elsewhere,
"stale" otherwise. Once it is mounted, the end of its parent is a message in its mailbox like others.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import trio

from actorlive.runtime import Down, Pid, Shutdown, open_port

__all__ = ["ParentWatch"]


class ParentWatch:
    """Watches over a mount; `refusal` is why the join is refused, None as long as the parent lives."""

    __slots__ = ("_scope", "refusal")

    def __init__(self) -> None:
        self._scope = trio.CancelScope()
        self.refusal: str | None = None

    @contextmanager
    def over(self, parent: Pid | None) -> Generator[None]:
        """A block that is cancelled when the process `parent` ends; None is that of a view that has none."""
        if parent is None:
            yield
            return
        port = open_port(self._on_message, label="watch over a mount")
        port.monitor(parent)
        try:
            with self._scope:
                yield
        finally:
            port.close()

    def _on_message(self, message: object) -> None:
        if isinstance(message, Down):
            self.refusal = _refusal(message.reason)
            self._scope.cancel()


def _refusal(reason: object) -> str:
    """As the parent's reason says it: a view that sends its visitor elsewhere ends with the frame's name, and more."""
    detail = reason.detail if isinstance(reason, Shutdown) else None
    leads_away = isinstance(detail, tuple) and detail[:1] in (("redirect",), ("live_redirect",))
    return "parent_redirect" if leads_away else "stale"

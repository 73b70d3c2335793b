"""What a view of a page is to its client, and what may become of it.

The table is the official client's: what it does with each frame in each state. What is not in the table is a fault,
most often of a server that speaks for a view that has ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

__all__ = ["ENDED", "TRANSITIONS", "ViewEvent", "ViewStatus"]


class ViewStatus(Enum):
    """Where a view stands."""

    JOINING = "joining"
    JOINED = "joined"
    ERRORED = "errored"
    CLOSED = "closed"
    GONE = "gone"
    LEFT = "left"


class ViewEvent(Enum):
    """What changes that."""

    JOINED = "its join is answered"
    REFUSED = "its join is refused"
    REDIRECTED = "its join redirects"
    CRASHED = "phx_error"
    DISCONNECTED = "the socket ends"
    REJOINED = "it is joined again"
    CLOSED = "phx_close"
    CLOSED_REDIRECTED = "phx_close, after a redirect"
    LEFT = "the page leaves it"


TRANSITIONS: Final[Mapping[tuple[ViewStatus, ViewEvent], ViewStatus]] = {
    (ViewStatus.JOINING, ViewEvent.JOINED): ViewStatus.JOINED,
    (ViewStatus.JOINING, ViewEvent.REFUSED): ViewStatus.CLOSED,
    (ViewStatus.JOINING, ViewEvent.REDIRECTED): ViewStatus.GONE,
    (ViewStatus.JOINING, ViewEvent.CRASHED): ViewStatus.ERRORED,
    (ViewStatus.JOINING, ViewEvent.DISCONNECTED): ViewStatus.ERRORED,
    (ViewStatus.JOINING, ViewEvent.CLOSED): ViewStatus.CLOSED,
    (ViewStatus.JOINING, ViewEvent.CLOSED_REDIRECTED): ViewStatus.GONE,
    (ViewStatus.JOINED, ViewEvent.CRASHED): ViewStatus.ERRORED,
    (ViewStatus.JOINED, ViewEvent.DISCONNECTED): ViewStatus.ERRORED,
    (ViewStatus.JOINED, ViewEvent.CLOSED): ViewStatus.CLOSED,
    (ViewStatus.JOINED, ViewEvent.CLOSED_REDIRECTED): ViewStatus.GONE,
    (ViewStatus.ERRORED, ViewEvent.REJOINED): ViewStatus.JOINING,
    (ViewStatus.ERRORED, ViewEvent.CRASHED): ViewStatus.ERRORED,
    (ViewStatus.ERRORED, ViewEvent.DISCONNECTED): ViewStatus.ERRORED,
    (ViewStatus.ERRORED, ViewEvent.CLOSED): ViewStatus.CLOSED,
    (ViewStatus.ERRORED, ViewEvent.CLOSED_REDIRECTED): ViewStatus.GONE,
    (ViewStatus.GONE, ViewEvent.CLOSED_REDIRECTED): ViewStatus.GONE,
    **{(status, ViewEvent.LEFT): ViewStatus.LEFT for status in ViewStatus if status is not ViewStatus.LEFT},
}
"""docs/design/states.md is drawn from this."""

ENDED: Final = frozenset({ViewStatus.CLOSED, ViewStatus.GONE, ViewStatus.LEFT})
"""Nothing brings such a view back."""

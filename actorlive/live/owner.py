"""Owner: what the framework keeps for one owner of assigns, beside them.

The owner's socket writes what a callback asked for, `live.process` carries it out:

| | written by | read, and cleared, by |
|---|---|---|
| `flash` | the socket | `process.cycle`, after each callback |
| `touched`, `temporary` | the socket | `process.outbox`, after each render |
| `hooks`, `private`, `postponed`, `tasks` | the socket | `process.dispatch`; they live as long as the owner |
| `uploads` | the socket | `process.uploading`; likewise |

A crowd of views mostly waits, so what most of them never use is made when it is first used.

What there is once per process, whoever in it owns assigns, is the `ViewState`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from actorlive.live.assigns import assign, assign_new
from actorlive.live.defaults import Factory
from actorlive.live.flash import NO_FLASH, Flash
from actorlive.live.hooks import Hooks
from actorlive.live.later import Postponed
from actorlive.live.stateful import Stateful, stream_names
from actorlive.live.streams import LiveStream, Streams
from actorlive.live.tasks import AsyncWork
from actorlive.live.uploads.work import UploadWork

if TYPE_CHECKING:
    from actorlive.live.state import ViewState

__all__ = ["Owner"]

NOTHING: Mapping[str, Factory] = {}


class Owner:
    """One owner of assigns: a view, or the live component of the number `cid`."""

    __slots__ = (
        "_async",
        "_pid",
        "_postponed",
        "_private",
        "_running",
        "assigns",
        "cid",
        "flash",
        "hooks",
        "temporary",
        "touched",
        "uploads",
    )

    def __init__(
        self, assigns: Stateful[Any], state: ViewState, flash: Mapping[str, str], cid: int | None = None
    ) -> None:
        self.assigns = assigns
        self.cid = cid
        # and not the state itself, which has the owner: what refers to itself is freed late
        self._pid = state.pid
        self._running = state.tasks
        came_along: Mapping[str, str] = dict(flash) or NO_FLASH
        self.flash = Flash(came_along, came_along)
        self.hooks = Hooks()
        self.temporary: Mapping[str, Factory] = NOTHING
        self.touched: list[LiveStream] | None = None
        self._private: dict[str, Any] | None = None
        self._postponed: Postponed | None = None
        self._async: AsyncWork | None = None
        self.uploads: UploadWork | None = None
        """None until an upload is allowed."""
        for name, options in type(assigns).__uploads__.items():
            self.open_uploads(state).allow(name, options)
        for name in stream_names(type(assigns)):
            self.stream(name, create=True)
        assign(assigns, "flash", self.flash.shown)

    @property
    def tasks(self) -> AsyncWork:
        """The owner's async tasks; made when the first is started."""
        if self._async is None:
            self._async = AsyncWork(self._pid, self._running, self.cid)
        return self._async

    @property
    def has_tasks(self) -> bool:
        """True once any async task was started."""
        return self._async is not None

    @property
    def private(self) -> dict[str, Any]:
        """A place for libraries and hooks."""
        if self._private is None:
            self._private = {}
        return self._private

    @property
    def postponed(self) -> Postponed:
        """What the owner has postponed."""
        if self._postponed is None:
            self._postponed = Postponed(self._pid, self.cid)
        return self._postponed

    @property
    def has_postponed(self) -> bool:
        """True while there is anything postponed."""
        return bool(self._postponed)

    def make_temporary(self, name: str, make: Factory) -> None:
        """Reset an assign to what `make` makes after every render."""
        self.temporary = {**self.temporary, name: make}

    def open_uploads(self, state: ViewState) -> UploadWork:
        """The owner's uploads; made when the first is allowed."""
        if self.uploads is None:
            max_frame = state.endpoint.max_frame
            self.uploads = UploadWork(self.assigns, state.open_transfers(), self.cid, max_frame)
        return self.uploads

    # -- streams ---------------------------------------------------------------

    def stream(self, name: str, *, create: bool = False) -> LiveStream:
        """The stream of that name, ready for a change in this cycle."""
        streams: Streams = self.assigns.streams
        if create and name not in streams:
            number = str(len(streams))
            ref = number if self.cid is None else f"{self.cid}-{number}"
            return self._replace(streams, LiveStream(name, ref))
        stream = streams[name]
        return stream if stream.pending else self._replace(streams, stream.next_cycle())

    def _replace(self, streams: Streams, stream: LiveStream) -> LiveStream:
        assign_new(self.assigns, "streams", Streams.replacing(streams, stream))
        if self.touched is None:
            self.touched = [stream]
        else:
            self.touched.append(stream)
        return stream

    # -- after a render --------------------------------------------------------

    def end_of_render(self) -> None:
        """Clear what lives until the next render only: streamed items, temporary assigns."""
        if self.touched:
            for stream in self.touched:
                stream.prune()
            self.touched = None
        if self.temporary:
            values = self.assigns.__dict__
            for name, make in self.temporary.items():
                values[name] = make()

"""LiveConnection: one client's connection, between its frames and its views' processes.

It is a port: an entity with a pid and no task of its own. Frames go in through `receive`, which decodes
them, answers what the protocol answers by itself, asks the gate about joins, and puts everything else into
the mailbox of the view that it is for. Nothing here waits, so a socket's task is a dumb pump, and nothing
of a view lives in it: when the socket ends, the port closes, and its DOWN queues in each view's mailbox
behind the events that came before (INV-4).

The other way, a view's end reaches the connection as DOWN and the client as `phx_close` or, for a crash, as
`phx_error`. `testing` drives this same class in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from actorlive import runtime, telemetry
from actorlive.live.endpoint import ClientEvent, ClientLeft, Endpoint, JoinAddress, JoinRefused, Mount
from actorlive.live.intake import MAX_OUTLIVE, MAX_UPLOADS, Backlog, FileIntake, Intake
from actorlive.live.process.channel import start_channel
from actorlive.live.process.parked import adopt
from actorlive.live.process.upload_channel import UploadChunk, start_upload
from actorlive.live.uploads.messages import UploadTicket
from actorlive.runtime import Down, Node, Pid, Ref, Shutdown, is_graceful, open_port
from actorlive.wire import UPLOAD, Answered, Connection, Ignored, Join, JoinPayload, Leave, Push, frame_size
from actorlive.wire.serializer import encode_close, encode_reply

__all__ = ["Admission", "ConnectionInfo", "Gate", "LiveConnection", "Refused"]

_log = logging.getLogger("actorlive.live")

DUPLICATE_JOIN = Shutdown("duplicate_join")
TOO_MANY_CHUNKS = Shutdown("too_many_chunks")
GAVE_UP = "gave up"


@dataclass(frozen=True, slots=True)
class Refused:
    """A join that is refused; the client is told the reason. `view` is the name of the one that it asked for, as far as
    that is known."""

    reason: str
    view: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """What is known of the client: its session, None when its cookie or CSRF token was not good, and the rest."""

    session: dict[str, Any] | None
    info: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Gate(Endpoint, Protocol):
    """An endpoint that decides about joins."""

    def authorize(self, join: Join, payload: JoinPayload, connection: ConnectionInfo) -> Mount | Refused:
        """What to mount for a join, or why not."""
        ...

    def read_upload(self, token: str) -> UploadTicket | None:
        """What a token of `sign_upload` says; None for one that is forged or too old, or whose view is gone."""
        ...


class Admission(Protocol):
    """How many views a client may join, and who counts them."""

    def refuse_join(self) -> str | None:
        """Why no view may be joined now, or None; counts one."""
        ...

    def refuse_channel(self, *, is_upload: bool = False) -> None:
        """The client was told that it has joined as many views, or sends as many files, as it may."""
        ...

    def enter(self) -> None:
        """A view is joined."""
        ...

    def leave(self) -> None:
        """One has ended."""
        ...

    def close(self) -> None:
        """The client has gone, and all its views with it."""
        ...


class Free:
    """Lets everybody in."""

    def refuse_join(self) -> str | None: ...
    def refuse_channel(self, *, is_upload: bool = False) -> None: ...
    def enter(self) -> None: ...
    def leave(self) -> None: ...
    def close(self) -> None: ...


FREE = Free()


@dataclass(slots=True)
class _Channel:
    join_ref: str
    pid: Pid
    monitor: Ref
    intake: Intake
    is_upload: bool = False


class _UploadJoin(msgspec.Struct):
    token: str


class LiveConnection:
    """One client's connection. `send_frame` takes the frames for the client; it must neither wait nor raise."""

    def __init__(
        self,
        node: Node,
        gate: Gate,
        send_frame: Callable[[bytes], None],
        client: ConnectionInfo,
        *,
        max_channels: int = 100,
        max_uploads: int = MAX_UPLOADS,
        backlog: Backlog | None = None,
        max_outlive: float = MAX_OUTLIVE,
        admission: Admission = FREE,
    ) -> None:
        self._node = node
        self._admission = admission
        self._gate = gate
        self._client = client
        self._wire = Connection(max_channels, max_uploads)
        self._channels: dict[str, _Channel] = {}
        self._left: dict[Ref, _Channel] | None = None
        self._last_words: dict[Pid, Callable[[], None]] | None = None
        self._max_outlive = max_outlive
        self.backlog = backlog or Backlog()
        self._port = open_port(self._on_message, node=node, label="connection")
        self.send = send_frame
        """Gives the transport one frame for the client."""
        self.lingering: bool = False
        """True while the transport has no socket, and its client may come back."""
        self.linger: float = 0.0
        """Seconds for which it may be without one."""

    @property
    def pid(self) -> Pid:
        """The port that the views monitor."""
        return self._port.pid

    @property
    def last_words(self) -> dict[Pid, Callable[[], None]]:
        """By view what it still has to tell its page (see `live.keeper`)."""
        if self._last_words is None:
            self._last_words = {}
        return self._last_words

    @property
    def views(self) -> list[Pid]:
        """The processes of the views that are joined."""
        return [channel.pid for channel in self._channels.values() if not channel.is_upload]

    @property
    def topics(self) -> dict[str, Pid]:
        """The joined topics, and the process of each one's view."""
        return {topic: channel.pid for topic, channel in self._channels.items()}

    def view(self, topic: str) -> Pid | None:
        """The process of the view on a topic, or None."""
        channel = self._channels.get(topic)
        return None if channel is None else channel.pid

    def receive(self, frame: str | bytes) -> None:
        """Take one frame of the client: `str` is a text frame, `bytes` a binary one.

        Raises `ProtocolError` when it is not a frame of the protocol: the transport closes with its code.
        """
        received = self._wire.receive(frame)
        if isinstance(received, Push):  # nearly always
            self._push(received, frame_size(frame))
            return
        match received:
            case Answered(frame=answer, is_refusal=is_refusal, is_upload=is_upload):
                self.send(answer)
                if is_refusal:
                    self._admission.refuse_channel(is_upload=is_upload)
            case Join() as join:
                self._join(join)
            case Leave() as leave:
                self._leave(leave)
            case Ignored(why=why):
                _log.debug("ignored %s", why)

    def say_last_words(self) -> None:
        """The server is about to end the socket: what the views still have to tell goes before."""
        for say in list((self._last_words or {}).values()):
            say()

    def finish(self, then: Callable[[], None]) -> None:
        """The server is about to end the socket: call `then`. The views handle what they hold, and nobody hears it."""
        then()

    def close(self) -> None:
        """The socket has ended: every view is told, after the events that came before."""
        for channel in (*self._left_behind(), *self._channels.values()):
            channel.intake.outlives(self._max_outlive)
        self._channels.clear()
        self._admission.close()
        self._port.close(Shutdown("closed"))

    def give_up_the_last(self) -> None:
        """Drop what waits for the view that is furthest behind; its client mounts it afresh, as after a crash."""
        behind = max(self._channels.items(), key=lambda item: item[1].intake.share, default=None)
        intakes = (channel.intake for channel in self._left_behind())
        left = max(intakes, key=lambda intake: intake.share, default=None)
        if left is not None and (behind is None or left.share > behind[1].intake.share):
            self._give_up(left, "that its client has left")
        elif behind is not None:
            topic, channel = behind
            self._channel_down(topic, channel.join_ref, GAVE_UP)
            runtime.send(self._forget(topic), ClientLeft(None))
            self._give_up(channel.intake, topic)  # last: who waits for the backlog may end the socket

    def _give_up(self, intake: Intake, what: str) -> None:
        _log.warning("gave up a view %.80r: it has not handled %d events of its client", what, intake.events)
        waiting = {"events": intake.events, "bytes": intake.size}
        telemetry.execute("socket.gave_up", waiting, {"topic": what})
        intake.give_up()

    def _push(self, push: Push, size: int) -> None:
        payload = push.payload
        if type(payload) is msgspec.Raw:
            channel = self._channels[push.topic]
            intake = channel.intake
            intake.arrived(size)
            runtime.send(channel.pid, ClientEvent(push.ref, push.event, payload, size, intake))
        else:
            self._chunk(push, payload, size)

    def _chunk(self, push: Push, data: bytes | msgspec.Raw, size: int) -> None:
        """Bytes of a file. Its process has one chunk at a time: the client waits for the answer to the last."""
        channel = self._channels[push.topic]
        if not channel.is_upload:
            _log.warning("a binary frame %.80r for a view, which accepts none", push.event)
        elif push.event != "chunk":
            _log.warning("a binary frame %.80r for an upload, which accepts chunks", push.event)
        elif channel.intake.events:
            _log.warning("a second chunk of %.80r before the first was answered: dropped", push.topic)
            response = {"reason": "too_many_chunks"}
            self.send(encode_reply(push.join_ref, push.ref, push.topic, "error", response))
            runtime.exit(channel.pid, TOO_MANY_CHUNKS)
        else:
            channel.intake.arrived(size)
            runtime.send(channel.pid, UploadChunk(push.ref, bytes(data), size, channel.intake))

    def _leave(self, leave: Leave) -> None:
        self.send(leave.frame)
        runtime.send(self._forget(leave.topic), ClientLeft(leave.ref))

    def _join(self, join: Join) -> None:
        if join.replaces is not None:
            self.send(encode_close(join.topic, join.replaces))
            runtime.exit(self._forget(join.topic), DUPLICATE_JOIN)
        if join.topic.startswith(UPLOAD):
            self._join_upload(join)
            return
        match self._authorize(join):
            case Refused(reason, view):
                self._refuse(join, reason, view)
            case mount:
                address = JoinAddress(join.topic, join.join_ref, join.ref)
                if mount.parked is None:
                    pid = start_channel(self._node, mount, address, self)
                else:
                    pid = adopt(mount.parked, address, self)
                intake = Intake(self.backlog)
                self._admission.enter()
                self._channels[join.topic] = _Channel(join.join_ref, pid, self._port.monitor(pid), intake)

    def _join_upload(self, join: Join) -> None:
        """Take a file for one of the views of this very connection; each token is good for one file, once."""
        ticket = self._ticket(join)
        if ticket is None:
            self._refuse(join, "invalid_token")
            return
        address = JoinAddress(join.topic, join.join_ref, join.ref)
        pid = start_upload(self._node, ticket, address, self)
        intake = FileIntake(self.backlog)
        channel = _Channel(join.join_ref, pid, self._port.monitor(pid), intake, is_upload=True)
        self._channels[join.topic] = channel

    def _ticket(self, join: Join) -> UploadTicket | None:
        try:
            token = msgspec.json.decode(join.payload, type=_UploadJoin).token
        except msgspec.MsgspecError:
            return None
        ticket = self._gate.read_upload(token)
        return ticket if ticket is not None and ticket.view in self.views else None

    def _authorize(self, join: Join) -> Mount | Refused:
        if (why := self._admission.refuse_join()) is not None:
            return Refused(why)
        try:
            payload = msgspec.json.decode(join.payload, type=JoinPayload)
        except (msgspec.MsgspecError, RecursionError):
            return Refused("stale")
        return self._gate.authorize(join, payload, self._client)

    def _refuse(self, join: Join, reason: str, view: str = "") -> None:
        self._wire.refuse(join.topic, join.join_ref)
        self.send(encode_reply(join.join_ref, join.ref, join.topic, "error", {"reason": reason}))
        attempt, who = _attempt(join), f"{view}, " if view else ""
        _log.info("refused a join of %s%.80r: %s (attempt %d)", who, join.topic, reason, attempt)
        telemetry.execute(
            "socket.join_failed",
            {},
            {"topic": join.topic, "reason": reason, "view": view, "attempt": attempt},
        )

    def _forget(self, topic: str) -> Pid:
        """The connection has no more to do with the channel."""
        channel = self._channels.pop(topic)
        channel.intake.outlives(self._max_outlive)
        if self._left is None:
            self._left = {}
        self._left[channel.monitor] = channel
        return channel.pid

    def _left_behind(self) -> Iterable[_Channel]:
        """The channels that the client has left, and that have not ended yet."""
        return () if self._left is None else self._left.values()

    def _on_message(self, message: object) -> None:
        if not isinstance(message, Down):
            return
        topic = next((t for t, channel in self._channels.items() if channel.monitor is message.ref), None)
        channel = self._take_left(message.ref) if topic is None else self._channels.pop(topic)
        if channel is None:
            return
        if not channel.is_upload:
            self._admission.leave()
        last_words = None if self._last_words is None else self._last_words.pop(channel.pid, None)
        if topic is not None:
            if last_words is not None:
                last_words()
            self._channel_down(topic, channel.join_ref, message.reason)
        channel.intake.give_up()  # last: who waits for the backlog may end the socket

    def _take_left(self, monitor: Ref) -> _Channel | None:
        return None if self._left is None else self._left.pop(monitor, None)

    def _channel_down(self, topic: str, join_ref: str, reason: object) -> None:
        if isinstance(reason, Shutdown) and isinstance(reason.detail, JoinRefused):
            self._wire.refuse(topic, join_ref)
            return
        if self._node.stopping:
            return  # a `phx_close` would keep the client from coming back, and the end of its socket does not
        frame = self._wire.channel_down(topic, join_ref, crashed=not is_graceful(reason))
        if frame is not None:
            self.send(frame)


def _attempt(join: Join) -> int:
    try:
        return msgspec.json.decode(join.payload, type=JoinPayload).attempt
    except (msgspec.MsgspecError, RecursionError):
        return 1

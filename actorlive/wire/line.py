"""A line: what a page and its server say to each other, in one unbroken sequence over one websocket after another.

Sans-I/O, for either end. The rules:

* Each end counts the frames that it has *taken*, and keeps a copy of each that it has *given* until the other end says
  that it was taken. A frame is taken when it has reached the one whom it is for: what was read and is still under way
  is lost with the socket, and was not taken.
* On a new websocket each end says how many it has taken, and the other begins again with the next. So whatever a socket
  loses comes again, and nothing comes twice. For that the old socket must be silent first: a frame that it would still
  bring is the next one's, too.
* Now and then (`CONFIRM_FRAMES`, `CONFIRM_BYTES`) an end says its count in between, so that the other may let go.

Frames of Phoenix begin with `[`, or are binary; they are what is counted. Those of the line itself are text, begin with
`#` and are not counted:

| frame | from | meaning |
|---|---|---|
| `#new`, `#new OLD` | page | the first of a socket: a new line, please; OLD is one that this page has given up |
| `#handle HANDLE MS` | server | you have one, of that name; it outlives its socket for so many milliseconds |
| `#resume HANDLE COUNT` | page | the first of a socket: the line goes on here |
| `#count COUNT` | both | so many of yours are taken; to `#resume` it says yes |
| `#ping` | page | are you there? The answer is a count |
| `#gone` | server | no line: to `#new`, this socket is all there is; to `#resume`, come anew; else, it ends here |
| `#drained COUNT` | server | it ends here; so many of yours are taken and handled, and none after them ever will be |
| `#goodbye` | page | the page is left |

A client that knows nothing of lines sends none of these, and is sent none.

What a page still keeps when its line is over (`Leftover`) is of two kinds. What was never on a socket, and after a
`#drained` all of it, was *not handled*, and may be sent to another server without being done twice. The rest is
*uncertain*: it may have been taken, and its count lost with the socket.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, TypeAlias

import msgspec

from actorlive.errors import ProtocolError

__all__ = [
    "CONFIRM_BYTES",
    "CONFIRM_FRAMES",
    "MARK",
    "CannotResume",
    "Drained",
    "Gone",
    "Goodbye",
    "Handle",
    "Leftover",
    "LineControl",
    "LineCount",
    "LineEnd",
    "LineFrame",
    "LinePing",
    "New",
    "PageEnd",
    "PageState",
    "Resume",
    "is_control",
    "parse_control",
]

MARK = "#"
"""How the line's own frames begin."""

CONFIRM_FRAMES = 16
CONFIRM_BYTES = 64 * 1024
"""When so much has been taken since the last count was said, it is said again."""

VIOLATION = 1002

LineFrame: TypeAlias = str | bytes
"""A frame of Phoenix: a text or a binary one. A server's text may stand as its bytes, too: it sends no other."""


class New(msgspec.Struct, frozen=True):
    """The page wants a line; `old` is the handle of one that it has given up, so that it ends now."""

    old: str | None = None

    def encode(self) -> str:
        """The frame."""
        return "#new" if self.old is None else f"#new {self.old}"


class Resume(msgspec.Struct, frozen=True):
    """The line goes on over this socket; the page has taken `count` frames."""

    handle: str
    count: int

    def encode(self) -> str:
        """The frame."""
        return f"#resume {self.handle} {self.count}"


class Handle(msgspec.Struct, frozen=True):
    """The name of the line, and for how many seconds it outlives its socket."""

    handle: str
    linger: float

    def encode(self) -> str:
        """The frame."""
        return f"#handle {self.handle} {round(self.linger * 1000)}"


class LineCount(msgspec.Struct, frozen=True):
    """So many frames are taken."""

    count: int

    def encode(self) -> str:
        """The frame."""
        return f"#count {self.count}"


class Gone(msgspec.Struct, frozen=True):
    """There is no such line, or none at all."""

    def encode(self) -> str:
        """The frame."""
        return "#gone"


class Drained(msgspec.Struct, frozen=True):
    """The line ends in order: so many frames are taken, what they asked for is done, and no other will be taken."""

    count: int

    def encode(self) -> str:
        """The frame."""
        return f"#drained {self.count}"


class Goodbye(msgspec.Struct, frozen=True):
    """The page is left: nobody comes back."""

    def encode(self) -> str:
        """The frame."""
        return "#goodbye"


class LinePing(msgspec.Struct, frozen=True):
    """The page has heard nothing for a while, and wants a count."""

    def encode(self) -> str:
        """The frame."""
        return "#ping"


LineControl: TypeAlias = New | Resume | Handle | LineCount | LinePing | Gone | Drained | Goodbye

_NAME = r"[A-Za-z0-9_.~-]{22,200}"
_NUMBER = r"(?:0|[1-9][0-9]{0,14})"
_FORM: Final = re.compile(
    rf"#(?:new(?: {_NAME})?|(?:resume|handle) {_NAME} {_NUMBER}|(?:count|drained) {_NUMBER}|ping|goodbye|gone)"
)


class CannotResume(Exception):
    """The other end lacks frames that are not kept any more, or has counted some that it was never sent."""


def is_control(frame: LineFrame) -> bool:
    """True for a frame of the line itself."""
    return type(frame) is str and frame[:1] == MARK


def parse_control(frame: str) -> LineControl:
    """What a frame of the line says. Raises `ProtocolError`."""
    control: LineControl
    match frame.split(" ") if _FORM.fullmatch(frame) else []:
        case ["#count", count]:
            control = LineCount(int(count))
        case ["#drained", count]:
            control = Drained(int(count))
        case ["#new", *old]:
            control = New(*old)
        case ["#resume", handle, count]:
            control = Resume(handle, int(count))
        case ["#handle", handle, milliseconds]:
            control = Handle(handle, int(milliseconds) / 1000)
        case ["#ping"]:
            control = LinePing()
        case ["#goodbye"]:
            control = Goodbye()
        case ["#gone"]:
            control = Gone()
        case _:
            raise ProtocolError(VIOLATION, f"not a frame of a line: {frame[:80]!r}")
    return control


class LineEnd:
    """One end's accounts. `max_kept` bounds the bytes of what the other end has not confirmed.

    Beyond it the oldest are let go: as long as the socket lives they are on their way, and only who comes back
    without them cannot go on.
    """

    __slots__ = ("_confirmed", "_kept", "_since", "_told", "given", "max_kept", "size", "taken")

    def __init__(self, max_kept: float) -> None:
        self.max_kept = max_kept
        self.taken: int = 0
        """Frames of the other end that have reached whom they are for."""
        self.given: int = 0
        """Frames for the other end, whether it has them or not."""
        self.size: int = 0
        """Bytes that are kept."""
        self._kept: list[LineFrame] = []
        self._confirmed = 0
        self._told = 0
        self._since = 0

    def give(self, frame: LineFrame) -> bool:
        """A frame for the other end; whether it is sent now is not decided here. False when older ones were let go."""
        self.given += 1
        self._kept.append(frame)
        self.size += len(frame)
        if self.size <= self.max_kept:
            return True
        while self.size > self.max_kept:
            self.size -= len(self._kept.pop(0))
        return False

    def take(self, frame: LineFrame) -> bool:
        """A frame of the other end has reached whom it is for; True when it is time to say the count."""
        self.taken += 1
        self._since += len(frame)
        return self.taken - self._told >= CONFIRM_FRAMES or self._since >= CONFIRM_BYTES

    def count(self) -> LineCount:
        """How many are taken, to be said now."""
        self._told, self._since = self.taken, 0
        return LineCount(self.taken)

    def confirm(self, count: int) -> None:
        """The other end has taken so many. Raises `ProtocolError` when it cannot have."""
        if not self._confirmed <= count <= self.given:
            raise ProtocolError(VIOLATION, f"a count of {count}, of {self.given} frames that were sent")
        self._let_go(count)

    def rewind(self, count: int) -> list[LineFrame]:
        """The other end is on a new socket, and has taken so many: what it is to be sent again, in order.

        Raises `CannotResume`.
        """
        if not self.given - len(self._kept) <= count <= self.given:
            raise CannotResume(f"{count} of {self.given} frames, of which {len(self._kept)} are kept")
        self._let_go(count)
        return list(self._kept)

    def _let_go(self, count: int) -> None:
        self._confirmed = count
        done = len(self._kept) - (self.given - count)
        if done > 0:
            self.size -= sum(map(len, self._kept[:done]))
            del self._kept[:done]


class PageState(Enum):
    """How a page's line stands to the websocket beneath it."""

    APART = "no socket"
    OPEN = "frames go both ways"
    ASKING = "asked to resume"
    PLAIN = "the socket is all there is"
    DRAINED = "no more, and what is kept was not handled"
    OVER = "no more"


class Leftover(msgspec.Struct, frozen=True):
    """Frames that the server has not confirmed, in order: those that were certainly not handled, and those that may
    have been."""

    not_handled: list[LineFrame]
    uncertain: list[LineFrame]


class PageEnd(LineEnd):
    """The page's end with its part of the conversation, as the browser's `line.ts` has it.

    What it wants sent stands in `outgoing`. `old` is the handle of a line that the page has given up before.
    """

    __slots__ = ("_sent", "handle", "linger", "old", "outgoing", "state")

    def __init__(self, old: str | None = None, max_kept: float = float("inf")) -> None:
        super().__init__(max_kept)
        self.old = old
        self.handle: str | None = None
        self.linger = 0.0
        self.state = PageState.APART
        self.outgoing: list[LineFrame] = []
        self._sent = 0  # how many were on a socket, whatever became of it

    def connected(self) -> None:
        """A websocket is open: the first one, or another in place of one that broke."""
        if self.handle is None:
            self.outgoing = [New(self.old).encode()]
            self.state = PageState.OPEN
        else:
            self.outgoing = [Resume(self.handle, self.count().count).encode()]
            self.state = PageState.ASKING

    def broke(self) -> bool:
        """The websocket has ended, and nobody wanted that; True when the line outlives it."""
        self.outgoing = []
        alive = self.handle is not None and self.state in {PageState.OPEN, PageState.ASKING, PageState.APART}
        if self.state is not PageState.DRAINED:
            self.state = PageState.APART if alive else PageState.OVER
        return alive

    def send(self, frame: LineFrame) -> None:
        """A frame for the server: now, or when there is a socket again."""
        if self.state is PageState.PLAIN:
            self.outgoing.append(frame)
        elif self.state is not PageState.OVER:
            self.give(frame)
            if self.state is PageState.OPEN:
                self._sent = self.given
                self.outgoing.append(frame)

    def receive(self, frame: LineFrame) -> LineFrame | None:
        """A frame of the server: one to be handled, and then told to `handled`, or None. Raises `ProtocolError`."""
        if not (type(frame) is str and frame[:1] == MARK):
            return frame
        self._control(parse_control(frame))
        return None

    def handled(self, frame: LineFrame) -> None:
        """A frame of the server has been handled."""
        if self.state is PageState.PLAIN:
            return
        if self.take(frame) and self.state is PageState.OPEN and self.handle is not None:
            self.outgoing.append(self.count().encode())

    def leave(self) -> None:
        """The page is left."""
        if self.state is PageState.OPEN and self.handle is not None:
            self.outgoing.append(Goodbye().encode())
        self.state = PageState.OVER

    def leftover(self) -> Leftover:
        """What becomes of the frames that are kept, if the line is over now."""
        sent = 0 if self.state is PageState.DRAINED else len(self._kept) - (self.given - self._sent)
        return Leftover(self._kept[max(0, sent) :], self._kept[: max(0, sent)])

    def _control(self, control: LineControl) -> None:
        match control, self.state:
            case Handle(handle, linger), PageState.OPEN if self.handle is None:
                self.handle, self.linger = handle, linger
            case LineCount(count), PageState.ASKING:
                self._go_on(count)
            case LineCount(count), PageState.OPEN:
                self.confirm(count)
            case Drained(count), PageState.OPEN if self.handle is not None:
                self.confirm(count)
                self.state = PageState.DRAINED
            case Gone(), PageState.OPEN if self.handle is None:
                self._be_plain()
            case Gone(), _:
                self.state = PageState.OVER
            case _:
                raise ProtocolError(VIOLATION, f"{control.encode()!r} to a page that is {self.state.name}")

    def _go_on(self, count: int) -> None:
        try:
            self.outgoing += self.rewind(count)
        except CannotResume as error:
            raise ProtocolError(VIOLATION, f"the server has taken {error}") from error
        self._sent = self.given
        self.state = PageState.OPEN

    def _be_plain(self) -> None:
        """What was kept has been sent, and cannot be sent again."""
        self.state = PageState.PLAIN
        self._kept.clear()
        self.size = 0

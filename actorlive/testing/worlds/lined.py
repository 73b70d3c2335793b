"""LinedSocket: a page's connection over one websocket after another, by the rules of client/src/line.ts.

The page has one `PageSocket`, which stays while a websocket beneath it breaks and the next one comes; the accounts are
those of `wire.line.PageEnd`. When the line is lost, the page sees a socket that has ended, and does what it does then.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import Protocol

import trio

from actorlive.testing.browser.messages import PageSocket, decode
from actorlive.testing.browser.page import Page
from actorlive.testing.browser.patch import set_classes
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.timing.schedule import cuts_of_this_run
from actorlive.testing.worlds.refusals import NO_LINE
from actorlive.wire.line import LineFrame, LinePing, PageEnd, PageState

__all__ = ["LinedSocket", "Websocket"]

__tracebackhide__ = hide_frames

LONGEST = 25.0
"""Seconds that a cut is hidden from a push at most: after 30 it gives up."""
DELAYS = (0.0, 0.1, 0.25, 0.5, 1.0)
"""Seconds between two tries, the last one again and again."""
ANSWER = 5.0
"""Seconds for a try to come to an answer."""

AWAY = "al-away"
"""The class of the document's element while the line is cut."""


class Websocket(PageSocket, Protocol):
    """What a line is on."""

    async def say_last(self, frame: str, /) -> None:
        """Send one frame, and end the websocket behind it."""
        ...

    def cut(self, *, noticed: bool) -> None:
        """The network breaks; with `noticed=False` the server does not learn of it."""
        ...


class LinedSocket:
    """A socket of a page, which outlives the websockets that `dial` opens, or raises `OSError` where there is no way.

    `old` is the handle of the line that the page had before.
    """

    def __init__(
        self, page: Page, nursery: trio.Nursery, dial: Callable[[], Awaitable[Websocket]], old: str | None
    ) -> None:
        self.is_away: bool = False
        """True while there is no websocket, and the page does not know it."""
        self._page = page
        self._nursery = nursery
        self._dial = dial
        self._end = PageEnd(old)
        self._raw: Websocket | None = None
        self._in_hand: LineFrame | None = None
        self._is_over = False
        self._reading = trio.CancelScope()
        self._restoring = trio.CancelScope()
        self._changed, self._woken = trio.Event(), trio.Event()
        self._cuts = cuts_of_this_run()
        self._cut_at = self._down_until = 0.0
        page.undone.is_heard = lambda: self._end.state in (PageState.OPEN, PageState.PLAIN)

    @property
    def handle(self) -> str | None:
        """The name of the line; None as long as the server has not given it one."""
        return self._end.handle

    async def connect(self) -> None:
        """Open a websocket: the first one, or the next. Raises `OSError`."""
        self._raw = await self._dial()
        self._end.connected()
        self._flush()
        self._tell()

    # -- frames ----------------------------------------------------------------

    def send(self, frame: LineFrame) -> None:
        """Send one frame, now or over the next websocket."""
        wants_answer = self._note(frame)
        self._end.send(frame)
        self._flush()
        if not wants_answer and self._raw is not None and self._end.state is PageState.OPEN:
            self._raw.send(LinePing().encode())  # a count is all that tells of it

    def _note(self, frame: LineFrame) -> bool:
        """Write down of a push when it was given; false for one that wants no answer."""
        head = decode(frame) if isinstance(frame, str) else None
        push = self._page.pushes.get(head.ref or "") if head is not None else None
        if push is not None and head is not None:
            push.at, push.join_ref = min(push.at, trio.current_time()), head.join_ref
        if self.is_away:
            self._set_deadline()
        return head is None or head.ref is not None

    def _flush(self) -> None:
        outgoing, self._end.outgoing = self._end.outgoing, []
        for frame in outgoing:
            self._break_before("to the server")
            if self._raw is not None:
                self._raw.send(frame)

    async def receive(self) -> LineFrame | None:
        """The server's next frame, whichever websocket it comes over; None when the line is over."""
        if self._in_hand is not None:
            self._end.handled(self._in_hand)  # who asks for the next has handled it
            self._in_hand = None
            self._flush()
        while not self._is_over:
            raw, frame = self._raw, None
            if raw is None:
                await self._changed.wait()
                continue
            with trio.CancelScope() as self._reading:
                frame = await raw.receive()
            if frame is not None and raw is self._raw:
                self._break_before("from the server")
            if raw is not self._raw:
                continue  # it was cut meanwhile, and what it brought is lost
            if frame is None:
                self._raw = None
                self._broke()
            elif (mine := self._take(frame)) is not None:
                self._in_hand = mine
                return mine
        return None

    def _take(self, frame: LineFrame) -> LineFrame | None:
        before = self._end.state
        mine = self._end.receive(frame.decode() if isinstance(frame, bytes) else frame)
        match before, self._end.state:
            case PageState.ASKING, PageState.OPEN:
                self._go_on()
            case PageState.ASKING, PageState.OVER:
                self._lose()
            case PageState.OPEN, PageState.PLAIN:
                self._page.failures.append(Failure(NO_LINE))
            case _:
                pass
        return mine

    # -- a cut, and its end ----------------------------------------------------

    def cut(self, *, noticed: bool) -> None:
        """The network breaks beneath the line."""
        self._drop(noticed=noticed)
        self._broke()

    def _break_before(self, frame: str) -> None:
        """The schedule of this run may have the network break here, under a line."""
        if self._cuts is None or self._raw is None or self.handle is None:
            return
        if (cut := self._cuts.before(frame)) is not None:
            self._down_until = trio.current_time() + cut.seconds
            self.cut(noticed=cut.noticed)

    def _drop(self, *, noticed: bool = True) -> None:
        raw, self._raw = self._raw, None
        if raw is not None:
            raw.cut(noticed=noticed)
        self._reading.cancel()

    def _broke(self) -> None:
        """There is no websocket any more."""
        if not self._end.broke():
            self._finish()
        elif not self.is_away:
            self.is_away = True
            show_away(self._page)
            self._cut_at = trio.current_time()
            self._restoring = trio.CancelScope()
            self._set_deadline()
            self._nursery.start_soon(self._restore, self._restoring)
        self._tell()

    def _set_deadline(self) -> None:
        """As long as the line lingers, if nobody waits; else until the push that has waited longest is about to give
        up. One that was about to before the cut is no reason to give up at once."""
        oldest = min((push.at for push in self._page.pushes.values()), default=math.inf)
        longest = max(oldest + LONGEST, self._cut_at + ANSWER)
        self._restoring.deadline = min(self._cut_at + self._end.linger, longest)

    async def _restore(self, scope: trio.CancelScope) -> None:
        """Try until frames go both ways again, or the time is up."""
        with scope:
            for delay in chain(DELAYS, repeat(DELAYS[-1])):
                self._woken = trio.Event()
                with trio.move_on_after(delay):
                    await self._woken.wait()
                await self._attempt()
        if scope is self._restoring and self.is_away:
            self._lose()

    async def _attempt(self) -> None:
        if trio.current_time() < self._down_until:
            return
        try:
            await self.connect()
        except OSError:
            return
        with trio.move_on_after(ANSWER):
            while self._end.state is PageState.ASKING:
                await self._changed.wait()
        if self._end.state is PageState.ASKING:
            self._drop()
            self._end.broke()

    def wake(self) -> None:
        """The network may be back: do not wait for the next try."""
        self._woken.set()

    def _go_on(self) -> None:
        self.is_away = False
        self._restoring.cancel()
        self._flush()
        show_back(self._page)
        self._tell()

    # -- its end ---------------------------------------------------------------

    async def close(self) -> None:
        """The page is left, and says so."""
        raw, self._raw = self._raw, None
        self._is_over = True  # who leaves the page need not be told what becomes of it
        self._end.leave()
        last, self._end.outgoing = self._end.outgoing, []
        self._finish()
        if raw is not None and last:
            await raw.say_last(str(last[-1]))
        elif raw is not None:
            await raw.close()

    def _lose(self) -> None:
        self._drop()
        self._finish()

    def _finish(self) -> None:
        """The page is to see the end."""
        if not self._is_over:
            self._page.undone.lose(self._end.leftover())
        self._is_over = True
        self._end.leave()
        if self.is_away:
            self.is_away = False
            mark(self._page, is_away=False)
        self._restoring.cancel()
        self._tell()

    def _tell(self) -> None:
        """Those who wait for a change look again."""
        changed, self._changed = self._changed, trio.Event()
        changed.set()


def show_away(page: Page) -> None:
    """The page says that its line is cut."""
    mark(page, is_away=True)
    page.dispatched.append(("actorlive:away", {}, page.document.root))


def show_back(page: Page) -> None:
    """The page says that its line goes on."""
    mark(page, is_away=False)
    page.dispatched.append(("actorlive:back", {}, page.document.root))


def mark(page: Page, *, is_away: bool) -> None:
    """Give the document's element the class, or take it away."""
    html = page.document.root
    set_classes(html, [name for name in html.classes if name != AWAY] + [AWAY] * is_away)
    page.document.touch()

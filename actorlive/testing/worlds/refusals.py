"""What a page under test cannot do now, and what to do instead."""

from __future__ import annotations

from actorlive.testing.browser.messages import Navigation
from actorlive.testing.browser.view_status import ViewStatus
from actorlive.testing.errors import Failure, ViewGone

__all__ = [
    "CUT_TWICE",
    "NOTHING_TO_CUT",
    "NOT_CUT",
    "NOT_FROM_HERE",
    "NOT_OURS",
    "NO_LINE",
    "NO_LINES",
    "NO_SOCKET",
    "cut_off",
    "gone_error",
    "no_files",
    "unanswered",
]

NO_LINES = "live(line=True): pages of this application have no line, it is made with ActorLive(linger=0)"
NO_LINE = (
    "the server gives this page no line: ActorLive(linger=0) has none, and who has no session gets none."
    " Open the page without line=True."
)
NOTHING_TO_CUT = (
    "this page has no line, so nothing would outlive a cut: open it with live(…, line=True)."
    " view.disconnect() ends the socket of a page without one."
)
CUT_TWICE = "the network is cut already: view.mend() brings it back before the next view.cut()"
NO_SOCKET = (
    "nothing to cut: the page's socket has ended. Bring it back first, by view.reconnect() or in time."
)
NOT_CUT = "nothing to mend: view.cut() has not cut the network. What view.disconnect() ends, view.reconnect() connects."
NOT_OURS = (
    "the application ran before this test opened its page, so view.restart() cannot end it."
    " Let live() start it, or end and start it where it was started."
)
NOT_FROM_HERE = (
    "view.restart() ends the server, and this one is on the other side of a real socket: restart it where it was"
    " started, and the page comes back by itself; or open the view with live(app, …)"
)


def cut_off(to: str) -> Failure:
    """The error for who wants to go somewhere while the network is cut."""
    return Failure(f"the network is cut, so {to!r} cannot be reached before view.mend()")


def unanswered(what: str) -> Failure:
    """The error for who waits for an answer while the network is cut."""
    return Failure(
        f"the network is cut, so the answer to {what} waits for view.mend():"
        " what is done meanwhile is not waited for, with wait=False"
    )


def no_files(of: str) -> Failure:
    """The error for who would send files while the network is cut."""
    return Failure(
        f"the network is cut, so the files of {of} can be sent after view.mend(): each step of theirs is waited for,"
        " also with wait=False"
    )


def gone_error(navigation: Navigation | None, status: ViewStatus) -> ViewGone:
    """The error for a view that has ended."""
    if navigation is not None:
        return ViewGone(
            f"the view has sent its visitor to {navigation.to!r} ({navigation.kind});"
            " go on with `await view.follow_redirect()`"
        )
    return ViewGone(f"the view has ended ({status.value})")

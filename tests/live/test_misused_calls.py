"""What a call of the socket was given in place of what it takes is told by that call, in both lives of a view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from actorlive import AsyncResult, LiveView, Socket, Stream, heex, pubsub
from actorlive.errors import ActorLiveError
from actorlive.testing import live_isolated


class Misused(LiveView):
    """Calls what the test wants called."""

    count: int = 0
    org: AsyncResult[str] | None = None
    user: AsyncResult[str]
    rows: Stream[str]
    call: Any = None
    template = heex("<p>x</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        if call is not None:
            call(self, socket)

    async def work(self) -> str:
        """What runs on the side."""
        return "done"

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        """The end of it."""


call: Callable[[Any, Any], object] | None = None

NOT_CALLED = "was given what work(…) returned: write work without brackets, and its arguments behind it"
MISUSES: dict[str, tuple[Callable[[Any, Any], object], str]] = {
    "start_async of a coroutine": (
        lambda v, s: s.start_async("x", v.work()),
        f"start_async('x', …) takes the function itself, and {NOT_CALLED}",
    ),
    "assign_async of a coroutine": (
        lambda v, s: s.assign_async("user", v.work()),
        f"assign_async('user', …) takes the function itself, and {NOT_CALLED}",
    ),
    "stream_async of a coroutine": (
        lambda v, s: s.stream_async("rows", v.work()),
        f"stream_async('rows', …) takes the function itself, and {NOT_CALLED}",
    ),
    "undoable of a coroutine": (
        lambda v, s: s.undoable("x", v.work()),
        f"undoable('x', …) takes the function itself, and {NOT_CALLED}",
    ),
    "start_async of a value": (
        lambda _, s: s.start_async("x", 5),
        "start_async('x', …) takes a function, not 5",
    ),
    "attach_hook of a value": (
        lambda _, s: s.attach_hook("handle_event", "h", 3),
        "attach_hook('handle_event', 'h', …) takes a function, not 3",
    ),
    "a dom_id that is text": (
        lambda _, s: s.stream("rows", [], dom_id="id"),
        "the dom_id of stream 'rows' takes a function, not 'id'",
    ),
    "assign_async into a plain assign": (
        lambda v, s: s.assign_async("count", v.work),
        (
            "Misused.count is declared as int, and what is loaded on the side is an AsyncResult:"
            " declare `count: AsyncResult[int]`, and read `@count.result`"
        ),
    ),
    "a delay that is text": (
        lambda _, s: s.send_after("tick", "5"),
        "a delay is in seconds and not negative, not '5'",
    ),
    "the delay first": (
        lambda _, s: s.send_after(5, "tick"),
        "a delay is in seconds and not negative, not 'tick'",
    ),
    "a period that is text": (
        lambda _, s: s.send_interval("tick", "1s"),
        "the period must be positive, in seconds, not '1s'",
    ),
    "a topic that is a number": (
        lambda _, s: s.subscribe(5),
        'a topic is a text, such as "room:7", not 5; several take a call each',
    ),
    "topics at once": (
        lambda _, s: s.subscribe(["a", "b"]),
        "a topic is a text, such as \"room:7\", not ['a', 'b']; several take a call each",
    ),
    "an event with a text": (
        lambda _, s: s.push_event("x", "y"),
        "push_event takes a name and a mapping, not 'x' and 'y': write `push_event(\"name\", {\"key\": value})`",
    ),
    "an event without a name": (
        lambda _, s: s.push_event({"a": 1}),
        (
            "push_event takes a name and a mapping, not {'a': 1} and None:"
            ' write `push_event("name", {"key": value})`'
        ),
    ),
    "a view for a path": (
        lambda _, s: s.push_navigate(LiveView),
        "a path is a text, not <class 'actorlive.live.view.LiveView'>: write url_for(LiveView, …)",
    ),
    "params for a path": (
        lambda _, s: s.redirect({"page": 2}),
        "a path is a text, not {'page': 2}: write \"/items?page=2\"",
    ),
}


@pytest.mark.filterwarnings("error")  # a coroutine that nobody awaits is told once
@pytest.mark.parametrize("name", MISUSES)
async def test_a_misused_call_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    misuse, message = MISUSES[name]
    monkeypatch.setitem(globals(), "call", misuse)
    with pytest.raises(ActorLiveError) as caught:
        async with live_isolated(Misused):
            pass
    assert str(caught.value) == message


async def test_what_may_be_loaded_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(view: Misused, socket: Socket) -> None:
        socket.assign_async("org", view.work)
        socket.assign_async(["call"], lambda: {"call": 1})

    monkeypatch.setitem(globals(), "call", load)
    async with live_isolated(Misused) as page:
        await page.settle()


async def test_a_broadcast_that_nobody_can_hear_is_told() -> None:
    async with live_isolated(Misused):
        with pytest.raises(ActorLiveError, match="a topic is a text"):
            pubsub.broadcast(7, "x")  # type: ignore[arg-type]
        pubsub.broadcast("7", "x")

"""A request that another worker has to answer: in memory, over a pair; then clients that poll two real workers."""

from __future__ import annotations

import itertools
import json
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st

from actorlive.web.workers.post import Desk, Letter, Post, Relayed
from actorlive.web.workers.relaying import PIECE, RelayingLayer, answer_relayed, worker_in
from tests.web.visitor import PATIENCE, Page, get
from tests.web.workers.test_processes import APP, both, served, until_gone, workers_of

Message = dict[str, Any]
Application = Callable[[Any, Any, Any], Awaitable[None]]
PATH = "/live/longpoll"

# -- over a pair ---------------------------------------------------------------


def scope(token: str = "2~x~0", **more: object) -> Message:
    return {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": urlencode({"token": token}).encode(),
        "headers": [(b"host", b"x"), (b"cookie", b"a=\xff")],
        "client": ("10.0.0.7", 1),
        **more,
    }


async def here(scope: Message, receive: Any, send: Any) -> None:
    """What the worker that is asked says by itself."""
    await send({"type": "http.response.start", "status": 410, "headers": []})
    await send({"type": "http.response.body", "body": b"here"})


async def echo(scope: Message, receive: Any, send: Any) -> None:
    """The other: what it was asked, then the body, piece by piece."""
    told = {"client": scope["client"], "cookie": scope["headers"][1][1].decode("latin-1")}
    await send(
        {"type": "http.response.start", "status": 201, "headers": [(b"x-told", json.dumps(told).encode())]}
    )
    more = True
    while more:
        message = await receive()
        assert message["type"] == "http.request"
        more = message["more_body"]
        await send({"type": "http.response.body", "body": message["body"], "more_body": more})


class Relay:
    """Two workers in one program: the layer of the first, and the application of the second."""

    def __init__(self, other: Application) -> None:
        self._post = Post(2)
        self._desks: list[Desk] = [self._post.desk(1), self._post.desk(2)]
        self._other = other
        self.layer = RelayingLayer(here, PATH, lambda: self._desks[0])

    async def ask(self, asked: Message, *messages: Message, leaves: bool = False) -> list[Message]:
        """One request; what it is answered."""
        answer: list[Message] = []
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._desks[0].run, self._refuse)
            nursery.start_soon(self._desks[1].run, partial(self._take, nursery))
            await trio.testing.wait_all_tasks_blocked()
            waiting = iter(messages)

            async def receive() -> Message:
                message = next(waiting, None)
                if message is None and not leaves:
                    await trio.sleep_forever()
                return message or {"type": "http.disconnect"}

            async def send(message: Message) -> None:
                answer.append(message)

            await self.layer(asked, receive, send)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()
        self._post.close()
        return answer

    def _take(self, nursery: trio.Nursery, letter: Letter, end: int | None) -> None:
        assert isinstance(letter, Relayed)
        nursery.start_soon(answer_relayed, self._other, socket.socket(fileno=end))

    @staticmethod
    def _refuse(letter: Letter, end: int | None) -> None:
        raise AssertionError(letter)


def body_of(answer: list[Message]) -> bytes:
    return b"".join(message["body"] for message in answer[1:])


def piece(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


@settings(max_examples=20)
@given(
    st.lists(st.one_of(st.binary(max_size=20), st.integers(0, 3 * PIECE).map(bytes)), min_size=1, max_size=4)
)
def test_a_request_and_its_answer_arrive_as_they_are(bodies: list[bytes]) -> None:
    messages = [piece(body, more=number < len(bodies)) for number, body in enumerate(bodies, 1)]
    answer = trio.run(Relay(echo).ask, scope(), *messages)
    assert answer[0]["status"] == 201
    ((_, told),) = answer[0]["headers"]
    assert json.loads(told) == {"client": ["10.0.0.7", 1], "cookie": "a=\xff"}
    assert body_of(answer) == b"".join(bodies)
    assert [message["more_body"] for message in answer[1:]][-1] is False


@pytest.mark.parametrize(
    "asked",
    [
        scope("x~0"),
        scope(""),
        scope("1~x~0"),
        scope("3~x~0"),
        scope("0~x~0"),
        scope("-2~x~0"),
        scope("²~x~0"),
        scope("2222222222~x~0"),
        scope(path="/elsewhere"),
    ],
)
async def test_what_is_for_nobody_else_is_answered_here(asked: Message) -> None:
    assert body_of(await Relay(echo).ask(asked, piece(b"there"))) == b"here"


async def test_the_header_of_later_clients_counts_before_the_url() -> None:
    asked = scope("1~x~0")
    asked["headers"] += [(b"X-Phoenix-Longpoll-Token", b"2~x~0")]
    assert body_of(await Relay(echo).ask(asked, piece(b"there"))) == b"there"


@pytest.mark.parametrize("fails", [True, False])
async def test_one_that_ends_without_a_word_knows_nothing_of_the_token(
    fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def silent(scope: Message, receive: Any, send: Any) -> None:
        if fails:
            raise ValueError("out of order")

    assert body_of(await Relay(silent).ask(scope(), piece(bytes(10 * PIECE)))) == b"here"
    assert ("relayed failed" in caplog.text) is fails


async def test_who_answers_before_all_is_read_is_heard() -> None:
    assert body_of(await Relay(here).ask(scope(), piece(bytes(20 * PIECE)))) == b"here"


async def test_the_other_hears_that_the_client_has_gone() -> None:
    heard: list[str] = []

    async def waits(scope: Message, receive: Any, send: Any) -> None:
        heard.extend([(await receive())["type"] for _ in range(3)])

    asked = Relay(waits)
    assert await asked.ask(scope(), piece(b""), leaves=True) == []
    assert heard == ["http.request", "http.disconnect", "http.disconnect"]


def test_a_number_is_what_stands_before_the_first_mark() -> None:
    assert [worker_in(token) for token in ("2~a~3", "17~a", "a~3", "~a", "a", "9999~a")] == [
        2,
        17,
        *[None] * 4,
    ]


# -- over two workers ----------------------------------------------------------

POLLED = APP.replace('secret_key="k" * 40', 'secret_key="k" * 40, longpoll=True').replace(
    """    template = heex("<p>{@count}</p>")
""",
    """    where: int = 0
    template = heex("<p>{@count}</p><b>{@where}</b>")

    async def mount(self, params, session, socket):
        self.where = live.worker
""",
)


class Polling:
    """A client that polls, each time over a connection of its own."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.token = ""
        self.status = 0
        self.frames: list[list[Any]] = []
        self._refs = map(str, itertools.count(4))

    async def get(self) -> None:
        said = json.loads((await get(self.page.url, self._path, self.page.cookie)).body)
        self.status, self.token = said["status"], said["token"] or self.token
        self.frames += map(json.loads, said["messages"])

    @property
    def _path(self) -> str:
        token = {"token": self.token} if self.token else {}
        return f"{PATH}?{urlencode({'_csrf_token': self.page.csrf, 'vsn': '2.0.0', **token})}"

    async def post(self, *frames: list[Any]) -> None:
        body = "\n".join(map(json.dumps, frames))
        headers = {"Content-Type": "application/x-ndjson", "Content-Length": str(len(body))}
        lines = [f"POST {self._path} HTTP/1.1", f"Cookie: {self.page.cookie}", f"Origin: {self.page.url}"]
        lines += ["Host: " + self.page.url.removeprefix("http://"), "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        name, _, port = self.page.url.removeprefix("http://").rpartition(":")
        async with await trio.open_tcp_stream(name, int(port)) as stream:
            await stream.send_all("\r\n".join([*lines, "", body]).encode())
            answer = b"".join([chunk async for chunk in stream])
        self.status = json.loads(answer.partition(b"\r\n\r\n")[2])["status"]

    async def asked(self, event: str, payload: dict[str, Any], *, joins: bool = False) -> dict[str, Any]:
        """Send one frame; its answer's response."""
        ref = next(self._refs)
        self.join_ref = ref if joins else self.join_ref
        await self.post([self.join_ref, ref, self.page.topic, event, payload])
        assert self.status == 200
        with trio.fail_after(PATIENCE):
            while not (found := [frame[4] for frame in self.frames if frame[1] == ref]):
                await self.get()
        return found[0]["response"]

    async def join(self) -> str:
        """Open and join; at which worker the view is."""
        await self.get()
        assert self.status == 410
        tokens = {"session": self.page.session, "static": self.page.static}
        given = {"url": self.page.url + self.page.path, "params": {"_mounts": 0}, "sticky": False, **tokens}
        return (await self.asked("phx_join", given, joins=True))["rendered"]["1"]

    async def click(self) -> dict[str, Any]:
        return (await self.asked("event", {"type": "click", "event": "inc", "value": {}}))["diff"]


@pytest.mark.real_clock
async def test_a_client_polls_whichever_worker_its_requests_come_to(tmp_path: Path) -> None:
    """A click is a post and a poll or two: that all of twenty come to the right one happens once in 2 to the 40th."""
    async with served(tmp_path, "--port", "0", app=POLLED) as server:
        url = await server.url()
        await workers_of(url, both)
        page = await get(url, "/counter")
        client = Polling(page)
        where = await client.join()
        assert client.token.startswith(f"{where}~")
        for count in range(1, 21):
            assert await client.click() == {"0": str(count)}
        stranger = Polling(await get(url, "/counter"))
        stranger.token = client.token
        await stranger.get()
        assert (stranger.status, stranger.frames) == (410, [])


@pytest.mark.real_clock
async def test_a_client_of_a_worker_that_has_died_is_told_to_open_anew(tmp_path: Path) -> None:
    async with served(tmp_path, "--port", "0", app=POLLED) as server:
        url = await server.url()
        found = await workers_of(url, both)
        client = Polling(await get(url, "/counter"))
        where = int(await client.join())
        os.kill(found[where], signal.SIGKILL)
        await until_gone([found[where]])
        await workers_of(url, lambda now: now.get(where, found[where]) != found[where])
        for _ in range(4):
            await client.get()
            assert client.status == 410
        await client.post([client.join_ref, "99", client.page.topic, "event", {}])
        assert client.status == 410
        client.token = ""
        await client.join()
        assert await client.click() == {"0": "1"}

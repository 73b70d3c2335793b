"""Long polling as the official client does it, and as nobody should, in memory and on the mock clock."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from math import inf
from typing import Any

import pytest
import trio
import trio.testing
from quart import session
from quart_trio import QuartTrio

from actorlive import telemetry
from actorlive.runtime import Shutdown
from actorlive.web import ActorLive, Limits
from actorlive.web.tokens import PollToken
from tests.support.narrow import untyped
from tests.web.longpoll.poller import Poller, poller
from tests.web.views import KEY, happened, make_app


@asynccontextmanager
async def polling(**options: Any) -> AsyncGenerator[tuple[ActorLive, Poller]]:
    """An application whose node is open, and a client with a page, which has not asked for anything yet."""
    live = make_app(**{"longpoll": True, **options})[1]
    async with live.node():
        yield live, await poller(live)


@pytest.fixture
def limits() -> Any:
    """The names of the limits that were reached."""
    reached: list[object] = []

    def note(name: str, _: Mapping[str, float], metadata: Mapping[str, object]) -> None:
        if name == "limit.reached":
            reached.append(metadata["limit"])

    telemetry.attach("limits", note)
    yield reached
    telemetry.detach("limits")


# -- as it should be -----------------------------------------------------------


async def test_a_view_is_joined_and_clicked() -> None:
    async with polling() as (_, client):
        assert (await client.join())["status"] == "ok"
        assert await client.clicked() == {"diff": {"0": "1"}}
        assert await client.clicked() == {"diff": {"0": "2"}}


async def test_a_poll_waits_for_something_to_be_sent_and_not_longer_than_its_time() -> None:
    async with polling() as (_, client):
        await client.join()
        began = trio.current_time()
        assert await client.get() == []
        assert client.status == 204
        assert trio.current_time() == began + 10
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.get)
            await trio.sleep(3)
            await client.post(client.click())
        assert client.status == 200
        assert client.frames[-1][4]["response"] == {"diff": {"0": "1"}}
        assert trio.current_time() == began + 13


async def test_who_polls_no_more_has_left() -> None:
    async with polling() as (live, client):
        await client.join()
        await client.clicked()
        began = trio.current_time()
        while live.sockets:
            await trio.sleep(0.5)
        assert 15 <= trio.current_time() - began <= 17
        await trio.testing.wait_all_tasks_blocked()
        assert happened == [1, Shutdown("closed")]
        await client.get()
        assert client.status == 410
        assert await client.post(client.click()) == 410


async def test_who_breaks_off_a_poll_has_left_sooner() -> None:
    async with polling() as (live, client):
        await client.join()
        async with client.request("GET", live) as request:
            await request.send(b"", more=False)
            await trio.sleep(5)
            await request.disconnect()
        began = trio.current_time()
        while live.sockets:
            await trio.sleep(0.5)
        assert trio.current_time() - began <= 4


async def test_a_batch_whose_answer_was_lost_is_sent_again_and_one_that_came_is_not() -> None:
    async with polling() as (_, client):
        await client.join()
        await client.post(client.click())
        await trio.testing.wait_all_tasks_blocked()
        before = client.token
        first = await client.get()
        after, client.token = client.token, before
        assert await client.get() == first
        assert client.token == after
        await client.post(client.click())
        await client.get()
        client.token = before
        assert await client.get() == []
        assert client.status == 410
        client.token = after
        assert (await client.get())[0][4]["response"] == {"diff": {"0": "2"}}


async def test_a_newer_poll_takes_the_place_of_the_older() -> None:
    async with polling() as (_, client):
        await client.join()
        older = Poller(client.client, client.page)
        older.token = client.token
        async with trio.open_nursery() as nursery:
            nursery.start_soon(older.get)
            await trio.sleep(1)
            nursery.start_soon(client.get)
            await trio.sleep(1)
            assert (older.status, older.frames) == (204, [])
            await client.post(client.click())
        assert client.frames[-1][4]["response"] == {"diff": {"0": "1"}}


async def test_a_crash_is_told_and_the_view_joined_again() -> None:
    async with polling() as (_, client):
        await client.join()
        logging.getLogger("actorlive.runtime").disabled = True
        await client.post(client.click("boom"))
        assert (await client.get())[0][3] == "phx_error"
        logging.getLogger("actorlive.runtime").disabled = False
        await client.post(client.joining())
        assert (await client.reply(client.join_ref))["status"] == "ok"


async def test_the_token_may_stand_in_a_header_as_of_later_clients() -> None:
    async with polling() as (_, client):
        await client.open()
        token, client.token = client.token, None
        assert await client.post(client.joining(), **{"X-Phoenix-Longpoll-Token": str(token)}) == 200


async def test_a_frame_comes_in_a_line_and_a_last_line_feed_is_no_frame() -> None:
    async with polling() as (_, client):
        await client.join()
        clicks = "\n".join(client.line(client.click()) for _ in range(3))
        assert await client.post(clicks + "\n") == 200
        assert await client.post_body(b"") == 200
        while len(client.frames) < 4:
            await client.get()
        assert [frame[4]["response"] for frame in client.frames[1:]] == [
            {"diff": {"0": str(n)}} for n in (1, 2, 3)
        ]


async def test_it_is_an_open_socket_among_others() -> None:
    """It is listed, and closed by its session's id; its client is told by the socket's being gone."""
    app, live = make_app(longpoll=True)

    @app.get("/login")
    async def login() -> str:
        session["live_socket_id"] = "user:1"
        return ""

    async with live.node():
        client = await poller(live)
        await untyped(client.client).get("/login")
        await client.join()
        assert [view.name for view in live.list_views()] == ["Counter"]
        assert live.disconnect("user:1") == 1
        await client.get()
        assert client.status == 410
        await trio.testing.wait_all_tasks_blocked()
        assert not live.sockets


async def test_what_was_sent_before_the_end_can_still_be_had() -> None:
    async with polling() as (live, client):
        await client.join()
        await client.post(client.click())
        await trio.testing.wait_all_tasks_blocked()
        for socket in live.sockets:
            socket.close(1012)
        await trio.testing.wait_all_tasks_blocked()
        assert not live.sockets
        assert (await client.get())[0][4]["response"] == {"diff": {"0": "1"}}
        assert await client.get() == []
        assert client.status == 410
        await trio.sleep(7)
        assert len(live.polled) == 0


async def test_a_drain_closes_it_and_lets_nobody_in() -> None:
    async with polling() as (live, client):
        await client.join()
        with trio.fail_after(3):
            await live.drain(5)
        assert not live.sockets
        client.token = None
        await client.get()
        assert (client.http, client.status) == (503, 500)


async def test_its_end_comes_behind_what_was_posted() -> None:
    async with polling() as (live, client):
        await client.join()
        await client.post(*(client.click() for _ in range(50)))
        await live.drain(5)
        assert happened == [*range(1, 51), Shutdown("closed")]


# -- a poll and a cookie -------------------------------------------------------


async def test_a_poll_that_ends_behind_a_logout_does_not_bring_the_session_back() -> None:
    app, live = make_app(longpoll=True)

    @app.get("/login")
    async def login() -> str:
        session.permanent = True  # Quart sends the cookie of such a session with every answer
        session["user"] = "ada"
        return ""

    @app.get("/logout")
    async def logout() -> str:
        session.clear()
        return ""

    async with live.node():
        client = await poller(live)
        control = await untyped(client.client).get("/login")
        assert "set-cookie" in control.headers
        control = await untyped(client.client).get("/counter")
        assert "set-cookie" in control.headers
        await client.join()
        assert "set-cookie" not in client.headers
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.get)
            await trio.sleep(1)
            await untyped(client.client).get("/logout")
        assert client.status == 204
        assert "ada" not in (await (await untyped(client.client).get("/counter")).get_data(as_text=True))


# -- strangers -----------------------------------------------------------------


async def test_it_is_off_unless_asked_for() -> None:
    async with polling(longpoll=False) as (_, client):
        answer = await untyped(client.client).get("/live/longpoll", query_string=client.query)
        assert answer.status_code == 404
        assert "live-longpoll" not in client.page


async def test_a_page_says_that_it_may_poll() -> None:
    async with polling() as (_, client):
        assert '<meta name="live-longpoll" content="2500">' in client.page


def forged(client: Poller, live: ActorLive) -> str:
    return str(client.token).replace(".", "x.", 1)


def of_another_key(client: Poller, live: ActorLive) -> str:
    return make_app(secret_key=KEY + "!")[1].endpoint.tokens.poll.sign(PollToken("x", "")) + "~0"


def of_nobody(client: Poller, live: ActorLive) -> str:
    return live.endpoint.tokens.poll.sign(PollToken("unknown", "")) + "~0"


def of_another_kind(client: Poller, live: ActorLive) -> str:
    return client.find(r'data-phx-session="([^"]*)"') + "~0"


def without_number(client: Poller, live: ActorLive) -> str:
    return str(client.token).partition("~")[0]


def of_the_future(client: Poller, live: ActorLive) -> str:
    return without_number(client, live) + "~7"


def huge(client: Poller, live: ActorLive) -> str:
    return without_number(client, live) + "~" + "9" * 5000


def garbage(client: Poller, live: ActorLive) -> str:
    return "\x00~☃"


@pytest.mark.parametrize(
    "token",
    [forged, of_another_key, of_nobody, of_another_kind, without_number, of_the_future, huge, garbage],
)
async def test_a_token_that_is_none_polls_nothing(token: Callable[[Poller, ActorLive], str]) -> None:
    async with polling() as (live, client):
        await client.join()
        right, client.token = client.token, token(client, live)
        await client.get()
        assert (client.http, client.status, client.frames[1:]) == (200, 410, [])
        if token not in {of_the_future, huge}:  # a post needs no number
            assert await client.post(client.click()) == 410
            assert happened == []
        client.token = right
        assert await client.clicked() == {"diff": {"0": "1"}}


async def test_a_token_ages(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    async with polling() as (_, client):
        await client.join()
        began = time.time()
        monkeypatch.setattr(time, "time", lambda: began + 15 * 24 * 3600)
        await client.get()
        assert client.status == 410


@pytest.mark.parametrize(
    "what", ["another visitor", "no cookie", "no csrf token", "another's csrf token", "renewed"]
)
async def test_a_token_is_good_for_the_visitor_who_opened_it(what: str) -> None:
    async with polling() as (live, client):
        await client.join()
        stranger = await poller(live)
        thief = Poller(client.client, client.page)
        thief.token = client.token
        match what:
            case "another visitor":
                thief.client, thief.csrf = stranger.client, stranger.csrf
            case "no cookie":
                thief.client = live.app.test_client()
            case "no csrf token":
                thief.csrf = ""
            case "another's csrf token":
                thief.csrf = stranger.csrf
            case _:
                thief.csrf = (await renewed(live, thief)).csrf
        assert await thief.post(client.click()) == 410
        await thief.get()
        assert (thief.status, thief.frames, happened) == (410, [], [])


async def renewed(live: ActorLive, client: Poller) -> Poller:
    """The same visitor behind a login."""
    untyped(client.client).cookie_jar.clear()
    page = await (await untyped(client.client).get("/counter")).get_data(as_text=True)
    return Poller(client.client, page)


async def test_who_has_no_session_is_told_that_the_page_is_stale() -> None:
    async with polling() as (live, client):
        client.client = live.app.test_client()
        assert (await client.join())["response"] == {"reason": "stale"}


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
    ids=repr,
)
async def test_a_page_of_another_site_gets_nothing(headers: dict[str, str]) -> None:
    async with polling() as (live, client):
        await client.get(**headers)
        assert (client.http, client.status) == (403, 403)
        await client.join()
        await client.get(**headers)
        assert (client.http, client.status) == (403, 403)
        assert await client.post(client.click(), **headers) == 403
        assert happened == []
        assert len(live.sockets) == 1


async def test_the_own_page_and_one_that_is_named_get_in() -> None:
    async with polling(check_origin=["https://friend.example"]) as (_, client):
        await client.get(origin="https://friend.example")
        assert client.status == 410
    async with polling() as (_, client):
        await client.get(origin="http://localhost", **{"Sec-Fetch-Site": "same-origin"})
        assert client.status == 410


async def test_another_version_of_the_protocol_is_refused() -> None:
    async with polling() as (_, client):
        answer = await untyped(client.client).get(
            "/live/longpoll", query_string={**client.query, "vsn": "1.0.0"}
        )
        assert answer.status_code == 403


async def test_what_a_form_can_send_is_no_post_of_frames() -> None:
    async with polling() as (_, client):
        await client.join()
        await client.post(client.click(), **{"content-type": "text/plain"})
        assert (client.http, client.status, happened) == (415, 500, [])


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE"])
async def test_no_other_method_opens_anything(method: str) -> None:
    async with polling() as (live, client):
        answer = await untyped(client.client).open("/live/longpoll", method=method, query_string=client.query)
        assert answer.status_code in {200, 403, 405}
        assert len(live.sockets) == 0


# -- bounds --------------------------------------------------------------------


async def test_no_more_clients_poll_than_may(limits: list[str]) -> None:
    async with polling(limits=Limits(max_polled=2)) as (live, first):
        for client in (first, await poller(live), last := await poller(live)):
            await client.get()
        assert (last.http, last.status, limits) == (503, 500, ["max_polled"])
        await trio.sleep(22)  # those have left
        await last.open()


async def test_an_address_opens_no_more_than_its_sockets(limits: list[str]) -> None:
    async with polling(limits=Limits(max_peer_sockets=2)) as (live, first):
        for client in (first, await poller(live), last := await poller(live)):
            client.client = untyped(client.client)
            await from_address(client, "203.0.113.5")
        assert (last.http, last.status, limits) == (429, 500, ["max_peer_sockets"])
        await from_address(other := await poller(live), "203.0.113.6")
        assert other.status == 410


async def from_address(client: Poller, address: str) -> None:
    answer = await untyped(client.client).get(
        "/live/longpoll", query_string=client.query, scope_base={"client": (address, 1)}
    )
    client.http, client.status = answer.status_code, json.loads(await answer.get_data())["status"]


async def test_a_client_that_leaves_too_much_unread_is_closed(limits: list[str]) -> None:
    async with polling(limits=Limits(max_queue=3_000, max_unsent=inf)) as (live, client):
        await client.join()
        await client.post(*(client.click() for _ in range(60)))
        await trio.testing.wait_all_tasks_blocked()
        assert limits == ["max_queue"]
        assert not live.sockets
        await client.get()
        assert client.status == 410


async def test_what_was_given_and_not_acknowledged_counts_as_unread(limits: list[str]) -> None:
    async with polling(limits=Limits(max_queue=3_000, max_unsent=inf)) as (_, client):
        await client.join()
        before = None
        for _ in range(2):
            before = client.token
            await client.post(*(client.click() for _ in range(20)))
            await client.get()
        client.token = before
        await client.post(*(client.click() for _ in range(20)))
        await trio.testing.wait_all_tasks_blocked()
        assert limits == ["max_queue"]


async def test_who_does_not_read_is_not_read() -> None:
    async with polling(limits=Limits(max_unsent=500)) as (live, client):
        await client.join()
        (socket,) = live.sockets
        untyped(socket).send(json.dumps([None, None, "other", "push", "x" * 600]).encode())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(client.post, *(client.click() for _ in range(30)))
            await trio.testing.wait_all_tasks_blocked()
            read = len(happened)
            while len(client.frames) < 32:
                await client.get()
        assert read == 1
        assert happened[:30] == list(range(1, 31))


async def test_who_sends_too_much_waits_for_the_second_to_end() -> None:
    async with polling(limits=Limits(max_events=10)) as (_, client):
        await client.join()
        began = trio.current_time()
        assert await client.post(*(client.click() for _ in range(50))) == 200
        assert 3 <= trio.current_time() - began <= 6


async def test_a_second_post_while_one_is_read_is_refused() -> None:
    async with polling() as (live, client):
        await client.join()
        async with client.request("POST", live) as request:
            await request.send(client.line(client.click()).encode() + b"\n")
            await trio.testing.wait_all_tasks_blocked()
            assert happened == [1]
            await client.post(client.click())
            assert (client.http, client.status, happened) == (409, 500, [1])
            await request.send(client.line(client.click()).encode())
            await request.send(b"", more=False)
        assert (await client.reply(client.join_ref))["status"] == "ok"
        assert happened == [1, 2]


BROKEN = {
    "no JSON": (b"[1,", 1011),
    "no base64": (b"?!", 1007),
    "no text": (b"[\xff\xfe", 1007),
    "an empty binary frame": (b"AAAA", 1011),
    "too long": (b"[" + b"x" * 2_000, 1009),
    "too long, in base64": (b"A" * 2_000, 1009),
}


@pytest.mark.parametrize("what", BROKEN)
async def test_what_is_no_frame_closes_its_own_socket_only_and_behind_what_came_before(what: str) -> None:
    async with polling(limits=Limits(max_frame=1_000)) as (live, client):
        other = await poller(live)
        await other.join()
        await client.join()
        lines = [client.line(client.click()).encode(), BROKEN[what][0], client.line(client.click()).encode()]
        assert await client.post_body(b"\n".join(lines)) == 410
        assert len(live.sockets) == 1
        await client.get()
        assert client.status == 410
        assert happened == [1, Shutdown("closed")]
        assert await other.clicked() == {"diff": {"0": "1"}}


async def test_more_frames_than_a_post_may_have_close_the_socket() -> None:
    async with polling() as (live, client):
        await client.join()
        assert await client.post(*(client.click() for _ in range(101))) == 410
        assert len(live.sockets) == 0


async def test_a_body_without_an_end_is_not_kept() -> None:
    """It is looked at as it comes, and its sender does not get further than one message."""
    async with polling(limits=Limits(max_frame=1_000)) as (live, client):
        await client.join()
        async with client.request("POST", live) as request:
            for _ in range(20):
                await request.send(b"x" * 1_000)
            assert request.unread > 15
            assert not live.sockets
            await request.disconnect()
        assert json.loads(request.answer)["status"] == 410


@pytest.mark.parametrize("how", ["silence", "the end of the connection"])
async def test_a_post_that_breaks_off_closes_the_socket(how: str) -> None:
    """What is missing would be missed by what comes later."""
    async with polling(limits=Limits(stall_timeout=5)) as (live, client):
        await client.join()
        async with client.request("POST", live) as request:
            await request.send(client.line(client.click()).encode() + b"\n[")
            await trio.testing.wait_all_tasks_blocked()
            if how == "silence":
                await trio.sleep(6)
            await request.disconnect()
        await trio.testing.wait_all_tasks_blocked()
        assert not live.sockets
        assert happened == [1, Shutdown("closed")]


async def test_who_joins_nothing_is_closed() -> None:
    async with polling(limits=Limits(join_timeout=25)) as (live, client):
        await client.open()
        began = trio.current_time()
        while live.sockets:
            await client.get()
        assert client.status == 410
        assert 24 < trio.current_time() - began < 32


async def test_nobody_stays_longer_than_may(limits: list[str]) -> None:
    async with polling(limits=Limits(max_age=60, join_timeout=1)) as (live, client):
        await client.join()
        began = trio.current_time()
        while live.sockets:
            await client.get()
        assert 50 < trio.current_time() - began < 63
        assert limits == ["max_age"]


async def test_before_request_of_the_application_is_asked() -> None:
    app: QuartTrio
    app, live = make_app(longpoll=True)
    seen: list[str] = []

    @app.before_request
    async def note() -> None:
        from quart import request

        seen.append(request.path)

    async with live.node():
        await (await poller(live)).open()
    assert seen == ["/counter", "/live/longpoll"]

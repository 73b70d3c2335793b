"""From login to logout on the wire: who was let in is asked for at every join, and a logout ends every socket."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from quart import session
from quart_trio import QuartTrio

from actorlive import ActorLive, Cont, Event, Halt, LiveView, Socket, heex
from tests.web.views import KEY
from tests.web.visitor import Page, Wire, connect, get, serving

pytestmark = [pytest.mark.real_clock, pytest.mark.usefixtures("way")]


class Ping(Event):
    pass


class Accounts:
    """Who is logged in, by token, and how often that was asked."""

    def __init__(self) -> None:
        self.valid = {"t1": "ada", "t2": "bob"}
        self.asked: list[str] = []

    async def need_user(
        self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket
    ) -> Cont | Halt:
        life = "connected" if socket.connected else "dead"
        self.asked.append(life)
        if session.get("token") in self.valid:
            return Cont()
        socket.redirect("/login")
        return Halt()


class HomeLive(LiveView[Ping]):
    pings: int = 0
    template = heex("<p>{@pings}</p>")

    async def handle_event(self, event: Ping, socket: Socket) -> None:
        self.pings += 1


def site() -> tuple[QuartTrio, ActorLive, Accounts]:
    app, accounts = QuartTrio("accounts"), Accounts()
    live = ActorLive(app, secret_key=KEY)
    group = live.session("users", on_mount=[accounts.need_user])
    group.route("/home", HomeLive)
    group.route("/desk", HomeLive)

    @app.get("/enter/<token>")
    async def enter(token: str) -> str:
        live.renew_session()
        session["token"] = token
        session["live_socket_id"] = f"user:{accounts.valid[token]}"
        return ""

    @app.get("/leave")
    async def leave() -> str:
        accounts.valid.pop(session["token"], None)
        live.disconnect(session["live_socket_id"])
        session.clear()
        return ""

    return app, live, accounts


async def home(url: str, token: str) -> Page:
    return await get(url, "/home", (await get(url, f"/enter/{token}")).cookie)


async def outcome(wire: Wire, **payload: object) -> Any:
    frame = await wire.join(**payload)
    while frame[1] != wire.join_ref or frame[3] != "phx_reply":  # the end of the view that was joined before
        frame = await wire.receive()
    reply = frame[4]
    return reply["status"] if reply["status"] == "ok" else reply["response"]


AWAY: dict[str, Any] = {"redirect": {"to": "/login", "status": 302}, "events": []}


async def test_every_join_asks_again() -> None:
    app, _, accounts = site()
    async with serving(app) as url:
        page = await home(url, "t1")
        for _ in range(2):
            async with connect(page) as wire:
                assert await outcome(wire) == "ok"
                assert await outcome(wire, redirect=f"{url}/desk") == "ok"
        assert accounts.asked == ["dead", *["connected"] * 4]
        accounts.valid.clear()
        async with connect(page) as wire:
            assert await outcome(wire) == AWAY
            assert await outcome(wire, redirect=f"{url}/desk") == AWAY


async def test_a_logout_closes_every_socket_of_that_visitor_and_no_other() -> None:
    app, _, _ = site()
    async with serving(app) as url:
        mine, theirs = await home(url, "t1"), await home(url, "t2")
        async with connect(mine) as one, connect(mine) as two, connect(theirs) as other:
            for wire in (one, two, other):
                assert await outcome(wire) == "ok"
            await get(url, "/leave", mine.cookie)
            assert [await one.closed(), await two.closed()] == [1001, 1001]
            assert await other.clicked("ping") == {"diff": {"0": "1"}}


async def test_the_old_cookie_opens_a_socket_and_no_view() -> None:
    app, _, _ = site()
    async with serving(app) as url:
        page = await home(url, "t1")
        await get(url, "/leave", page.cookie)
        async with connect(page) as wire:
            assert await outcome(wire) == AWAY
        again = await get(url, "/home", page.cookie)
        assert (again.status, again.headers["location"]) == (302, "/login")


async def test_a_join_that_is_under_way_at_the_logout_is_refused_or_closed() -> None:
    app, _, _ = site()
    async with serving(app) as url:
        page = await home(url, "t1")
        async with connect(page) as wire, trio.open_nursery() as nursery:
            nursery.start_soon(get, url, "/leave", page.cookie)
            try:
                first: Any = await outcome(wire)
            except Exception:  # closed before the answer
                first = "closed"
            assert first in ("ok", "closed", AWAY)
            if first == "ok":
                assert await wire.closed() == 1001

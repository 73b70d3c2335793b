"""Views and components inside of a view, as a server of the protocol has them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trio

from actorlive.testing import ElementError, View
from actorlive.testing.browser.messages import Loaded
from actorlive.testing.browser.page import Page
from actorlive.testing.worlds.base import NONE, World
from actorlive.testing.worlds.driver import Driver
from actorlive.testing.worlds.lined import Websocket

Message = list[Any]

PAGE = '<div id="main" data-phx-main data-phx-session="m" data-phx-static=""></div>'

CHILD = '<div id="child" data-phx-session="c" data-phx-parent-id="main" data-phx-static=""></div>'

PARENT = {
    "s": ["<h1>", "</h1>", "<ul>", "</ul>"],
    "0": "Parent",
    "1": CHILD,
    "2": {"s": ["", ""], "k": {"kc": 2, "0": {"0": 1}, "1": {"0": 2}}},
    "c": {
        "1": {
            "s": ['<li id="one" class="card"><b phx-click="bump" phx-target="1">', "</b></li>"],
            "0": "one",
        },
        "2": {"s": ['<li id="two" class="card"><b>', "</b></li>"], "0": "two"},
    },
}
NESTED = {"s": ['<button phx-click="inc">', "</button>"], "0": "0"}


TREES = {"lv:main": PARENT, "lv:child": NESTED}


class Server(World):
    """Answers joins with the trees above and events with what `answers` has for them; it is its own socket, too."""

    def __init__(self, page: str = PAGE, trees: Mapping[str, Any] = TREES) -> None:
        self.page = page
        self.trees = trees
        self.slow = ""
        """The topic whose join is not answered before `answer_slow`."""
        self._late: list[str] = []
        self.heard: list[Message] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self._out, self._frames = trio.open_memory_channel[str](100)

    async def load(self, url: str, cookies: Mapping[str, str] = NONE) -> Loaded:
        return Loaded(self.page, 200, url, {})

    async def send_form(self, url: str, method: str, pairs: list[tuple[str, str]]) -> Loaded:
        return Loaded(PAGE, 200, url, {})

    async def connect(self, page: Page) -> Server:
        return self

    async def connect_line(self, page: Page) -> Websocket:
        raise ConnectionRefusedError("this server has no lines")

    def send(self, frame: str | bytes) -> None:
        message = json.loads(frame)
        self.heard.append(message)
        join_ref, ref, topic, event, payload = message
        response = {"diff": self.answers.get(payload.get("event"), {})}
        if event == "phx_join":
            response = {"rendered": self.trees[topic]}
        elif event == "cids_destroyed":
            response = payload
        reply = {"status": "ok", "response": response}
        answer = json.dumps([join_ref, ref, topic, "phx_reply", reply])
        if event == "phx_join" and topic == self.slow:
            self._late.append(answer)
        else:
            self._out.send_nowait(answer)

    def answer_slow(self) -> None:
        """Answer the join that has waited."""
        self._out.send_nowait(self._late.pop())

    async def receive(self) -> str | None:
        try:
            return await self._frames.receive()
        except trio.ClosedResourceError:
            return None

    async def close(self) -> None:
        self._frames.close()

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The topics and payloads of the events that came."""
        return [(message[2], message[4]) for message in self.heard if message[3] == "event"]


@asynccontextmanager
async def visited(server: Server) -> AsyncGenerator[View]:
    async with trio.open_nursery() as nursery:
        driver = Driver(nursery, server, {})
        yield View(driver, await driver.start("http://localhost/"))
        nursery.cancel_scope.cancel()


async def test_a_child_is_joined_and_found() -> None:
    server = Server()
    async with visited(server) as view:
        (child,) = await view.live_children()
        assert await child.element("button").text() == "0"
        assert await (await view.find_live_child("child")).has_element("button")
        assert not await child.has_element("h1")
        with pytest.raises(ElementError, match=r"no live child 'chld'\. Did you mean \"child\""):
            await view.find_live_child("chld")
    joins = {message[2]: message[4] for message in server.heard if message[3] == "phx_join"}
    assert joins["lv:main"]["url"] == "http://localhost/"
    assert joins["lv:child"]["session"] == "c"
    assert "url" not in joins["lv:child"]


def container(dom_id: str, parent: str) -> str:
    return f'<div id="{dom_id}" data-phx-session="{dom_id}" data-phx-parent-id="{parent}" data-phx-static=""></div>'


def tree(text: str, *containers: str) -> dict[str, Any]:
    return {
        "s": [f"<b>{text}</b>", *["" for _ in containers]],
        **{str(i): c for i, c in enumerate(containers)},
    }


FAMILY = {
    "lv:main": tree("main", container("a", "main"), container("b", "main")),
    "lv:a": tree("a", container("a1", "a"), container("a2", "a")),
    "lv:a1": tree("a1", container("a11", "a1")),
    "lv:a11": tree("a11"),
    "lv:a2": tree("a2"),
    "lv:b": tree("b"),
}
DEAD = f"""<div id="main" data-phx-main data-phx-session="m" data-phx-static="">
  <div id="a" data-phx-session="a" data-phx-parent-id="main" data-phx-static="sa">{container("a1", "a")}</div>
</div>"""


@pytest.mark.parametrize("page", [PAGE, DEAD])
async def test_views_within_views_within_views_join_from_the_outside_in_and_are_shown_together(
    page: str,
) -> None:
    server = Server(page, FAMILY)
    server.slow = "lv:a11"
    async with visited(server) as view:
        joins = [message[2] for message in server.heard if message[3] == "phx_join"]
        assert joins == ["lv:main", "lv:a", "lv:b", "lv:a1", "lv:a2", "lv:a11"]
        assert await view.text() == ""  # one of them has not answered
        server.answer_slow()
        assert await view.text() == "main a a1 a11 a2 b"
        a = await view.find_live_child("a")
        a1 = await a.find_live_child("a1")
        assert await (await a1.find_live_child("a11")).text() == "a11"
        server.answers["alone"] = {"0": ""}
        await view.click("alone")
        assert await view.text() == "main b"
    assert [message[2] for message in server.heard if message[3] == "phx_leave"] == [
        "lv:a11",
        "lv:a1",
        "lv:a2",
        "lv:a",
    ]


async def test_an_event_goes_to_the_view_that_its_element_is_in() -> None:
    server = Server()
    server.answers["inc"] = {"0": "1"}
    async with visited(server) as view:
        child = await view.find_live_child("child")
        await view.element("button").click()
        assert await child.element("button").text() == "1"
        await child.click("inc", {"by": 2})
    assert [topic for topic, _ in server.events()] == ["lv:child", "lv:child"]


async def test_a_child_keeps_its_content_over_patches_of_its_parent_and_leaves_with_its_container() -> None:
    server = Server()
    server.answers |= {"title": {"0": "New"}, "alone": {"1": ""}}
    async with visited(server) as view:
        await view.click("title")
        assert await view.element("h1").text() == "New"
        assert await view.element("#child button").text() == "0"
        await view.click("alone")
        assert await view.live_children() == []
    assert ["lv:child", "phx_leave"] in [message[2:4] for message in server.heard]


async def test_events_reach_the_components_that_they_are_aimed_at() -> None:
    server = Server()
    async with visited(server) as view:
        await view.element("#one b").click()
        await view.with_target("#two").click("bump", {"by": 2})
        await view.with_target(".card").click("all")
        await view.with_target("#child").click("inc")
        with pytest.raises(ElementError, match=r"the target '#three' .* matches nothing"):
            await view.with_target("#three").click("bump")
    aims = [(topic, payload["event"], payload.get("cid")) for topic, payload in server.events()]
    assert aims == [
        ("lv:main", "bump", 1),
        ("lv:main", "bump", 2),
        ("lv:main", "all", 1),
        ("lv:main", "all", 2),
        ("lv:child", "inc", None),
    ]


async def test_components_that_are_gone_are_taken_leave_of() -> None:
    server = Server()
    server.answers["drop"] = {"2": {"k": {"kc": 1}}}
    async with visited(server) as view:
        await view.click("drop")
        assert await view.element(".card").texts() == ["one"]
    assert [message[3:] for message in server.heard if message[3].startswith("cids_")] == [
        ["cids_will_destroy", {"cids": [2]}],
        ["cids_destroyed", {"cids": [2]}],
    ]

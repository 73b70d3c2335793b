"""Events that do not wait for a connection: the page has their names before it could push one."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from actorlive import Event, LiveComponent, LiveView, Socket, heex
from actorlive.runtime import open_node
from tests.support.client import Client, Views

TOPIC = "phx-test"


class Add(Event): ...


class Pay(Event, offline=False): ...


class PayAll(Pay, name="pay!"): ...


class PayLater(Pay, offline=True): ...


class Show(Event):
    till: bool


class Till(LiveComponent[Pay | Add]):
    template = heex("<p></p>")

    async def handle_event(self, event: Pay | Add, socket: Socket) -> None: ...


class Shelf(LiveComponent[Add]):
    template = heex("<p></p>")

    async def handle_event(self, event: Add, socket: Socket) -> None: ...


class Shop(LiveView[Add | Pay | PayAll | PayLater]):
    template = heex("<.live_component module={Shelf} id={1} />")

    async def handle_event(self, event: Any, socket: Socket) -> None: ...


class Hall(LiveView[Show | Add]):
    tills: int = 0
    template = heex("<.live_component :for={number in range(@tills)} module={Till} id={number} />")

    async def handle_event(self, event: Show | Add, socket: Socket) -> None:
        self.tills = self.tills + 1 if isinstance(event, Show) and event.till else 0


class Full(LiveView):
    template = heex("<.live_component :for={number in range(9)} module={Till} id={number} />")


@asynccontextmanager
async def joined(path: str) -> AsyncGenerator[Client]:
    async with open_node() as node:
        client = Client(node, Views({"/shop": Shop, "/hall": Hall, "/full": Full}))
        client.joined = await client.join(path)
        yield client


def told(diff: dict[str, Any]) -> list[Any]:
    """What goes to the page before its patch."""
    return [
        payload for name, payload, *before in diff.get("e", []) if name == "al:online" and before == [True]
    ]


async def test_the_answer_to_a_join_names_the_views_own_and_what_is_derived_from_them() -> None:
    async with joined("/shop") as client:
        assert client.joined["al:online"] == ["pay", "pay!"]


async def test_a_view_that_has_none_says_nothing() -> None:
    async with joined("/hall") as client:
        assert client.joined.keys() == {"rendered", "liveview_version"}
        assert "e" not in client.joined["rendered"]


async def test_the_first_component_of_a_class_brings_its_names_and_no_other_does() -> None:
    async with joined("/hall") as client:
        first = (await client.clicked("show", till=True))["diff"]
        assert told(first) == [{"id": TOPIC, "names": ["pay"]}]
        for till in (True, False, True):
            assert told((await client.clicked("show", till=till))["diff"]) == []


async def test_components_of_the_first_render_bring_theirs_with_the_join() -> None:
    async with joined("/full") as client:
        assert told(client.joined["rendered"]) == [{"id": TOPIC, "names": ["pay"]}]

"""What a view keeps while nobody touches it (LiveView's hibernation, which there is no need to ask for)."""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import trio

from actorlive import Event, LiveView, Socket, heex
from actorlive.live.process.connection import ConnectionInfo, LiveConnection
from actorlive.runtime import Node, open_node
from tests.support.client import Views

AT_MOST = 9_200
"""Bytes per view with its connection, of which the memory of both tasks and of Trio's are a half."""


class Inc(Event): ...


class IdleLive(LiveView[Inc]):
    count: int = 0
    template = heex("""<button phx-click="inc">{@count}</button>""")

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.count += 1


class KeepsMore(IdleLive):
    """What lazy state would weigh if it were not: a handful of empty containers."""

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.private["kept"] = [dict[str, int](a=1) for _ in range(8)]


class Quiet(Views):
    debug = False


def connect(node: Node, view: type[LiveView[Any]]) -> LiveConnection:
    connection = LiveConnection(node, Quiet({"/": view}), lambda _: None, ConnectionInfo(session={}))
    payload: dict[str, Any] = {"url": "http://test/", "params": {}, "session": "s", "sticky": False}
    connection.receive(json.dumps(["1", "1", "lv:phx", "phx_join", payload]))
    return connection


@contextmanager
def untraced() -> Generator[None]:
    """Nobody traces lines meanwhile: what coverage keeps for each frame that waits would count as the view's."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)


async def bytes_per_view(view: type[LiveView[Any]], count: int = 200) -> float:
    with untraced():
        return await _bytes_per_view(view, count)


async def _bytes_per_view(view: type[LiveView[Any]], count: int) -> float:
    async with open_node() as node:
        kept = [connect(node, view) for _ in range(20)]
        await trio.sleep(1)
        gc.collect()
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        kept += [connect(node, view) for _ in range(count)]
        await trio.sleep(1)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        for connection in kept:
            connection.close()
    return (after - before) / count


async def test_an_idle_view_keeps_little() -> None:
    assert await bytes_per_view(IdleLive) < AT_MOST


async def test_control_a_view_that_keeps_more_is_seen() -> None:
    assert await bytes_per_view(KeepsMore) > AT_MOST


async def test_what_is_made_when_it_is_first_used_is_kept_from_then_on() -> None:
    seen: list[object] = []

    class UsesLive(IdleLive):
        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.private["a"] = 1
            socket.undoable("b", lambda: seen.append("done"), delay=5.0)
            assert socket.private == {"a": 1}
            assert socket.undo("b") is True
            assert socket.undo("b") is False
            seen.append("mounted")

    async with open_node() as node:
        connection = connect(node, UsesLive)
        await trio.sleep(10)
        assert seen == ["mounted"]
        connection.close()

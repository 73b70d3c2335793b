"""Presence on three programs and a real Redis, all of which are killed in turn."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import trio

from tests.support.redis import redis_server

pytestmark = pytest.mark.real_clock

NAMES = ["ada", "bo", "cleo"]


class NodeProcess:
    """One program, and the lists that it has written."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.lists: list[list[str]] = []

    async def read(self) -> None:
        """Until it ends."""
        assert self.process.stdout is not None
        rest = b""
        async with self.process.stdout:
            async for piece in self.process.stdout:
                *lines, rest = (rest + piece).split(b"\n")
                self.lists += [json.loads(line) for line in lines]
        await self.process.wait()

    async def lists_now(self, names: list[str], patience: float) -> float:
        """Wait until it lists these; returns the seconds that it took."""
        began = trio.current_time()
        with trio.fail_after(patience):
            while not self.lists or self.lists[-1] != names:
                await trio.sleep(0.01)
        return trio.current_time() - began

    async def hears_of_successor(self, told: int, names: list[str], patience: float) -> None:
        """Wait until it was told, behind so many lists, that somebody has gone and that their successor is there. It
        lists these then, as it did before."""
        with trio.fail_after(patience):
            while len(self.lists) < told + 2 or self.lists[-1] != names:
                await trio.sleep(0.01)


@asynccontextmanager
async def programs() -> AsyncGenerator[Callable[[str, str], Awaitable[NodeProcess]]]:
    """Starts programs that end with the block."""
    started: list[NodeProcess] = []
    async with trio.open_nursery() as nursery:

        async def begin(url: str, name: str) -> NodeProcess:
            command = [sys.executable, "-m", "tests.pubsub.presence_node", url, name]
            node = NodeProcess(await trio.lowlevel.open_process(command, stdout=subprocess.PIPE))
            started.append(node)
            nursery.start_soon(node.read)
            return node

        try:
            yield begin
        finally:
            for node in started:
                node.process.kill()


async def test_who_is_killed_is_gone_soon_who_returns_is_there_once_and_redis_may_go() -> None:
    with redis_server() as redis:
        await redis.command("PING")
        async with programs() as begin:
            nodes = {name: await begin(redis.url, name) for name in NAMES}
            for node in nodes.values():
                await node.lists_now(NAMES, 30)

            nodes["cleo"].process.kill()
            for name in ("ada", "bo"):
                await nodes[name].lists_now(["ada", "bo"], 30)

            nodes["cleo"] = await begin(redis.url, "cleo")
            for node in nodes.values():
                await node.lists_now(NAMES, 30)

            told = {name: len(nodes[name].lists) for name in ("ada", "bo")}
            nodes["cleo"].process.kill()
            nodes["cleo"] = await begin(redis.url, "cleo")  # takes the place of the one before
            await nodes["cleo"].lists_now(NAMES, 30)
            for name, lists in told.items():
                await nodes[name].hears_of_successor(lists, NAMES, 10)
            assert not any(each.count("cleo") > 1 for node in nodes.values() for each in node.lists)

            before = {name: len(node.lists) for name, node in nodes.items()}
            redis.kill()
            await trio.sleep(1)
            redis.start()
            await trio.sleep(6)
            assert {name: len(node.lists) for name, node in nodes.items()} == before
            assert [node.lists[-1] for node in nodes.values()] == [NAMES] * 3

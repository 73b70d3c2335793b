"""The registry."""

from __future__ import annotations

import pytest
import trio

from actorlive.runtime import (
    NameTaken,
    Registry,
    RuntimeMisuse,
    exit,
    open_node,
    receive,
    self,
    send,
    spawn,
    statistics,
)
from tests.runtime.helpers import in_process, until_told
from tests.support.narrow import untyped


async def listed(registry: Registry, *keys: object) -> None:
    for key in keys:
        registry.register(key, f"value of {key}")
    await until_told()


async def test_unique_keys() -> None:
    async def body() -> None:
        registry = Registry()
        pid = spawn(listed, registry, "a", "b")
        await trio.sleep(1)
        assert registry.whereis("a") is pid
        assert registry.lookup("b") == [(pid, "value of b")]
        assert registry.keys(pid) == ["a", "b"]
        assert registry.count() == 2
        with pytest.raises(NameTaken, match="'a' belongs to"):
            registry.register("a")
        exit(pid, "kill")
        assert registry.whereis("a") is None
        assert registry.keys(pid) == []
        registry.register("a", 1)
        assert registry.update_value("a", lambda value: untyped(value) + 1) is True
        assert registry.update_value("b", lambda value: value) is False
        await trio.sleep(1)
        assert registry.lookup("a") == [(self(), 2)]
        assert registry.keys(pid) == []
        registry.unregister("a")
        registry.unregister("a")
        assert registry.count() == 0
        assert not registry.watched
        assert not statistics(self()).monitored_by

    async with open_node() as node:
        await in_process(node, body)


async def test_metadata_belongs_to_the_registry() -> None:
    async with open_node():
        registry = Registry()
        registry.put_meta("topic", "news")
        assert registry.meta("topic") == "news"
        assert registry.meta("none", 0) == 0
        registry.delete_meta("topic")
        registry.delete_meta("topic")
        assert registry.meta("topic") is None
        with pytest.raises(RuntimeMisuse, match="'unique', 'duplicate', not 'single'"):
            Registry(untyped("single"))


async def test_duplicate_keys_and_dispatch() -> None:
    async def body() -> None:
        registry = Registry("duplicate")
        registry.register("topic", 1)
        registry.register("topic", 2)
        pid = spawn(listed, registry, "topic")
        await trio.sleep(1)
        assert [value for _, value in registry.lookup("topic")] == [1, 2, "value of topic"]
        assert registry.dispatch("topic", send) == 3
        assert [await receive(), await receive()] == [1, 2]
        await trio.sleep(1)
        assert registry.keys(pid) == []
        assert registry.count() == 2
        registry.close()
        assert registry.count() == 0

    async with open_node() as node:
        await in_process(node, body)

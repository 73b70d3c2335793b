"""Values per node, and that they let it go."""

from __future__ import annotations

import gc
from collections.abc import Callable
from weakref import WeakKeyDictionary, ref

import pytest
import trio

from actorlive.runtime import Node, NodeClosed, NodeLocal, current_node, open_node, open_port, spawn
from tests.support.client import settled


def outlives_its_block(use: Callable[[], object]) -> bool:
    """True when a node in which `use` was called is kept by something after its end."""

    async def main() -> Callable[[], Node | None]:
        async with open_node() as node:
            use()
            return ref(node)

    node = trio.run(main)
    gc.collect()
    return node() is not None


async def test_each_node_has_a_value_of_its_own_made_at_its_first_use() -> None:
    made: list[list[int]] = []
    local = NodeLocal[list[int]](lambda: made.append([]) or made[-1])
    async with open_node():
        local.get().append(1)
        async with open_node():
            assert local.get() == []
        local.get().append(2)
    assert made == [[1, 2], []]


async def test_a_process_finds_that_of_its_node() -> None:
    local = NodeLocal[list[int]](list)
    found: list[list[int]] = []

    async def look() -> None:
        found.append(local.get())

    async with open_node():
        spawn(look)
        await settled()
        assert found[0] is local.get()


def test_outside_of_every_node_there_is_none() -> None:
    with pytest.raises(NodeClosed):
        NodeLocal(list).get()


@pytest.mark.parametrize("value", [current_node, lambda: open_port(print), lambda: [current_node()]])
def test_a_node_goes_although_its_value_leads_back_to_it(value: Callable[[], object]) -> None:
    assert not outlives_its_block(NodeLocal(value).get)


def test_a_dictionary_with_weak_keys_would_keep_it() -> None:
    by_node: WeakKeyDictionary[Node, Node] = WeakKeyDictionary()
    assert outlives_its_block(lambda: by_node.setdefault(current_node(), current_node()))

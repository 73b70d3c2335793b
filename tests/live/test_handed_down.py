"""What a view hands down to the views within it, on its way through a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import trio
import trio.testing
from hypothesis import given, strategies as st

from actorlive.errors import CallbackError
from actorlive.live.handed_down import HandedDown
from actorlive.runtime import Pid, alive, dead_pid, entering, exit, open_node

TEXT = st.text(max_size=6) | st.sampled_from(["$pid", "$", "$$pid", "$$"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3)
)
SESSIONS = st.dictionaries(TEXT, VALUES, max_size=4)


def travelled(book: HandedDown, session: Mapping[str, object]) -> dict[str, Any]:
    return book.read(json.loads(json.dumps(book.write(session, "Clock #clock"))))


@given(session=SESSIONS)
def test_what_json_has_comes_back_as_it_went(session: dict[str, Any]) -> None:
    assert travelled(HandedDown(), session) == session


def test_a_tuple_comes_back_as_a_list_and_a_mapping_as_a_dict() -> None:
    assert travelled(HandedDown(), {"at": (1, ("x",))}) == {"at": [1, ["x"]]}


@pytest.mark.parametrize(
    ("session", "where"),
    [
        ({"a": {"b": [b"x"]}}, r"the session of Clock #clock\['a'\]\['b'\]\[0\] is b'x' \(bytes\)"),
        ({"a": float("nan")}, r"\['a'\] is nan \(float\)"),
        ({"a": object}, r"\['a'\] is <class 'object'> \(type\)"),
        ({"a": {1: 2}}, r"the session of Clock #clock\['a'\] has the key 1; the keys of a session are text"),
        ({2: 2}, r"the session of Clock #clock has the key 2"),
    ],
)
def test_what_would_not_come_back_is_refused_where_it_stands(session: Any, where: str) -> None:
    with pytest.raises(CallbackError, match=where):
        HandedDown().write(session, "Clock #clock")


async def test_a_pid_comes_back_as_itself_while_its_process_lives() -> None:
    book = HandedDown()
    async with open_node() as node:
        pid = node.spawn(trio.sleep_forever)
        with entering(node):
            session: dict[str, object] = {"owner": pid, "all": [pid, {"again": pid}]}
            written = book.write(session, "x")
            assert travelled(book, session) == session
            exit(pid, "enough")
            await trio.testing.wait_all_tasks_blocked()
            late: Pid = book.read(written)["owner"]
            assert late is not pid
            assert not alive(late)


async def test_the_book_forgets_those_that_have_ended() -> None:
    book = HandedDown()
    async with open_node() as node:
        pids = [node.spawn(trio.sleep_forever) for _ in range(3)]
        with entering(node):
            keys = [book.key(pid) for pid in pids]
            assert [book.find(key) for key in keys] == pids
            assert book.key(pids[0]) == keys[0]
            for pid in pids[1:]:
                exit(pid, "enough")
            await trio.testing.wait_all_tasks_blocked()
            assert len(book) == 1


async def test_another_book_does_not_know_the_pid_even_of_the_same_number() -> None:
    book, after_a_restart = HandedDown(), HandedDown()
    async with open_node() as node:
        pid = node.spawn(trio.sleep_forever)
        with entering(node):
            key = book.key(pid)
            after_a_restart.key(pid)
            assert after_a_restart.find(key) is None


def test_the_pid_of_no_process_is_one_afterwards_too() -> None:
    book = HandedDown()
    assert not alive(travelled(book, {"owner": dead_pid()})["owner"])


async def test_a_book_goes_on_with_the_next_node() -> None:
    book = HandedDown()
    for _ in range(2):
        async with open_node() as node:
            pid = node.spawn(trio.sleep_forever)
            with entering(node):
                assert book.find(book.key(pid)) is pid
                assert len(book) == 1
            exit(pid, "enough")

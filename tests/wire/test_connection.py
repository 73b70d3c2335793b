from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.errors import ProtocolError
from actorlive.wire import Answered, Connection, Ignored, Join, Leave, Push


def text(*fields: object) -> str:
    return json.dumps(fields)


def answer(received: object) -> object:
    assert isinstance(received, Answered)
    return json.loads(received.frame)


def joined(connection: Connection, topic: str = "lv:a", ref: str = "4") -> Join:
    received = connection.receive(text(ref, ref, topic, "phx_join", {}))
    assert isinstance(received, Join)
    return received


def test_heartbeat() -> None:
    assert answer(Connection().receive(text(None, "1", "phoenix", "heartbeat", {}))) == [
        None,
        "1",
        "phoenix",
        "phx_reply",
        {"status": "ok", "response": {}},
    ]


def test_join_event_leave() -> None:
    connection = Connection()
    assert joined(connection) == Join("lv:a", "4", "4", msgspec.Raw(b"{}"))
    push = connection.receive(text("4", "5", "lv:a", "event", {"x": 1}))
    assert push == Push("lv:a", "4", "5", "event", msgspec.Raw(b'{"x": 1}'))
    leave = connection.receive(text("4", "6", "lv:a", "phx_leave", {}))
    assert isinstance(leave, Leave)
    assert leave.ref == "6"
    assert json.loads(leave.frame) == ["4", "4", "lv:a", "phx_close", {}]
    assert connection.channel_down("lv:a", "4", crashed=False) is None


def test_a_second_join_takes_the_topic_over() -> None:
    connection = Connection()
    joined(connection, ref="4")
    assert joined(connection, ref="7").replaces == "4"
    assert connection.channel_down("lv:a", "4", crashed=True) is None
    assert isinstance(connection.receive(text("4", "8", "lv:a", "event", {})), Ignored)
    assert isinstance(connection.receive(text(None, "9", "lv:a", "event", {})), Push)


def test_how_a_channel_ends() -> None:
    connection = Connection()
    for crashed, event in [(True, "phx_error"), (False, "phx_close")]:
        joined(connection)
        frame = connection.channel_down("lv:a", "4", crashed=crashed)
        assert frame is not None
        assert json.loads(frame) == ["4", "4", "lv:a", event, {}]
        assert connection.channel_down("lv:a", "4", crashed=crashed) is None


def test_unmatched_topics() -> None:
    connection = Connection()
    for frame in [text("4", "4", "room:1", "phx_join", {}), text("4", "4", "room:1", "event", {})]:
        assert answer(connection.receive(frame)) == [
            None,
            "4",
            "room:1",
            "phx_reply",
            {"status": "error", "response": {"reason": "unmatched topic"}},
        ]


def test_leaving_what_is_not_joined_is_done() -> None:
    received = Connection().receive(text("4", "6", "lv:a", "phx_leave", {}))
    assert answer(received) == ["4", "6", "lv:a", "phx_reply", {"status": "ok", "response": {}}]


def test_a_leave_of_an_earlier_join_is_ignored() -> None:
    connection = Connection()
    joined(connection, ref="4")
    joined(connection, ref="7")
    assert isinstance(connection.receive(text("4", "8", "lv:a", "phx_leave", {})), Ignored)
    assert connection.is_current("lv:a", "7")


def test_a_refused_join_frees_the_topic() -> None:
    connection = Connection(max_channels=1)
    joined(connection)
    connection.refuse("lv:a", "4")
    assert joined(connection, "lv:b").replaces is None


def test_too_many_channels() -> None:
    connection = Connection(max_channels=2)
    joined(connection, "lv:a", "1")
    joined(connection, "lv:b", "2")
    assert answer(connection.receive(text("3", "3", "lv:c", "phx_join", {}))) == [
        "3",
        "3",
        "lv:c",
        "phx_reply",
        {"status": "error", "response": {"reason": "too many channels joined"}},
    ]
    assert joined(connection, "lv:a", "4").replaces == "1"


@pytest.mark.parametrize("refs", [(None, "4"), ("4", None), (None, None)])
def test_a_join_without_refs_cannot_be_answered(refs: tuple[str | None, str | None]) -> None:
    assert isinstance(Connection().receive(text(*refs, "lv:a", "phx_join", {})), Ignored)


def test_a_binary_join_is_ignored() -> None:
    frame = bytes([0, 1, 1, 4, 8]) + b"44lv:aphx_join"
    assert isinstance(Connection().receive(frame), Ignored)


def test_a_binary_push_reaches_its_channel() -> None:
    connection = Connection()
    joined(connection)
    frame = bytes([0, 1, 1, 4, 5]) + b"45lv:achunk" + b"\x01\x02"
    assert connection.receive(frame) == Push("lv:a", "4", "5", "chunk", b"\x01\x02")


frames = st.builds(
    text,
    st.sampled_from([None, "1", "2"]),
    st.sampled_from([None, "1", "2"]),
    st.sampled_from(["lv:a", "lv:b", "phoenix", "room:1", ""]),
    st.sampled_from(["phx_join", "phx_leave", "event", "heartbeat", "phx_close", "x"]),
    st.sampled_from([{}, [], None, "x", 1]),
)


@given(st.lists(frames | st.text(max_size=20) | st.binary(max_size=20), max_size=30))
def test_any_frames_in_any_order(script: list[str | bytes]) -> None:
    """Nothing but `ProtocolError` ever comes out, and at most one channel holds a topic."""
    connection = Connection(max_channels=2)
    held: dict[str, str] = {}
    for frame in script:
        try:
            received = connection.receive(frame)
        except ProtocolError:
            continue
        match received:
            case Join(topic, join_ref):
                assert received.replaces == held.get(topic)
                held[topic] = join_ref
            case Push(topic, join_ref):
                assert held[topic] == join_ref
            case Leave(topic, join_ref):
                assert held.pop(topic) == join_ref
            case _:
                pass
        assert len(held) <= 2

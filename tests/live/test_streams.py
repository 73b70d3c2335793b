"""Streams: what one cycle asks for, and the client's instructions that come of it."""

from dataclasses import dataclass

import pytest

from actorlive.errors import StreamError
from actorlive.live.streams import ItemId, LiveStream, Streams


@dataclass(frozen=True)
class Row:
    id: int
    text: str = ""


@pytest.fixture
def stream() -> LiveStream:
    return LiveStream("rows", "0")


def test_names_items_after_the_stream_and_their_id(stream: LiveStream) -> None:
    stream.insert(Row(1), -1, None, None)
    stream.insert({"id": "b"}, 0, 10, False)
    assert stream.inserts() == [("rows-1", Row(1)), ("rows-b", {"id": "b"})]
    ref, inserts, deletes = stream.wire()
    assert (ref, deletes) == ("0", [])
    assert sorted(inserts) == [["rows-1", -1, None], ["rows-b", 0, 10]]


def test_an_item_without_id_says_what_to_do(stream: LiveStream) -> None:
    with pytest.raises(StreamError, match="stream_configure"):
        stream.insert({"text": "x"}, -1, None, None)


def test_the_last_insert_of_an_id_wins_with_its_place(stream: LiveStream) -> None:
    stream.insert(Row(1, "old"), 0, None, None)
    stream.insert(Row(2), -1, None, None)
    stream.insert(Row(1, "new"), -1, None, None)
    assert stream.inserts() == [("rows-2", Row(2)), ("rows-1", Row(1, "new"))]


def test_delete_then_insert_moves(stream: LiveStream) -> None:
    stream.delete("rows-1")
    stream.insert(Row(1), 0, None, None)
    assert stream.wire() == ["0", [["rows-1", 0, None]], ["rows-1"]]


def test_insert_then_delete_deletes(stream: LiveStream) -> None:
    stream.insert(Row(1), 0, None, None)
    stream.delete("rows-1")
    assert stream.wire() == ["0", [], ["rows-1"]]


def test_reset_voids_what_came_before(stream: LiveStream) -> None:
    stream.insert(Row(1), -1, None, None)
    stream.delete("rows-9")
    stream.reset()
    stream.insert(Row(2), -1, None, None)
    assert stream.wire() == ["0", [["rows-2", -1, None]], [], True]


def test_prune_keeps_nothing(stream: LiveStream) -> None:
    stream.insert(Row(1), -1, None, None)
    stream.reset()
    stream.prune()
    assert not stream.pending
    assert stream.inserts() == []


def test_configure_once_and_before_the_first_item(stream: LiveStream) -> None:
    stream.configure(lambda row: f"r{row.id}")
    assert stream.dom_id(ItemId(3)) == "r3"
    with pytest.raises(StreamError, match="twice"):
        stream.configure(lambda row: "x")
    stream.insert(Row(1), -1, None, None)
    with pytest.raises(StreamError, match="after it has been streamed"):
        stream.configure(lambda row: "x")


def test_a_stream_does_not_know_whether_it_is_empty(stream: LiveStream) -> None:
    with pytest.raises(StreamError, match="only-child"):
        bool(stream)


def test_unknown_streams_name_the_nearest() -> None:
    streams = Streams({"rows": LiveStream("rows", "0")})
    with pytest.raises(StreamError, match='Did you mean "rows"'):
        streams.rwos  # noqa: B018


def test_replacing_leaves_the_old_namespace_alone(stream: LiveStream) -> None:
    before = Streams({"rows": stream})
    after = before.replacing(stream.next_cycle())
    assert before.rows is stream
    assert after.rows is not stream
    assert after.rows.ref == stream.ref


@pytest.mark.parametrize("name", ["values", "get", "items", "keys", "replacing"])
def test_a_stream_of_whatever_name_is_an_attribute(name: str) -> None:
    stream, other = LiveStream(name, "0"), LiveStream("rows", "1")
    streams = Streams.replacing(Streams({name: stream}), other)
    assert getattr(streams, name) is streams[name] is stream
    assert Streams.replacing(streams, stream.next_cycle()).rows is other
    assert (name in streams, "none" in streams, len(streams)) == (True, False, 2)

"""Streams: what the comprehension over one sends, and what it keeps (nothing)."""

from __future__ import annotations

from typing import Any

import msgspec

from actorlive.template import Renderer, heex
from tests.template.official import HARNESS, pages

TEMPLATE = heex("""
  <ul id="songs" phx-update="stream">
    <li :for={dom_id, song in @streams.songs} id={dom_id}>{song}{@mark}</li>
  </ul>
""")


class Songs:
    """Stream items of one render."""

    ref = "0"

    def __init__(
        self, items: list[tuple[str, str]], deletes: list[str] | None = None, *, reset: bool = False
    ) -> None:
        self.items = items
        self.deletes = deletes or []
        self.reset = reset

    def inserts(self) -> list[tuple[str, str]]:
        return self.items

    def wire(self) -> list[Any]:
        inserts = [[dom_id, -1, None] for dom_id, _ in reversed(self.items)]
        return ["0", inserts, self.deletes, *([True] if self.reset else [])]


class Streams:
    """`@streams`."""

    def __init__(self) -> None:
        self.songs = Songs([])


def run(renders: list[Songs]) -> list[Any]:
    streams = Streams()
    assigns = {"streams": streams, "mark": "!"}
    renderer = Renderer()
    diffs: list[Any] = []
    for i, songs in enumerate(renders):
        streams.songs = songs
        diffs.append(renderer.render(TEMPLATE, assigns, {"streams": streams} if i else None))
    return diffs


def test_items_are_sent_once_and_not_kept() -> None:
    first = Songs([("songs-1", "one"), ("songs-2", "two")])
    join, nothing, more, gone, reset = run(
        [first, Songs([]), Songs([("songs-3", "three")]), Songs([], ["songs-1"]), Songs([], reset=True)]
    )
    assert join[0]["stream"] == ["0", [["songs-2", -1, None], ["songs-1", -1, None]], []]
    assert nothing == {}
    row = {0: "songs-3", 1: "three", 2: "!"}
    assert more == {0: {"k": {0: row, "kc": 1}, "stream": ["0", [["songs-3", -1, None]], []]}}
    assert gone == {0: {"stream": ["0", [], ["songs-1"]]}}
    assert reset == {0: {"stream": ["0", [], [], True]}}


def test_an_empty_stream_gets_its_statics_with_its_first_item() -> None:
    join, more = run([Songs([]), Songs([("songs-3", "three")])])
    assert join[0] == ""
    assert more[0]["s"] == ('<li id="', '">', "", "</li>")


def test_what_the_rows_read_besides_does_not_bring_them_back() -> None:
    streams = Streams()
    streams.songs = Songs([("songs-1", "one")])
    renderer = Renderer()
    renderer.render(TEMPLATE, {"streams": streams, "mark": "!"}, None)
    assert renderer.render(TEMPLATE, {"streams": streams, "mark": "?"}, {"mark": "!"}) == {}


def test_the_client_renders_what_is_new() -> None:
    diffs = run([Songs([]), Songs([("songs-1", "<one>")]), Songs([("songs-2", "two")], ["songs-1"])])
    assert HARNESS.exists()
    shown = pages([msgspec.json.decode(msgspec.json.encode(diffs))])[0]
    assert shown[1] == '<ul id="songs" phx-update="stream">\n  <li id="songs-1">&lt;one&gt;!</li>\n</ul>'
    assert '<li id="songs-2">two!</li>' in shown[2]

"""Each diff takes no more bytes than Phoenix LiveView's recorded one for the same change, and often fewer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tests.template.golden_view import ASYNC, COUNTER, FORM, Recorder, wire_events, wire_view
from tests.template.official import pages

GOLDEN = Path(__file__).parent / "golden"


def recorded(name: str) -> list[tuple[str, dict[str, Any]]]:
    """(event, diff) of each message that a recorded view sent; the join comes first."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def size(diff: object) -> int:
    return len(msgspec.json.encode(diff))


def assert_no_more(ours: object, theirs: dict[str, Any], name: str) -> None:
    assert size(ours) <= size(theirs), f"{name}: {msgspec.json.encode(ours)!r} > {theirs}"


def assert_same_page(ours: object, theirs: dict[str, Any]) -> None:
    """Phoenix numbers the statics of a join; ours stand where they are used."""
    assert_no_more(ours, theirs, "join")
    plain = json.loads(msgspec.json.encode(ours))
    assert pages([[plain]]) == pages([[theirs]])


def test_the_counter() -> None:
    view = Recorder(COUNTER, count=0)
    (_, join), *events = recorded("counter")
    assert_same_page(view.join(), join)
    for count, (_, theirs) in enumerate(events, 1):
        assert json.loads(msgspec.json.encode(view.set(count=count))) == theirs


def test_the_asynchronous_result() -> None:
    view = Recorder(ASYNC, result="0")
    (_, join), *events = recorded("async")
    assert_same_page(view.join(), join)
    diffs = [theirs for _, theirs in events if theirs]
    for count, theirs in enumerate(diffs, 1):
        assert json.loads(msgspec.json.encode(view.set(result=str(count)))) == theirs


def test_the_form() -> None:
    view = Recorder(FORM, name="", error=None)
    (_, join), *events = recorded("form")
    short = "should be at least 3 character(s)"
    assert_no_more(view.join(), join, "join")
    for assigns, (_, theirs) in zip(
        [{"name": "a", "error": short}, {"name": "abcd", "error": None}, {"name": "ab&<i>"}],
        events,
        strict=True,
    ):
        assert_no_more(view.set(**assigns), theirs, str(assigns))


def test_the_wire_page() -> None:
    view = wire_view()
    (_, join), *events = recorded("wire")
    join.pop("t")
    assert_no_more(view.join(), join, "join")
    theirs = [(event, {k: v for k, v in diff.items() if k != "r"}) for event, diff in events]
    theirs = [(event, diff) for event, diff in theirs if event not in ("title", "push")]
    ours = wire_events(view)
    assert [name for name, _ in ours] == [event for event, _ in theirs]
    for (name, diff), (_, recorded_diff) in zip(ours, theirs, strict=True):
        assert_no_more(diff, recorded_diff, name)
    sizes = [(size(diff), size(other)) for (_, diff), (_, other) in zip(ours, theirs, strict=True)]
    assert sum(mine < other for mine, other in sizes) >= 4, sizes


def test_the_client_shows_the_wire_page() -> None:
    view = wire_view()
    diffs = [json.loads(msgspec.json.encode(view.join()))]
    for _, diff in wire_events(view):
        diffs.append(json.loads(msgspec.json.encode(diff)))
    shown = pages([diffs])[0][-1]
    assert '<li id="r1">Row 1<em>x1</em></li><li id="r2">Row 2<em>x2</em></li>' in shown
    assert shown.count("<article") == 0
    assert "hello" in shown


# -- what phoenix sends again, and we do not -----------------------------------


def test_what_did_not_change_is_not_sent() -> None:
    from actorlive.template import heex

    equal = Recorder(heex("<p>{@text.strip()}</p>"), text="a")
    equal.join()
    assert equal.set(text=" a ") == {}

    hidden = Recorder(heex("<p :if={@n > 5}>{@n}</p>"), n=1)
    hidden.join()
    assert hidden.set(n=2) == {}

    rest = Recorder(heex('<p {{"title": @title, "lang": @lang.lower()}}>x</p>'), title="t", lang="EN")
    rest.join()
    assert rest.set(lang="en") == {}

    front = Recorder(heex("<li :for={x in @xs}>{x} of the list</li>"), xs=["a", "b", "c"])
    front.join()
    assert front.set(xs=["z", "a", "b", "c"]) == {0: {"k": {0: {0: "z"}, 1: 0, 2: 1, 3: 2, "kc": 4, "km": 1}}}

    table = heex("<tr :for={r in @rows}><td :for={c in @columns} title={c['title']}>{r[c['key']]}</td></tr>")
    columns = [{"title": "Name", "key": "name"}, {"title": "Age", "key": "age"}]
    view = Recorder(table, rows=[{"name": "N", "age": 1}], columns=columns)
    view.join()
    changed = view.set(columns=[columns[0], {"title": "Years", "key": "age"}])
    assert changed == {0: {"k": {0: {0: {"k": {1: {0: ' title="Years"'}, "kc": 2}}}, "kc": 1}}}

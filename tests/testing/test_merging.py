"""The client's merge rules, against the official client's own class."""

from __future__ import annotations

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from actorlive.testing.browser.merging import ClientTree, StreamOps, split
from actorlive.testing.errors import RenderedError
from tests.testing.diffs import Author

ROOT = Path(__file__).parents[2]
HARNESS = Path(__file__).with_name("official_client.mjs")


def official(sequences: list[list[Any]]) -> list[list[tuple[str, list[Any]]]]:
    """What the official client makes of them."""
    process = subprocess.run(
        ["node", str(HARNESS)],
        input=json.dumps(sequences),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def ours(diffs: list[Any]) -> list[str]:
    first, *rest = [split(deepcopy(diff)).diff for diff in diffs]
    tree = ClientTree(first)
    pages = [tree.render().html]
    for diff in rest:
        tree.merge(diff)
        pages.append(tree.render().html)
    return pages


def test_random_sequences_give_the_same_pages_as_the_official_client() -> None:
    sequences = [Author(seed).sequence(12) for seed in range(400)]
    for seed, (diffs, theirs) in enumerate(zip(sequences, official(sequences), strict=True)):
        for step, (mine, (page, _)) in enumerate(zip(ours(diffs), theirs, strict=True)):
            assert mine == page, f"seed {seed}, step {step}: {json.dumps(diffs[: step + 1])}"


def test_the_sequences_are_rich_enough() -> None:
    """Each rule of the format occurs, so that a rule left out would show."""
    text = "".join(json.dumps(Author(seed).sequence(12)) for seed in range(400))
    for sign in ('"km": true', '"km": 1', '"p": {', '"c": {', '"s": -', '"s": 1', '"kc": 0', ": [1, {"):
        assert sign in text, sign


STREAM: list[Any] = [
    {
        "0": {
            "s": ['<li id="', '">', "</li>"],
            "k": {"0": {"0": "a", "1": "one"}, "1": {"0": "b", "1": "two"}, "kc": 2},
            "stream": ["0", [["b", -1, None, None], ["a", -1, None, None]], []],
        },
        "s": ["<ul>", "</ul>"],
    },
    {"0": {"k": {"kc": 0}, "stream": ["0", [], ["a"]]}},
    {"0": {"k": {"0": {"0": "c", "1": "three"}, "kc": 1}, "stream": ["0", [["c", 0, -2, True]], [], True]}},
    {},
]


def test_stream_entries_are_rendered_once() -> None:
    assert ours(STREAM) == [page for page, _ in official([STREAM])[0]]
    assert ours(STREAM)[1] == "<ul></ul>"


SHORT_STREAM: list[Any] = [
    STREAM[0] | {"0": STREAM[0]["0"] | {"stream": ["0", [["b", -1, None], ["a", -1, None]], []]}},
    {"0": {"stream": ["0", [], ["a"]]}},
    STREAM[2],
    {"0": {"stream": ["0", [], [], True]}},
]
"""The same with nothing that the client does without."""


def test_the_short_forms_of_streams_are_understood() -> None:
    theirs = official([SHORT_STREAM])[0]
    assert ours(SHORT_STREAM) == [page for page, _ in theirs]
    tree = ClientTree(deepcopy(SHORT_STREAM[0]))
    streams = [tree.render().streams]
    for diff in SHORT_STREAM[1:]:
        tree.merge(deepcopy(diff))
        streams.append(tree.render().streams)
    assert [len(operations) for operations in streams] == [len(told) for _, told in theirs] == [1, 1, 1, 1]
    assert streams[0] == (StreamOps("0", {"b": (-1, None, False), "a": (-1, None, False)}, (), False),)
    assert streams[1] == (StreamOps("0", {}, ("a",), False),)
    assert streams[3] == (StreamOps("0", {}, (), True),)


def test_stream_operations_come_with_the_rendering() -> None:
    tree = ClientTree(deepcopy(STREAM[0]))
    assert tree.render().streams == (
        StreamOps("0", {"b": (-1, None, False), "a": (-1, None, False)}, (), False),
    )
    tree.merge(deepcopy(STREAM[1]))
    assert tree.render().streams == (StreamOps("0", {}, ("a",), False),)
    tree.merge(deepcopy(STREAM[2]))
    assert tree.render().streams == (StreamOps("0", {"c": (0, -2, True)}, (), True),)
    assert tree.render().streams == ()


def test_what_travels_beside_the_tree_is_taken_off() -> None:
    extracted = split({"0": "x", "r": {"ok": True}, "e": [["ping", {}]], "t": "Title"})
    assert extracted.diff == {"0": "x"}
    assert extracted.reply == {"ok": True}
    assert extracted.events == [["ping", {}]]
    assert extracted.title == "Title"


@pytest.mark.parametrize(
    ("diff", "told"),
    [
        ({"s": ["a", "b"]}, "dynamic 0 between 'a' and 'b' was never sent"),
        ({"s": ["a", "b"], "0": None}, "not None"),
        ({"s": ["a", "b"], "0": 1}, "component 1, whose content was never sent"),
        ({"s": 3}, "statics number 3 are not among the templates"),
        ({"0": "x"}, "without statics"),
        ({"s": ["a", "b"], "0": {"s": ["", ""], "k": {"kc": 2, "0": {"0": "x"}}}}, "number 1 is missing"),
        ({"s": ["", ""], "0": 1, "c": {"1": {"s": ["bare"]}}}, "exactly one root element"),
        ({"s": ["", ""], "0": 1, "c": {"1": {"s": -4, "0": "x"}}}, "builds on component 4"),
    ],
)
def test_a_diff_that_the_browser_could_not_apply_is_told(diff: Any, told: str) -> None:
    with pytest.raises(RenderedError, match=told.replace("(", r"\(")):
        ClientTree(diff).render()


def test_a_move_without_its_mark_is_told() -> None:
    tree = ClientTree({"s": ["", ""], "0": {"s": ["", ""], "k": {"0": {"0": "a"}, "1": {"0": "b"}, "kc": 2}}})
    with pytest.raises(RenderedError, match="need `km`"):
        tree.merge({"0": {"k": {"0": 1, "kc": 2}}})

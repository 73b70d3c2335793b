"""The bytes of each message, beside those kept in `sizes.json` and those of LiveView where they are certain.

`.venv/bin/python -m tests.sizes.test_sizes` writes `sizes.json` anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.template import render_to_string
from tests.sizes.scenarios import LISTS, SCENARIOS, WORDS, ListKind, Scenario
from tests.template.author import View
from tests.template.golden_view import Recorder
from tests.template.official import pages

GOLDEN = Path(__file__).parent / "sizes.json"
LARGER = {"two parts of an f-string in a text", "two names of a dict literal"}
"""Everything in which ours may take more bytes: parts that are sent apart, when both change at once."""


def plain(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def size(value: object) -> int:
    return len(msgspec.json.encode(value))


def play(scenario: Scenario) -> tuple[list[Any], list[str]]:
    """Our messages, and what the page should show after each."""
    page = Recorder(scenario.template, **scenario.assigns)
    diffs, shown = [plain(page.join())], [afresh(page)]
    for step in scenario.steps:
        if step.template is not None:
            page.view.template = step.template
        diffs.append(plain(page.set(**step.assigns)))
        shown.append(afresh(page))
    return diffs, shown


def afresh(page: Recorder) -> str:
    if "streams" in page.assigns:
        return render_to_string(page.view.template, page.assigns)
    view = View(page.view.template)
    view.render(page.assigns, None)
    return view.renderer.html()


@pytest.fixture(scope="module")
def played() -> dict[str, tuple[list[Any], list[str]]]:
    return {scenario.name: play(scenario) for scenario in SCENARIOS}


Played = dict[str, tuple[list[Any], list[str]]]


def sizes(played: Played) -> dict[str, list[int]]:
    return {name: [size(diff) for diff in diffs] for name, (diffs, _) in played.items()}


def test_each_message_takes_the_bytes_that_it_took(played: Played) -> None:
    assert sizes(played) == msgspec.json.decode(GOLDEN.read_bytes())


def test_the_official_client_shows_each_page(played: Played) -> None:
    for name, html in zip(played, pages([diffs for diffs, _ in played.values()]), strict=True):
        diffs, shown = played[name]
        for step, (mine, wanted) in enumerate(zip(html, shown, strict=True)):
            assert re.sub(r' data-phx-component="\d+"', "", mine) == wanted, f"{name}: {diffs[: step + 1]}"


def test_no_message_is_larger_than_liveviews_but_for_named_reasons(played: Played) -> None:
    for scenario in SCENARIOS:
        for step, diff in zip(scenario.steps, played[scenario.name][0][1:], strict=True):
            if step.theirs is None:
                continue
            larger = size(diff) > size(step.theirs)
            assert larger == bool(step.larger), f"{scenario.name}, {step.name}: {diff} {step.theirs}"
            assert step.larger in LARGER | {""}


def test_all_messages_together_take_a_good_part_less(played: Played) -> None:
    ours = theirs = 0
    for scenario in SCENARIOS:
        for step, diff in zip(scenario.steps, played[scenario.name][0][1:], strict=True):
            if step.theirs is not None:
                ours, theirs = ours + size(diff), theirs + size(step.theirs)
    assert ours <= 0.86 * theirs, f"{ours} of {theirs}"


WORD = st.sampled_from([*WORDS, "fay", "gus", "a much longer name", ""])
WORD_LISTS = st.lists(WORD, max_size=7, unique=True)


@pytest.mark.parametrize("kind", LISTS, ids=lambda kind: kind.name)
def test_no_edit_of_a_list_is_larger_than_liveviews(kind: ListKind) -> None:
    template = kind.template
    checked: list[tuple[list[Any], str]] = []

    @given(WORD_LISTS, WORD_LISTS)
    def check(before: list[str], after: list[str]) -> None:
        page = Recorder(template, xs=before)
        join, diff = plain(page.join()), plain(page.set(xs=after))
        if before:
            theirs = kind.theirs(before, after)
            assert size(diff) <= size(theirs), f"{diff} {theirs}"
        checked.append(([join, diff], afresh(page)))

    check()
    for (_, wanted), html in zip(checked, pages([diffs for diffs, _ in checked]), strict=True):
        assert html[-1] == wanted


if __name__ == "__main__":
    found = sizes({scenario.name: play(scenario) for scenario in SCENARIOS})
    lines = ",\n".join(f"  {msgspec.json.encode(name).decode()}: {taken}" for name, taken in found.items())
    GOLDEN.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")

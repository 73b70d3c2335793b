"""Random templates, random changes: the official client, given our diffs, shows what a full render shows."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest

from tests.template.author import Author, View, html
from tests.template.official import pages

STEPS = 10


def plain(value: object) -> Any:
    """A diff as it looks on the wire (encoding also takes a copy)."""
    return msgspec.json.decode(msgspec.json.encode(value))


def write(seed: int) -> tuple[Author, list[Any], list[str]]:
    author = Author(seed)
    view = View(author.template)
    diffs, shown = [plain(view.render(author.assigns, None))], [html(author)]
    for _ in range(STEPS):
        changed = author.change()
        diffs.append(plain(view.render(author.assigns, changed)))
        shown.append(html(author))
    return author, diffs, shown


def first_difference(seeds: range) -> str | None:
    written = [write(seed) for seed in seeds]
    for (author, diffs, shown), steps in zip(written, pages([diffs for _, diffs, _ in written]), strict=True):
        for step, (page, wanted) in enumerate(zip(steps, shown, strict=True)):
            if page != wanted:
                return f"{author.text}\nstep {step}: {diffs[step]}\n{page}\n{wanted}"
    return None


def test_the_client_shows_what_a_full_render_shows() -> None:
    assert first_difference(range(120)) is None


@pytest.mark.soak
def test_the_client_shows_what_a_full_render_shows_at_length() -> None:
    for start in range(200, 10_000, 200):
        assert first_difference(range(start, start + 200)) is None


def test_the_diffs_are_rich() -> None:
    """Each form of the wire occurs, so that one that is wrong would show."""
    text = "".join(msgspec.json.encode(diff).decode() for seed in range(60) for diff in write(seed)[1][1:])
    for form in ('"km":1', r":\[\d+,{", '"kc":0', '"p":{', r'"\d+":\d+,', '"s":0', '"s":\\["', '""'):
        assert re.search(form, text), form


def test_the_property_has_teeth(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that forgets that rows moved is found out."""

    def in_place(self: Any, old: Any, new: list[Any], _: object) -> object:
        return self._in_place(old, new, range(1, len(new)))

    monkeypatch.setattr("actorlive.rendered.diff._Message._moved", in_place)
    assert first_difference(range(40)) is not None


# -- live components -----------------------------------------------------------


def unmarked(page: str) -> str:
    return re.sub(r' data-phx-component="\d+"', "", page)


def live(seed: int) -> tuple[Author, list[Any], list[str]]:
    author = Author(seed, live=True)
    view = View(author.template)
    diffs, shown = [plain(view.render(author.assigns, None))], [full(author, view)]
    for _ in range(STEPS):
        if author.random.random() < 0.3 and view.states:
            diffs.append(plain(view.bump(author.random.choice(sorted(view.states)))))
        else:
            diffs.append(plain(view.render(author.assigns, author.change())))
        assert view.renderer.html() == full(author, view), author.text
        shown.append(full(author, view))
    return author, diffs, shown


def full(author: Author, view: View) -> str:
    afresh = View(author.template, dict(view.counts))
    afresh.render(author.assigns, None)
    return afresh.renderer.html()


def test_live_components_reach_the_client() -> None:
    written = [live(seed) for seed in range(80)]
    for (author, diffs, shown), steps in zip(written, pages([diffs for _, diffs, _ in written]), strict=True):
        for step, (page, wanted) in enumerate(zip(steps, shown, strict=True)):
            assert unmarked(page) == wanted, f"{author.text}\nstep {step}: {diffs[step]}"
    shared = [
        body["s"]
        for _, diffs, _ in written
        for diff in diffs
        for body in diff.get("c", {}).values()
        if "s" in body
    ]
    assert any(isinstance(source, int) and source > 0 for source in shared)
    assert any(isinstance(source, int) and source < 0 for source in shared)

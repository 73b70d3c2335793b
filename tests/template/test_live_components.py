"""Numbering, two-step deletion, and errors of live components; what reaches the client is in test_official_client."""

from __future__ import annotations

from typing import Any

import pytest

from actorlive.template import Renderer, TemplateError, heex, render_to_string


class Card:
    template = heex("<b>{@title}</b>")


TEMPLATE = heex("<p><.live_component :for={x in @xs} module={Card} id={x} title={f'T{x}'} /></p>")


def run(renderer: Renderer, xs: list[Any], before: list[Any] | None) -> Any:
    placed = renderer.start(TEMPLATE, {"xs": xs}, None if before is None else {"xs": before})
    for placement in placed:
        assert not renderer.render_component(placement.cid, Card.template, placement.assigns, None)
    return renderer.finish()


def test_numbers_begin_at_one_and_are_never_used_twice() -> None:
    renderer = Renderer()
    join = run(renderer, ["a", "b"], None)
    assert join[0]["k"] == {0: {0: 1}, 1: {0: 2}, "kc": 2}
    assert join["c"] == {1: {0: "Ta", "s": ("<b>", "</b>"), "r": 1}, 2: {0: "Tb", "s": 1}}
    run(renderer, ["a"], ["a", "b"])
    renderer.mark_for_deletion([2])
    assert renderer.delete([2]) == [2]
    diff = run(renderer, ["a", "b"], ["a"])
    assert diff["c"] == {3: {0: "Tb", "s": -1}}


def test_a_component_that_is_placed_again_survives_and_is_sent_whole() -> None:
    renderer = Renderer()
    run(renderer, ["a", "b"], None)
    run(renderer, ["a"], ["a", "b"])
    renderer.mark_for_deletion([2, 99])
    diff = run(renderer, ["a", "b"], ["a"])
    assert diff["c"][2] == {0: "Tb", "s": -1}
    assert renderer.delete([2]) == []
    assert renderer.html() == "<p><b>Ta</b><b>Tb</b></p>"


def test_nothing_is_shared_with_a_marked_component() -> None:
    renderer = Renderer()
    run(renderer, ["a"], None)
    run(renderer, [], ["a"])
    renderer.mark_for_deletion([1])
    assert run(renderer, ["b"], [])["c"] == {2: {0: "Tb", "s": ("<b>", "</b>"), "r": 1}}


def test_a_component_alone() -> None:
    renderer = Renderer()
    run(renderer, ["a"], None)
    renderer.render_component(1, Card.template, {"id": "a", "title": "new"}, {"title": "Ta"})
    assert renderer.finish() == {"c": {1: {0: "new"}}}
    renderer.render_component(1, Card.template, {"id": "a", "title": "new"}, {"title": "other"})
    assert renderer.finish() == {}


def test_a_join_sends_all_of_them_again() -> None:
    renderer = Renderer()
    run(renderer, ["a", "b"], None)
    assert set(run(renderer, ["a", "b"], None)["c"]) == {1, 2}


def test_faults() -> None:
    with pytest.raises(TemplateError, match="duplicate id 'a'"):
        run(Renderer(), ["a", "a"], None)
    with pytest.raises(TemplateError, match="only be rendered inside a view"):
        render_to_string(TEMPLATE, {"xs": ["a"]})
    with pytest.raises(TemplateError, match="use start, render_component and finish"):
        Renderer().render(TEMPLATE, {"xs": ["a"]}, None)
    with pytest.raises(TemplateError, match="needs id"):
        run(Renderer(), [None], None)

"""Numbering, two-step deletion, and errors of live components; what reaches the client is in test_official_client."""

from __future__ import annotations

import re
import threading
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive import LiveComponent
from actorlive.template import Renderer, Template, TemplateError, heex, render_to_string
from tests.template.official import pages


class Card(LiveComponent):
    title: str

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


# -- what is on the page -------------------------------------------------------


class Box(LiveComponent):
    title: str

    template = heex("<section><.live_component module={Card} id={@id} title={@title} /></section>")


SWITCH = heex("<p>{% if @show %}<.live_component module={Box} id='x' title='T' />{% endif %}</p>")
OTHER = heex("<div><.live_component module={Card} id='y' title='U' /></div>")


class Page:
    """A view whose components are mounted when they are new, and whose state does not change after that."""

    def __init__(self) -> None:
        self.renderer = Renderer()
        self.assigns: dict[str, Any] = {}
        self.sent: list[Any] = []

    def show(self, template: Template, show: bool, *, whole: bool = False) -> Any:
        before, self.assigns = self.assigns, {"show": show}
        placed: list[Any] = self.renderer.start(template, self.assigns, None if whole else before)
        while placed:
            placed = [
                inner
                for cid, module, id, given, new, _ in placed
                for inner in self.renderer.render_component(
                    cid, module.template, {"id": id, **given}, None if new else {}
                )
            ]
        self.sent.append(self.renderer.finish())
        return self.sent[-1]

    def client(self) -> str:
        """What the official client shows of all that was sent."""
        return re.sub(r' data-phx-component="\d+"', "", pages([plain(self.sent)])[0][-1])


def plain(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def test_a_component_that_comes_back_brings_along_those_inside_it() -> None:
    page = Page()
    page.show(SWITCH, True, whole=True)
    page.show(SWITCH, False)
    page.renderer.mark_for_deletion([1, 2])
    diff = page.show(SWITCH, True)
    assert set(diff["c"]) == {1, 2}
    assert all("s" in body for body in diff["c"].values())
    assert page.renderer.delete([1, 2]) == []
    assert page.client() == page.renderer.html() == "<p><section><b>T</b></section></p>"


def test_a_component_that_came_back_before_the_client_told_is_not_marked() -> None:
    page = Page()
    page.show(SWITCH, True, whole=True)
    page.show(SWITCH, False)
    page.show(SWITCH, True)
    page.renderer.mark_for_deletion([1, 2])
    assert page.renderer.delete([1, 2]) == []
    assert page.client() == page.renderer.html()


def test_another_root_brings_only_the_components_that_it_shows() -> None:
    page = Page()
    page.show(SWITCH, True, whole=True)
    diff = page.show(OTHER, True)
    assert set(diff["c"]) == {3}
    assert page.client() == page.renderer.html() == "<div><b>U</b></div>"


def test_what_another_root_left_out_is_sent_whole_when_it_comes_back() -> None:
    page = Page()
    page.show(SWITCH, True, whole=True)
    page.show(OTHER, True)
    page.renderer.render_component(2, Card.template, {"id": "x", "title": "new"}, {"title": "T"})
    assert page.renderer.finish() == {}
    diff = page.show(SWITCH, True)
    assert set(diff["c"]) == {1, 2}
    assert page.client() == page.renderer.html() == "<p><section><b>new</b></section></p>"


def test_the_same_root_in_full_brings_what_is_inside_its_components() -> None:
    page = Page()
    page.show(SWITCH, True, whole=True)
    assert set(page.show(SWITCH, True, whole=True)["c"]) == {1, 2}


def test_what_left_with_another_root_can_be_deleted() -> None:
    page = Page()
    page.show(SWITCH, True, whole=True)
    page.show(OTHER, True)
    page.renderer.mark_for_deletion([1, 2])
    assert page.renderer.delete([1, 2, 3]) == [1, 2]
    assert page.show(SWITCH, True)["c"].keys() == {4, 5}


class Tags(LiveComponent):
    tags: list[int]

    template = heex("<p><s :for={t in @tags}>{% if t > 1 %}<b>{t}</b>{% else %}<i>{t}</i>{% endif %}</s></p>")


def test_sharing_leaves_the_statics_of_the_source_alone() -> None:
    """Rows that are taken over still mean the source's `p`."""
    template = heex("<.live_component :for={id, tags in @xs} module={Tags} id={id} tags={tags} />")
    for xs in ([(1, [1, 1, 1]), (2, [1, 2, 2])], [(1, [1, 2, 1, 2]), (2, [1, 1, 2, 2])]):
        renderer = Renderer()
        for placed in renderer.start(template, {"xs": xs}, None):
            assert not renderer.render_component(placed.cid, Tags.template, placed.assigns, None)
        join = renderer.finish()
        assert join["c"][2]["s"] == 1
        shown = pages([[plain(join)]])[0][0]
        assert re.sub(r' data-phx-component="\d+"', "", shown) == renderer.html()


def test_what_another_thread_renders_meanwhile_is_not_within_the_view() -> None:
    refused: list[str] = []

    def in_a_thread() -> str:
        thread = threading.Thread(target=render_alone)
        thread.start()
        thread.join()
        return "waited"

    def render_alone() -> None:
        with pytest.raises(TemplateError) as caught:
            render_to_string(TEMPLATE, {"xs": ["a"]})
        refused.append(str(caught.value))

    template = heex("<p>{@wait()}<.live_component module={Card} id='1' title='T' /></p>")
    (placed,) = Renderer().start(template, {"wait": in_a_thread}, None)
    assert (placed.module, placed.id) == (Card, "1")
    assert "only be rendered inside a view" in refused[0]


def test_after_a_render_and_after_one_that_failed_there_is_no_view_around() -> None:
    def alone() -> str:
        return render_to_string(TEMPLATE, {"xs": ["a"]})

    outer, inner = Renderer(), Renderer()
    within = heex("<p>{@inner()}<.live_component module={Card} id='2' title='T' /></p>")
    placed = outer.start(within, {"inner": lambda: run(inner, ["a"], None) and ""}, None)
    assert [placement.id for placement in placed] == ["2"], (
        "the render within gave the outer one its place back"
    )
    with pytest.raises(ZeroDivisionError):
        outer.start(heex("<p>{1 // @zero}</p>"), {"zero": 0}, None)
    with pytest.raises(TemplateError, match="only be rendered inside a view"):
        alone()


class Shelf(LiveComponent):
    """Holds a component of another class, whose id it is given."""

    held: str | None = None

    template = heex("<i><.live_component :if={@held} module={Card} id={@held} title='held' /></i>")


PLACES = heex("""<div>
  <.live_component :if={@alone} module={Card} id={@alone} title="alone" />
  <p :for={x in @xs}><.live_component module={Card} id={x} title={x} /></p>
  <.live_component module={Shelf} id="shelf" held={@held} />
</div>""")


def render_places(renderer: Renderer, now: dict[str, Any], before: dict[str, Any] | None) -> None:
    changed = None if before is None else {name: was for name, was in before.items() if was != now[name]}
    placed = renderer.start(PLACES, now, changed)
    while placed:
        placement = placed.pop(0)
        template = Shelf.template if placement.module is Shelf else Card.template
        assigns = {"held": None, **placement.assigns}
        placed += renderer.render_component(placement.cid, template, assigns, None)
    renderer.finish()


def is_refused(renderer: Renderer, now: dict[str, Any], before: dict[str, Any] | None) -> bool:
    try:
        render_places(renderer, now, before)
    except TemplateError as error:
        return "for the component Card" in str(error)
    return False


IDS = st.sampled_from("abc")
STATES = st.fixed_dictionaries(
    {"alone": st.none() | IDS, "xs": st.lists(IDS, max_size=3), "held": st.none() | IDS}
)


@given(st.lists(STATES, max_size=6))
def test_a_later_render_refuses_what_a_first_one_would_and_nothing_else(states: list[dict[str, Any]]) -> None:
    renderer, before = Renderer(), None
    for now in states:
        ids = [now["alone"], *now["xs"], now["held"]]
        is_twice = any(ids.count(id) > 1 for id in "abc")
        assert is_refused(Renderer(), now, None) == is_twice
        if is_refused(renderer, now, before) != is_twice:
            raise AssertionError(f"from {before} to {now}: {is_twice=}")
        renderer, before = (Renderer(), None) if is_twice else (renderer, now)


def test_the_error_about_a_row_that_was_left_unchanged_names_the_component() -> None:
    renderer = Renderer()
    run(renderer, ["a", "b"], None)
    with pytest.raises(TemplateError, match="duplicate id 'a' for the component Card where it was and"):
        run(renderer, ["a", "a"], ["a", "b"])
    assert run(renderer, ["a", "c"], None)["c"].keys() == {1, 3}


def test_faults() -> None:
    with pytest.raises(TemplateError, match="duplicate id 'a'"):
        run(Renderer(), ["a", "a"], None)
    with pytest.raises(TemplateError, match="only be rendered inside a view"):
        render_to_string(TEMPLATE, {"xs": ["a"]})
    with pytest.raises(TemplateError, match="use start, render_component and finish"):
        Renderer().render(TEMPLATE, {"xs": ["a"]}, None)
    with pytest.raises(TemplateError, match=r"module={Card}> is None"):
        run(Renderer(), [None], None)

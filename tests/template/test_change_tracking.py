"""An expression is evaluated again only if something that it reads changed: counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pytest

from actorlive.template import DuplicateKeyError, Renderer, Slot, Template, component, heex

T = TypeVar("T")

counts: Counter[str] = Counter()


def seen(name: str, value: T) -> T:
    """Count an evaluation."""
    counts[name] += 1
    return value


class Page:
    """A view's renders, with what each evaluated."""

    def __init__(self, template: Template, **assigns: Any) -> None:
        self.template = template
        self.assigns = assigns
        self.renderer = Renderer()
        counts.clear()
        self.renderer.render(template, assigns, None)
        self.first = dict(counts)

    def set(self, **assigns: Any) -> dict[str, int]:
        counts.clear()
        changed = {name: self.assigns[name] for name in assigns}
        self.assigns.update(assigns)
        self.diff = self.renderer.render(self.template, self.assigns, changed)
        return dict(counts)


@dataclass(frozen=True)
class City:
    name: str
    size: int = 0


@dataclass(frozen=True)
class User:
    name: str
    city: City


def test_only_what_reads_the_assign() -> None:
    page = Page(
        heex('<p title={seen("a", @a)}>{seen("b", @b)}{seen("ab", @a + @b)}{seen("none", 1)}</p>'),
        a="1",
        b="2",
    )
    assert page.first == {"a": 1, "b": 1, "ab": 1, "none": 1}
    assert page.set(b="3") == {"b": 1, "ab": 1}
    assert page.diff == {1: "3", 2: "13"}


def test_paths() -> None:
    user = User("Ann", City("Oslo"))
    page = Page(
        heex(
            '{seen("name", @user.name)}{seen("city", @user.city.name)}{seen("all", str(@user))}'
            '{seen("key", @form["f"])}'
        ),
        user=user,
        form={"f": 1, "g": 2},
    )
    assert page.set(user=replace(user, city=City("Rome"))) == {"city": 1, "all": 1}
    assert page.set(user=replace(user, name="Bob", city=City("Rome"))) == {"name": 1, "all": 1}
    assert page.set(form={"f": 1, "g": 3}) == {}
    assert page.set(form={"f": 2, "g": 3}) == {"key": 1}


def test_a_method_may_look_at_everything() -> None:
    page = Page(heex('{seen("call", @text.strip())}'), text="a")
    assert page.set(text="b") == {"call": 1}


def test_what_was_changed_in_place_is_not_compared() -> None:
    items = [1, 2]
    page = Page(heex('{seen("sum", sum(@items))}<i :for={x in @items}>{seen("row", x)}</i>'), items=items)
    items.append(3)
    assert page.set(items=items) == {"sum": 1, "row": 3}
    assert page.diff == {0: "6", 1: {"k": {2: {0: "3"}, "kc": 3}}}


@dataclass
class Note:
    text: str


@component
def notes(*, items: list[Note], inner_block: Slot = Slot.empty) -> Template:
    return heex("<b :for={i in @shown}>{i.text}</b>{render_slot(@inner_block, @items)}", shown=items[:2])


@component
def box(*, items: list[Note]) -> Template:
    return heex("<i>{len(@items)}</i><.notes items={@items} />")


def derived(items: list[Note]) -> Template:
    return heex("{@count}<.notes items={@shown} />", count=len(items), shown=items)


WAYS: list[Callable[[list[Note]], Template]] = [
    lambda items: heex("<b :for={i in @items}>{i.text}</b>"),
    lambda items: heex("<b :for={i in @items[:1]} :key={i.text}>{i.text}</b>"),
    lambda items: heex("{% if @items %}<.box items={@items} />{% endif %}"),
    lambda items: heex("<.box items={[*@items]} />"),
    lambda items: heex("<.box {dict(items=@items)} />"),
    lambda items: heex("<.box :for={i in @items} items={[i]} />"),
    lambda items: heex("<.notes items={[]}>{@items[0].text}</.notes>"),
    lambda items: heex("<.notes items={@items} :let={all}>{all[0].text}<.box items={all} /></.notes>"),
    lambda items: heex("<p>{box(items=@items)}</p>"),
    derived,
]


@pytest.mark.parametrize("write", WAYS)
def test_what_was_changed_in_place_is_seen_everywhere(write: Any) -> None:
    items = [Note("a"), Note("b")]
    renderer = Renderer()
    renderer.render(write(items), {"items": items}, None)
    items[0].text = "A"
    items.append(Note("c"))
    diff = renderer.render(write(items), {"items": items}, {"items": items})
    afresh = Renderer()
    afresh.render(write(items), {"items": items}, None)
    assert renderer.html() == afresh.html()
    assert "A" in str(diff)
    assert "s" not in diff


def test_branches() -> None:
    page = Page(
        heex(
            '{% if seen("if", @a) %}{seen("then", @b)}'
            '{% elif seen("elif", @b) %}x{% else %}{seen("else", @c)}{% endif %}'
        ),
        a=True,
        b="b",
        c="c",
    )
    assert page.first == {"if": 1, "then": 1}
    assert page.set(c="d") == {}
    assert page.set(b="B") == {"if": 1, "then": 1}  # the elif's condition reads it
    assert page.set(a=False, b="") == {"if": 1, "elif": 1, "else": 1}
    assert page.set(c="e") == {"else": 1}


def test_a_loop_renders_the_rows_that_changed() -> None:
    template = heex("""
      <li :for={x in seen("xs", @xs)} title={seen("outer", @a)}>{seen("row", x)}</li>
    """)
    page = Page(template, xs=["a", "b", "c"], a="1")
    assert page.first == {"xs": 1, "row": 3, "outer": 3}
    assert page.set(xs=["a", "B", "c"]) == {"xs": 1, "row": 1}
    assert page.set(a="2") == {"outer": 3}
    assert page.set(xs=["z", "a", "B", "c"]) == {"xs": 1, "row": 1, "outer": 1}
    assert page.set(xs=["c", "B", "z"]) == {"xs": 1}
    assert page.set(xs=["c", "B", "z"]) == {"xs": 1}
    assert page.diff == {}


def test_a_keyed_row_that_moved_and_changed() -> None:
    template = heex(
        '<li :for={c in @cities} :key={c.name} title={seen("size", c.size)}>{seen("name", c.name)}</li>'
    )
    page = Page(template, cities=[City("a", 1), City("b", 2), City("c", 3)])
    assert page.set(cities=[City("c", 9), City("a", 1), City("b", 2)]) == {"size": 1}
    assert page.diff == {0: {"k": {0: [2, {0: ' title="9"'}], 1: 0, 2: 1, "kc": 3, "km": True}}}


def test_the_index_of_enumerate_is_a_local_of_its_own() -> None:
    page = Page(heex('<i :for={i, x in enumerate(@xs)}>{seen("i", i)}{seen("x", x)}</i>'), xs=["a", "b"])
    assert page.set(xs=["a", "c"]) == {"x": 1}


def test_duplicate_keys() -> None:
    template = heex("<i :for={x in @xs} :key={x % 10}>{x}</i>")
    with pytest.raises(DuplicateKeyError, match="duplicate key 1"):
        Page(template, xs=[1, 2, 11])
    page = Page(template, xs=[1, 2, 3])
    with pytest.raises(DuplicateKeyError):
        page.set(xs=[1, 2, 3, 13])
    page.set(xs=[1, 2])
    assert page.renderer.html() == "<i>1</i><i>2</i>"


# -- components ----------------------------------------------------------------


@component
def card(
    *, title: str, body: Slot = Slot.empty, inner_block: Slot = Slot.empty, tone: str = "calm"
) -> Template:
    """Counts its runs and its expressions."""
    return heex(
        '<b>{seen("title", @title)}{seen("tone", @tone)}{seen("shout", @shout)}</b>{render_slot(@inner_block)}'
        "{render_slot(@body, @title)}",
        shout=seen("run", title).upper(),
    )


def test_a_component_runs_again_when_an_attribute_changed() -> None:
    page = Page(heex('<.card title={seen("attribute", @a.strip())} tone={@b} />'), a="x", b="y")
    assert page.first == {"attribute": 1, "run": 1, "title": 1, "tone": 1, "shout": 1}
    assert page.set(a=" x ") == {"attribute": 1}
    assert page.set(b="z") == {"run": 1, "tone": 1}
    assert page.set(a="q") == {"attribute": 1, "run": 1, "title": 1, "shout": 1}


def test_content_belongs_to_the_caller() -> None:
    page = Page(heex('<.card title={@a}><i>{seen("inner", @b)}{seen("static", 1)}</i></.card>'), a="x", b="y")
    assert page.set(b="z") == {"run": 1, "inner": 1}
    assert page.diff == {0: {3: {0: "z"}}}
    assert page.set(a="w") == {"run": 1, "title": 1, "shout": 1}


def test_the_argument_of_a_slot() -> None:
    page = Page(
        heex('<.card title={@a}><:body :let={t}>{seen("let", t)}{seen("own", @b)}</:body></.card>'),
        a="x",
        b="y",
    )
    assert page.set(a="w") == {"run": 1, "title": 1, "shout": 1, "let": 1}
    assert page.set(b="z") == {"run": 1, "own": 1}


def test_a_component_in_a_loop() -> None:
    page = Page(heex("<.card :for={x in @xs} title={x} tone={@a} />"), xs=["a", "b"], a="1")
    assert page.first["run"] == 2
    assert page.set(xs=["a", "c"]) == {"run": 1, "title": 1, "shout": 1}
    assert page.set(a="2") == {"run": 2, "tone": 2}


def test_a_spread_that_did_not_change() -> None:
    page = Page(heex("<p {seen('rest', @rest)}>{@a}</p>"), rest={"title": "t"}, a="1")
    assert page.set(a="2") == {}
    assert page.set(rest={"title": "t"}) == {"rest": 1}
    assert page.diff == {}


def test_derived_assigns_are_compared() -> None:
    def render(n: int) -> Template:
        return heex('{seen("big", @big)}{seen("n", @n)}', big=n > 5)

    renderer = Renderer()
    renderer.render(render(1), {"n": 1}, None)
    counts.clear()
    assert renderer.render(render(2), {"n": 2}, {"n": 1}) == {1: "2"}
    assert counts == {"n": 1}
    assert renderer.render(render(6), {"n": 6}, {"n": 2}) == {0: "True", 1: "6"}


def test_after_an_error_the_next_render_is_in_full() -> None:
    template = heex("<p>{1 // @a}</p><i>{@b}</i>")
    renderer = Renderer()
    renderer.render(template, {"a": 1, "b": 1}, None)
    with pytest.raises(ZeroDivisionError):
        renderer.render(template, {"a": 0, "b": 2}, {"a": 1, "b": 1})
    assert "s" in renderer.render(template, {"a": 1, "b": 2}, {"a": 0})


def test_scalars_of_another_type_are_rendered_again() -> None:
    page = Page(heex("{% for x in @xs %}{x} {% endfor %}"), xs=[1, 0, 2])
    page.set(xs=[True, 0.0, 2])
    assert page.renderer.html() == "True 0.0 2 "


def test_rows_that_are_known_to_be_plain_do_not_hide_a_value_of_another_type() -> None:
    from actorlive.template import Renderer, compile_template

    template = compile_template("<i :for={x, _ in @rows}>{str(x)}</i>")
    renderer = Renderer()

    def plain_rows() -> list[tuple[float, str]]:
        return [(i, "a") for i in range(5)]

    rows = plain_rows()
    renderer.render(template, {"rows": rows}, None)
    for value in (7, True, 1, 1.0, 1, 7):
        before, rows = rows, plain_rows()
        rows[1] = (value, "a")
        renderer.render(template, {"rows": rows}, {"rows": before})
        assert f"<i>{value}</i>" in renderer.html()

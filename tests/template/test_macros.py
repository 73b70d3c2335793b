"""Macro components: tags that a class of the module rewrites when the template is compiled."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive import heex
from actorlive.template import (
    DynamicValue,
    MacroComponent,
    MacroContent,
    MacroElement,
    TemplateError,
    compile_template,
    render_to_string,
)
from tests.support.narrow import untyped

seen: list[MacroElement] = []


class Same(MacroComponent):
    """What it is given."""

    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        seen.append(element)
        return element


class Shout(MacroComponent):
    """Text in capitals, elements as they are."""

    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        return element.with_children(
            child.upper() if isinstance(child, str) else child for child in element.children
        ).with_attributes(class_="loud")


class Twice(MacroComponent):
    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        return [element, "<hr>", element]


class Gone(MacroComponent):
    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        return None


class Boom(MacroComponent):
    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        raise LookupError("no such file")


class Unwritten(MacroComponent):
    pass


class Holder:
    Inner = Shout


made: dict[str, Callable[[], Any]] = {}


class Odd(MacroComponent):
    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        return made["odd"]()


def rendered(text: str, **assigns: object) -> str:
    return render_to_string(compile_template(text), assigns)


def test_the_tag_is_what_the_macro_makes_of_it() -> None:
    assert rendered("<p :type={Shout}>quiet</p>") == '<p class="loud">QUIET</p>'
    assert rendered("<p :type={Holder.Inner} id='a'>a<b>c</b></p>") == '<p id="a" class="loud">A<b>c</b></p>'
    assert rendered("<i :type={Twice}>x</i>") == "<i>x</i><hr><i>x</i>"
    assert rendered("a<i :type={Gone}>x</i>b") == "ab"
    assert rendered("<script :type={Same}>if (a) { b }</script>") == "<script>if (a) { b }</script>"
    assert rendered("<br :type={Same}>") == "<br>"


def test_expressions_of_attributes_go_through_and_are_tracked_as_ever() -> None:
    text = "<p :type={Shout} title={@title} hidden {@rest} :if={@shown}>a<b id={@id}></b></p>"
    given = {"title": "<t>", "rest": {"data-n": 1}, "shown": True, "id": "i"}
    assert (
        rendered(text, **given) == '<p title="&lt;t&gt;" hidden data-n="1" class="loud">A<b id="i"></b></p>'
    )
    assert rendered(text, **{**given, "shown": False}) == ""
    assert rendered("<p :type={Shout} :for={n in @ns} id={n}>a</p>", ns=["1", "2"]).count("A</p>") == 2


def test_a_macro_sees_the_element_and_where_it_stands() -> None:
    seen.clear()
    compile_template('\n\n<p :type={Same} a="1" b c={@d}>x &amp; <i>y</i></p>')
    (element,) = seen
    assert element.name == "p"
    assert element.attributes["a"] == "1"
    assert element.attributes["b"] is None
    value = element.attributes["c"]
    assert isinstance(value, DynamicValue)
    assert value.text == "@d"
    text, inner = element.children
    assert text == "x &amp; "
    assert isinstance(inner, MacroElement)
    assert inner.children == ("y",)
    assert element.module == __name__
    assert element.line == 3


def test_a_literal_of_the_program_has_its_macros_expanded_once() -> None:
    seen.clear()

    def page() -> Any:
        return heex("<p :type={Same}>x</p>")

    assert [render_to_string(page(), {}) for _ in range(3)] == ["<p>x</p>"] * 3
    assert len(seen) == 1


TEXTS = st.text(st.characters(exclude_characters="<>{}&\x00\r", exclude_categories=["Cs"]), max_size=12)
ELEMENTS = st.recursive(
    st.builds(
        MacroElement,
        st.sampled_from(["b", "i", "my-tag"]),
        st.dictionaries(st.sampled_from(["id", "data-x", "title"]), st.none() | TEXTS, max_size=2),
        st.tuples(TEXTS),
    ),
    lambda inner: st.builds(
        MacroElement, st.just("p"), st.just({}), st.lists(inner | TEXTS, max_size=3).map(tuple)
    ),
    max_leaves=6,
)


def written(content: MacroElement | str) -> str:
    """The HTML of what a macro makes, written by hand."""
    if isinstance(content, str):
        return content
    attributes = "".join(
        f" {name}" if value is None else f' {name}="{str(value).replace(chr(34), "&quot;")}"'
        for name, value in content.attributes.items()
    )
    return f"<{content.name}{attributes}>{''.join(map(written, content.children))}</{content.name}>"


@given(element=ELEMENTS)
def test_whatever_a_macro_makes_is_in_the_page_as_it_is(element: MacroElement) -> None:
    made["odd"] = lambda: element
    assert html.unescape(rendered("<p :type={Odd}></p>")) == html.unescape(written(element))


def numbers() -> Iterator[object]:
    yield 1


@pytest.mark.parametrize(
    ("text", "odd", "message"),
    [
        ("<p :type={Same}>{@a}</p>", None, "what is in a Same is not there before the page is rendered"),
        ("<p :type={Same}>{% if @a %}x{% endif %}</p>", None, "not there before the page is rendered"),
        ("<p :type={Same}><.link href='/'>x</.link></p>", None, "not there before the page is rendered"),
        ("<p :type={Boom}></p>", None, "the macro Boom raised LookupError: no such file"),
        ("<p :type={Unwritten}></p>", None, "the macro Unwritten raised NotImplementedError"),
        ("<p :type={Odd}></p>", numbers, "the macro Odd returned 1"),
        ("<p :type={Odd}></p>", lambda: MacroElement("a b"), "made a tag of the name 'a b'"),
        ("<p :type={Odd}></p>", lambda: MacroElement("a", {"x=1": "y"}), "an attribute of the name 'x=1'"),
        ("<p :type={Odd}></p>", lambda: MacroElement("a", {"": "y"}), "an attribute of the name ''"),
        ("<p :type={Odd}></p>", lambda: 3, "the macro Odd raised TypeError"),
        ("<p :type={Holder}></p>", None, "unknown :type Holder"),
        ("<p :type={Shuot}></p>", None, "unknown :type Shuot"),
        ("<p :type></p>", None, "unknown :type"),
        ("<.link :type={Shout} href='/'>x</.link>", None, "unknown special attribute :type"),
    ],
)
def test_what_cannot_be_is_an_error_of_the_template(text: str, odd: Any, message: str) -> None:
    made["odd"] = untyped(odd)
    with pytest.raises(TemplateError) as raised:
        compile_template(text)
    assert message in str(raised.value)
    assert "^" in str(raised.value)


def test_braces_are_text_where_the_author_says_so() -> None:
    text = "<pre :type={Shout} phx-no-curly-interpolation>a {b} {% c %}</pre>"
    assert rendered(text) == '<pre class="loud">A {B} {% C %}</pre>'

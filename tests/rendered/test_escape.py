"""Escaping by context; the hostile corpus is in tests/template/test_safety.py."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from markupsafe import escape as reference

from actorlive.rendered import (
    Markup,
    UnsafeMarkupError,
    attribute,
    attribute_value,
    attributes,
    script_json,
    text,
)
from actorlive.rendered.escape import class_list, escape_str, style_list


class Command:
    """Knows its own text as an attribute."""

    def __attr__(self) -> str:
        return '[["push",{"event":"a<b"}]]'


class Shout(str):
    """A string of another class."""

    __slots__ = ()


@given(st.text())
def test_the_direct_escape_is_markupsafes(value: str) -> None:
    assert escape_str(value) == str(reference(value))
    assert text(value) == escape_str(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (1, "1"),
        (1.5, "1.5"),
        (True, "True"),
        ("<", "&lt;"),
        (Shout("<"), "&lt;"),
        (Markup("<b>"), "<b>"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_text(value: object, expected: str) -> None:
    assert text(value) == expected
    assert type(text(value)) is str


def test_attributes() -> None:
    assert attribute("title", None) == attribute("title", False) == ""
    assert attribute("hidden", True) == " hidden"
    assert attribute("class", None) == ' class=""'
    assert attribute("phx-click", Command()) == (
        ' phx-click="[[&#34;push&#34;,{&#34;event&#34;:&#34;a&lt;b&#34;}]]"'
    )
    assert attribute("onclick", Markup("go()")) == ' onclick="go()"'
    assert attributes({"a": 1, "b": None, "c": True}) == ' a="1" c'
    with pytest.raises(UnsafeMarkupError):
        attributes({"a b": 1})
    with pytest.raises(UnsafeMarkupError):
        attribute_value("onclick", "go()")


def test_lists() -> None:
    assert class_list(["a", None, ["b", False, [""]], "c<"]) == "a b c&lt;"
    assert class_list("a  b") == "a  b"
    assert style_list(["top: 0", None, "left: 0"]) == "top: 0; left: 0"
    assert class_list(Markup('a"b')) == "a&#34;b"


def test_json_for_a_script() -> None:
    assert script_json({"a": "</script>\u2028&"}) == '{"a":"\\u003c/script\\u003e\\u2028\\u0026"}'

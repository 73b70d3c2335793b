"""Code: the very text, with its words in colours."""

from __future__ import annotations

import re
import sys

import pytest
from hypothesis import given, strategies as st
from markupsafe import Markup

from actorlive import ui
from actorlive.testing import render_component
from actorlive.ui import CodeLanguageError, code_blocks, highlight

SAMPLE = """\
@component
class Oven(Thing):  # hot
    def bake(self) -> str:
        return "bread" if self.on and not None else f"{self}"
"""


def words(html: str, name: str) -> list[str]:
    return re.findall(rf'<span class="{name}">([^<]*)</span>', html)


def test_words_have_the_classes_of_what_they_are() -> None:
    html = highlight(SAMPLE, "python")
    assert {"class", "def", "return", "if", "and", "not", "None"} <= set(words(html, "al-k"))
    assert {"Oven", "bake", "@component"} <= set(words(html, "al-d"))
    assert words(html, "al-c") == ["# hot"]
    assert "bread" in words(html, "al-s")


def test_tags_and_attributes_of_a_template_are_told_apart() -> None:
    html = highlight('<p class="x">text</p>', "heex")
    assert "p" in "".join(words(html, "al-t"))
    assert words(html, "al-a") == ["class"] or words(html, "al-a") == ["class="]


def test_a_diff_says_what_goes_and_what_comes() -> None:
    html = highlight("--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\n", "diff")
    assert "-old" in words(html, "al-del")
    assert "+new" in words(html, "al-ins")


@pytest.mark.parametrize(
    "language", ["python", "html", "js", "json", "bash", "sql", "toml", "diff", "css", "rust"]
)
@given(text=st.text(max_size=60))
def test_colours_change_no_character(language: str, text: str) -> None:
    text = text.replace("\r", "")  # a line break is one character to a lexer
    html = highlight(text, language)
    assert Markup(re.sub(r"</?span[^>]*>", "", html)).unescape() == text
    assert set(re.findall(r"<[^>]*>", html)) <= {f'<span class="{name}">' for name in code_blocks.CLASSES} | {
        "</span>"
    }


def test_a_block_scrolls_by_keyboard_and_has_a_name() -> None:
    html = render_component(ui.code, text="x < 1", language="python", label="A sum", class_="wide", id="sum")
    assert html.startswith('<pre class="al-code wide" tabindex="0" role="group" aria-label="A sum" id="sum">')
    assert "x &lt; <" not in html
    assert "x &lt; 1" in html


def test_without_a_language_code_is_plain_text_and_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygments", None)
    assert "<code>def &lt;b&gt;</code>" in render_component(ui.code, text="def <b>")


def test_pygments_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    code_blocks.lexer_of.cache_clear()
    monkeypatch.setitem(sys.modules, "pygments", None)
    with pytest.raises(ModuleNotFoundError, match=r'which ui\.code needs: pip install "actorlive\[code\]"$'):
        highlight("x", "python")


def test_a_language_that_nobody_knows_is_told() -> None:
    with pytest.raises(CodeLanguageError) as caught:
        highlight("x", "pyhton")
    assert str(caught.value) == (
        "Pygments knows no language 'pyhton'; leave it out for plain text. Did you mean \"python\"?"
    )

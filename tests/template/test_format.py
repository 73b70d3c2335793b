"""The formatter: what it changes, that it does so once, and that the page stays the same."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings, strategies as st

from actorlive.template import TemplateError, compile_template, render_to_string
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source
from actorlive.template.tools.format import format_source, format_template
from tests.template import author as author_module
from tests.template.author import Author

UGLY = """
<main   class="a"
   id='b' >
<p>text   and {  @x  }</p>
        <ul>
    {%if   @xs%}
    <li :for={ x in @xs } title={ x }   {@rest}>{x}</li>
{%   else %}


    <br/><.badge   label="l"/>
    {%endif%}
        </ul>
  {#comment#}
  <pre>
  keep   this
     as it is</pre>
<button phx-click="a_very_long_event_name" phx-value-one="first value" phx-value-two="second value" class="c">
go</button>
</main>
"""

FORMATTED = """\
<main class="a" id='b'>
  <p>text and {@x}</p>
  <ul>
    {% if @xs %}
      <li :for={x in @xs} title={x} {@rest}>{x}</li>
    {% else %}

      <br /><.badge label="l" />
    {% endif %}
  </ul>
  {# comment #}
  <pre>
  keep   this
     as it is</pre>
  <button
    phx-click="a_very_long_event_name"
    phx-value-one="first value"
    phx-value-two="second value"
    class="c"
  >
    go</button>
</main>"""


def test_a_template() -> None:
    assert format_template(UGLY) == FORMATTED
    assert format_template(FORMATTED) == FORMATTED


@pytest.mark.parametrize(
    "text",
    [
        "<b>a</b><i>b</i>",
        "<p phx-no-format>  a\n   b </p>",
        "<script>\n  let a = {\n}\n</script>",
        "<!-- a\n      b -->",
        "<p>{\n  @x\n   + 1\n}</p>",
        "a { x} b",
        "<textarea>\n a </textarea>",
        "<table><tbody>\n  <tr>\n    <td>a</td>\n  </tr>\n</tbody></table>",
        f'<p>a<b\n  title={{{"@a + " * 20}@b}}\n  lang="de"\n>\n  c</b></p>',
    ],
)
def test_what_stays(text: str) -> None:
    assert format_template(text) == (text if text != "a { x} b" else "a {x} b")


def test_python_source() -> None:
    text = '''
class Page:
    template = heex("""
    <div><p>{ @a }</p>
       <b>é</b>
       </div>""")
    other = heex("<p   id='x'>a</p>")
    escaped = heex("<p   id=\\"x\\">a</p>")

def part():
    return heex(
        """
          <i>
          x</i>
        """,
        a=1,
    )
'''
    expected = '''
class Page:
    template = heex("""
      <div><p>{@a}</p>
        <b>é</b>
      </div>
    """)
    other = heex("<p id='x'>a</p>")
    escaped = heex("<p   id=\\"x\\">a</p>")

def part():
    return heex(
        """
        <i>
          x</i>
        """,
        a=1,
    )
'''
    assert format_source(text) == expected
    assert format_source(expected) == expected


@pytest.mark.parametrize(
    ("imported", "called"),
    [
        ("from actorlive import heex as h", "h"),
        ("import actorlive as al", "al.heex"),
        ("from actorlive.template import heex", "heex"),
    ],
)
def test_heex_is_known_under_whatever_name_the_module_has_it(imported: str, called: str) -> None:
    text = imported + '\nt = {}("""<p   id="a">x</p>""")\n'
    assert format_source(text.format(called)) == text.replace("   ", " ").format(called)


def test_what_another_module_calls_by_that_name_is_left_alone() -> None:
    text = 'from other import shout as heex\nt = heex("""<p   id="a">x</p>""")\n'
    assert format_source(text) == text


def test_faults_are_reported() -> None:
    with pytest.raises(TemplateError):
        format_source('t = heex("<p>")')
    with pytest.raises(TemplateError, match="the module is not Python"):
        format_source("class")


def collapsed(page: str) -> str:
    return re.sub(r"\s+", " ", page).strip()


def spread_out(text: str, random_: random.Random) -> str:
    """The template with its white space made longer, and lines broken where there is some."""
    return re.sub(
        r"(?<=[>}]) (?=[<{])|(?<=text) ",
        lambda _: random_.choice([" ", "\n", "\n     ", "\n\n\n  ", "\t"]),
        text,
    )


@settings(max_examples=25)
@given(st.integers(0, 2_000))
def test_the_page_stays_the_same(seed: int) -> None:
    author = Author(seed)
    text = spread_out(author.text.replace("}{", "} {").replace("><", "> <"), author.random)
    formatted = format_template(text)
    assert format_template(formatted) == formatted
    before = compile_source(Source.of_text(text, "before").tidy(), dict(vars(author_module)))
    after = compile_source(Source.of_text(formatted, "after").tidy(), dict(vars(author_module)))
    assert collapsed(render_to_string(before, author.assigns)) == collapsed(
        render_to_string(after, author.assigns)
    )
    source = f'class A:\n    template = heex("""\n{text}\n    """)\n'
    if "\\" not in text:
        assert format_source(format_source(source)) == format_source(source)


@pytest.mark.parametrize(
    "text",
    [
        "<div>{% if @p %}\n{% endif %}\n<b>x</b>\n</div>",
        "<div>\n  {# gone #}\n<b>x</b></div>",
        "<div><i>\n{# gone #}\n</i></div>",
        "{# gone #}\n   <b>x</b>{# gone #}",
        "<p>a\n{# gone #}\n   </p>",
    ],
)
def test_white_space_behind_a_line_that_vanishes_is_neither_put_nor_removed(text: str) -> None:
    formatted = format_template(text)
    assert format_template(formatted) == formatted
    before, after = (render_to_string(compile_template(t), {"p": True}) for t in (text, formatted))
    assert re.sub(r"\s+", " ", before).strip() == re.sub(r"\s+", " ", after).strip()

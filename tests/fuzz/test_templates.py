"""Garbage in: a template, or the compiler's own error; never anything else, and never without end."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings, strategies as st

from actorlive.template import TemplateError
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source
from tests.support.cost import check_growth

PIECES = [
    "<", ">", "</", "/>", "{", "}", "{%", "%}", "{#", "#}", "<!--", "-->", "<!", "<![CDATA[", "]]>", "&", '"', "'", "=",
    "<p", "<p>", "</p>", "<br>", "<script>", "</script>", "<style>", "</style", "<.badge", "<.badge>", "</.badge>",
    "<ui.x/>", "<:col>", "</:col>", " :if={", " :for={x in @xs}", " :key=", " :let={", "@", "@a", "@ @", "f'{@a}'",
    'f"{', "'''", '"""', "lambda x: x", "(", ")", "[", "]", ":", "!r", "{% if @a %}", "{% else %}", "{% endif %}",
    "{% for x in y %}", "{% endfor %}", " ", "\n", "\\", "\x00", "\ud800", "é", "\u0298a", "await x", "yield", "x := 1",
    "*a", "**a", "#", "phx-no-curly-interpolation", "class={", "title=\"", "1", "not ", "in ", "__a", "__ch",
]  # fmt: skip


EXPRESSIONS = [
    "x", "@a", "@", "1", "(", ")", "[", "]", "{", "}", ",", ".", ":", " := ", "=", "*", "**", " ", "\n", "# c\n", "'s'",
    "f'{x}'", "f'{@a!r:>{x}}'", "f'", "'", " if ", " else ", " for x in ", " async for x in ", " in ", "lambda x: ",
    "lambda x, x: ", "await ", "yield ", "yield from ", "not ", "f(a=1, a=2)", "(x := 1)", "[x := 1 for x in y]",
    "__debug__", "None", "...", "@a.@b", "(@a := 1)", "\\", ";", "import x", "0x", "1_", "!=", "~", "-", "0" * 50,
]  # fmt: skip
PLACES = ["{%s}", "<p a={%s} />", "<p {%s} />", "<p :if={%s} />", "<p :for={%s} />", "<p :for={x in y} :key={%s} />",
          "<.badge :let={%s}>x</.badge>", "{%% if %s %%}{%% endif %%}", "{%% for %s %%}{%% endfor %%}"]  # fmt: skip


def compiles_or_complains(text: str) -> None:
    try:
        compile_source(Source.of_text(text, "fuzz").tidy(), {})
    except TemplateError as error:
        str(error)


@settings(max_examples=600)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_pieces_of_templates(text: str) -> None:
    compiles_or_complains(text)


@settings(max_examples=600)
@given(st.lists(st.sampled_from(EXPRESSIONS), min_size=1, max_size=6).map("".join), st.sampled_from(PLACES))
def test_pieces_of_expressions(text: str, place: str) -> None:
    compiles_or_complains(place % text)


@settings(max_examples=300)
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    compiles_or_complains(text)


@settings(max_examples=300)
@given(st.integers(0, 10_000), st.integers(0, 300), st.sampled_from(PIECES))
def test_a_good_template_with_a_bite_taken_out(seed: int, at: int, piece: str) -> None:
    good = (
        '<main class={["a", @b]}>{% for x in @xs %}<p :if={x} id={f"p{x!r:>{@w}}"}>{x @ @m}</p>{% endfor %}'
        '<.link href="/x" :let={a}>text {{"a": [1, 2]}["a"]}</.link><input value={@v}></main>'
    )
    cut = random.Random(seed).randint(0, 12)
    at = min(at, len(good))
    compiles_or_complains(good[:at] + piece + good[at + cut :])


@pytest.mark.parametrize(
    "text",
    [
        "<p>" * 5_000,
        "<p>" * 149 + "x" + "</p>" * 149,
        "{% if @a %}" * 5_000,
        "{" * 5_000,
        "{" + "(" * 5_000 + ")" * 5_000 + "}",
        "{" + "-" * 20_000 + "1}",
        "{" + "[" * 90 + "]" * 90 + "}",
        "{'" + "a" * 50_000 + "'}",
        "<p " + "a=b " * 5_000 + ">",
        "<p " + " ".join(f"a{i}=b" for i in range(2_000)) + "></p>",
        "<!" * 20_000,
        "</" * 20_000,
        "{#" * 20_000,
        "<a" * 20_000,
        '{f"' + "{" * 3_000 + '"}',
        "{@a}" * 3_000,
        "<" * 100_000,
        "\x00" * 100_000,
        "\ud800" * 100_000,
        "<p " + "\x00" * 100_000 + ">",
        "<p a='" + "x" * 100_000 + "'></p>",
        "<p " + " ".join(f"a{i}" for i in range(15_000)) + "></p>",
        "<script>" + "</scrip" * 15_000,
        "{f'" + "{a:{b:" * 15_000 + "'}",
        "{@a" + ".b" * 50_000 + "}",
        "{#" + " " * 100_000 + "#}" * 2 + "\n" * 100_000,
        "<p id='x' phx-hook='.B'></p><!-- " + "<script " * 12_000 + "-->",
        "{% if @a %}x{% elif @b %}" + "y{% elif @c %}" * 1_500 + "{% endif %}",
    ],
    ids=range(28),
)
def test_size_alone_is_no_trouble(text: str) -> None:
    check_growth(compiles_or_complains, text, text[: len(text) // 4])

"""Hostile text through every kind of position: what a browser would parse has nothing of it but text.

The payloads follow the cases of OWASP's cross-site scripting cheat sheets, in our own words.
"""

from __future__ import annotations

import html.parser
import json
import re
from typing import Any

import pytest

from actorlive.rendered import Markup, NotTextError, UnsafeMarkupError, script_json
from actorlive.template import (
    Attrs,
    Slot,
    Template,
    TemplateError,
    compile_template,
    component,
    heex,
    render_to_string,
)

TEXTS = [
    "<script>alert(1)</script>",
    "<ScRiPt >alert(1)</sCrIpT>",
    "<<script>alert(1);//<</script>",
    "<script/x src=//evil.example/x.js></script>",
    "<img src=x onerror=alert(1)>",
    '<img """><script>alert(1)</script>">',
    "<img src=# onmouseover=\"alert('x')\">",
    "<svg/onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    '<a href="javascript:alert(1)">x</a>',
    "<style>@import'//evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<base href=javascript:alert(1)//>",
    "<object data=javascript:alert(1)>",
    "<template><script>alert(1)</script></template>",
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    "<![CDATA[<script>alert(1)</script>]]>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    "` onmouseover=alert(1)",
    "x onclick=alert(1)",
    '" autofocus onfocus=alert(1) x="',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\x00<script>alert(1)</script>",
    "{@secret}",
    "{% if 1 %}x{% endif %}",
    "{{7*7}}",
    "\u2028</p><script>",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
]

URLS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "\tjavascript:alert(1)",
    "\x01javascript:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "java\r\nscript:alert(1)",
    "\u00a0javascript:alert(1)",
    "\ufeffjavascript:alert(1)",
    "javascript://example.com/%0aalert(1)",
    "javascript:/*--></title></style>*/alert(1)",
    "vbscript:msgbox(1)",
    "livescript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "DATA:application/javascript,alert(1)",
]

GOOD_URLS = [
    "/path?q=1#x",
    "https://example.com/?a=javascript:b",
    "mailto:a@example.com",
    "tel:+123",
    "#top",
    "data:image/png;base64,iVBORw0KGgo=",
    "relative/javascript:x/y"[:9],
]


class Seen(html.parser.HTMLParser):
    """The tags, attributes and text that a parser finds."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@component
def passes_on(*, label: str, inner_block: Slot = Slot.empty, rest: Attrs) -> Template:
    """A component that passes everything on."""
    return heex("<b title={@label} {@rest}>{render_slot(@inner_block, @label)}</b>")


POSITIONS: dict[str, tuple[Any, list[str], list[str]]] = {
    "text": (heex("<p>{@x}</p>"), ["p"], []),
    "text of an f-string": (heex('<p>{f"a{@x}"}</p>'), ["p"], []),
    "list in a text": (heex("<p>{[@x, @x]}</p>"), ["p"], []),
    "textarea": (heex("<textarea>{@x}</textarea>"), ["textarea"], []),
    "attribute": (heex("<p title={@x}>a</p>"), ["p"], ["title"]),
    "attribute of an f-string": (heex('<p title={f"a{@x}b"}>a</p>'), ["p"], ["title"]),
    "class": (heex('<p class={["a", [@x]]}>a</p>'), ["p"], ["class"]),
    "style": (heex("<p style={@x}>a</p>"), ["p"], ["style"]),
    "data": (heex('<p data={{"x": @x}}>a</p>'), ["p"], ["data-x"]),
    "spread": (heex('<p {{"title": @x}}>a</p>'), ["p"], ["title"]),
    "event": (heex("<p phx-click={@x}>a</p>"), ["p"], ["phx-click"]),
    "loop": (heex("<i :for={x in [@x]} title={x}>{x}</i>"), ["i"], ["title"]),
    "component": (heex("<.passes_on label={@x} data-x={@x}>{@x}</.passes_on>"), ["b"], ["title", "data-x"]),
    "slot argument": (heex("<.passes_on :let={y} label={@x}>{y}</.passes_on>"), ["b"], ["title"]),
    "dynamic tag": (heex('<.dynamic_tag tag_name="em" title={@x}>{@x}</.dynamic_tag>'), ["em"], ["title"]),
}


@pytest.mark.parametrize("name", POSITIONS)
def test_hostile_text_stays_text(name: str) -> None:
    template, tags, attributes = POSITIONS[name]
    for text in TEXTS:
        page = render_to_string(template, {"x": text})
        seen = Seen(page)
        assert seen.tags == tags, (text, page)
        assert [attr for attr, _ in seen.attributes] == attributes, (text, page)


def test_the_corpus_has_teeth() -> None:
    """Without escaping most payloads add a tag or an attribute."""
    template = heex("<p>{@x}</p>")
    free = [text for text in TEXTS if Seen(render_to_string(template, {"x": Markup(text)})).tags != ["p"]]
    assert len(free) > 25


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_is_a_script_is_refused(url: str) -> None:
    for template in (
        heex("<a href={@x}>a</a>"),
        heex('<a href={f"{@x}"}>a</a>'),
        heex("<form action={@x}></form>"),
        heex("<iframe src={@x}></iframe>"),
        heex("<button formaction={@x}>a</button>"),
        heex("<object data={@x}></object>"),
        heex("<a {{'HREF': @x}}>a</a>"),
        heex("<.link href={@x}>a</.link>"),
        heex("<svg><a xlink:href={@x}>a</a></svg>"),
        heex('<svg><animate attributeName="href" values={@x} /></svg>'),
    ):
        page = render_to_string(template, {"x": url})
        assert 'about:invalid#refused"' in page, page


@pytest.mark.parametrize("url", GOOD_URLS)
def test_other_urls_pass(url: str) -> None:
    seen = Seen(render_to_string(heex("<a href={@x}>a</a>"), {"x": url}))
    assert seen.attributes == [("href", url)]


def test_a_url_whose_scheme_is_fixed_may_be_split() -> None:
    page = render_to_string(heex('<a href={f"/users/{@x}"}>a</a>'), {"x": "javascript:alert(1)"})
    assert page == '<a href="/users/javascript:alert(1)">a</a>'


def test_no_script_from_plain_text() -> None:
    for given in ({"onclick": "alert(1)"}, {"OnClick": "alert(1)"}):
        with pytest.raises(UnsafeMarkupError, match="holds a script"):
            render_to_string(heex("<p {@rest}>a</p>"), {"rest": given})
    page = render_to_string(heex('<.passes_on label="a" onclick="go()">a</.passes_on>'), {})
    assert 'onclick="go()"' in page


COMMANDS = '[["set_attr",{"attr":["onclick","alert(1)"],"to":"body"}]]'


@pytest.mark.parametrize(
    "name", ["phx-click", "phx-mounted", "PHX-Remove", "phx-window-keydown", "phx-anything"]
)
@pytest.mark.parametrize("before", ["", " ", "\n\t", "\u00a0"])
def test_plain_text_becomes_no_commands(name: str, before: str) -> None:
    values = {"x": before + COMMANDS, "rest": {name: before + COMMANDS}}
    with pytest.raises(UnsafeMarkupError, match="would run as commands"):
        render_to_string(heex("<p {@rest}>a</p>"), values)
    with pytest.raises(UnsafeMarkupError, match="would run as commands"):
        render_to_string(compile_template(f"<p {name}={{@x}}>a</p>"), values)
    with pytest.raises(UnsafeMarkupError, match="would run as commands"):
        render_to_string(compile_template(f'<p {name}={{f"{{@x}}"}}>a</p>'), values)
    with pytest.raises((UnsafeMarkupError, TemplateError), match=r"would run as commands|no attribute 'PHX"):
        render_to_string(heex('<.passes_on label="a" {@rest}>a</.passes_on>'), values)


def test_a_list_becomes_no_commands_either() -> None:
    with pytest.raises(UnsafeMarkupError, match="would run as commands"):
        render_to_string(heex("<p phx-click={@x}>a</p>"), {"x": [["exec", {"attr": "x"}]]})


def test_commands_come_from_the_program() -> None:
    page = render_to_string(
        compile_template(
            '<p phx-click=\'[["a",{}]]\' phx-blur={JS.hide()} phx-focus={Markup(@x)} phx-change={f"go-{@x}"}></p>'
            '<.passes_on label="a" phx-click=\'[["b",{}]]\' />'
        ),
        {"x": COMMANDS},
    )
    events = [value for name, value in Seen(page).attributes if name.startswith("phx-")]
    assert events == ['[["a",{}]]', '[["hide",{}]]', COMMANDS, f"go-{COMMANDS}", '[["b",{}]]']


@pytest.mark.parametrize(
    "name", ["phx-value-x", "phx-hook", "phx-target", "phx-disable-with", "phx-key", "data-x"]
)
def test_what_the_client_does_not_run_may_begin_with_a_bracket(name: str) -> None:
    page = render_to_string(heex("<p {@rest}>a</p>"), {"rest": {name: "[a]"}})
    assert Seen(page).attributes == [(name, "[a]")]


@pytest.mark.parametrize(
    "values", ["#;javascript:alert(1)", "javascript:alert(1);#", "#a; java\tscript:x ;#b"]
)
def test_each_value_of_an_animation_is_looked_at(values: str) -> None:
    page = render_to_string(heex("<svg><animate values={@x} /></svg>"), {"x": values})
    assert Seen(page).attributes == [("values", "about:invalid#refused")]
    page = render_to_string(heex("<svg><animate values={@x} /></svg>"), {"x": "0;1;0.5"})
    assert Seen(page).attributes == [("values", "0;1;0.5")]


async def load() -> int:
    return 1


async def numbers() -> Any:
    yield 1


NO_TEXT: dict[str, tuple[Any, str]] = {
    "a coroutine": (load, "assign_async"),
    "an async generator": (numbers, "assign_async"),
    "a generator": (lambda: (x for x in "ab"), "make a list"),
    "an iterator": (lambda: map(str, "ab"), "make a list"),
    "a dict": (lambda: {"a": 1}, ":for"),
    "the items of a dict": ({}.items, ":for"),
    "a set": (lambda: {1}, ":for"),
    "bytes": (lambda: b"a", "decode"),
    "a function": (lambda: load, "write ()"),
    "a method": (lambda: "".upper, "write ()"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("what", NO_TEXT)
def test_what_has_no_text_is_refused_with_a_hint(what: str) -> None:
    make, hint = NO_TEXT[what]
    places = (heex("{@x}"), heex("{[1, @x]}"), heex("<p title={@x}></p>"), heex("<p class={['a', @x]}></p>"))
    for template in places:
        value = make()
        if template is places[3] and not value:
            continue
        with pytest.raises(NotTextError, match=re.escape(hint)):
            render_to_string(template, {"x": value})


def test_a_name_cannot_break_out() -> None:
    for name in ("x onclick", "x>", 'x"', "x=y", "", "x/y", "x\ny", "x\x00"):
        with pytest.raises(UnsafeMarkupError, match="cannot be the name"):
            render_to_string(heex("<p {@rest}>a</p>"), {"rest": {name: "1"}})


def test_tag_names_are_checked() -> None:
    for name in ("a b", "a>", "", "1a", "a/"):
        with pytest.raises(TemplateError, match="is not a tag name"):
            render_to_string(heex("<.dynamic_tag tag_name={@name}>a</.dynamic_tag>"), {"name": name})


def test_scripts_and_styles_take_no_expressions() -> None:
    assert render_to_string(heex("<script>let a = {@x}; {% if %}</script>"), {}) == (
        "<script>let a = {@x}; {% if %}</script>"
    )
    assert render_to_string(heex("<style>p { color: red }</style>"), {}) == "<style>p { color: red }</style>"


@pytest.mark.parametrize("text", [*TEXTS, "\u2029", "a\\b", 'quote"', "]]>", "<!-- <script>"])
def test_data_for_a_script(text: str) -> None:
    page = render_to_string(heex('<.json_script id="d" value={@x} />'), {"x": {"k": [text]}})
    seen = Seen(page)
    assert seen.tags == ["script"]
    assert json.loads(seen.text) == {"k": [text]}
    assert "<" not in script_json(text)
    assert "\u2028" not in script_json(text)


def test_a_document_in_an_attribute_is_escaped_twice() -> None:
    page = render_to_string(heex("<iframe srcdoc={@x}></iframe>"), {"x": "<b onload=alert(1)>"})
    assert Seen(page).attributes == [("srcdoc", "&lt;b onload=alert(1)&gt;")]


def test_markup_is_trusted_but_ends_no_attribute() -> None:
    assert render_to_string(heex("<p>{@x}</p>"), {"x": Markup("<b>1</b>")}) == "<p><b>1</b></p>"
    page = render_to_string(heex("<p title={@x}>a</p>"), {"x": Markup('" onclick="alert(1)')})
    assert [name for name, _ in Seen(page).attributes] == ["title"]

"""The template language, construct by construct: text in, HTML out."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypedDict

import pytest
from markupsafe import Markup

from actorlive.cli import main
from actorlive.rendered import WHITE_SPACE
from actorlive.template import (
    Attrs,
    Slot,
    Template,
    TemplateError,
    check_project,
    compile_template,
    component,
    embed_templates,
    format_template,
    heex,
    load_template,
    render_to_string,
)
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source
from actorlive.testing.browser.dom import DomNode, parse_fragment

STANDARD = {
    "a": "A",
    "n": 3,
    "xs": [1, 2, 3],
    "yes": True,
    "no": False,
    "nothing": None,
    "rest": {"title": "t"},
}


def html(template: Template, **assigns: Any) -> str:
    return render_to_string(template, {**STANDARD, **assigns})


def test_some_names_need_no_import() -> None:
    page = heex('<i phx-click={JS.push("go")}>{Markup("<b>")}{[JS for JS in "ab"]}{(lambda JS: JS)(1)}</i>')
    assert html(page) == ('<i phx-click="[[&#34;push&#34;,{&#34;event&#34;:&#34;go&#34;}]]"><b>ab1</i>')
    assert html(heex("<i :for={JS, Markup in @pairs}>{JS}{Markup}</i>"), pairs=["ab"]) == "<i>ab</i>"


def test_a_name_that_an_expression_binds_is_its_own() -> None:
    assert html(heex("{(n := @n) + n} {[m for x in @xs if (m := x * 2) > 2]}")) == "6 [4, 6]"
    assert html(heex("<i :for={n in @xs if (m := n) > 1 if m < 3}>{(m := 5)}{n}</i>")) == "<i>52</i>"
    assert html(heex("{(n := 1) + (lambda n: n)(2)}")) == "3"
    with pytest.raises(NameError):
        html(heex("{(n := @n)}{n}"))


def test_what_an_f_string_says_about_itself() -> None:
    assert html(heex('{f"{@n=}"} {f"{@n = :>3}"}')) == "@n=3 @n =   3"


def test_what_the_module_calls_by_such_a_name_is_meant_first() -> None:
    namespace: dict[str, Any] = {"JS": "mine", "used_input": str.upper}
    assert html(template_of("{JS}{used_input('a')}", namespace)) == "mineA"


def template_of(text: str, namespace: dict[str, Any]) -> Template:
    return compile_source(Source.of_text(text, "text"), namespace)


class Matrix:
    """Knows `@`."""

    def __matmul__(self, other: object) -> str:
        return "product"


TEXT: list[tuple[Template, str]] = [
    (heex("{@a} {@n} {@nothing} {@yes}"), "A 3  True"),
    (heex("{1 + 1}{'s'}{\"d\"}{2.5}"), "2sd2.5"),
    (heex("{{'k': [1, {2: '}'}]}['k'][1][2]}"), "}"),
    (heex("{f'{@a!r:>5}|{@n:0{@n}d}|{{}}'}"), "  &#39;A&#39;|003|{}"),
    (heex("{(lambda x: x + @n)(1)}"), "4"),
    (heex("{@m @ @m}{@m@@m}"), "productproduct"),
    (heex("{', '.join(str(x * @n) for x in @xs if x > 1)}"), "6, 9"),
    (heex("{'''tri}ple'''}{r'\\d'}{'a' 'b'}"), "tri}ple\\dab"),
    (heex("{@n  # a comment with }\n}"), "3"),
    (heex("{[1, 'a<', None]}"), "1a&lt;"),
    (heex("{(y := @n) + y}"), "6"),
    (heex("{@yes if @no else not @yes}{@n > 9 and 'x'}{False}{True}{@yes}{f'{@no}'}"), "TrueTrueFalse"),
    (heex("a } b &amp; &lbrace; < c"), "a } b &amp; &lbrace; < c"),
    (heex("<!-- {@a} --><!doctype html><?xml?>"), "<!-- {@a} --><!doctype html><?xml?>"),
    (heex("a{# {@a} %} #}b"), "ab"),
    (heex("<p>\n  {# alone #}\n  x\n</p>"), "<p>\n  x\n</p>"),
    (
        heex("<code phx-no-curly-interpolation>{ a } <b>{% x</b></code>{@a}"),
        "<code>{ a } <b>{% x</b></code>A",
    ),
    (heex("<pre phx-no-format>\n x\n</pre>"), "<pre>\n x\n</pre>"),
    (heex("<script>if (a < b) { c }</script>{@a}"), "<script>if (a < b) { c }</script>A"),
    (
        heex("<br><img src=x><input/><div/><path d='M0'/>"),
        "<br><img src=x><input><div></div><path d='M0'></path>",
    ),
    (heex("<DIV Title='x'>y</DIV>"), "<DIV Title='x'>y</DIV>"),
    (heex("100% {@a} %s %d"), "100% A %s %d"),
    (heex("  trimmed  "), "trimmed"),
    (heex(""), ""),
]


@pytest.mark.parametrize("number", range(len(TEXT)))
def test_text(number: int) -> None:
    template, expected = TEXT[number]
    assert html(template, m=Matrix()) == expected


ATTRIBUTES: list[tuple[Template, str]] = [
    (heex("<p title={@a}>x</p>"), '<p title="A">x</p>'),
    (heex("<p title={@nothing} hidden={@no}>x</p>"), "<p>x</p>"),
    (heex("<p hidden={@yes} data-n={@n}>x</p>"), '<p hidden data-n="3">x</p>'),
    (heex("<p hidden title='a \"b\"' lang=de>x</p>"), "<p hidden title='a \"b\"' lang=de>x</p>"),
    (heex('<p class={["a", @no and "b", ["c", None, ["d"]], ""]}>x</p>'), '<p class="a c d">x</p>'),
    (heex("<p class={@nothing} style={@no}>x</p>"), '<p class="" style="">x</p>'),
    (heex('<p style={["color: red", @nothing, "top: 0"]}>x</p>'), '<p style="color: red; top: 0">x</p>'),
    (
        heex('<p aria={{"label": @a, "busy": None}} data={{"x": 1}}>x</p>'),
        '<p aria-label="A" data-x="1">x</p>',
    ),
    (heex("<p {@rest} id='i' {{'lang': 'de'}}>x</p>"), '<p title="t" id=\'i\' lang="de">x</p>'),
    (heex('<p id={f"r-{@n}-{@a}"}>x</p>'), '<p id="r-3-A">x</p>'),
    (
        heex('<p title={"lit<"} tabindex={0} hidden={False} inert={True}>x</p>'),
        '<p title="lit&lt;" tabindex="0" inert>x</p>',
    ),
    (heex("<p\n  title={\n    @a +\n    'b'\n  }\n>x</p>"), '<p title="Ab">x</p>'),
    (heex('<p @click="go" x-on:click.prevent="a">x</p>'), '<p @click="go" x-on:click.prevent="a">x</p>'),
]


@pytest.mark.parametrize("number", range(len(ATTRIBUTES)))
def test_attributes(number: int) -> None:
    template, expected = ATTRIBUTES[number]
    assert html(template) == expected


BLOCKS: list[tuple[Template, str]] = [
    (heex("<p :if={@yes}>1</p><p :if={@no}>2</p>"), "<p>1</p>"),
    (heex("<i :for={x in @xs}>{x}</i>"), "<i>1</i><i>2</i><i>3</i>"),
    (heex("<i :for={x in @xs} :if={x > 1}>{x}</i>"), "<i>2</i><i>3</i>"),
    (heex("<i :for={x in @xs if x > 1 if x < 3}>{x}</i>"), "<i>2</i>"),
    (heex("<i :for={i, (x, *y) in enumerate([(1, 2, 3)])}>{i}{x}{y}</i>"), "<i>01[2, 3]</i>"),
    (heex("<i :for={k, v in {'a': 1}.items()} :key={k}>{k}{v}</i>"), "<i>a1</i>"),
    (heex("{% for x in @xs %}{% for y in @xs if y < x %}{x}{y} {% endfor %}{% endfor %}"), "21 31 32 "),
    (heex("{% if @no %}1{% elif @n > 2 %}2{% elif @yes %}3{% else %}4{% endif %}"), "2"),
    (heex("{%if @no%}1{%else%}2{%endif%}"), "2"),
    (
        heex("<ul>\n  {% for x in @xs %}\n  <li>{x}</li>\n  {% endfor %}\n</ul>"),
        "<ul>\n  <li>1</li>\n  <li>2</li>\n  <li>3</li>\n</ul>",
    ),
    (heex("{% for x in (y for y in @xs) %}{x}{% endfor %}"), "123"),
    (heex("{% for x in [] %}{x}{% endfor %}"), ""),
]


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_blocks(number: int) -> None:
    template, expected = BLOCKS[number]
    assert html(template) == expected


# -- components ----------------------------------------------------------------


@component
def badge(
    *, label: str = "none", class_: object = None, inner_block: Slot = Slot.empty, rest: Attrs
) -> Template:
    """Reads an attribute that is a keyword of Python."""
    return heex('<b class={["badge", @class]} {@rest}>{@label}{render_slot(@inner_block)}</b>')


class Column(TypedDict, total=False):
    """What an entry of `table` may say."""

    label: str
    wide: bool


@component
def table(*, rows: list[Any], col: Slot[Column], empty: Slot = Slot.empty) -> Template:
    """A table whose columns are slots."""
    return heex("""
      <table>
        <th :for={col in @col} class={col.wide and "wide"}>{col["label"]}</th>
        <tr :for={row in @rows}><td :for={col in @col}>{render_slot(col, row)}</td></tr>
        {% if not @rows %}{render_slot(@empty)}{% endif %}
      </table>
    """)


ui = SimpleNamespace(badge=badge, more=SimpleNamespace(badge=badge))


def compact(text: str) -> str:
    return "".join(line.strip() for line in text.splitlines())


def test_components() -> None:
    assert html(heex("<.badge />")) == '<b class="badge">none</b>'
    assert html(heex('<.badge label={@a} class="x" phx-click="go" data-n={@n}>in {@n}</.badge>')) == (
        '<b class="badge x" phx-click="go" data-n="3">Ain 3</b>'
    )
    assert html(heex('<ui.badge label="&lt;" /><ui.more.badge {{"label": "s"}} />')) == (
        '<b class="badge">&lt;</b><b class="badge">s</b>'
    )
    assert html(heex("<.badge :for={x in @xs} :if={x != 2} label={str(x)} />")) == (
        '<b class="badge">1</b><b class="badge">3</b>'
    )
    assert html(heex("{[badge(label=str(x), rest=Attrs()) for x in @xs[:2]]}")) == (
        '<b class="badge">1</b><b class="badge">2</b>'
    )


def test_slots() -> None:
    template = heex("""
      <.table rows={@xs}>
        <:col :let={x} label="One" wide>{x}{@a}</:col>
        <:col :let={x} label={@a} :if={@yes}>{x * 2}</:col>
        <:col :if={@no}>never</:col>
        <:col :for={k in "pq"} label={k}>{k}</:col>
        <:empty>nothing here</:empty>
      </.table>
    """)
    assert compact(html(template, xs=[1])) == (
        '<table><th class="wide">One</th><th class="">A</th><th class="">p</th><th class="">q</th>'
        "<tr><td>1A</td><td>2</td><td>p</td><td>q</td></tr></table>"
    )
    assert "nothing here" in html(template, xs=[])


@component
def tree(*, node: Any) -> Template:
    """Calls itself."""
    return heex("<li>{@node[0]}<ul :if={@node[1:]}><.tree :for={n in @node[1:]} node={n} /></ul></li>")


def test_a_component_may_call_itself() -> None:
    assert html(heex("<.tree node={@t} />"), t=["a", ["b", ["c"]], ["d"]]) == (
        "<li>a<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul></li>"
    )


def test_a_component_of_the_module_wins_over_a_built_in() -> None:
    assert html(heex("<.portal />")) == "mine"


def test_what_a_call_gives_at_run_time_is_checked() -> None:
    with pytest.raises(TemplateError, match="has no attribute 'colour'"):
        html(heex('<.table {{"colour": 1}} rows={@xs}><:col label="a">x</:col></.table>'))
    with pytest.raises(TemplateError, match="missing attribute 'rows'"):
        html(heex('<.table {{}}><:col label="a">x</:col></.table>'))


def test_components_must_declare_their_attributes() -> None:
    def loose(**attributes: object) -> Template:
        return heex("")

    with pytest.raises(TemplateError, match="loose takes"):
        component(loose)


@component
def portal() -> Template:
    """Of the same name as a built-in."""
    return heex("mine")


# -- files ---------------------------------------------------------------------


def test_templates_in_files(tmp_path: Path) -> None:
    path = tmp_path / "page.heex"
    path.write_text("<p>\n  {@name.upper()}{helper()}\n</p>\n", encoding="utf-8")
    template = load_template(path, {"helper": lambda: "!"})
    assert template.names == {"name"}
    assert render_to_string(template, {"name": "x"}) == "<p>\n  X!\n</p>"
    path.write_text("<p>\n  {@name.upper(}\n</p>\n", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        load_template(path, {})
    assert (caught.value.filename, caught.value.lineno) == (str(path), 2)


def test_embedded_templates(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "hello.heex").write_text(
        "<p {@rest}>{@name}{render_slot(@inner_block)}</p>", encoding="utf-8"
    )
    module = tmp_path / "module.py"
    module.write_text(
        "from actorlive.template import embed_templates, heex\n"
        "globals().update(embed_templates('pages/*'))\n"
        "template = heex('<.hello name={@a} id=\"i\">!</.hello>')\n",
        encoding="utf-8",
    )
    namespace: dict[str, Any] = {"__name__": "module"}
    exec(compile(module.read_text(encoding="utf-8"), str(module), "exec"), namespace)
    assert html(namespace["template"]) == '<p id="i">A!</p>'
    with pytest.raises(TemplateError, match="no template matches"):
        embed_templates("nowhere/*")


# -- what HTML makes of it -----------------------------------------------------


def parsed_text(page: str) -> str:
    """The text of the first element, as a browser reads it."""
    (node,) = parse_fragment(page)
    assert isinstance(node, DomNode)
    return "".join(child for child in node.children if isinstance(child, str))


VALUES = ["", "x", "\nx", "\n\nx", "\n", "\r\nx", " \nx"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("tag", ["textarea", "pre", "TextArea", "listing"])
def test_a_value_keeps_its_first_line_break(tag: str, value: str) -> None:
    for content in (
        "{@v}",
        '{f"{@v}"}',
        "{% if True %}{@v}{% endif %}",
        "{# note #}{@v}",
        "<.shout>{@v}</.shout>",
    ):
        page = html(compile_template(f"<{tag}>{content}</{tag}>"), v=value)
        assert parsed_text(page) == value.replace("\r\n", "\n")
    page = html(heex("<.dynamic_tag tag_name={@tag}>{@v}</.dynamic_tag>"), v=value, tag="pre")
    assert parsed_text(page) == value.replace("\r\n", "\n")


def test_what_the_author_wrote_there_is_html() -> None:
    assert html(heex("<pre>\nx{@v}</pre>"), v=1) == "<pre>\nx1</pre>"
    assert html(heex("<pre></pre><textarea></textarea>")) == "<pre></pre><textarea></textarea>"
    assert html(heex("<p>{@v}</p>"), v="\nx") == "<p>\nx</p>"


@component
def shout(*, inner_block: Slot = Slot.empty) -> Template:
    """What it is given, between nothing."""
    return heex("{render_slot(@inner_block)}")


OTHER_SPACES = [chr(n) for n in range(0x3001) if chr(n).isspace() and chr(n) not in WHITE_SPACE]


@pytest.mark.parametrize("space", OTHER_SPACES, ids=lambda space: f"U+{ord(space):04X}")
def test_spaces_that_are_none_to_html_are_text(space: str) -> None:
    assert html(compile_template(f"{space}a{space}")) == f"{space}a{space}"
    assert html(compile_template(f"<.shout>{space}</.shout>")) == space
    assert html(compile_template(f"<.shout>\n {space}\n </.shout>")) == space
    assert (
        html(compile_template(f"<p>\n{{% if True %}}{space}\nx{{% endif %}}</p>")) == f"<p>\n{space}\nx</p>"
    )
    assert html(compile_template(f"<p>\n  {space}a\n  b\n</p>")) == f"<p>\n  {space}a\n  b\n</p>"
    assert html(compile_template(f"<p title=a{space}b>x</p>")) == f"<p title=a{space}b>x</p>"
    if space.isprintable() or space == "\xa0":
        with pytest.raises(TemplateError, match="unexpected"):
            compile_template(f'<p{space}class="a">x</p>')


@pytest.mark.parametrize("space", OTHER_SPACES, ids=lambda space: f"U+{ord(space):04X}")
def test_the_formatter_leaves_them_alone(space: str) -> None:
    text = f"<p>10{space}000 {space} a{space}</p>"
    assert format_template(text) == text
    assert format_template(f"{space}x{space}") == f"{space}x{space}"


def test_a_name_of_the_module_hides_a_built_in_only_by_a_component() -> None:
    for other in (None, 3, str.upper, "text"):
        page = html(template_of("<.link href='/a'>x</.link>", {"link": other}))
        assert page == '<a href="/a">x</a>'
    assert html(template_of("<.link>x</.link>", {"link": shout})) == "x"
    with pytest.raises(TemplateError, match="is not a component"):
        template_of("<.linq>x</.linq>", {"linq": str.upper})


def test_a_form_without_data() -> None:
    assert html(heex('<.form phx-submit="go">x</.form>')).split() == [
        "<form",
        'phx-submit="go">',
        "x",
        "</form>",
    ]
    page = html(heex('<.form :let={f} action="/a" method="get">{f}</.form>'))
    assert page.split() == ["<form", 'action="/a"', 'method="get">', "</form>"]


# -- files ---------------------------------------------------------------------


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "page.heex"
    path.write_bytes(b"\xef\xbb\xbf<p>\r\n{@a +}</p>")
    with pytest.raises(TemplateError) as caught:
        load_template(path, {})
    assert (caught.value.filename, caught.value.lineno, caught.value.column) == (str(path), 2, 5)
    path.write_bytes(b"\xef\xbb\xbf<p>\r\n{@a}</p>")
    assert html(load_template(path, {}), a=1) == "<p>\n1</p>"


def test_another_encoding_is_told_with_the_file_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "page.heex"
    path.write_bytes("<p>\ncafé</p>".encode("latin-1"))
    with pytest.raises(TemplateError, match="the file is not UTF-8") as caught:
        load_template(path, {})
    assert (caught.value.filename, caught.value.lineno) == (str(path), 2)
    (fault,) = check_project([tmp_path])
    assert str(fault) == str(caught.value)


@pytest.mark.parametrize("name", ["page.heex", "page.py"])
def test_the_formatter_keeps_a_byte_order_mark(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    text = '<p  id="a">x</p>\n'
    path.write_bytes(b"\xef\xbb\xbf" + (f"heex('{text.strip()}')\n" if name == "page.py" else text).encode())
    main(["fmt", str(path)])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert b'<p id="a">' in path.read_bytes()
    main(["fmt", "--check", str(path)])


def test_assigns_that_are_elsewhere() -> None:
    for name, hint in {"myself": "live component", "uploads": "allows none", "socket": "in the view"}.items():
        with pytest.raises(TemplateError, match=f"@{name} is not an assign of Page") as caught:
            compile_template(f"<p>{{@{name}}}</p>").check([], owner="Page")
        assert hint in caught.value.hint
    heex("{@flash}{@streams.a}{@live_action}{@page_title}").check([], owner="Page")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ([], ""),
        ((), ""),
        ([2], "[2]"),
        ((1, 2.5), "(1, 2.5)"),
        ([[1], []], "[[1], []]"),
        ([None, True], "[None, True]"),
        (["a", 1, None, "<"], "a1&lt;"),
        (("a", ["b", 2]), "ab2"),
        ([1, [2, ["c"]]], "12c"),
        ([Markup("<b>"), 3], "<b>3"),
    ],
)
def test_a_list_with_text_in_it_is_its_items_and_any_other_is_as_python_shows_it(
    value: object, shown: str
) -> None:
    assert html(heex("{@xs}"), xs=value) == shown

"""Faulty templates, each with the name of its fault. `golden/errors.txt` holds what is said about them."""

from __future__ import annotations

from typing import Literal, TypedDict

from actorlive.template import Attrs, Slot, Template, component, heex


class Column(TypedDict):
    """What `grid` wants to know about a column."""

    label: str


@component
def badge(
    *,
    label: str,
    kind: Literal["info", "danger"] = "info",
    size: int = 1,
    inner_block: Slot = Slot.empty,
    rest: Attrs,
) -> Template:
    """A component with a rest."""
    return heex("<b {@rest}>{@label}{@kind}{@size}{render_slot(@inner_block)}</b>")


@component
def grid(*, rows: list[object], col: Slot[Column], foot: Slot = Slot.empty) -> Template:
    """A component with slots that are declared, and no rest."""
    return heex("<p :for={row in @rows}>{[render_slot(c, row) for c in @col]}</p>{render_slot(@foot)}")


def plain(*, label: str) -> str:
    """Not a component."""
    return label


thing = 3
"""Not a component either."""

FAULTS: dict[str, str] = {
    "unclosed tag": '<main>\n  <div class="a">\n    <p>text</p>\n</main>',
    "tag closed by the end": "<ul><li>one</li>",
    "mismatched end tag": "<p><b>bold</p></b>",
    "stray end tag": "text</em>",
    "end tag of a void element": "<br></br>",
    "tag without its bracket": '<input type="text"\n<p>x</p>',
    "end tag without its bracket": "<p>x</p",
    "end tag without a name": "<p>a </ b></p>",
    "quote never closed": '<p title="never>x</p>',
    "attribute without a value": "<p title=>x</p>",
    "attribute twice": '<p id="a" class="b" id="c">x</p>',
    "character that belongs to no attribute": "<p ' >x</p>",
    "comment never closed": "<!-- for ever",
    "script never closed": "<script>let a = 1;",
    "expression never closed": "<p>{@name</p>",
    "empty expression": "<p>{ }</p>",
    "bracket never closed": "<p>{max(@a, (1}</p>",
    "bracket too many": "<p>{@a)}</p>",
    "string never closed": "<p>{'abc}</p>",
    "expression that is not Python": "<p>{@a +* 2}</p>",
    "expression that only the compiler refuses": "<p>{f(a=1, a=2)}</p>",
    "expression that waits": "<p>{await load()}</p>",
    "loop that waits": "<p>{[x async for x in load()]}</p>",
    "expression that yields": "<p>{(yield 1)}</p>",
    "assign that is set": "<p>{(@a := 1)}</p>",
    "assign as an attribute": "<p>{user.@name}</p>",
    "assign inside a word": "<p>{1 if@a else 2}</p>",
    "statement in an expression": "<p>{x = 1}</p>",
    "interpolation in quotes": '<a href="/users/{@id}">x</a>',
    "tag of EEx": "<p><%= @name %></p>",
    "block of EEx": "<% if @a do %>x<% end %>",
    "comment of EEx": "<%# note %>",
    "expression of Jinja": "<p>{{ name }}</p>",
    "expression of Jinja with an assign": "<p>{{ @user.name }}</p>",
    "no expression of Jinja": "<p>{{ }}</p>",
    "format of an f-string": "<p>{@price:.2f}</p>",
    "format behind a string": '<p>{@prices["a"]:>5}</p>',
    "conversion of an f-string": "<p>{@name!r}</p>",
    "dict as a text": '<p>{{"a": 1}}</p>',
    "generator as a text": "<p>{x for x in @xs}</p>",
    "bytes as a text": '<p>{b"x"}</p>',
    "function as an attribute": "<p title={lambda: 1}>x</p>",
    "set as an attribute": "<p title={{@a}}>x</p>",
    "commands as a constant": """<p phx-click={"[['hide']]"}>x</p>""",
    "no-break space in a tag": '<p\u00a0class="a">x</p>',
    "stream row without id": '<ul id="a" phx-update="stream"><li :for={dom_id, x in @streams.xs}>{x}</li></ul>',
    "stream row without id in a block": (
        '<ul id="a" phx-update="stream">{% for d, x in @streams["xs"] %}{% if x %}<li/>{% endif %}{% endfor %}</ul>'
    ),
    "text between the rows of a stream": (
        '<ul id="a" phx-update="stream">{% for d, x in @streams.xs %}x<li id={d}>1</li>{% endfor %}</ul>'
    ),
    "stream without a container": "<ul id={@id}><li :for={dom_id, x in @streams.xs} id={dom_id}>{x}</li></ul>",
    "stream in a container that is none": (
        '<ul id="a" phx-update="ignore"><li :for={d, x in @streams.xs} id={d}>{x}</li></ul>'
    ),
    "template comment never closed": "<p>{# never</p>",
    "unknown block": "{% fro x in @xs %}{% endfor %}",
    "block of Jinja": "{% extends 'base.html' %}",
    "tag of Django": "<form>{% csrf_token %}</form>",
    "event handler of React": "<button onClick={@code}>x</button>",
    "block never closed": "<ul>\n  {% for x in @xs %}\n  <li>{x}</li>\n</ul>",
    "end of a block that is not open": "<p>{% endif %}</p>",
    "else twice": "{% if @a %}1{% else %}2{% else %}3{% endif %}",
    "else with a condition": "{% if @a %}1{% else @b %}2{% endif %}",
    "loop missing": "{% for %}{% endfor %}",
    "end with an argument": "{% if @a %}{% endif @a %}",
    "special attribute without a value": "<p :if>x</p>",
    "target with a condition": '<.badge :let={x in y if z} label="a">x</.badge>',
    "two targets": "<li :for={x in @xs for y in @ys}>{x}</li>",
    "target that is the compiler's": "<li :for={__x in @xs}>{__x}</li>",
    "nested too deeply": "<p>" * 151,
    "lone surrogate": "<p>\ud800</p>",
    "string for a component": "<.thing />",
    "condition missing": "{% if %}1{% endif %}",
    "loop without in": "<li :for={x @xs}>{x}</li>",
    "loop over an assign as target": "{% for @x in @xs %}{% endfor %}",
    "block across a tag": "{% if @a %}<div>{% endif %}</div>",
    "key without for": "<li :key={@id}>x</li>",
    "unknown special attribute": "<li :fro={x in @xs}>{x}</li>",
    "special attribute in quotes": '<li :if="@a">x</li>',
    "let on an element": "<p :let={x}>x</p>",
    "let without content": '<.badge :let={x} label="a" />',
    "let that binds no name": '<.badge :let={x.y} label="a">z</.badge>',
    "hook without id": '<div phx-hook="Chart">x</div>',
    "update without id": '<ul phx-update="stream"></ul>',
    "unknown update": '<ul id="a" phx-update="steram"></ul>',
    "event handler with an expression": "<button onclick={@code}>x</button>",
    "misspelt binding": '<button phx-clik="inc">x</button>',
    "misspelt binding in capitals": '<form phx-onSubmit="save"></form>',
    "misspelt binding of a component": '<.badge label="a" phx-throtle="300" />',
    "class of React": '<p className="note">x</p>',
    "label of React": '<label htmlFor="name">x</label>',
    "slot outside a component": "<div><:col>x</:col></div>",
    "inner block written out": '<.badge label="a"><:inner_block>x</:inner_block></.badge>',
    "component without a name": "<.badge-x />",
    "missing attribute": '<.badge kind="info" />',
    "unknown attribute": '<.grid rows={[]} colour="red"><:col label="a">x</:col></.grid>',
    "unknown attribute that is nearly one": '<.grid row={[]}><:col label="a">x</:col></.grid>',
    "literal not among the values": '<.badge label="a" kind="dangre" />',
    "literal of a wrong type": '<.badge label="a" size="2" />',
    "number for a string": "<.badge label={3} />",
    "missing slot": "<.grid rows={[]} />",
    "unknown slot": '<.grid rows={[]}><:col label="a">x</:col><:fot>y</:fot></.grid>',
    "content for a component without": '<.grid rows={[]}>text<:col label="a">x</:col></.grid>',
    "missing attribute of a slot": "<.grid rows={[]}><:col>x</:col></.grid>",
    "unknown attribute of a slot": '<.grid rows={[]}><:col lable="a">x</:col></.grid>',
    "not a component": '<.plain label="a" />',
    "live component without id": "<.live_component module={object} />",
}
"""Found when the template is compiled, with this module as its namespace."""

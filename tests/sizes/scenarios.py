"""Changes of a page, and what is sent for each: every kind of slot, every kind of edit of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from actorlive import LiveComponent
from actorlive.live.streams import LiveStream, Streams
from actorlive.template import Slot, Template, compile_template, component, heex
from tests.sizes import phoenix

Assigns = dict[str, Any]


@dataclass
class Step:
    """A change of assigns, and LiveView's message for it where that is certain ({} for none).

    `larger` names the reason why ours takes more bytes.
    """

    name: str
    assigns: Assigns
    theirs: dict[str, Any] | None = None
    larger: str = ""
    template: Template | None = None


@dataclass
class Scenario:
    """A template, its first assigns, and the steps after the join."""

    name: str
    template: Template
    assigns: Assigns
    steps: list[Step] = field(default_factory=list[Step])


# -- components ----------------------------------------------------------------


@component
def badge(*, label: str, tone: str = "calm") -> Template:
    return heex('<b class={["badge", @tone]}>{@label}</b>')


@component
def panel(*, title: str, inner_block: Slot, foot: Slot = Slot.empty) -> Template:
    return heex("<h2>{@title}</h2><div>{render_slot(@inner_block)}</div><i>{render_slot(@foot)}</i>")


class Card(LiveComponent):
    title: str
    tags: list[Any]

    template = heex("<article id={f'c-{@id}'}>{@title} <s :for={t in @tags}>{t}</s></article>")


class Box(LiveComponent):
    title: str
    tags: list[Any]

    template = heex(
        "<section>{@title}<.live_component module={Card} id={@id} title={@title} tags={@tags} /></section>"
    )


# -- lists ---------------------------------------------------------------------

EDITS: dict[str, Callable[[list[Any]], list[Any]]] = {
    "nothing": lambda xs: [*xs],
    "append": lambda xs: [*xs, "new"],
    "prepend": lambda xs: ["new", *xs],
    "insert in the middle": lambda xs: [*xs[:2], "new", *xs[2:]],
    "remove the first": lambda xs: xs[1:],
    "remove one in the middle": lambda xs: [*xs[:2], *xs[3:]],
    "remove the last": lambda xs: xs[:-1],
    "replace the first": lambda xs: ["new", *xs[1:]],
    "replace one in the middle": lambda xs: [*xs[:2], "new", *xs[3:]],
    "replace the last": lambda xs: [*xs[:-1], "new"],
    "swap the ends": lambda xs: [xs[-1], *xs[1:-1], xs[0]],
    "reverse": lambda xs: xs[::-1],
    "rotate": lambda xs: [*xs[1:], xs[0]],
    "replace all": lambda xs: [f"{x}!" for x in xs],
    "clear": lambda xs: [],
}
WORDS = ["ada", "bob", "cleo", "dan", "eve"]


def texts(words: list[str]) -> list[list[Any]]:
    return [[word] for word in words]


def wide(words: list[str]) -> list[list[Any]]:
    return [[word, word, "the same in all", str(len(word))] for word in words]


def badges(words: list[str]) -> list[list[Any]]:
    return [[{"0": "badge calm", "1": word, "s": 0, "r": 1}] for word in words]


@dataclass(frozen=True)
class ListKind:
    """A loop over `@xs`, and what its rows hold."""

    name: str
    text: str
    keyed: bool
    rows: Callable[[list[str]], list[list[Any]]]

    @property
    def template(self) -> Template:
        return compile_template(f"<ul>{self.text}</ul>")

    def theirs(self, before: list[str], after: list[str]) -> dict[str, Any]:
        """LiveView's message, where there were rows before."""
        told = phoenix.comprehension(self._entries(before), self._entries(after))
        if told is None:
            return {}
        return {"0": told, "p": BADGE} if "'s': 0" in str(told) else {"0": told}

    def _entries(self, words: list[str]) -> phoenix.Rows:
        rows = self.rows(words)
        return list(zip(words, rows, strict=True)) if self.keyed else phoenix.numbered(rows)


def list_scenarios() -> list[Scenario]:
    """Each edit of each list."""
    made: list[Scenario] = []
    for kind in LISTS:
        template = kind.template
        for edit, change in EDITS.items():
            after = change(WORDS)
            step = Step(edit, {"xs": after}, kind.theirs(WORDS, after))
            made.append(Scenario(f"{kind.name}: {edit}", template, {"xs": WORDS}, [step]))
    return made


WIDE = "<b>{'the same in all'.strip()}</b>{len(x)}</li>"
LISTS = [
    ListKind("texts", "<li :for={x in @xs}>{x}</li>", False, texts),
    ListKind("keyed texts", "<li :for={x in @xs} :key={x}>{x}</li>", True, texts),
    ListKind("wide rows", f"<li :for={{x in @xs}} id={{f'r-{{x}}'}}>{{x}}{WIDE}", False, wide),
    ListKind(
        "keyed wide rows", f"<li :for={{x in @xs}} :key={{x}} id={{f'r-{{x}}'}}>{{x}}{WIDE}", True, wide
    ),
    ListKind("components", "<li :for={x in @xs}><.badge label={x} /></li>", False, badges),
    ListKind("keyed components", "<li :for={x in @xs} :key={x}><.badge label={x} /></li>", True, badges),
]
BADGE = {"0": ['<b class="', '">', "</b>"]}


# -- streams -------------------------------------------------------------------

SONGS = heex(
    '<ul id="songs" phx-update="stream"><li :for={dom_id, song in @streams.songs} id={dom_id}>{song["title"]}</li></ul>'
)


def songs(
    *ids: int, deletes: tuple[int, ...] = (), reset: bool = False, at: int = -1, **options: Any
) -> Streams:
    """`@streams` of one message."""
    stream = LiveStream("songs", "0")
    if reset:
        stream.reset()
    for number in deletes:
        stream.delete(f"songs-{number}")
    for number in ids:
        song = {"id": number, "title": f"Song {number}"}
        stream.insert(song, at, options.get("limit"), options.get("update_only"))
    return Streams({"songs": stream})


def stream_step(name: str, *ids: int, **options: Any) -> Step:
    """The same instructions for both."""
    rows = [(f"songs-{n}", [f"songs-{n}", f"Song {n}"]) for n in ids]
    deletes = [f"songs-{n}" for n in options.get("deletes", ())]
    more = {key: value for key, value in options.items() if key != "deletes"}
    told = {"0": phoenix.stream("0", rows, deletes, **more)}
    return Step(name, {"streams": songs(*ids, **options)}, told)


def stream_scenarios() -> list[Scenario]:
    steps = [
        stream_step("append", 3),
        stream_step("prepend", 4, at=0),
        stream_step("several", 5, 6, 7),
        stream_step("limit", 8, limit=-5),
        stream_step("update only", 3, update_only=True),
        stream_step("delete", deletes=(1, 2)),
        stream_step("delete and insert", 9, deletes=(3,)),
        stream_step("reset", reset=True),
        stream_step("reset with items", 1, 2, reset=True),
        Step("nothing", {"streams": songs()}, {}),
    ]
    first = Scenario("stream", SONGS, {"streams": songs(1, 2)}, steps)
    node = phoenix.stream("0", [("songs-1", ["songs-1", "Song 1"])], [])
    begun = {"0": {**node, "s": 0}, "p": {"0": ['<li id="', '">', "</li>"]}}
    late = Scenario("stream that begins empty", SONGS, {"streams": songs()})
    late.steps.append(Step("first item", {"streams": songs(1)}, begun))
    return [first, late]


# -- all else ------------------------------------------------------------------


def single_scenarios() -> list[Scenario]:
    """One template, one change."""
    return [
        Scenario(name, template, before, [Step("change", after, theirs, larger)])
        for name, template, before, after, theirs, larger in SINGLE
    ]


IF = heex("<p>{% if @on %}<b>{@x}</b>{% else %}<i>none</i>{% endif %}</p>")
SINGLE: list[tuple[str, Template, Assigns, Assigns, dict[str, Any] | None, str]] = [
    ("text", heex("<p>{@x}</p>"), {"x": "a"}, {"x": "b"}, {"0": "b"}, ""),
    ("a text that is equal", heex("<p>{@x.strip()}</p>"), {"x": "a"}, {"x": " a"}, {"0": "a"}, ""),
    ("one of two texts", heex("<p>{@x} {@y}</p>"), {"x": "a", "y": "b"}, {"y": "c"}, {"1": "c"}, ""),
    ("attribute", heex("<p title={@x}>t</p>"), {"x": "a"}, {"x": "b"}, {"0": ' title="b"'}, ""),
    ("attribute that goes", heex("<p title={@x}>t</p>"), {"x": "a"}, {"x": None}, {"0": ""}, ""),
    ("boolean attribute", heex("<input disabled={@x}>"), {"x": False}, {"x": True}, {"0": " disabled"}, ""),
    (
        "attribute with one of two texts",
        heex('<p aria-expanded={"true" if @x else "false"}>t</p>'),
        {"x": False},
        {"x": True},
        {"0": ' aria-expanded="true"'},
        "",
    ),
    ("f-string in an attribute", heex('<p id={f"row-{@x}"}>t</p>'), {"x": 1}, {"x": 2}, {"0": "2"}, ""),
    (
        "one part of an f-string",
        heex('<p>{f"{@x} of the {@y} that there are"}</p>'),
        {"x": 1, "y": 2},
        {"x": 2},
        {"0": "2 of the 2 that there are"},
        "",
    ),
    (
        "both parts of an f-string",
        heex('<p>{f"{@x}-{@y}"}</p>'),
        {"x": 1, "y": 2},
        {"x": 3, "y": 4},
        {"0": "3-4"},
        "two parts of an f-string in a text",
    ),
    (
        "class list",
        heex('<p class={["btn btn-large", @on and "is-on"]}>t</p>'),
        {"on": False},
        {"on": True},
        {"0": "btn btn-large is-on"},
        "",
    ),
    (
        "class list with a constant behind",
        heex('<p class={[@on and "is-on", "btn btn-large"]}>t</p>'),
        {"on": False},
        {"on": True},
        {"0": "is-on btn btn-large"},
        "",
    ),
    (
        "class list with an f-string",
        heex('<p class={["btn", f"btn-{@kind}", @on and "on"]}>t</p>'),
        {"kind": "a", "on": False},
        {"kind": "b"},
        {"0": "btn btn-b"},
        "",
    ),
    (
        "style list",
        heex('<p style={["color: red", f"width: {@w}%"]}>t</p>'),
        {"w": 1},
        {"w": 2},
        {"0": "color: red; width: 2%"},
        "",
    ),
    (
        "dict attributes, one changed",
        heex('<p {{"title": @x, "lang": @y}}>t</p>'),
        {"x": "a", "y": "de"},
        {"x": "b"},
        {"0": ' lang="de" title="b"'},
        "",
    ),
    (
        "dict attributes, both changed",
        heex('<p {{"title": @x, "lang": @y}}>t</p>'),
        {"x": "a", "y": "de"},
        {"x": "b", "y": "en"},
        {"0": ' lang="en" title="b"'},
        "two names of a dict literal",
    ),
    (
        "data dict",
        heex('<p data={{"a": @x, "b": @y}}>t</p>'),
        {"x": "a", "y": "b"},
        {"x": "c"},
        None,
        "",
    ),
    (
        "spread",
        heex("<p {@rest}>t</p>"),
        {"rest": {"lang": "de"}},
        {"rest": {"lang": "en"}},
        {"0": ' lang="en"'},
        "",
    ),
    (
        "branch",
        IF,
        {"on": False, "x": "a"},
        {"on": True},
        {"0": {"0": "a", "s": 0}, "p": {"0": ["<b>", "</b>"]}},
        "",
    ),
    ("else", IF, {"on": True, "x": "a"}, {"on": False}, {"0": {"s": 0}, "p": {"0": ["<i>none</i>"]}}, ""),
    ("inside a branch", IF, {"on": True, "x": "a"}, {"x": "b"}, {"0": {"0": "b"}}, ""),
    ("a branch that is not shown", IF, {"on": False, "x": "a"}, {"x": "b"}, None, ""),
    (
        ":if that goes",
        heex("<p><b :if={@on}>{@x}</b></p>"),
        {"on": True, "x": "a"},
        {"on": False},
        {"0": ""},
        "",
    ),
    (
        "two branches of one text",
        heex("<p><b :if={@on}>{@x}</b><i :if={@on}>{@x}</i></p>"),
        {"on": False, "x": "a"},
        {"on": True},
        {"0": {"0": "a", "s": 0}, "1": {"0": "a", "s": 1}, "p": {"0": ["<b>", "</b>"], "1": ["<i>", "</i>"]}},
        "",
    ),
    (
        "function component",
        heex("<p><.badge label={@x} tone={@t} /></p>"),
        {"x": "a", "t": "calm"},
        {"x": "b"},
        {"0": {"1": "b"}},
        "",
    ),
    (
        "a component's class",
        heex("<p><.badge label={@x} tone={@t} /></p>"),
        {"x": "a", "t": "calm"},
        {"t": "loud"},
        {"0": {"0": "badge loud"}},
        "",
    ),
    (
        "two components appear",
        heex("<p>{% if @on %}<.badge label='a' /><.badge label='b' />{% endif %}</p>"),
        {"on": False},
        {"on": True},
        None,
        "",
    ),
    (
        "slot",
        heex("<.panel title={@x}>{@y}<:foot>{@z}</:foot></.panel>"),
        {"x": "a", "y": "b", "z": "c"},
        {"y": "d"},
        {"0": {"1": {"0": "d"}}},
        "",
    ),
    (
        "slot of an entry",
        heex("<.panel title={@x}>{@y}<:foot>{@z}</:foot></.panel>"),
        {"x": "a", "y": "b", "z": "c"},
        {"x": "e", "z": "d"},
        {"0": {"0": "e", "2": {"0": "d"}}},
        "",
    ),
    (
        "first row",
        heex("<ul><li :for={x in @xs}>{x}</li></ul>"),
        {"xs": []},
        {"xs": ["a"]},
        {"0": {"s": 0, "k": {"0": {"0": "a"}, "kc": 1}}, "p": {"0": ["<li>", "</li>"]}},
        "",
    ),
    (
        "row of a nested loop",
        heex("<tr :for={r in @rows}><td :for={c in r}>{c}</td></tr>"),
        {"rows": [["a", "b"], ["c"]]},
        {"rows": [["a", "b", "d"], ["c"]]},
        {"0": {"k": {"0": {"0": {"k": {"2": {"0": "d"}, "kc": 3}}}, "kc": 2}}},
        "",
    ),
    (
        "nested loops that move",
        heex("<tr :for={r in @rows} :key={r[0]}><td :for={c in r}>{c}</td></tr>"),
        {"rows": [["a", "b"], ["c", "d"], ["e"]]},
        {"rows": [["c", "D"], ["e"], ["a", "b"]]},
        None,
        "",
    ),
    (
        "numbered rows that move",
        heex("<li :for={i, x in enumerate(@xs)} :key={x}>{i}: {x}</li>"),
        {"xs": ["a", "b", "c"]},
        {"xs": ["b", "c", "a"]},
        None,
        "",
    ),
    (
        "what all rows read",
        heex("<li :for={x in @xs}>{x}{@mark}</li>"),
        {"xs": ["a", "b"], "mark": "!"},
        {"mark": "?"},
        {"0": {"k": {"0": {"1": "?"}, "1": {"1": "?"}, "kc": 2}}},
        "",
    ),
    (
        "live component",
        heex("<p><.live_component module={Card} id={1} title={@x} tags={@tags} /></p>"),
        {"x": "a", "tags": ["t"]},
        {"x": "b"},
        {"c": {"1": {"1": "b"}}},
        "",
    ),
    (
        "live component that appears",
        heex("<p><.live_component :for={i in @ids} module={Card} id={i} title={@x} tags={@tags} /></p>"),
        {"x": "a", "tags": ["t"], "ids": [1]},
        {"ids": [1, 2]},
        None,
        "",
    ),
    (
        "live component inside another",
        heex("<p><.live_component module={Box} id={1} title={@x} tags={@tags} /></p>"),
        {"x": "a", "tags": ["t"]},
        {"tags": ["t", "u"]},
        {"c": {"2": {"2": {"k": {"1": {"0": "u"}, "kc": 2}}}}},
        "",
    ),
]


def root_scenario() -> Scenario:
    """Another template for the whole page, and back."""
    first = heex("<main>{@x}<.live_component module={Card} id={1} title={@x} tags={[]} /></main>")
    other = heex("<div>{@x}</div>")
    scenario = Scenario("root", first, {"x": "a"})
    scenario.steps = [
        Step("another", {"x": "b"}, {"0": "b", "s": 0, "p": {"0": ["<div>", "</div>"]}}, template=other),
        Step("back", {"x": "c"}, template=first),
    ]
    return scenario


SCENARIOS = [*single_scenarios(), *stream_scenarios(), root_scenario(), *list_scenarios()]

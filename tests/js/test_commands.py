"""JS commands: what each one puts on the wire, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.errors import ActorLiveError
from actorlive.js.commands import JS, CommandError, JSCommands, RelativeSelector
from actorlive.rendered import Markup


def ops(commands: JSCommands) -> list[Any]:
    return json.loads(commands.__attr__())


class Item(msgspec.Struct):
    id: int
    due: date


@dataclass
class Point:
    x: int


EXAMPLES: list[tuple[JSCommands, list[Any]]] = [
    (JS.push("inc"), ["push", {"event": "inc"}]),
    (JS.push("inc", target=3), ["push", {"event": "inc", "target": 3}]),
    (
        JS.push("inc", target="#c", page_loading=True),
        ["push", {"event": "inc", "target": "#c", "page_loading": True}],
    ),
    (
        JS.push("delete", value={"id": 7}, loading="#row-7"),
        ["push", {"event": "delete", "loading": "#row-7", "value": {"id": 7}}],
    ),
    (
        JS.push("x", value=Item(1, date(2024, 5, 1))),
        ["push", {"event": "x", "value": {"id": 1, "due": "2024-05-01"}}],
    ),
    (JS.push("x", value=Point(2)), ["push", {"event": "x", "value": {"x": 2}}]),
    (JS.push("x", value={"then": JS.hide()}), ["push", {"event": "x", "value": {"then": [["hide", {}]]}}]),
    (JS.dispatch("copy"), ["dispatch", {"event": "copy"}]),
    (JS.dispatch("click", to="#nav"), ["dispatch", {"event": "click", "to": "#nav"}]),
    (
        JS.dispatch("copy", to="#a", detail={"n": 1}, bubbles=False, blocking=True),
        ["dispatch", {"event": "copy", "to": "#a", "detail": {"n": 1}, "bubbles": False, "blocking": True}],
    ),
    (JS.toggle(), ["toggle", {}]),
    (JS.toggle(to="#more", display="inline"), ["toggle", {"to": "#more", "display": "inline"}]),
    (
        JS.toggle(
            to="#menu", in_=("ease-out duration-300", "opacity-0", "opacity-100"), out="fade-out", time=0.3
        ),
        [
            "toggle",
            {
                "to": "#menu",
                "ins": [["ease-out", "duration-300"], ["opacity-0"], ["opacity-100"]],
                "outs": [["fade-out"], [], []],
                "time": 300,
            },
        ],
    ),
    (JS.show(to="#m", display="flex"), ["show", {"to": "#m", "display": "flex"}]),
    (
        JS.hide(to=JS.closest(".modal"), blocking=False),
        ["hide", {"to": {"closest": ".modal"}, "blocking": False}],
    ),
    (JS.hide(transition=("a", "", "c")), ["hide", {"transition": [["a"], [], ["c"]]}]),
    (JS.add_class("a b", to=JS.inner(".x")), ["add_class", {"names": ["a", "b"], "to": {"inner": ".x"}}]),
    (JS.add_class(["a", "b c"]), ["add_class", {"names": ["a", "b", "c"]}]),
    (
        JS.remove_class("a", transition="t", time=1),
        ["remove_class", {"names": ["a"], "transition": [["t"], [], []], "time": 1000}],
    ),
    (JS.toggle_class("a"), ["toggle_class", {"names": ["a"]}]),
    (
        JS.transition(("transition-opacity duration-300", "opacity-100", "opacity-0"), to="#i"),
        [
            "transition",
            {
                "transition": [["transition-opacity", "duration-300"], ["opacity-100"], ["opacity-0"]],
                "to": "#i",
            },
        ],
    ),
    (JS.set_attribute("role", "img"), ["set_attr", {"attr": ["role", "img"]}]),
    (JS.remove_attribute("open", to="#d"), ["remove_attr", {"attr": "open", "to": "#d"}]),
    (JS.toggle_attribute("open", ""), ["toggle_attr", {"attr": ["open", ""]}]),
    (
        JS.toggle_attribute("aria-expanded", "true", "false"),
        ["toggle_attr", {"attr": ["aria-expanded", "true", "false"]}],
    ),
    (JS.ignore_attributes(["open", "data-*"]), ["ignore_attrs", {"attrs": ["open", "data-*"]}]),
    (JS.ignore_attributes("open"), ["ignore_attrs", {"attrs": ["open"]}]),
    (JS.focus(to="#a"), ["focus", {"to": "#a"}]),
    (JS.focus_first(to="#a"), ["focus_first", {"to": "#a"}]),
    (JS.push_focus(), ["push_focus", {}]),
    (JS.pop_focus(), ["pop_focus", {}]),
    (JS.navigate("/x"), ["navigate", {"href": "/x", "replace": False}]),
    (JS.patch("?page=2", replace=True), ["patch", {"href": "?page=2", "replace": True}]),
    (JS.exec("data-cancel", to="#m"), ["exec", {"attr": "data-cancel", "to": "#m"}]),
]


@pytest.mark.parametrize(("commands", "expected"), EXAMPLES, ids=[expected[0] for _, expected in EXAMPLES])
def test_a_command_is_encoded_as_the_client_reads_it(commands: JSCommands, expected: list[Any]) -> None:
    assert ops(commands) == [expected]
    assert commands.to_encodable() == [expected]


def test_every_command_of_the_client_has_an_example() -> None:
    public = {name for name in vars(JSCommands) if not name.startswith("_")}
    assert public - {"to_encodable", "concat", "closest", "inner"} == {
        {
            "set_attr": "set_attribute",
            "remove_attr": "remove_attribute",
            "toggle_attr": "toggle_attribute",
            "ignore_attrs": "ignore_attributes",
        }.get(op, op)
        for op in (str(expected[0]) for _, expected in EXAMPLES)
    }


def test_commands_run_in_the_order_they_are_chained() -> None:
    chain = JS.push("delete").hide(to="#row").concat(JS.focus(to="#list"))
    assert [name for name, _ in ops(chain)] == ["push", "hide", "focus"]


def test_text_that_a_template_gives_literally_is_text() -> None:
    given = JS.push(Markup("go"), target=Markup("#form")).patch(Markup("/a"))
    assert given == JS.push("go", target="#form").patch("/a")


def test_a_chain_is_immutable() -> None:
    value = {"id": 1}
    start = JS.push("a", value=value)
    longer = start.hide()
    value["id"] = 2
    assert ops(start) == [["push", {"event": "a", "value": {"id": 1}}]]
    assert len(ops(longer)) == 2
    assert ops(JS) == []


def test_equal_chains_are_equal_and_hash_equal() -> None:
    one, other = JS.push("a", value={"x": 1, "y": 2}), JS.push("a", value={"y": 2, "x": 1})
    assert one == other
    assert hash(one) == hash(other)
    assert one != JS.push("a", value={"x": 1, "y": 3})
    assert repr(JS.hide()) == 'JS[["hide",{}]]'


def test_an_attribute_holds_plain_json_for_the_template_to_escape() -> None:
    chain = JS.push("a", value={"t": "<b>\"&'é"})
    assert json.loads(html.unescape(html.escape(str(chain)))) == chain.to_encodable()


# -- optimistic pushes ---------------------------------------------------------


def test_an_optimistic_push_dispatches_its_overlay_first() -> None:
    row = "#row-7"
    chain = JS.hide(to="#menu").push(
        "toggle", value={"id": 7}, optimistic=JS.add_class("done", to=row).hide(to="#side")
    )
    assert ops(chain) == [
        ["hide", {"to": "#menu"}],
        [
            "dispatch",
            {
                "event": "al:opt",
                "detail": {"ops": [["add_class", {"names": ["done"], "to": row}], ["hide", {"to": "#side"}]]},
            },
        ],
        ["push", {"event": "toggle", "value": {"id": 7}}],
    ]


@pytest.mark.parametrize(
    "commands",
    [
        JS.add_class("a"),
        JS.remove_class("a"),
        JS.toggle_class("a"),
        JS.set_attribute("a", "b"),
        JS.remove_attribute("a"),
        JS.toggle_attribute("a", "b"),
        JS.show(display="flex"),
        JS.hide(),
        JS.toggle(to=JS.closest("li")),
    ],
    ids=str,
)
def test_what_can_be_taken_back_can_be_optimistic(commands: JSCommands) -> None:
    assert ops(JS.push("x", optimistic=commands))[0][1]["detail"] == {"ops": commands.to_encodable()}


@pytest.mark.parametrize(
    ("commands", "says"),
    [
        (JS, "empty chain"),
        (JS.push("other"), "cannot undo push"),
        (JS.hide().focus(), "cannot undo focus"),
        (JS.push("other", optimistic=JS.hide()), "cannot undo dispatch"),
        (JS.hide(transition="fade", time=0.3), "leave out time, transition"),
        (JS.toggle(in_="a"), "leave out ins"),
        (JS.show(blocking=False), "leave out blocking"),
    ],
)
def test_what_cannot_be_taken_back_is_refused(commands: JSCommands, says: str) -> None:
    with pytest.raises(CommandError, match=says):
        JS.push("x", optimistic=commands)


# -- what is refused -----------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: JS.push(" "), "event's name must be a non-empty string"),
        (lambda: JS.push("a", value=[1]), "value= must be a mapping or a struct"),
        (lambda: JS.push("a", value={"x": object()}), "value= cannot be encoded as JSON"),
        (lambda: JS.push("a", target=True), "@myself"),
        (lambda: JS.push("a", loading=""), "loading= must be"),
        (lambda: JS.hide(to=""), "to= must be a non-empty string"),
        (lambda: JS.hide(to=("closest", "li")), r"JS\.closest"),  # pyright: ignore[reportArgumentType]
        (lambda: JS.closest(""), "selector must be"),
        (lambda: JS.inner(""), "selector must be"),
        (lambda: JS.hide(time=300), r"in seconds, at most 60\. For 300 ms write time=0\.3\."),
        (lambda: JS.hide(time=0), "more than zero seconds"),
        (lambda: JS.hide(time=-1), "more than zero seconds"),
        (lambda: JS.hide(time=float("nan")), "more than zero seconds"),
        (lambda: JS.hide(transition=("a", "b")), "three of them"),  # pyright: ignore[reportArgumentType]
        (lambda: JS.hide(transition=""), "Class names are missing"),
        (lambda: JS.add_class("  "), "Class names are missing"),
        (lambda: JS.add_class([]), "Class names are missing"),
        (lambda: JS.dispatch("click", detail={}), "native click"),
        (lambda: JS.dispatch("x", detail={"done": 1}, blocking=True), r'rename the key "done"'),
        (lambda: JS.set_attribute("", "x"), "attribute's name must be"),
        (
            lambda: JS.set_attribute("aria-expanded", True),  # pyright: ignore[reportArgumentType]
            'values of attribute "aria-expanded" must be strings',
        ),
        (lambda: JS.ignore_attributes([]), "Attribute names are missing"),
        (lambda: JS.exec(""), "attribute's name must be"),
        (lambda: JS.navigate(""), "href must be"),
    ],
)
def test_a_mistake_is_named_where_it_is_made(make: Any, says: str) -> None:
    with pytest.raises(CommandError, match=says) as caught:
        make()
    assert isinstance(caught.value, ActorLiveError)


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        "JavaScript:x",
        " javascript:x",
        "java\nscript:x",
        "\x01javascript:x",
        "data:text/html,x",
        "ftp://h/",
    ],
)
def test_navigation_goes_to_pages_only(href: str) -> None:
    with pytest.raises(CommandError, match="Use a path or an http or https URL"):
        JS.navigate(href)
    with pytest.raises(CommandError):
        JS.patch(href)


@pytest.mark.parametrize(
    "href", ["/", "/a:b", "?q=a:b", "#top", "a/b:c", "http://h/x", "HTTPS://h", "//h/x", "./x:y"]
)
def test_paths_and_web_addresses_are_fine(href: str) -> None:
    assert ops(JS.navigate(href)) == [["navigate", {"href": href, "replace": False}]]


# -- round trip ----------------------------------------------------------------

selectors = st.from_regex(r"#[a-z]{1,5}", fullmatch=True)
words = st.from_regex(r"[a-z:\-]{1,6}", fullmatch=True)
names = st.lists(words, min_size=1, max_size=3)
targets = st.one_of(
    st.none(), selectors, st.builds(RelativeSelector, st.sampled_from(["closest", "inner"]), selectors)
)
transitions = st.one_of(st.none(), st.tuples(names, names, names))
times = st.one_of(st.none(), st.integers(1, 60_000).map(lambda ms: ms / 1000))
objects = st.dictionaries(
    words, st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text(max_size=5)), max_size=3
)

animated = {"to": targets, "transition": transitions, "time": times, "blocking": st.booleans()}
CALLS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "push": {
        "event": words,
        "value": st.none() | objects,
        "target": st.none() | selectors | st.integers(1, 99),
        "loading": st.none() | selectors,
        "page_loading": st.booleans(),
    },
    "dispatch": {"event": words, "to": targets, "bubbles": st.booleans(), "blocking": st.booleans()},
    "show": {**animated, "display": st.none() | words},
    "hide": animated,
    "toggle": {
        "to": targets,
        "in_": transitions,
        "out": transitions,
        "time": times,
        "display": st.none() | words,
        "blocking": st.booleans(),
    },
    "add_class": {"names": names, **animated},
    "remove_class": {"names": names, **animated},
    "toggle_class": {"names": names, **animated},
    "set_attribute": {"name": words, "value": st.text(max_size=5), "to": targets},
    "remove_attribute": {"name": words, "to": targets},
    "toggle_attribute": {"name": words, "value": st.text(), "other": st.none() | st.text(), "to": targets},
    "ignore_attributes": {"names": names, "to": targets},
    "focus": {"to": targets},
    "pop_focus": {},
    "navigate": {"href": words.map(lambda word: "/" + word), "replace": st.booleans()},
    "exec": {"attribute": words, "to": targets},
}
calls = st.sampled_from(sorted(CALLS)).flatmap(
    lambda name: st.tuples(st.just(name), st.fixed_dictionaries(CALLS[name]))
)

RENAMED = {
    "set_attr": "set_attribute",
    "remove_attr": "remove_attribute",
    "toggle_attr": "toggle_attribute",
    "ignore_attrs": "ignore_attributes",
}
DEFAULTS = {
    "push": {"page_loading": False},
    "dispatch": {"bubbles": True, "blocking": False},
} | {name: {"blocking": True} for name in CALLS if "blocking" in CALLS[name] and name != "dispatch"}


def decode(op: str, args: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """From the client's side back to the call that a person wrote."""
    name = RENAMED.get(op, op)
    call: dict[str, Any] = dict.fromkeys(CALLS[name]) | DEFAULTS.get(name, {})
    for key, value in args.items():
        match op, key:
            case _, "to":
                call["to"] = value if isinstance(value, str) else RelativeSelector(*next(iter(value.items())))
            case _, "time":
                call["time"] = value / 1000
            case _, "transition" | "ins" | "outs":
                call[{"ins": "in_", "outs": "out"}.get(key, key)] = tuple(value)
            case "set_attr" | "toggle_attr", "attr":
                call |= dict(zip(["name", "value", "other"], value, strict=False))
            case "remove_attr", "attr":
                call["name"] = value
            case "exec", "attr":
                call["attribute"] = value
            case "ignore_attrs", "attrs":
                call["names"] = value
            case _:
                call[key] = value
    return name, call


@given(st.lists(calls, max_size=4))
def test_what_was_written_can_be_read_off_the_wire(written: list[tuple[str, dict[str, Any]]]) -> None:
    chain = JS
    for name, arguments in written:
        chain = getattr(chain, name)(**arguments)
    assert [decode(op, args) for op, args in ops(chain)] == written


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("onclick", "go()"),
        ("OnClick", "go()"),
        ("href", "javascript:alert(1)"),
        ("src", "java\tscript:alert(1)"),
        ("srcdoc", "<b>"),
        ("values", "#;javascript:alert(1)"),
        ("phx-click", '[["exec",{}]]'),
    ],
)
def test_an_attribute_is_set_to_no_script(name: str, value: str) -> None:
    builds: list[Callable[[str], JSCommands]] = [
        lambda text: JS.set_attribute(name, text),
        lambda text: JS.toggle_attribute(name, text),
        lambda text: JS.toggle_attribute(name, Markup("#"), text),
    ]
    for build in builds:
        with pytest.raises(CommandError, match="as a script"):
            build(value)
        assert build(Markup(value)).to_encodable()[0][1]["attr"][-1] == value


def test_an_attribute_is_set_to_other_text() -> None:
    for name, value in (
        ("href", "mailto:a@b"),
        ("href", "/a"),
        ("title", "javascript:"),
        ("phx-click", "go"),
    ):
        assert JS.set_attribute(name, value).to_encodable() == [["set_attr", {"attr": [name, value]}]]


def test_class_names_are_split_as_html_splits_them() -> None:
    assert JS.add_class("a\u00a0b\tc").to_encodable() == [["add_class", {"names": ["a\u00a0b", "c"]}]]

"""The wire forms, one by one, on trees made by hand. Whole templates are in tests/template."""

from __future__ import annotations

from typing import Any

from actorlive.rendered import (
    Comprehension,
    Delta,
    PlacedComponent,
    Rendered,
    Statics,
    diff_component,
    diff_root,
    full_component,
    full_root,
    share_component,
    to_html,
)

PAGE = Statics(["<p>", " ", "</p>"], root=True)
BOLD = Statics(["<b>", "</b>"], root=True)
ITEM = Statics(["<li>", "</li>"])
PAIR = Statics(["<li>", " ", "</li>"])


def page(first: Any, second: Any = "") -> Rendered:
    return Rendered(PAGE, (first, second))


def bold(text: Any) -> Rendered:
    return Rendered(BOLD, (text,))


def items(*rows: Any, **options: Any) -> Comprehension:
    return Comprehension(ITEM, list(rows), [(row,) for row in rows], **options)


def wide(*rows: tuple[str, str]) -> Comprehension:
    return Comprehension(PAIR, [*rows], [*rows])


def test_html_of_rows() -> None:
    odd = Statics(["{a}%s\\'\"", "\n{", "}"])
    assert str(Comprehension(odd, [], [("1", "2"), ("%", bold("{x}"))])) == (
        "{a}%s\\'\"1\n{2}{a}%s\\'\"%\n{<b>{x}</b>}"
    )
    assert str(Comprehension(Statics(["-"]), [], [(), ()])) == "--"
    many = Statics([str(i % 10) for i in range(301)])
    assert str(Comprehension(many, [], [("x",) * 300])) == "x".join(many.parts)


def test_html() -> None:
    tree = page(bold("100%"), items("a", "b"))
    assert to_html(tree) == "<p><b>100%</b> <li>a</li><li>b</li></p>"
    assert to_html(page(PlacedComponent(1, bold("x")))) == "<p><b>x</b> </p>"
    assert to_html(Rendered(Statics(["100%", "%s"]), ("%d",))) == "100%%d%s"


def test_everything_with_each_statics_once() -> None:
    assert full_root(page(bold("x"), bold("y"))) == {
        0: {0: "x", "s": 0, "r": 1},
        1: {0: "y", "s": 0, "r": 1},
        "s": ("<p>", " ", "</p>"),
        "p": {0: ("<b>", "</b>")},
    }


def test_only_what_differs() -> None:
    assert diff_root(page("a", "b"), page("a", "c")) == {1: "c"}
    assert diff_root(page("a", "b"), page("a", "b")) == {}
    assert diff_root(page(bold("a"), "b"), page(bold("a"), "b")) == {}
    assert diff_root(page(bold("a")), page(bold("b"))) == {0: {0: "b"}}
    assert diff_root(page("a"), page(bold("b"))) == {0: {0: "b", "s": ("<b>", "</b>"), "r": 1}}
    assert diff_root(page(bold("b")), page("")) == {0: ""}


def test_another_root_is_sent_whole_and_without_its_mark() -> None:
    assert diff_root(page("a"), bold("b")) == {0: "b", "s": ("<b>", "</b>")}


def test_a_loop_is_empty_first_and_emptied_later() -> None:
    empty = items()
    assert full_root(page(empty)) == {0: "", 1: "", "s": PAGE.parts}
    filled = items("a")
    assert diff_root(page(empty), page(filled)) == {0: {"s": ITEM.parts, "k": {0: {0: "a"}, "kc": 1}}}
    emptied = items(sent=True)
    assert diff_root(page(filled), page(emptied)) == {0: {"k": {"kc": 0}}}
    assert diff_root(page(emptied), page(items("b", sent=True))) == {0: {"k": {0: {0: "b"}, "kc": 1}}}
    assert diff_root(page(items()), page(items())) == {}


def test_rows_in_place() -> None:
    old = items("a", "b", "c")
    assert diff_root(page(old), page(items("a", "B", "c"))) == {0: {"k": {1: {0: "B"}, "kc": 3}}}
    assert diff_root(page(old), page(items("a"))) == {0: {"k": {"kc": 1}}}
    assert diff_root(page(old), page(items("a", "b", "c", "d"))) == {0: {"k": {3: {0: "d"}, "kc": 4}}}
    assert diff_root(page(old), page(items("a", "b", "c"))) == {}


def test_rows_that_moved() -> None:
    old = wide(("a", "long"), ("b", "text"), ("c", "here"))
    new = wide(("c", "here"), ("A", "long"), ("n", "new"))
    new.delta = Delta(old, [2, 0, -1], range(3))
    assert diff_root(page(old), page(new)) == {
        0: {"k": {0: 2, 1: [0, {0: "A"}], 2: {0: "n", 1: "new"}, "kc": 3, "km": 1}}
    }
    assert new.delta is None


def test_a_delta_over_another_loop_is_not_believed() -> None:
    new = items("c", "a")
    new.delta = Delta(items("a", "c"), [1, 0], range(2))
    assert diff_root(page(items("x", "y")), page(new)) == {0: {"k": {0: {0: "c"}, 1: {0: "a"}, "kc": 2}}}


def test_components_carry_their_statics_themselves() -> None:
    tree = page(bold("x"), items(bold("y"), bold("z")))
    rows = {0: {0: {0: "y", "s": 0, "r": 1}}, 1: {0: {0: "z", "s": 0, "r": 1}}, "kc": 2}
    body = {
        0: {0: "x", "s": BOLD.parts, "r": 1},
        1: {"s": ITEM.parts, "k": rows, "p": {0: BOLD.parts}},
        "s": PAGE.parts,
        "r": 1,
    }
    assert full_component(tree) == body
    assert diff_component(page("a"), page("b")) == {0: "b"}
    assert diff_component(page("a"), bold("b")) == {0: "b", "s": BOLD.parts, "r": 1}


def test_sharing_sends_the_difference() -> None:
    assert share_component(page("a", "b"), -3, page("a", "c")) == {1: "c", "s": -3}
    assert share_component(page("a", "b"), 3, bold("c")) is None
    stream = items("a", keeps=False, stream=["0", [["a", -1, None]], []])
    assert share_component(page(stream), 3, page(stream)) is None


def test_a_number_is_a_live_component() -> None:
    node = PlacedComponent(4)
    assert full_root(page(node))[0] == 4
    assert diff_root(page(node), page(node)) == {}
    assert diff_root(page("a"), page(node)) == {0: 4}


def test_rows_of_a_stream_are_sent_once() -> None:
    stream = items("a", keeps=False, stream=["0", [["a", -1, None]], []])
    full = full_root(page(stream))
    assert full[0]["stream"] == ["0", [["a", -1, None]], []]
    assert stream.rows == []
    assert stream.stream is None
    following = items("b", keeps=False, sent=True, stream=["0", [["b", -1, None]], []])
    assert diff_root(page(stream), page(following)) == {
        0: {"k": {0: {0: "b"}, "kc": 1}, "stream": ["0", [["b", -1, None]], []]}
    }


def loop(
    rows: list[Any], *, over: Comprehension | None = None, sources: Any = None, keyed: bool = False
) -> Any:
    made = items(*rows)
    made.delta = None if over is None else Delta(over, sources, range(len(rows)), keyed=keyed)
    return made


def entries(old: list[Any], new: list[Any], sources: list[int], *, keyed: bool = False) -> Any:
    before = loop(old)
    return diff_root(page(before), page(loop(new, over=before, sources=sources, keyed=keyed)))[0]["k"]


def test_a_move_that_saves_no_more_than_its_mark_is_written_in_place() -> None:
    assert entries(["a", ""], [""], [1]) == {0: {0: ""}, "kc": 1}
    assert entries(["a", "b"], ["b"], [1]) == {0: 1, "kc": 1, "km": 1}


def test_keyed_rows_with_marked_nodes_always_move() -> None:
    a, b = bold("a"), bold("b")
    assert entries([a, b], [b], [1], keyed=True) == {0: 1, "kc": 1, "km": 1}
    assert entries([a, b], [bold("B")], [1], keyed=True) == {0: [1, {0: {0: "B"}}], "kc": 1, "km": 1}
    assert entries([a, b], [bold("B")], [1]) == {0: {0: {0: "B"}}, "kc": 1}


def test_nothing_is_written_over_a_marked_row_while_there_are_moves() -> None:
    """Else the client would have two nodes with one mark: the one that moved away, and the one written over."""
    a, b = bold("a" * 40), bold("b" * 40)
    new = entries([a, b], [bold("n"), a, b], [-1, 0, 1])
    assert new == {0: {0: {0: "n", "s": BOLD.parts, "r": 1}}, 1: 0, 2: 1, "kc": 3, "km": 1}
    plain = entries(["a" * 40, "b" * 40], ["n", "a" * 40, "b" * 40], [-1, 0, 1])
    assert plain == {0: {0: "n"}, 1: 0, 2: 1, "kc": 3, "km": 1}

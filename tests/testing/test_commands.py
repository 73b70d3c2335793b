"""JS commands on the page."""

from __future__ import annotations

import pytest

from actorlive.js.commands import JS, JSCommands
from actorlive.testing import CommandFailure
from actorlive.testing.browser.commands import change_dom, is_visible, parse_commands, targets
from actorlive.testing.browser.dom import Document, DomNode, parse_fragment
from actorlive.testing.browser.patch import Patch


def page(html: str) -> Document:
    return Document(f'<div id="view">{html}</div>')


def run(document: Document, source: DomNode, chain: JSCommands) -> None:
    for name, arguments in parse_commands(str(chain)):
        for node in targets(document, source, arguments.get("to")):
            change_dom(name, node, arguments)
    document.touch()


def patch(document: Document, html: str) -> None:
    Patch(document.select("#view")[0]).perform(parse_fragment(html))
    document.touch()


def one(document: Document, selector: str = "#a") -> DomNode:
    (node,) = document.select(selector)
    return node


def test_classes_stay_over_patches() -> None:
    document = page('<p id="a" class="x old"></p>')
    run(document, one(document), JS.add_class("new").remove_class("old"))
    assert one(document).classes == ["x", "new"]
    patch(document, '<p id="a" class="x old y"></p>')
    assert one(document).classes == ["x", "y", "new"]
    run(document, one(document), JS.toggle_class("new x"))
    assert one(document).classes == ["y"]


def test_attributes_stay_over_patches() -> None:
    document = page('<p id="a" title="t"></p>')
    run(document, one(document), JS.set_attribute("lang", "en").remove_attribute("title"))
    patch(document, '<p id="a" title="again"></p>')
    assert one(document).attrs == {"id": "a", "lang": "en"}


@pytest.mark.parametrize(
    ("before", "chain", "after"),
    [
        ("", JS.toggle_attribute("open", "yes"), "yes"),
        ('open="yes"', JS.toggle_attribute("open", "yes"), None),
        ('open="true"', JS.toggle_attribute("open", "true", "false"), "false"),
        ('open="false"', JS.toggle_attribute("open", "true", "false"), "true"),
        ("", JS.toggle_attribute("open", "true", "false"), "true"),
    ],
)
def test_toggled_attributes(before: str, chain: JSCommands, after: str | None) -> None:
    document = page(f'<p id="a" {before}></p>')
    run(document, one(document), chain)
    assert one(document).attrs.get("open") == after


def test_show_hide_and_toggle() -> None:
    document = page('<table><tr id="a" style="color: red; display: none"><td>x</td></tr></table>')
    assert not is_visible(one(document))
    run(document, one(document), JS.show())
    assert one(document).attrs["style"] == "color: red; display: table-row;"
    assert is_visible(one(document))
    run(document, one(document), JS.hide())
    run(document, one(document), JS.hide())
    assert not is_visible(one(document, "td"))
    run(document, one(document), JS.toggle(display="inline"))
    assert "display: inline;" in one(document).attrs["style"]
    patch(document, '<table><tbody><tr id="a"><td>y</td></tr></tbody></table>')
    assert one(document).attrs["style"] == "display: inline;"


def test_what_is_visible() -> None:
    document = page(
        '<div hidden><p id="a"></p></div><details><summary id="s">S</summary><p id="b"></p></details>'
        '<details open><p id="c"></p></details>'
    )
    seen = {node.id: is_visible(node) for node in document.select("[id]") if node.id != "view"}
    assert seen == {"a": False, "s": True, "b": False, "c": True}


def test_a_transition_leaves_its_end_classes() -> None:
    document = page('<p id="a" class="opacity-100"></p>')
    run(document, one(document), JS.transition(("fade", "opacity-100", "opacity-0")))
    assert one(document).classes == ["opacity-0"]
    run(document, one(document), JS.add_class("big", transition=("grow", "small", "large")))
    assert one(document).classes == ["opacity-0", "big", "large"]


def test_targets() -> None:
    document = page(
        '<ul id="list"><li class="row"><b id="a"></b><i class="x"></i></li><li class="row"></li></ul>'
    )
    source = one(document)
    run(document, source, JS.add_class("closest", to=JS.closest("li")).add_class("all", to=".row"))
    assert [node.classes for node in document.select("li")] == [["row", "closest", "all"], ["row", "all"]]
    run(document, one(document, "#list"), JS.add_class("inner", to=JS.inner(".x")))
    assert one(document, ".x").classes == ["x", "inner"]


def test_ignored_attributes_are_left_alone() -> None:
    document = page('<details id="a"></details>')
    run(document, one(document), JS.ignore_attributes(["open", "data-*"]))
    one(document).attrs["open"] = ""
    patch(document, '<details id="a" data-x="1" title="t"></details>')
    assert one(document).attrs == {"id": "a", "title": "t", "open": ""}


def test_broken_commands() -> None:
    assert parse_commands("go") == [("push", {"event": "go"})]
    with pytest.raises(CommandFailure, match="not a list of JS commands"):
        parse_commands('[["push"')

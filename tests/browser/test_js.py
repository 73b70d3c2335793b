"""Every JS command, run by the official client: it does what its method says."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from markupsafe import escape
from playwright.sync_api import Page, expect

from actorlive.js.commands import JS, JSCommands
from tests.browser.wire import Wire


class Case(NamedTuple):
    """A click on #go, beside `markup`, makes `becomes` true (JavaScript)."""

    name: str
    commands: JSCommands
    markup: str
    becomes: str


P = "<p id=p class=a>x</p>"
HIDDEN = "<p id=p style='display: none'>x</p>"
HAS = "document.querySelector('#p').classList.contains"
SHOWN = "getComputedStyle(document.querySelector('#p')).display"
FOCUSED = "document.activeElement.id"

CASES = [
    Case("show", JS.show(to="#p"), HIDDEN, f"{SHOWN} === 'block'"),
    Case("show_display", JS.show(to="#p", display="inline"), HIDDEN, f"{SHOWN} === 'inline'"),
    Case(
        "show_table_row",
        JS.show(to="#p"),
        "<table><tr id=p style='display: none'></tr></table>",
        f"{SHOWN} === 'table-row'",
    ),
    Case(
        "show_table_cell",
        JS.toggle(to="#p"),
        "<table><tr><td id=p style='display: none'></td></tr></table>",
        f"{SHOWN} === 'table-cell'",
    ),
    Case(
        "show_visible",
        JS.show(to="#p", display="flex").add_class("b", to="#p"),
        P,
        f"{SHOWN} === 'block' && {HAS}('b')",
    ),
    Case(
        "show_transition",
        JS.show(to="#p", transition="fade", time=0.05),
        HIDDEN,
        f"{SHOWN} === 'block' && !{HAS}('fade')",
    ),
    Case("hide", JS.hide(to="#p"), P, f"{SHOWN} === 'none'"),
    Case(
        "hide_transition",
        JS.hide(to="#p", transition=("t", "from", "to"), time=0.05),
        P,
        f"{SHOWN} === 'none'",
    ),
    Case("toggle_on", JS.toggle(to="#p", in_="fade", time=0.05), HIDDEN, f"{SHOWN} === 'block'"),
    Case("toggle_off", JS.toggle(to="#p", out="fade", time=0.05), P, f"{SHOWN} === 'none'"),
    Case("add_class", JS.add_class("b c", to="#p"), P, f"{HAS}('b') && {HAS}('c') && {HAS}('a')"),
    Case(
        "add_class_transition",
        JS.add_class("b", to="#p", transition=("t", "from", "end"), time=0.05),
        P,
        f"{HAS}('b') && {HAS}('end') && !{HAS}('t')",
    ),
    Case(
        "remove_class_transition",
        JS.remove_class("a", to="#p", transition="t", time=0.05),
        P,
        f"!{HAS}('a') && !{HAS}('t')",
    ),
    Case(
        "toggle_class_transition",
        JS.toggle_class("a b", to="#p", transition="t", time=0.05),
        P,
        f"!{HAS}('a') && {HAS}('b') && !{HAS}('t')",
    ),
    Case("remove_class", JS.remove_class("a", to="#p"), P, f"!{HAS}('a')"),
    Case("toggle_class", JS.toggle_class(["a", "b"], to="#p"), P, f"!{HAS}('a') && {HAS}('b')"),
    Case(
        "transition",
        JS.transition(("t", "from", "end"), to="#p", time=0.05),
        P,
        f"{HAS}('end') && !{HAS}('t')",
    ),
    Case(
        "set_attribute",
        JS.set_attribute("title", "T", to="#p"),
        P,
        "document.querySelector('#p').title === 'T'",
    ),
    Case(
        "remove_attribute",
        JS.remove_attribute("class", to="#p"),
        P,
        "!document.querySelector('#p').hasAttribute('class')",
    ),
    Case(
        "toggle_attribute",
        JS.toggle_attribute("aria-expanded", "true", "false", to="#p").toggle_attribute(
            "hidden", "", to="#q"
        ),
        "<p id=p aria-expanded=true></p><p id=q hidden></p>",
        "document.querySelector('#p[aria-expanded=false]') && !document.querySelector('#q').hidden",
    ),
    Case(
        "toggle_attribute_absent",
        JS.toggle_attribute("data-x", "1", "2", to="#p").toggle_attribute("title", "T", to="#p"),
        P,
        "document.querySelector('#p[data-x=\"1\"][title=T]')",
    ),
    Case("everywhere", JS.add_class("b", to="i"), "<i></i>", "document.querySelectorAll('i.b').length === 2"),
    Case("closest", JS.add_class("b", to=JS.closest("div")), "", "document.querySelector('div.b #go')"),
    Case("inner", JS.add_class("b", to=JS.inner("i")), "", "document.querySelector('#go i.b')"),
    Case("itself", JS.add_class("b"), "", "document.querySelector('#go.b')"),
    Case("focus", JS.focus(to="#i"), "<input id=i>", f"{FOCUSED} === 'i'"),
    Case(
        "focus_first", JS.focus_first(to="#f"), "<form id=f><p>x</p><input id=i></form>", f"{FOCUSED} === 'i'"
    ),
    Case(
        "focus_first_of_no_controls",
        JS.focus_first(to="#f"),
        "<div id=f><p id=i tabindex=-1>x</p></div>",
        f"{FOCUSED} === 'i'",
    ),
    Case(
        "push_focus_of_itself",
        JS.push_focus().focus(to="#i").pop_focus(),
        "<input id=i>",
        f"{FOCUSED} === 'go'",
    ),
    Case(
        "push_and_pop_focus",
        JS.push_focus(to="#j").focus(to="#i").pop_focus(),
        "<input id=i><input id=j>",
        f"{FOCUSED} === 'j'",
    ),
    Case(
        "exec",
        JS.exec("data-do", to="#p"),
        f"<p id=p data-do='{escape(str(JS.add_class('b')))}'>x</p>",
        f"{HAS}('b')",
    ),
    Case(
        "dispatch",
        JS.dispatch("ring", to="#p", detail={"n": 7}),
        "<p id=p onring>x</p>",
        "window.rung?.n === 7 && window.rung.dispatcher.id === 'go'",
    ),
    Case(
        "dispatch_without_bubbles",
        JS.dispatch("ring", to="#p", bubbles=False).dispatch("ring", detail={"n": 8}),
        P,
        "window.rung?.n === 8 && window.rings === 1",
    ),
    Case(
        "dispatch_click",
        JS.dispatch("click", to="#c"),
        "<input id=c type=checkbox>",
        "document.querySelector('#c').checked",
    ),
    Case(
        "concat",
        JS.add_class("b", to="#p").concat(JS.remove_class("a", to="#p")),
        P,
        f"{HAS}('b') && !{HAS}('a')",
    ),
]


def open_page(page: Page, commands: JSCommands, markup: str = "") -> Wire:
    button = f"<button id=go phx-click='{escape(str(commands))}'>Go<i></i></button>"
    return Wire(page, {"0": "", "s": [f"<div>{button}</div>{markup}<output>", "</output>"]}).open()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_command_does_what_it_says(page: Page, case: Case) -> None:
    open_page(page, case.commands, case.markup)
    page.evaluate(
        "window.rings = 0; addEventListener('ring', ({ detail }) => ((window.rung = detail), (window.rings += 1)))"
    )
    page.locator("#go").click()
    page.wait_for_function(case.becomes)


def test_push_sends_its_value_over_the_elements(page: Page) -> None:
    wire = open_page(page, JS.push("save", value={"id": 7, "note": "it's"}))
    page.locator("#go").click()
    frame = wire.frame("event")
    assert frame.payload["event"] == "save"
    assert frame.payload["value"] == {"id": 7, "note": "it's", "value": ""}


def test_push_marks_what_it_loads(page: Page) -> None:
    wire = open_page(page, JS.push("save", loading="#p"), P)
    page.locator("#go").click()
    expect(page.locator("#p.phx-click-loading")).to_be_attached()
    wire.reply(wire.frame("event"))
    expect(page.locator(".phx-click-loading")).to_have_count(0)


def test_push_shows_the_page_as_loading(page: Page) -> None:
    wire = open_page(page, JS.push("save", page_loading=True))
    page.evaluate(
        "window.seen = []; for (const name of ['start', 'stop'])"
        " addEventListener(`phx:page-loading-${name}`, ({ detail }) => seen.push(`${name} ${detail.kind}`))"
    )
    page.locator("#go").click()
    frame = wire.frame("event")
    assert page.evaluate("seen.join()") == "start element"
    wire.reply(frame)
    page.wait_for_function("seen.join() === 'start element,stop element'")


@pytest.mark.parametrize(
    ("target", "cids"), [(7, [7]), ("#seven", [7]), (".parts", [7, 8]), (None, [8])], ids=str
)
def test_push_goes_to_its_target(page: Page, target: str | int | None, cids: list[int]) -> None:
    """By number or selector, each match once; over the element's own phx-target."""
    parts = "".join(
        f"<i class=parts id={name} data-phx-component={cid} data-phx-view=phx-1></i>"
        for name, cid in (("seven", 7), ("eight", 8))
    )
    commands = escape(str(JS.push("save", target=target)))
    wire = Wire(page, {"s": [f"<button id=go phx-target=8 phx-click='{commands}'>Go</button>{parts}"]}).open()
    page.locator("#go").click()
    assert [wire.frame("event").payload.get("cid") for _ in cids] == cids


def test_a_blocking_dispatch_holds_patches_until_it_is_done(page: Page) -> None:
    wire = open_page(page, JS.dispatch("work", blocking=True).push("go"))
    page.evaluate("addEventListener('work', ({ detail }) => (window.done = detail.done))")
    page.locator("#go").click()
    wire.reply(wire.frame("event"), {"diff": {"0": "patched"}})
    wire.settle()
    expect(page.locator("output")).to_have_text("")
    page.evaluate("window.done()")
    expect(page.locator("output")).to_have_text("patched")


def test_commands_travel_in_an_event(page: Page) -> None:
    """`push_event("run", {"js": JS.…})`, run by whoever listens."""
    wire = open_page(page, JS.push("go"), P)
    page.evaluate(
        "addEventListener('phx:run', ({ detail }) =>"
        " liveSocket.execJS(document.querySelector('#p'), JSON.stringify(detail.js)))"
    )
    wire.push(
        "diff", {"e": [["run", {"js": JS.add_class("b").toggle_attribute("title", "T").to_encodable()}]]}
    )
    expect(page.locator("#p.b[title=T]")).to_be_attached()


@pytest.mark.parametrize("replace", [True, False])
def test_patch_changes_the_url_without_a_join(page: Page, replace: bool) -> None:
    wire = open_page(page, JS.patch("/?page=2", replace=replace))
    length = page.evaluate("history.length")
    page.locator("#go").click()
    frame = wire.frame("live_patch")
    assert frame.payload["url"].endswith("/?page=2")
    wire.reply(frame, {"diff": {"0": "2"}})
    page.wait_for_url("**/?page=2")
    assert page.evaluate("history.length") == length + (0 if replace else 1)
    assert len(wire.joins) == 1


@pytest.mark.parametrize("replace", [True, False])
def test_navigate_joins_again_on_the_same_topic(page: Page, replace: bool) -> None:
    wire = open_page(page, JS.navigate("/other", replace=replace))
    length = page.evaluate("history.length")
    page.locator("#go").click()
    wire.until(lambda: len(wire.joins) == 2)
    assert wire.joins[1].topic == wire.joins[0].topic
    assert wire.joins[1].payload["redirect"].endswith("/other")
    page.wait_for_url("**/other")
    assert page.evaluate("history.length") == length + (0 if replace else 1)


def test_ignored_attributes_stay_as_the_browser_has_them(page: Page) -> None:
    mounted = escape(str(JS.ignore_attributes(["open", "data-*"])))
    tree = {
        "0": "1",
        "s": [f"<details phx-mounted='{mounted}' title=", "><summary>Help</summary>x</details>"],
    }
    wire = Wire(page, tree).open()
    page.locator("summary").click()
    wire.push("diff", {"0": "2"})
    expect(page.locator("details")).to_have_attribute("title", "2")
    expect(page.locator("details")).to_have_attribute("open", "")


@pytest.mark.parametrize("blocking", [True, False])
def test_a_blocking_transition_holds_patches(page: Page, blocking: bool) -> None:
    wire = open_page(page, JS.transition("t", to="#p", time=0.5, blocking=blocking).push("go"), P)
    page.evaluate(
        """() => {
          addEventListener("click", () => (window.began = performance.now()), true);
          new MutationObserver(() => (window.took = performance.now() - window.began))
            .observe(document.querySelector("output"), { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.locator("#go").click()
    expect(page.locator("#p.t")).to_be_attached()
    wire.reply(wire.frame("event"), {"diff": {"0": "patched"}})
    if not blocking:
        page.wait_for_function("document.querySelector('#p.t') && window.took")
    page.wait_for_function("window.took")
    if blocking:
        assert page.evaluate("window.took") >= 490


def test_a_class_that_a_command_added_survives_patches(page: Page) -> None:
    wire = Wire(
        page,
        {
            "0": "one",
            "s": [
                f"<button id=go phx-click='{escape(str(JS.add_class('b', to='#p')))}'>Go</button><p id=p>",
                "</p>",
            ],
        },
    ).open()
    page.locator("#go").click()
    expect(page.locator("#p.b")).to_be_attached()
    wire.push("diff", {"0": "two"})
    expect(page.locator("#p")).to_have_text("two")
    expect(page.locator("#p.b")).to_be_attached()

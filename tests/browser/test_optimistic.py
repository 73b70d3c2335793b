"""Optimistic changes in the browser: shown at once, kept or taken back as the server says.

The test is the server, so each case puts the frames in exactly the order that it is about.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import escape
from playwright.sync_api import Page, expect

from actorlive.js.commands import JS, JSCommands
from tests.browser.pages import Faults
from tests.browser.wire import Frame, Wire

DONE = JS.add_class("done", to="#row")


def optimistic(shown: JSCommands = DONE, event: str = "go", **push: Any) -> str:
    """The attribute's text, as a template renders it."""
    return str(escape(str(JS.push(event, optimistic=shown, **push))))


def page_with(shown: JSCommands = DONE, *, row: str = "row", **push: Any) -> dict[str, Any]:
    """A row whose class and text the server renders, and a button with the optimistic push."""
    return {
        "0": row,
        "1": "text",
        "s": [
            '<div id="row" class="',
            '"><span>',
            f"</span></div><button id=go phx-click='{optimistic(shown, **push)}'>Go</button>",
        ],
    }


def stamp(frame: Frame) -> str:
    """The transaction's id, where the client puts it."""
    carrier = frame.payload["meta"] if frame.payload["type"] == "form" else frame.payload["value"]
    return str(carrier["_al"])


def rejection(frame: Frame) -> list[Any]:
    return ["al:reject", {"id": stamp(frame), "reason": "no"}, True]


def click(wire: Wire, selector: str = "#go") -> Frame:
    wire.page.locator(selector).click()
    return wire.frame("event")


def classes(page: Page, selector: str = "#row") -> set[str]:
    return set((page.locator(selector).get_attribute("class") or "").split())


def is_clean(wire: Wire) -> bool:
    """Nothing of the overlay is left in the page."""
    wire.settle()
    return wire.page.evaluate(
        "!document.querySelector('[data-al-tx]') && !document.querySelector('meta[data-phx-ref-src]')"
    )


def test_the_change_is_there_before_the_frame_is_answered(page: Page) -> None:
    wire = Wire(page, page_with(value={"id": 7})).open()
    frame = click(wire)
    assert classes(page) == {"row", "done"}
    assert frame.payload["value"]["id"] == 7
    assert stamp(frame)


def test_a_rejection_takes_exactly_that_change_back(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    frame = click(wire)
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    wire.until(lambda: classes(page) == {"row"})
    assert is_clean(wire)
    wire.push("diff", {"0": "row done"})
    wire.until(lambda: classes(page) == {"row", "done"})
    wire.push("diff", {"0": "row"})
    wire.until(lambda: classes(page) == {"row"})


def test_a_rejection_with_a_render_shows_the_render(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    frame = click(wire)
    wire.reply(frame, {"diff": {"0": "row fresh", "e": [rejection(frame)]}})
    wire.until(lambda: classes(page) == {"row", "fresh"})
    assert is_clean(wire)


def test_a_rollback_goes_to_the_newest_state_not_to_the_snapshot(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    frame = click(wire)
    wire.push("diff", {"0": "row newer", "1": "changed"})
    expect(page.locator("#row span")).to_have_text("changed")
    assert classes(page) == {"row", "newer", "done"}
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    wire.until(lambda: classes(page) == {"row", "newer"})
    assert is_clean(wire)


def test_the_server_may_take_the_same_class_over(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    frame = click(wire)
    wire.push("diff", {"0": "row done", "1": "theirs"})
    expect(page.locator("#row span")).to_have_text("theirs")
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    assert is_clean(wire)
    assert classes(page) == {"row", "done"}


def test_an_empty_acknowledgement_keeps_the_change_until_the_next_patch(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    wire.reply(click(wire))
    assert is_clean(wire)
    assert classes(page) == {"row", "done"}
    wire.push("diff", {"0": "row"})
    wire.until(lambda: classes(page) == {"row"})


def test_an_acknowledgement_with_a_render_shows_the_render(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    wire.reply(click(wire), {"diff": {"0": "row archived"}})
    wire.until(lambda: classes(page) == {"row", "archived"})
    assert is_clean(wire)


BUTTON_A = f"<button id=a phx-click='{optimistic(DONE, event='a')}'>A</button>"
BUTTON_B = f"<button id=b phx-click='{optimistic(DONE, event='b')}'>B</button>"
TWO = {"0": "row", "s": ['<div id="row" class="', f'"></div>{BUTTON_A}{BUTTON_B}']}


@pytest.mark.parametrize(
    ("refused", "left"),
    [("", {"row", "done"}), ("a", {"row", "done"}), ("b", {"row", "done"}), ("ab", {"row"})],
)
def test_two_transactions_on_one_class(page: Page, refused: str, left: set[str]) -> None:
    wire = Wire(page, TWO).open()
    frames = [click(wire, "#a"), click(wire, "#b")]
    for frame in frames:
        events = [rejection(frame)] if frame.payload["event"] in refused else []
        wire.reply(frame, {"diff": {"e": events}})
        wire.settle()
    wire.until(lambda: classes(page) == left)
    assert is_clean(wire)


@pytest.mark.parametrize(("refused", "left"), [("a", "B"), ("b", "A"), ("ab", None), ("", "B")])
def test_two_transactions_on_one_attribute(page: Page, refused: str, left: str | None) -> None:
    def button(name: str) -> str:
        op = JS.set_attribute("data-by", name.upper(), to="#row")
        return f"<button id={name} phx-click='{optimistic(op, event=name)}'>{name}</button>"

    wire = Wire(page, {"s": [f"<div id=row>row</div>{button('a')}{button('b')}"]}).open()
    frames = [click(wire, "#a"), click(wire, "#b")]
    assert page.locator("#row").get_attribute("data-by") == "B"
    for frame in frames:
        events = [rejection(frame)] if frame.payload["event"] in refused else []
        wire.reply(frame, {"diff": {"e": events}})
    assert is_clean(wire)
    wire.until(lambda: page.locator("#row").get_attribute("data-by") == left)


def test_a_second_click_on_the_same_button_is_one_event(page: Page) -> None:
    wire = Wire(page, page_with(JS.toggle_class("done", to="#row"))).open()
    page.locator("#go").dblclick()
    frame = wire.frame("event")
    wire.settle()
    assert wire.inbox == []
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    wire.until(lambda: classes(page) == {"row"})
    assert is_clean(wire)


def test_a_lost_socket_takes_the_change_back(page: Page, faults: Faults) -> None:
    faults.expect("Failed to push event")
    wire = Wire(page, page_with()).open()
    click(wire)
    assert classes(page) == {"row", "done"}
    wire.drop()
    wire.until(lambda: len(wire.joins) == 2)
    wire.connected()
    wire.until(lambda: classes(page) == {"row"})
    assert is_clean(wire)


def test_a_crash_takes_the_change_back_and_shows_the_newest_state(page: Page, faults: Faults) -> None:
    faults.expect("crashed")
    wire = Wire(page, page_with()).open()
    click(wire)
    wire.rendered = page_with(row="row after")
    wire.crash()
    wire.until(lambda: len(wire.joins) == 2)
    wire.connected()
    wire.until(lambda: classes(page) == {"row", "after"})
    assert is_clean(wire)


def test_without_a_socket_the_change_is_taken_back_at_once(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    wire.refuse_sockets = True
    wire.drop()
    expect(page.locator("[data-phx-main].phx-client-error")).to_be_attached()
    page.locator("#go").click()
    wire.settle()
    assert classes(page) == {"row"}
    assert wire.inbox == []
    assert is_clean(wire)


def test_the_clicked_element_may_be_gone_when_the_answer_comes(page: Page) -> None:
    button = f"<button id=go phx-click='{optimistic(DONE)}'>Go</button>"
    wire = Wire(page, {"0": "row", "1": button, "s": ['<div id="row" class="', '"></div>', ""]}).open()
    frame = click(wire)
    wire.push("diff", {"1": ""})
    expect(page.locator("#go")).to_have_count(0)
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    wire.until(lambda: classes(page) == {"row"})
    assert is_clean(wire)


def test_the_target_may_be_gone_when_the_answer_comes(page: Page) -> None:
    button = f"<button id=go phx-click='{optimistic(DONE)}'>Go</button>"
    wire = Wire(page, {"0": "<div id=row class=row></div>", "s": ["", button]}).open()
    frame = click(wire)
    wire.push("diff", {"0": ""})
    expect(page.locator("#row")).to_have_count(0)
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    assert is_clean(wire)


@pytest.mark.parametrize("refused", [True, False])
def test_a_target_replaced_by_another_tag_inherits_the_change(page: Page, refused: bool) -> None:
    button = f"<button id=go phx-click='{optimistic(DONE)}'>Go</button>"
    wire = Wire(page, {"0": "<div id=row class=row>x</div>", "s": ["", button]}).open()
    frame = click(wire)
    wire.push("diff", {"0": "<section id=row class='row new'>y</section>"})
    wire.until(lambda: classes(page, "section#row") == {"row", "new", "done"})
    wire.reply(frame, {"diff": {"e": [rejection(frame)] if refused else []}})
    wire.until(lambda: classes(page, "section#row") == {"row", "new"} | (set() if refused else {"done"}))
    assert is_clean(wire)


@pytest.mark.parametrize("binding", ["phx-change", "phx-submit"])
@pytest.mark.parametrize("refused", [True, False])
def test_forms(page: Page, binding: str, refused: bool) -> None:
    form = f"<form id=f {binding}='{optimistic(DONE)}'><input name=title value=x><button>Save</button></form>"
    wire = Wire(page, {"s": [f'<div id="row" class="row">x</div>{form}']}).open()
    if binding == "phx-change":
        page.locator("input").fill("typed")
    else:
        page.get_by_role("button").click()
    frame = wire.frame("event")
    assert frame.payload["type"] == "form"
    assert classes(page) == {"row", "done"}
    wire.reply(frame, {"diff": {"e": [rejection(frame)] if refused else []}})
    wire.until(lambda: classes(page) == ({"row"} if refused else {"row", "done"}))
    assert is_clean(wire)


@pytest.mark.parametrize("patched", [True, False])
@pytest.mark.parametrize("refused", [True, False])
def test_a_target_inside_a_locked_element(page: Page, refused: bool, patched: bool) -> None:
    attribute = optimistic(DONE, loading="#box")
    wire = Wire(
        page,
        {
            "0": "row",
            "1": "text",
            "s": [
                '<div id="box"><div id="row" class="',
                '">row</div><p>',
                f"</p></div><button id=go phx-click='{attribute}'>Go</button>",
            ],
        },
    ).open()
    frame = click(wire)
    wire.push("diff", {"1": "changed", **({"0": "row newer"} if patched else {})})
    wire.settle()
    assert "done" in classes(page)
    wire.reply(frame, {"diff": {"e": [rejection(frame)] if refused else []}})
    expect(page.locator("#box p")).to_have_text("changed")
    server = {"row", "newer"} if patched else {"row"}
    if refused or patched:
        wire.until(lambda: classes(page) == server)
    assert is_clean(wire)


@pytest.mark.parametrize("refused", [True, False])
def test_a_target_that_a_patch_skips_inside_a_locked_element(page: Page, refused: bool) -> None:
    """The client unlocks such an element to a copy that was taken while the change was on the screen."""
    row = {"0": "row", "s": ['<div id="row" class="', '">row</div>'], "r": 1}
    button = f"<button id=go phx-click='{optimistic(loading='#box')}'>Go</button>"
    tree = {"0": row, "1": "text", "s": ['<div id="box">', "<p>", f"</p></div>{button}"]}
    wire = Wire(page, tree).open()
    frame = click(wire)
    wire.push("diff", {"1": "changed"})
    wire.settle()
    wire.reply(frame, {"diff": {"e": [rejection(frame)] if refused else []}})
    expect(page.locator("#box p")).to_have_text("changed")
    assert is_clean(wire)
    assert classes(page) == ({"row"} if refused else {"row", "done"})


SHOWN = [
    ("#row", JS.hide(to="#row"), "none"),
    ("#row", JS.toggle(to="#row"), "none"),
    ("#other", JS.toggle(to="#other", display="inline"), "inline"),
    ("#other", JS.show(to="#other"), "block"),
    ("#row", JS.show(to="#row"), "block"),
]


@pytest.mark.parametrize(("selector", "op", "display"), SHOWN)
def test_show_hide_and_toggle(page: Page, selector: str, op: JSCommands, display: str) -> None:
    button = f"<button id=go phx-click='{optimistic(op)}'>Go</button>"
    markup = f"<p id=row>x</p><p id=other style='display: none'>y</p>{button}"
    wire = Wire(page, {"s": [markup]}).open()
    target = page.locator(selector)
    before = target.get_attribute("style")
    frame = click(wire)
    expect(target).to_have_css("display", display)
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    assert is_clean(wire)
    assert (target.get_attribute("style") or "").rstrip("; ") == (before or "").rstrip("; ")


ATTRIBUTES = [
    (JS.set_attribute("aria-busy", "true", to="#row"), "aria-busy", "true"),
    (JS.remove_attribute("title", to="#row"), "title", None),
    (JS.toggle_attribute("aria-expanded", "true", "false", to="#row"), "aria-expanded", "true"),
    (JS.toggle_attribute("inert", "", to="#row"), "inert", ""),
    (JS.toggle_attribute("title", "T", to="#row"), "title", None),
]


@pytest.mark.parametrize(("op", "name", "value"), ATTRIBUTES)
def test_attributes(page: Page, op: JSCommands, name: str, value: str | None) -> None:
    markup = (
        f"<p id=row title=T aria-expanded=false>x</p><button id=go phx-click='{optimistic(op)}'>Go</button>"
    )
    wire = Wire(page, {"s": [markup]}).open()
    before = page.locator("#row").get_attribute(name)
    frame = click(wire)
    assert page.locator("#row").get_attribute(name) == value
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    assert is_clean(wire)
    assert page.locator("#row").get_attribute(name) == before


@pytest.mark.parametrize("to", [JS.closest("li"), JS.inner("b"), None])
def test_scopes(page: Page, to: Any) -> None:
    op = JS.add_class("done", to=to)
    wire = Wire(
        page, {"s": [f"<li><button id=go phx-click='{optimistic(op)}'>Go<b></b></button></li>"]}
    ).open()
    frame = click(wire)
    expect(page.locator(".done:not(.phx-click-loading), button.done")).to_have_count(1)
    wire.reply(frame, {"diff": {"e": [rejection(frame)]}})
    expect(page.locator(".done")).to_have_count(0)
    assert is_clean(wire)


def test_a_rejection_for_another_page_is_ignored(page: Page) -> None:
    wire = Wire(page, page_with()).open()
    frame = click(wire)
    wire.push("diff", {"e": [["al:reject", {"id": "999", "reason": "?"}, True]]})
    wire.settle()
    assert classes(page) == {"row", "done"}
    wire.reply(frame)
    assert is_clean(wire)


def test_live_navigation_takes_the_change_back(page: Page) -> None:
    link = "<a href=/other data-phx-link=redirect data-phx-link-state=push>other</a>"
    tree = page_with()
    wire = Wire(page, {**tree, "s": [*tree["s"][:2], tree["s"][2] + link]}).open()
    click(wire)
    page.get_by_role("link").click()
    wire.until(lambda: len(wire.joins) == 2)
    wire.connected()
    wire.until(lambda: classes(page) == {"row"})
    assert is_clean(wire)


# -- any order -----------------------------------------------------------------

CHANGES: dict[str, tuple[JSCommands, Callable[[bool], bool]]] = {
    "on": (JS.add_class("done", to="#row"), lambda done: True),
    "off": (JS.remove_class("done", to="#row"), lambda done: False),
    "flip": (JS.toggle_class("done", to="#row"), lambda done: not done),
}


class Model:
    """What a person has to see: the server's newest word, and what is on its way played over it."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.rendered = False
        self.base = False
        self.pending: list[tuple[str, Frame]] = []

    @property
    def shown(self) -> bool:
        done = self.base
        for name, _ in self.pending:
            done = CHANGES[name][1](done)
        return done

    def click(self, rng: random.Random) -> None:
        idle = sorted(CHANGES.keys() - {name for name, _ in self.pending})
        if idle:
            name = rng.choice(idle)
            self.pending.append((name, click(self.wire, f"#{name}")))

    def answer(self, rng: random.Random) -> None:
        if not self.pending:
            return
        name, frame = self.pending.pop(0)
        diff: dict[str, Any] = {}
        if rng.random() < 0.5:
            diff["e"] = [rejection(frame)]
        else:
            self.base = CHANGES[name][1](self.base)
        self.wire.reply(
            frame, {"diff": {**diff, **self.render(rng)}} if rng.random() < 0.5 else {"diff": diff}
        )

    def patch(self, rng: random.Random) -> None:
        self.wire.push("diff", self.render(rng))

    def lose(self, rng: random.Random) -> None:
        joins = len(self.wire.joins)
        self.pending = []
        self.base = self.rendered
        self.wire.rendered = board(self.rendered)
        self.wire.drop()
        self.wire.until(lambda: len(self.wire.joins) > joins)
        self.wire.connected()

    def render(self, rng: random.Random) -> dict[str, str]:
        """A patch of the row, or one of something beside it: either says how the server sees the row."""
        if rng.random() < 0.5:
            self.rendered = not self.rendered
        self.base = self.rendered
        return {"0": "row done" if self.rendered else "row", "1": str(rng.random())}


def board(done: bool) -> dict[str, Any]:
    buttons = "".join(
        f"<button id={name} phx-click='{optimistic(change, event=name)}'>{name}</button>"
        for name, (change, _) in CHANGES.items()
    )
    return {"0": "row done" if done else "row", "1": "", "s": ['<p id="row" class="', '">', f"</p>{buttons}"]}


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_the_page_shows_what_the_model_says(page: Page, faults: Faults, seed: int) -> None:
    faults.expect("Failed to push event")
    rng = random.Random(seed)
    model = Model(Wire(page, board(done=False)).open())
    steps = [model.click, model.answer, model.patch, model.lose]
    for _ in range(40):
        rng.choices(steps, weights=[6, 5, 3, 1])[0](rng)
        model.wire.settle()
        model.wire.until(lambda: ("done" in classes(page)) == model.shown)
    while model.pending:
        model.answer(rng)
    model.wire.until(lambda: ("done" in classes(page)) == model.shown)
    assert is_clean(model.wire)

"""/items: every change shows at once, and the page ends up with what the server has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.gate import Gate
from tests.browser.pages import Faults, connected
from tests.browser.server import Server

Live = Callable[[str], Page]
_numbers = count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A gallery of its own: these tests change what all visitors share."""
    with Server("examples.gallery.app:app") as running:
        yield running


@pytest.fixture
def items(gate: Gate, live: Live) -> Page:
    return live("/items")


def rows(page: Page) -> Locator:
    return page.get_by_role("list", name="Items").get_by_role("listitem")


def row(page: Page, title: str) -> Locator:
    return rows(page).filter(has=page.locator(".title", has_text=re.compile(f"^{re.escape(title)}$")))


def press(scope: Page | Locator, name: str) -> None:
    scope.get_by_role("button", name=name, exact=True).click()


def add(page: Page, title: str) -> Locator:
    """Add an item; its row once it is real."""
    page.get_by_label("New title").fill(title)
    press(page, "Add")
    expect(row(page, title).get_by_role("button", name="Edit")).to_be_visible()
    return row(page, title)


def unique(title: str) -> str:
    return f"{title} {next(_numbers)}"


def opacity(row: Locator) -> float:
    return float(row.evaluate("row => getComputedStyle(row).opacity"))


def says(page: Page, word: str) -> None:
    expect(page.get_by_role("status")).to_contain_text(word)


# -- adding --------------------------------------------------------------------


def test_a_placeholder_becomes_the_item(items: Page, gate: Gate) -> None:
    title = unique("Whitewash")
    items.get_by_label("New title").fill(title)
    gate.hold(after=1)  # the answer to what was typed
    press(items, "Add")
    expect(items.get_by_role("button", name="Adding...")).to_be_disabled()
    gate.let_through()
    expect(row(items, title)).to_have_attribute("aria-busy", "true")
    assert opacity(row(items, title)) < 0.9
    expect(row(items, title).get_by_role("button")).to_have_count(0)
    expect(items.get_by_label("New title")).to_have_value("")
    gate.open()
    expect(row(items, title).get_by_role("button")).to_have_count(4)
    expect(row(items, title)).to_have_css("opacity", "1")
    expect(row(items, title)).to_have_count(1)
    expect(items.locator("[aria-busy=true]")).to_have_count(0)
    says(items, "added")


def test_concurrent_adds_and_one_that_fails(items: Page) -> None:
    titles = [unique("one"), unique("this will fail"), unique("three")]
    before = rows(items).count()
    for title in titles:
        items.get_by_label("New title").fill(title)
        press(items, "Add")
        expect(items.get_by_label("New title")).to_have_value("")
    expect(items.get_by_text("Could not create item")).to_be_visible()
    expect(rows(items)).to_have_count(before + 2)
    expect(items.locator("[aria-busy=true]")).to_have_count(0)
    items.reload()
    expect(row(items, titles[0])).to_have_count(1)
    expect(row(items, titles[1])).to_have_count(0)


def test_a_typed_title_survives_a_reconnect(items: Page) -> None:
    items.get_by_label("New title").fill("half a ti")
    items.evaluate("liveSocket.disconnect()")
    items.evaluate("liveSocket.connect()")
    connected(items)
    expect(items.get_by_label("New title")).to_have_value("half a ti")


# -- archiving -----------------------------------------------------------------


def test_an_archived_row_is_dimmed_at_once_and_every_third_comes_back(items: Page, gate: Gate) -> None:
    titles = [unique("Old") for _ in range(3)]
    for title in titles:
        add(items, title)
    for title in titles:
        target = row(items, title)
        gate.hold()
        press(target, "Archive")
        expect(target).to_have_class(re.compile("phx-click-loading"))
        expect(target.get_by_role("button", name="Archiving...")).to_have_class(
            re.compile("phx-click-loading")
        )
        items.wait_for_function("row => getComputedStyle(row).opacity < 0.9", arg=target.element_handle())
        gate.open()
        if title != titles[2]:
            expect(target).to_have_count(0)
            says(items, "archived")
    target = row(items, titles[2])
    expect(items.get_by_text("Archive failed")).to_be_visible()
    expect(target.get_by_role("button", name="Archive", exact=True)).to_be_enabled()
    expect(target).to_have_css("opacity", "1")
    expect(target).to_have_css("pointer-events", "auto")


# -- deleting ------------------------------------------------------------------

FADING = """row => new Promise(done => {
  const began = performance.now();
  const seen = [];
  row.querySelector("[phx-click*=delete]").click();
  const look = () => {
    if (!row.isConnected) return done({ after: performance.now() - began, seen });
    seen.push(Number(getComputedStyle(row).opacity));
    requestAnimationFrame(look);
  };
  look();
})"""


def test_a_deleted_row_fades_and_leaves_and_the_store_keeps_it_for_a_while(items: Page) -> None:
    target = add(items, title := unique("Ballast"))
    fading = target.evaluate(FADING)
    assert fading["after"] >= 285
    assert fading["seen"] == sorted(fading["seen"], reverse=True)
    assert fading["seen"][-1] < 1
    expect(items.get_by_text("Item will be deleted. Undo?")).to_be_visible()
    assert title in items.request.get(items.url).text()
    expect(items.get_by_role("button", name="Undo")).to_have_count(0)
    says(items, f"{title} deleted")
    assert title not in items.request.get(items.url).text()


def test_undo_puts_the_row_back_where_it_was(items: Page) -> None:
    titles = [unique("Keep") for _ in range(3)]
    for title in titles:
        add(items, title)
    for _ in range(2):
        press(row(items, titles[1]), "Delete")
        expect(row(items, titles[1])).to_have_count(0)
        press(items, "Undo")
        expect(row(items, titles[1])).to_have_css("opacity", "1")
        says(items, "restored")
        expect(items.get_by_role("button", name="Undo")).to_have_count(0)
    assert items.locator("#items .title").all_inner_texts()[-3:] == titles


def test_undo_while_the_row_still_fades(items: Page) -> None:
    target = add(items, unique("Quick"))
    target.evaluate("row => row.querySelector('[phx-click*=delete]').click()")
    items.get_by_role("button", name="Undo").dispatch_event("click")
    expect(items.get_by_role("button", name="Undo")).to_have_count(0)
    expect(target).to_have_css("opacity", "1")
    expect(target).not_to_have_class(re.compile("leaving"))


def test_a_locked_item_comes_back(items: Page, gate: Gate) -> None:
    target = add(items, unique("locked door"))
    gate.hold()
    press(target, "Delete")
    expect(target).to_have_class(re.compile("leaving"))
    gate.open()
    expect(items.get_by_text("Delete failed")).to_be_visible()
    expect(target).to_have_css("opacity", "1")
    expect(items.get_by_role("button", name="Undo")).to_have_count(0)


# -- searching -----------------------------------------------------------------


def test_a_newer_search_supersedes_a_slow_one(items: Page, gate: Gate) -> None:
    title = add(items, unique("Needle in slow hay")).locator(".title").inner_text()
    field, results = (
        items.get_by_role("searchbox", name="Search"),
        items.get_by_role("region", name="Results"),
    )
    gate.hold()
    field.fill("slow hay")
    expect(results).to_have_class(re.compile("phx-.*-loading"))
    gate.let_through()
    expect(results).to_have_attribute("aria-busy", "true")
    expect(results).not_to_have_class(re.compile("phx-.*-loading"))
    field.fill("NEEDLE")
    gate.open()
    expect(results.get_by_text("Results for: NEEDLE")).to_be_visible()
    expect(results.get_by_role("listitem")).to_have_text([title])
    expect(results).to_have_attribute("aria-busy", "false")
    expect(results.get_by_text("slow hay", exact=True)).to_have_count(0)
    field.fill("slow hay")
    field.blur()
    expect(results.get_by_text("Results for: slow hay")).to_be_visible()
    expect(field).to_have_value("slow hay")


# -- editing -------------------------------------------------------------------


def edit(page: Page, title: str) -> Locator:
    press(row(page, title), "Edit")
    expect(page.get_by_label("Edit title")).to_have_value(title)
    return page.get_by_label("Edit title")


def test_a_saved_title_shows_here_and_in_other_tabs(items: Page, live: Live) -> None:
    title, other = unique("Misspelt"), live("/items")
    add(items, title)
    edit(items, title).fill(title + "!")
    press(items, "Save")
    for page in (items, other):
        expect(row(page, title + "!")).to_have_count(1)
        expect(row(page, title)).to_have_count(0)
    expect(items.get_by_label("Edit title")).to_have_count(0)
    expect(row(items, title + "!").get_by_role("button", name="Edit")).to_be_focused()
    says(items, "saved")


def test_one_row_is_edited_at_a_time(items: Page) -> None:
    first, second = unique("First"), unique("Second")
    add(items, first)
    add(items, second)
    edit(items, first)
    edit(items, second)
    expect(items.get_by_label("Edit title")).to_have_count(1)


def test_a_save_that_comes_too_late_is_refused_and_can_be_repeated(items: Page, live: Live) -> None:
    title, other = unique("Contested"), live("/items")
    add(items, title)
    edit(items, title).fill(f"{title} mine")
    edit(other, title).fill(f"{title} theirs")
    press(other, "Save")
    expect(row(other, f"{title} theirs")).to_have_count(1)
    press(items, "Save")
    expect(items.get_by_text("Updated by someone else. Your changes were not saved.")).to_be_visible()
    expect(row(items, f"{title} theirs")).to_have_count(1)
    expect(items.get_by_label("Edit title")).to_have_value(f"{title} mine")
    press(items, "Save")
    for page in (items, other):
        expect(row(page, f"{title} mine")).to_have_count(1)


def test_what_is_typed_into_a_row_survives_its_view_and_what_others_do(
    items: Page, live: Live, faults: Faults
) -> None:
    faults.expect(
        "Failed to push event .*not certain"
    )  # the press before the connection goes may have no answer yet
    title, other = unique("Rough"), live("/items")
    add(items, title)
    add(items, unique("Last"))
    edit(items, title).fill(f"{title} draft")
    moved = row(other, title).get_by_role("button", name="Edit")
    moved.focus()
    other.keyboard.press("Alt+ArrowDown")
    expect(items.locator("#items .title").last).to_have_text(title)
    expect(items.get_by_label("Edit title")).to_have_value(f"{title} draft")
    press(items, "Rebuild")
    items.evaluate("liveSocket.disconnect()")
    edit(other, title).fill(f"{title} theirs")
    press(other, "Save")
    expect(row(other, f"{title} theirs")).to_have_count(1)
    items.evaluate("liveSocket.connect()")
    expect(row(items, f"{title} theirs")).to_have_count(1)
    expect(items.get_by_label("Edit title")).to_have_value(f"{title} draft")
    press(items, "Save")
    expect(items.get_by_text("Updated by someone else. Your changes were not saved.")).to_be_visible()
    expect(items.get_by_label("Edit title")).to_have_value(f"{title} draft")
    press(items, "Save")
    expect(row(other, f"{title} draft")).to_have_count(1)


# -- what the browser does alone -----------------------------------------------


def test_details_help_and_rebuild(items: Page) -> None:
    target = rows(items).first
    title = target.locator(".title").inner_text()
    more, details = target.get_by_role("button", name="More info"), target.get_by_text(f"Details of {title}")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.click()
    expect(more).to_have_attribute("aria-expanded", "true")
    expect(details).to_have_css("display", "inline")
    more.click()
    expect(details).to_be_hidden()
    items.get_by_text("Help", exact=True).click()
    items.evaluate(
        "window.seen = []; for (const name of ['start', 'stop'])"
        " window.addEventListener(`phx:page-loading-${name}`, () => seen.push(name))"
    )
    press(items, "Rebuild")
    items.wait_for_function("seen.join() === 'start,stop'")
    expect(items.locator("#help")).to_have_attribute("open", "")


def test_reduced_motion(browser: Browser, server: Server) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(server.url + "/items")
    durations = rows(page).first.evaluate("row => getComputedStyle(row).transitionDuration")
    assert all(float(part.strip().removesuffix("s")) <= 0.05 for part in durations.split(","))
    context.close()


def test_one_polite_status_for_good(items: Page) -> None:
    expect(items.locator("[role=status][aria-live=polite]")).to_have_count(1)
    items.evaluate("window.region = document.querySelector('[role=status]')")
    add(items, unique("Heard"))
    says(items, "added")
    assert items.evaluate("region.isConnected && getComputedStyle(region).display !== 'none'")


# -- trouble -------------------------------------------------------------------


def test_a_crash_is_one_view_s_own(items: Page, live: Live, faults: Faults) -> None:
    faults.expect("view crashed|view.crashed")
    other, before = live("/items"), rows(items).count()
    other.evaluate("window.untouched = document.querySelector('#items li')")
    items.evaluate("window.untouched = true")
    press(items, "Crash")
    expect(items.get_by_text("Something went wrong")).to_be_visible()
    expect(items.get_by_text("Something went wrong")).to_have_count(0)
    connected(items)
    expect(rows(items)).to_have_count(before)
    assert items.evaluate("window.untouched")
    assert other.evaluate("untouched.isConnected")


# -- moving --------------------------------------------------------------------


def order(page: Page) -> list[str]:
    return page.locator("#items .title").all_inner_texts()


def test_a_row_is_dragged_to_its_place_for_everybody(items: Page, live: Live) -> None:
    other, titles = live("/items"), order(items)
    row(items, titles[2]).locator(".title").drag_to(row(items, titles[0]).locator(".title"))
    says(items, "moved")
    expected = [titles[2], *titles[:2], *titles[3:]]
    expect(items.locator("#items .title")).to_have_text(expected)
    expect(other.locator("#items .title")).to_have_text(expected)
    items.reload()
    expect(items.locator("#items .title")).to_have_text(expected)


def test_a_row_is_moved_with_the_keyboard_and_keeps_the_focus(items: Page) -> None:
    titles = order(items)
    button = row(items, titles[1]).get_by_role("button", name="Edit")
    button.focus()
    items.keyboard.press("Alt+ArrowUp")
    expect(items.locator("#items .title")).to_have_text([titles[1], titles[0], *titles[2:]])
    says(items, "moved")
    expect(button).to_be_focused()
    items.keyboard.press("Alt+ArrowDown")
    expect(items.locator("#items .title")).to_have_text(titles)
    expect(button).to_be_focused()


def test_the_slider_makes_the_network_slow(items: Page) -> None:
    items.get_by_label("Slow network").fill("400")
    expect(items.locator(".latency .num")).to_have_text("400 ms")
    assert items.evaluate("actorlive.latency.settings") == {"delay": 200, "jitter": 200}
    add(items, unique("Slowly"))
    expect(items.locator(".latency .num")).to_have_text("400 ms")

"""Views within views in a browser: one that comes back, one that is given up, one that stays over navigation, and those
that leave."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server
from tests.browser.wire import Wire

CRASHED = r"(view crashed|giving up trying to mount|unable to join|crashed|join)"


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.nested:app") as running:
        yield running


@pytest.fixture
def home(app: Server, page: Page) -> Page:
    page.goto(app.url)
    connected(page)
    expect(page.locator("#child.phx-connected")).to_be_attached()
    expect(page.locator("#player.phx-connected")).to_be_attached()
    return page


def test_a_child_joins_handles_its_own_events_and_speaks_to_its_parent(home: Page) -> None:
    home.click("#child .inc")
    expect(home.locator("#child .n")).to_have_text("1")
    expect(home.locator("h1")).to_have_text("home 1")
    expect(home.locator("#rows-child li")).to_have_text(["1", "2"])


def test_a_child_that_crashes_comes_back_alone(home: Page, faults: Faults) -> None:
    faults.expect(CRASHED)
    home.click("#child .inc")
    expect(home.locator("#child .n")).to_have_text("1")
    home.click("#child .boom")
    expect(home.locator("#child.phx-error")).to_be_attached()
    assert home.locator("[data-phx-main].phx-connected").count() == 1
    expect(home.locator("#child.phx-connected")).to_be_attached()
    expect(home.locator("#child .n")).to_have_text("0")
    expect(home.locator("#rows-child li")).to_have_text(["1"])
    expect(home.locator("h1")).to_have_text("home 1")
    home.click("#child .inc")
    expect(home.locator("h1")).to_have_text("home 2")


def test_a_child_and_its_form_come_back_with_the_socket(home: Page) -> None:
    home.click("#child .inc")
    expect(home.locator("#child .n")).to_have_text("1")
    home.fill("#form-child input", "Ada")
    expect(home.locator("#form-child input")).to_have_attribute("value", "Ada")
    home.evaluate("liveSocket.disconnect()")
    expect(home.locator("[data-phx-main].phx-error")).to_be_attached()
    home.evaluate("liveSocket.connect()")
    expect(home.locator("#child .n")).to_have_text("0")  # it is another process
    expect(home.locator("#form-child input")).to_have_attribute("value", "Ada")


def test_a_child_that_cannot_be_mounted_is_given_up_and_the_page_lives(home: Page, faults: Faults) -> None:
    faults.expect(CRASHED)
    home.click("#faulty-please")
    expect(home.locator("[data-phx-main].phx-error")).to_be_attached()
    home.click("#child .inc")
    expect(home.locator("h1")).to_have_text("home 1")


def test_a_sticky_view_stays_over_navigation(home: Page) -> None:
    home.click("#player .inc")
    expect(home.locator("#player .n")).to_have_text("1")
    home.evaluate("document.querySelector('#player').dataset.mark = 'the same'")
    home.click("#child .inc")
    home.click("#to-next")
    expect(home.locator("h1")).to_have_text("next")
    expect(home.locator("#child.phx-connected .n")).to_have_text("0")
    expect(home.locator("#player .n")).to_have_text("1")
    assert home.evaluate("document.querySelector('#player').dataset.mark") == "the same"
    home.click("#player .inc")
    home.click("#child .inc")
    expect(home.locator("#player .n")).to_have_text("2")
    expect(home.locator("#child .n")).to_have_text("1")


def test_a_view_in_the_root_layout_stays_where_it_is_over_navigation(home: Page) -> None:
    radio = home.locator("#nav #radio")
    radio.locator(".inc").click()
    expect(radio.locator(".n")).to_have_text("1")
    home.click("#to-next")
    expect(home.locator("h1")).to_have_text("next")
    radio.locator(".inc").click()
    expect(radio.locator(".n")).to_have_text("2")
    home.go_back()
    expect(home.locator("h1")).to_have_text("home 0")
    radio.locator(".away").click()
    expect(home.locator("h1")).to_have_text("next")
    radio.locator(".inc").click()
    expect(radio.locator(".n")).to_have_text("4")
    home.evaluate("liveSocket.disconnect()")
    home.evaluate("liveSocket.connect()")
    expect(radio.locator(".n")).to_have_text("0")


def test_a_sticky_view_navigates_and_goes_along(home: Page) -> None:
    home.click("#player .away")
    expect(home.locator("h1")).to_have_text("next")
    expect(home.locator("#player .n")).to_have_text("1")
    home.click("#player .inc")
    expect(home.locator("#player .n")).to_have_text("2")
    home.go_back()
    expect(home.locator("h1")).to_have_text("home 0")
    expect(home.locator("#player .n")).to_have_text("2")


def test_a_view_ends_with_whatever_leaves_the_page_and_comes_anew(app: Server, page: Page) -> None:
    """A stream's row, a portal and what fades leave in one piece; a process that is left shows in the list for ever."""
    page.goto(f"{app.url}/house")
    connected(page)
    everyone = ["fading-1", "fading-2", "portal-1", "row-1", "row-2"]
    guests = page.locator("#guests")
    expect(guests).to_have_text(" ".join(everyone))
    for place, left in [("row", {"row-1"}), ("portal", {"portal-1"}), ("fading", {"fading-1", "fading-2"})]:
        page.get_by_role("button", name=f"no {place}").click()
        expect(guests).to_have_text(" ".join(name for name in everyone if name not in left))
        page.get_by_role("button", name=f"a {place}").click()
        expect(guests).to_have_text(" ".join(everyone))
        for name in left:
            page.click(f"#{name} button")
            expect(page.locator(f"#{name} button")).to_have_text("1")
    page.get_by_role("button", name="other rows").click()
    expect(guests).to_have_text("fading-1 fading-2 portal-1 row-1 row-3")
    expect(page.locator("#rows button")).to_have_text(["0", "1"])


def test_a_patch_around_a_view_leaves_what_its_container_says_of_it(page: Page, faults: Faults) -> None:
    faults.expect(CRASHED)
    inner = "<div id=inner class={} data-phx-session=I data-phx-static='' data-phx-parent-id=phx-1></div>"
    wire = Wire(page, {"0": "", "s": ["", ""]}).open()
    around = wire.joins[0]
    container = page.locator("#inner")

    def patch(name: str) -> None:
        wire.joins.append(around)
        wire.push("diff", {"0": inner.format(name)})
        wire.joins.pop()

    wire.rendered = {"s": ["<b>inner</b>"]}
    patch("one")
    expect(container).to_have_class("one phx-connected")
    patch("two")
    expect(container).to_have_class("two phx-connected")
    wire.crash()
    expect(container).to_have_class("two phx-loading phx-error phx-server-error")
    patch("three")
    expect(container).to_have_class("three phx-loading phx-error phx-server-error")

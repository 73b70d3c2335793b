"""What shows that an event is on its way, where no answer or no patch takes it away."""

from __future__ import annotations

import pytest
from markupsafe import escape
from playwright.sync_api import Locator, Page, expect

from actorlive.js import JS
from tests.browser.pages import IN_FLIGHT, Faults
from tests.browser.wire import Wire

NOTED = "[data-phx-disabled], [data-phx-readonly], [data-phx-disable-with-restore], :disabled, [readonly]"

REGION = escape(str(JS.push("go", loading="#region")))
PAGE = f"""<h1>{{}}</h1><button id=outside phx-click="{REGION}">Outside</button>
  <div id=kept phx-update=ignore>
    <button id=inside phx-click=go phx-disable-with=Going>Inside</button>
    <form id=form phx-submit=go><input name=word><button id=send phx-disable-with=Going>Send</button></form>
  </div>
  <button id=itself phx-update=ignore phx-click=go phx-disable-with=Going>Itself</button>"""


@pytest.fixture
def wire(page: Page) -> Wire:
    """A page whose `#region` is outside of its view."""
    opened = Wire(page, {"0": "0", "s": PAGE.split("{}")}).open()
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p id=region>region</p>')")
    return opened


def unmarked(page: Page) -> None:
    expect(page.locator(f"{IN_FLIGHT}, {NOTED}")).to_have_count(0)
    assert page.locator("button").all_inner_texts() == ["Outside", "Inside", "Send", "Itself"]


@pytest.mark.parametrize("end", ["crash", "reconnect"])
def test_a_view_that_joins_again_leaves_nothing_marked(wire: Wire, end: str, faults: Faults) -> None:
    faults.expect("not certain")
    page = wire.page
    for name in ["outside", "inside", "send", "itself"]:
        page.locator(f"#{name}").click()
        wire.frame("event")
    marked = page.locator("#region, #form, #itself")
    expect(marked).to_have_class(["phx-submit-loading", "phx-click-loading", "phx-click-loading"])
    if end == "crash":
        wire.crash()
    else:
        page.evaluate("liveSocket.disconnect(() => liveSocket.connect())")
    wire.until(lambda: len(wire.joins) == 2)
    unmarked(page)
    page.locator("#itself").click()
    wire.reply(wire.frame("event"))
    unmarked(page)


def test_a_patch_before_the_answer_takes_nothing_from_an_element_that_it_leaves_alone(wire: Wire) -> None:
    page = wire.page
    page.locator("#itself").click()
    frame = wire.frame("event")
    wire.push("diff", {"0": "1"})
    expect(page.locator("h1")).to_have_text("1")
    expect(page.locator("#itself")).to_have_text("Going")
    wire.reply(frame)
    unmarked(page)


def test_what_a_view_that_leaves_has_marked_elsewhere_is_let_go(page: Page) -> None:
    wire = Wire(page, {"0": "", "s": ["<p id=region>region</p>", ""]}).open()
    wire.rendered = {"s": [f'<button phx-click="{REGION}">Go</button>']}
    wire.push(
        "diff", {"0": "<div id=inner data-phx-session=I data-phx-static='' data-phx-parent-id=phx-1></div>"}
    )
    page.locator("#inner button").click()
    wire.frame("event")
    expect(page.locator("#region")).to_have_class("phx-click-loading")
    wire.joins.pop()
    wire.push("diff", {"0": ""})
    expect(page.locator("#inner")).to_have_count(0)
    expect(page.locator(f"{IN_FLIGHT}")).to_have_count(0)


def test_what_came_behind_a_lock_of_the_view_before_is_never_shown(page: Page) -> None:
    wire = Wire(page, {"0": "new", "s": ["<button phx-click=go><b>", "</b></button>"]}).open()
    button: Locator = page.get_by_role("button")
    button.click()
    wire.frame("event")
    wire.push("diff", {"0": "of the view before"})
    wire.crash()
    wire.until(lambda: len(wire.joins) == 2)
    expect(page.locator(IN_FLIGHT)).to_have_count(0)
    button.click()
    wire.reply(wire.frame("event"))
    expect(page.locator(IN_FLIGHT)).to_have_count(0)
    expect(button).to_have_text("new")

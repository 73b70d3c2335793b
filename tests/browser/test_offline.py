"""What a person does while the line is broken, when the line is lost for good: done once, or said not to be.

The server ends a line as its time does, or is killed; what it had sent and read by then, the test decides.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.line import Line
from tests.browser.pages import Faults, connected
from tests.browser.relay import Relay
from tests.browser.server import Server

PROBE = """
window.actorlive = { hooks: { Probe: { mounted() { window.probe = this } } } };
window.lost = [];
window.answers = [];
addEventListener("actorlive:lost", ({ detail }) => lost.push([detail.event, detail.done ?? "unsure", detail.what]));
window.ask = (what) => void probe.pushEvent("do", { what })
  .then(({ done }) => answers.push(done), () => answers.push(`no ${what}`));
"""


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.offline:app") as running:
        yield running


@pytest.fixture
def relay(app: Server, faults: Faults) -> Iterator[Relay]:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|Failed to push")
    with Relay(app.port) as relay:
        yield relay


def visit(page: Page, url: str) -> str:
    """Open the page; the name of its view."""
    page.add_init_script(PROBE)
    page.goto(url)
    connected(page)
    if page.locator("#within").count():
        expect(page.locator("#child-who")).not_to_be_empty()
        page.wait_for_function("window.probe")
    page.wait_for_function("liveSocket.socket.conn.readyState === 1")
    page.evaluate("window.sameDocument = true")
    return page.locator("#who").inner_text()


def cut(page: Page, relay: Relay) -> None:
    relay.cut()
    page.wait_for_selector("html.al-away", state="attached")


def forget(app: Server, page: Page) -> None:
    """The time of every line is up."""
    assert page.request.get(app.url + "/forget").ok


def is_afresh(page: Page, before: str) -> None:
    """The page has joined a view that knows nothing, and was not loaded again for it."""
    page.wait_for_function("before => document.getElementById('who').innerText !== before", arg=before)
    connected(page)
    if page.locator("#within").count():
        expect(page.locator("#child-who")).not_to_be_empty()
    assert page.evaluate("window.sameDocument") is True


def told(page: Page, count: int) -> list[Any]:
    """What `actorlive:lost` has told, once that are so many; the same every time."""
    page.wait_for_function("count => lost.length >= count", arg=count)
    return page.evaluate("lost")


def answers(page: Page, count: int) -> list[str]:
    page.wait_for_function("count => answers.length >= count", arg=count)
    return page.evaluate("answers")


def is_quiet(page: Page) -> None:
    """Nothing is on its way, and no element is locked."""
    page.wait_for_function("!document.querySelector('[data-phx-ref-src], [class*=-loading]')")


def test_what_never_had_a_socket_is_done_once_and_in_order_by_the_next_view(
    page: Page, relay: Relay, app: Server
) -> None:
    before = visit(page, relay.url)
    cut(page, relay)
    page.click("#one")
    page.evaluate("ask('asked')")
    page.click("#two")
    forget(app, page)
    relay.mend()
    is_afresh(page, before)
    expect(page.locator("#done")).to_have_text("one asked two")
    assert answers(page, 1) == ["asked"]
    is_quiet(page)
    page.click("#one")
    expect(page.locator("#done")).to_have_text("one asked two one")
    assert told(page, 0) == []
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_form_that_was_submitted_meanwhile_is_recovered_first_then_sent_once_and_empty(
    page: Page, relay: Relay, app: Server
) -> None:
    before = visit(page, relay.url)
    page.fill("#input", "typed")
    expect(page.locator("#text")).to_have_text("typed")
    cut(page, relay)
    page.fill("#input", "typed on")
    page.click("#send")
    page.click("#one")
    forget(app, page)
    relay.mend()
    is_afresh(page, before)
    expect(page.locator("#done")).to_have_text("sent:typed on one")
    expect(page.locator("#input")).to_have_value("")
    is_quiet(page)
    assert told(page, 0) == []


def test_what_only_the_lost_view_could_do_is_said_not_to_be_done(
    page: Page, relay: Relay, app: Server
) -> None:
    before = visit(page, relay.url)
    cut(page, relay)
    page.click("#part")
    page.click("#child")
    page.click("#one")
    forget(app, page)
    relay.mend()
    is_afresh(page, before)
    expect(page.locator("#done")).to_have_text("one")
    assert told(page, 2) == [["do", False, "Part"], ["do", False, "Child"]]
    alert = page.get_by_role("alert")
    assert alert.locator(".al-lost > div").all_inner_texts() == ["Not done: Part", "Not done: Child"]
    is_quiet(page)
    page.click("#part")
    expect(page.locator("#part-done")).to_have_text("part")
    page.click("#child")
    expect(page.locator("#child-done")).to_have_text("child")
    page.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)


def test_what_was_under_way_when_the_server_was_killed_is_not_certain_and_not_repeated(
    page: Page, relay: Relay, app: Server
) -> None:
    before = visit(page, relay.url)
    page.evaluate("addEventListener('actorlive:lost', (e) => e.detail.what === 'Two' && e.preventDefault())")
    relay.deafen()
    page.click("#one")
    page.click("#two")
    page.evaluate("ask('asked')")
    cut(page, relay)
    page.evaluate("ask('later')")
    app.stop(signal.SIGKILL)
    app.start()
    relay.mend()
    is_afresh(page, before)
    expect(page.locator("#done")).to_have_text("later")
    assert told(page, 3) == [["do", "unsure", "One"], ["do", "unsure", "Two"], ["do", "unsure", "do"]]
    assert page.get_by_role("alert").locator(".al-lost > div").all_inner_texts() == [
        f"Not certain to be done: {what}. Look before you repeat it." for what in ("One", "do")
    ]
    assert sorted(answers(page, 2)) == ["later", "no asked"]
    is_quiet(page)


def test_a_server_that_goes_down_in_order_leaves_nothing_uncertain(
    page: Page, faults: Faults, app: Server
) -> None:
    """SIGTERM to the process, and another at its port a second later, while a page asks fifty times a second."""
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED|Failed to push")
    before = visit(page, app.url)
    began = len(app.log)
    page.evaluate("window.asked = 0; window.asking = setInterval(() => ask(`no. ${asked += 1}`), 20)")
    answers(page, 20)
    assert app.stop(signal.SIGTERM) == 0
    expect(page.get_by_role("alert")).to_contain_text("We can't find the internet")
    at_most = page.evaluate("asked")
    app.start()
    is_afresh(page, before)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.wait_for_function(
        "last => answers.some((what) => Number(/^no\\. (\\d+)$/.exec(what)?.[1]) > last)", arg=at_most
    )
    page.evaluate("clearInterval(asking)")
    asked = [f"no. {number}" for number in range(1, page.evaluate("asked") + 1)]
    said = answers(page, len(asked))
    done = re.findall(r"did (no\. \d+)\.", "".join(app.log[began:]))
    refused = [what.removeprefix("no ") for what in said if what.startswith("no no.")]
    assert done == [what for what in asked if what not in refused], "each once, in order"
    assert sorted(said) == sorted([*done, *(f"no {what}" for what in refused)])
    assert "unsure" not in {how for _, how, _ in told(page, 0)}


def test_after_the_last_count_of_a_drain_everything_beyond_it_is_done_once(page: Page, app: Server) -> None:
    line = Line(page)
    before = visit(page, app.url)
    page.click("#one")
    expect(page.locator("#done")).to_have_text("one")
    line.hold()
    page.click("#two")
    page.evaluate("ask('asked')")
    line.drain()
    is_afresh(page, before)
    expect(page.locator("#done")).to_have_text("two asked")
    assert answers(page, 1) == ["asked"]
    assert told(page, 0) == []


def test_without_a_last_count_the_same_is_not_certain(page: Page, faults: Faults, app: Server) -> None:
    faults.expect("Failed to push")
    line = Line(page)
    before = visit(page, app.url)
    line.hold()
    page.click("#two")
    line.cut()
    is_afresh(page, before)
    assert told(page, 1) == [["do", "unsure", "Two"]]
    assert page.locator("#done").inner_text() == ""


def test_who_does_nothing_keeps_the_page_for_as_long_as_the_line_lingers(page: Page, relay: Relay) -> None:
    page.clock.install()
    before = visit(page, relay.url)
    cut(page, relay)
    page.clock.fast_forward(45_000)
    relay.mend()
    page.clock.fast_forward(2_000)
    page.wait_for_selector("html:not(.al-away)", state="attached")
    page.click("#one")
    expect(page.locator("#done")).to_have_text("one")
    assert page.locator("#who").inner_text() == before


def test_who_waits_for_an_answer_has_a_new_line_before_the_client_loads_the_page_again(
    page: Page, relay: Relay
) -> None:
    page.clock.install()
    before = visit(page, relay.url)
    cut(page, relay)
    page.clock.fast_forward(20_000)
    page.click("#one")
    page.clock.fast_forward(24_000)
    assert page.locator("html.al-away").count() == 1
    page.clock.fast_forward(2_000)
    page.wait_for_selector("html:not(.al-away)", state="attached")
    relay.mend()
    page.clock.fast_forward(1_000)
    is_afresh(page, before)
    expect(page.locator("#done")).to_have_text("one")


def test_what_has_waited_as_long_as_a_push_lives_is_refused_and_the_page_stays(
    page: Page, relay: Relay
) -> None:
    page.clock.install()
    before = visit(page, relay.url)
    cut(page, relay)
    page.evaluate("ask('asked')")
    page.clock.fast_forward(26_000)
    page.clock.fast_forward(3_000)
    assert told(page, 1) == [["do", False, "do"]]
    assert answers(page, 1) == ["no asked"]
    page.clock.fast_forward(60_000)
    relay.mend()
    page.clock.fast_forward(6_000)
    is_afresh(page, before)
    assert page.locator("#done").inner_text() == ""


def test_what_does_not_wait_for_a_connection_is_refused_at_once_and_can_be_done_later(
    page: Page, relay: Relay
) -> None:
    before = visit(page, relay.url)
    page.click("#pay")
    expect(page.locator("#done")).to_have_text("paid")
    cut(page, relay)
    page.click("#pay")
    page.click("#part-pay")
    assert told(page, 2) == [["pay", False, "Pay"], ["pay", False, "Pay in part"]]
    page.evaluate("void probe.pushEvent('pay', {}).catch(() => answers.push('refused'))")
    assert answers(page, 1) == ["refused"]
    is_quiet(page)
    assert page.locator("#pay").inner_text() == "Pay"
    assert page.locator(".paying, :disabled").count() == 0
    page.click("#one")
    relay.mend()
    expect(page.locator("#done")).to_have_text("paid one")
    page.click("#part-pay")
    expect(page.locator("#part-done")).to_have_text("paid")
    page.click("#pay")
    expect(page.locator("#done")).to_have_text("paid one paid")
    assert page.locator("#who").inner_text() == before


def test_what_does_not_wait_and_was_under_way_is_done_once_by_the_resume(page: Page, relay: Relay) -> None:
    before = visit(page, relay.url)
    relay.deafen()
    page.click("#pay")
    cut(page, relay)
    relay.mend()
    expect(page.locator("#done")).to_have_text("paid")
    assert told(page, 0) == []
    assert page.locator("#who").inner_text() == before


def test_what_is_begun_between_two_lines_is_refused_and_said(page: Page, relay: Relay, app: Server) -> None:
    page.clock.install()
    before = visit(page, relay.url)
    cut(page, relay)
    page.clock.fast_forward(61_000)
    page.wait_for_selector("[data-phx-main].phx-error", state="attached")
    page.click("#one")
    page.click("#pay")
    page.click("#send")
    assert told(page, 3) == [["do", False, "One"], ["pay", False, "Pay"], ["send", False, "Send it"]]
    relay.mend()
    page.clock.fast_forward(10_000)
    is_afresh(page, before)
    assert page.locator("#done").inner_text() == ""


def test_a_submit_that_waits_for_its_files_is_not_done_without_them(
    page: Page, relay: Relay, app: Server
) -> None:
    before = visit(page, relay.url + "/file")
    page.set_input_files("input[type=file]", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"})
    is_quiet(page)
    cut(page, relay)
    page.click("#keep")
    forget(app, page)
    relay.mend()
    is_afresh(page, before)
    assert told(page, 1) == [["keep", False, "Keep it"]]
    assert page.locator("#kept").inner_text() == ""
    is_quiet(page)
    page.set_input_files("input[type=file]", {"name": "b.txt", "mimeType": "text/plain", "buffer": b"b"})
    page.click("#keep")
    expect(page.locator("#kept")).to_have_text("b.txt kept")

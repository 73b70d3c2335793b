"""A page over a line that breaks, in Chromium: nothing is missing, nothing is there twice, nothing is mounted again."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape as html_of

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.contexts import Contexts
from tests.browser.pages import Faults, connected
from tests.browser.relay import Relay
from tests.browser.server import Server
from tests.support.narrow import present


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.line:app") as running:
        yield running


@pytest.fixture
def relay(app: Server, faults: Faults) -> Iterator[Relay]:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE")
    with Relay(app.port) as relay:
        yield relay


def visit(page: Page, relay: Relay, path: str = "/") -> Page:
    page.goto(relay.url + path)
    connected(page)
    page.evaluate("window.sameDocument = true; window.joins = 0")
    page.evaluate("addEventListener('phx:page-loading-start', () => window.joins += 1)")
    page.wait_for_function("liveSocket.socket.conn.readyState === 1")
    return page


def who(page: Page) -> tuple[str, str]:
    return page.locator("#who").inner_text(), page.locator("#mounts").inner_text()


def is_away(page: Page) -> None:
    page.wait_for_selector("html.al-away", state="attached")


def is_back(page: Page) -> None:
    page.wait_for_selector("html:not(.al-away)", state="attached")


def rows(page: Page) -> list[str]:
    return [text.strip() for text in page.locator("#rows > li").all_inner_texts()]


def is_untouched(page: Page, before: tuple[str, str]) -> None:
    """Neither loaded nor joined again."""
    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("window.joins") == 0
    assert who(page) == before


def test_a_stream_goes_on_over_a_cut_of_some_seconds_and_no_row_is_missing(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    page.get_by_role("button", name="stream").click()
    expect(page.locator("#ticks")).not_to_have_text("0")
    page.locator("#rows input").first.fill("typed")
    relay.cut()
    is_away(page)
    expect(page.get_by_role("alert")).to_contain_text("We can't find the internet")
    page.wait_for_timeout(8000)
    seen = len(rows(page))
    relay.mend()
    expect(page.locator("#ticks")).to_have_text("120")
    assert rows(page) == [f"tick {number}" for number in range(1, 121)]
    assert seen < 40
    assert page.locator("#rows input").first.input_value() == "typed"
    expect(page.get_by_role("alert")).to_have_count(0)
    is_untouched(page, before)


def test_what_is_done_over_many_short_cuts_is_done_once_and_in_order(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    for number in range(20):
        for row in range(10):
            page.evaluate(
                """text => {
                  const js = liveSocket.js();
                  js.push(document.getElementById("add"), "add", { value: { text } });
                }""",
                f"{number * 10 + row + 1}",
            )
            if row == number % 10:
                relay.cut()
        is_away(page)
        relay.mend()
        is_back(page)
    expect(page.locator("#count")).to_have_text("200")
    assert rows(page) == [str(number) for number in range(1, 201)]
    is_untouched(page, before)


def test_rows_that_were_sent_into_a_dead_line_arrive(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    page.get_by_role("button", name="tick").click()
    expect(page.locator("#ticks")).not_to_have_text("0")
    relay.deafen()
    page.wait_for_timeout(1500)
    relay.cut()
    relay.mend()
    expect(page.locator("#ticks")).to_have_text("40")
    assert rows(page) == [f"tick {number}" for number in range(1, 41)]
    is_untouched(page, before)


def test_a_line_that_is_dead_and_seems_to_live_is_noticed(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    relay.deafen()
    page.get_by_role("button", name="add").click()
    expect(page.locator("#count")).to_have_text("1")
    is_untouched(page, before)


def test_an_answer_that_was_lost_comes_and_the_form_is_not_sent_twice(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    page.locator("#text").fill("once")
    page.evaluate("document.getElementById('form').requestSubmit()")
    relay.cut()
    is_away(page)
    relay.mend()
    expect(page.locator("#count")).to_have_text("1")
    assert rows(page) == ["once"]
    is_untouched(page, before)


def test_a_server_that_has_not_noticed_lets_the_second_socket_take_over(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    relay.half_cut()
    page.get_by_role("button", name="add").click()
    expect(page.locator("#count")).to_have_text("1")
    is_untouched(page, before)


def test_of_two_workers_any_may_be_given_the_next_socket(page: Page, faults: Faults) -> None:
    """That each of six comes to the one that has the line happens once in 64 runs."""
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE")
    with Server("tests.browser.apps.line:app", workers=2) as app, Relay(app.port) as relay:
        before = who(visit(page, relay))
        for number in range(1, 7):
            page.get_by_role("button", name="add").click()
            relay.cut()
            is_away(page)
            relay.mend()
            is_back(page)
            expect(page.locator("#count")).to_have_text(str(number))
        is_untouched(page, before)


def is_alive(pid: str, page: Page, app: Server) -> bool:
    return pid in page.request.get(app.url + "/alive").text()


def test_a_tab_that_is_closed_ends_at_once(context: BrowserContext, relay: Relay, app: Server) -> None:
    page = visit(context.new_page(), relay)
    other = context.new_page()
    pid, _ = who(page)
    assert is_alive(pid, other, app)
    page.close()
    for _ in range(100):
        if not is_alive(pid, other, app):
            return
        other.wait_for_timeout(50)
    raise AssertionError("it lingers")


def test_the_same_html_in_two_tabs_is_two_pages(page: Page, relay: Relay) -> None:
    first, second = page, page.context.new_page()
    for tab in (first, second):
        visit(tab, relay, "/?same=1")
    assert first.locator("[data-phx-main]").get_attribute("id") == second.locator(
        "[data-phx-main]"
    ).get_attribute("id")
    assert who(first)[0] != who(second)[0]
    relay.cut()
    is_away(first)
    is_away(second)
    relay.mend()
    first.get_by_role("button", name="add").click()
    expect(first.locator("#count")).to_have_text("1")
    expect(second.locator("#count")).to_have_text("0")


def heard(page: Page) -> list[str]:
    """What the page hears through its websockets from now on."""
    frames: list[str] = []
    page.on("websocket", lambda opened: opened.on("framereceived", lambda frame: frames.append(str(frame))))
    return frames


def handle_of(frames: list[str]) -> str:
    return next(frame.split()[1] for frame in frames if frame.startswith("#handle "))


ASK = """
handle => new Promise((answer) => {
  const socket = new WebSocket(liveSocket.socket.endPointURL());
  socket.onopen = () => socket.send(`#resume ${handle} 0`);
  socket.onmessage = ({ data }) => answer(data);
})
"""
LOCAL = "local-network-access"
"""Without it a page that Playwright has given, which is of no address, may not connect to this machine."""
SOON = "window.actorlive = { options: { reloadJitterMin: 1, reloadJitterMax: 2 } }"


@pytest.mark.parametrize("has_session", [True, False], ids=["with a session", "without"])
def test_a_stranger_with_the_same_html_is_refused_and_gets_a_page_of_its_own(
    page: Page, contexts: Contexts, relay: Relay, faults: Faults, has_session: bool
) -> None:
    """Neither the page nor the name of its line lets anybody else in, while the line is cut or not."""
    frames = heard(page)
    html = present(page.goto(relay.url)).text()
    connected(page)
    page.get_by_role("button", name="add").click()
    expect(page.locator("#count")).to_have_text("1")
    before = who(page)

    elsewhere = contexts.open(bypass_csp=True)
    elsewhere.grant_permissions([LOCAL])
    stranger = elsewhere.new_page()
    faults.watch(stranger)
    stranger.add_init_script(SOON)
    theirs = heard(stranger)
    if has_session:
        assert stranger.request.get(relay.url).ok
    stranger.route(f"{relay.url}/", lambda route: route.fulfill(body=html, content_type="text/html"), times=1)
    stranger.goto(relay.url)
    stranger.wait_for_function("before => !['', before].includes(who.textContent)", arg=before[0])
    assert any('"reason":"' in frame for frame in theirs), "the join with the copy is refused"
    assert theirs.count("#gone") == 1, "there is no line without a session"
    assert stranger.evaluate(ASK, handle_of(frames)) == "#gone"

    relay.cut()
    is_away(page)
    relay.mend()
    assert stranger.evaluate(ASK, handle_of(frames)) == "#gone"
    is_back(page)
    page.get_by_role("button", name="add").click()
    expect(page.locator("#count")).to_have_text("2")
    assert who(page) == before
    assert stranger.locator("#count").inner_text() == "0"
    assert not any(html_of(before[0]) in frame for frame in theirs)
    assert any(html_of(before[0]) in frame for frame in frames)
    elsewhere.close()


def test_a_page_whose_visitor_is_disconnected_while_it_is_away_comes_back_to_nothing(
    page: Page, relay: Relay, app: Server
) -> None:
    assert page.request.get(app.url + "/enter").ok
    before = who(visit(page, relay))
    relay.cut()
    is_away(page)
    assert is_alive(before[0], page, app)
    assert page.request.get(app.url + "/leave").text() == "1"
    for _ in range(100):
        if not is_alive(before[0], page, app):
            break
        page.wait_for_timeout(50)
    else:
        raise AssertionError("it outlives the logout")
    relay.mend()
    page.wait_for_function("before => document.getElementById('who').innerText !== before", arg=before[0])
    connected(page)


def test_a_page_whose_cookie_is_gone_is_mounted_anew(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    relay.cut()
    is_away(page)
    page.context.clear_cookies()
    relay.mend()
    page.wait_for_function("before => document.getElementById('who').innerText !== before", arg=before[0])


def test_after_the_time_is_up_the_page_mounts_afresh_and_the_old_view_has_ended(
    page: Page, relay: Relay, app: Server
) -> None:
    before = who(visit(page, relay))
    relay.cut()
    page.wait_for_selector("[data-phx-main].phx-error, [data-phx-main].phx-client-error", timeout=40_000)
    relay.mend()
    connected(page)
    page.wait_for_function("before => document.getElementById('who').innerText !== before", arg=before[0])
    assert not is_alive(before[0], page, app)


def test_the_network_goes_on_demand_and_what_is_done_meanwhile_is_done_once(page: Page, relay: Relay) -> None:
    before = who(visit(page, relay))
    page.evaluate("actorlive.latency.cut(1500)")
    is_away(page)
    page.get_by_role("button", name="tick").click()
    page.wait_for_timeout(300)
    assert page.locator("#ticks").inner_text() == "0"
    is_back(page)
    expect(page.locator("#ticks")).not_to_have_text("0")
    is_untouched(page, before)

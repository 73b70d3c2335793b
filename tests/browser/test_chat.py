"""/chat: one room in two tabs."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import connected

Live = Callable[[str], Page]


def say(page: Page, text: str) -> None:
    page.get_by_label("Message", exact=True).fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_label("Message", exact=True)).to_have_value("")


def messages(page: Page) -> Locator:
    return page.get_by_role("list", name="Messages").get_by_role("listitem")


def test_two_tabs_hear_each_other(live: Live) -> None:
    ada, joe = live("/chat"), live("/chat")
    ada.get_by_label("Name").fill("Ada")
    joe.get_by_label("Name").fill("Joe")
    say(ada, "Hello, Joe")
    expect(messages(joe).last).to_have_text("Ada Hello, Joe")
    say(joe, "Hello, <b>Ada</b>")
    expect(messages(ada).last).to_have_text("Joe Hello, <b>Ada</b>")
    expect(ada.get_by_label("Name")).to_have_value("Ada")
    expect(messages(live("/chat")).last).to_have_text("Joe Hello, <b>Ada</b>")


def test_a_hundred_messages_are_kept(live: Live) -> None:
    page = live("/chat")
    page.get_by_label("Name").fill("Ada")
    for n in range(105):
        say(page, f"number {n}")
    expect(messages(page)).to_have_count(100)
    expect(messages(page).first).to_have_text("Ada number 5")
    page.reload()
    expect(messages(page)).to_have_count(100)


def test_a_draft_survives_a_reconnect(live: Live) -> None:
    page = live("/chat")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Message", exact=True).fill("half a sen")
    page.evaluate("liveSocket.disconnect()")
    page.evaluate("liveSocket.connect()")
    connected(page)
    expect(page.get_by_label("Message", exact=True)).to_have_value("half a sen")
    page.get_by_role("button", name="Send").click()
    expect(messages(page).last).to_have_text("Ada half a sen")


def test_who_reads_the_end_stays_there_and_who_reads_above_is_left_there(live: Live) -> None:
    page, other = live("/chat"), live("/chat")
    other.get_by_label("Name").fill("Bo")
    messages = page.locator("#messages")
    for n in range(30):
        say(other, f"Number {n}")
    expect(messages.get_by_text("Number 29")).to_be_in_viewport()
    messages.evaluate("list => { list.scrollTop = 0 }")
    say(other, "One more")
    expect(messages.get_by_text("One more")).to_be_attached()
    assert messages.evaluate("list => list.scrollTop") == 0

"""/llm: an answer that comes piece by piece, can be stopped, and gives way to the next question."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from examples.llm.keeper import think
from tests.browser.axe import faults_of, put_into, sideways

Live = Callable[[str], Page]


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_label("Question")).to_have_value("")


def answers(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer")


def test_an_answer_comes_piece_by_piece_and_stays(live: Live) -> None:
    page, question = live("/llm"), "Who lights the lamp?"
    ask(page, question)
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.locator("#answer")).to_have_count(0)
    assert answers(page).inner_text().split() == list(think(question))
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
    page.reload()
    expect(answers(page)).to_have_count(1)
    expect(
        page.get_by_role("navigation", name="Conversations").get_by_role("link", name=question)
    ).to_be_visible()


def test_stop_stops_and_it_can_be_asked_to_try_again(live: Live) -> None:
    page, whole = live("/llm"), list(think("Tell me about the cat"))
    ask(page, "Tell me about the cat")
    expect(page.locator("#answer")).to_contain_text(whole[0])
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    assert len(answers(page).inner_text().split()) < len(whole) + 1
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Stopped.")).to_have_count(0)
    expect(page.locator("#answer")).to_have_count(0)
    assert answers(page).inner_text().split() == whole


def test_a_second_question_ends_the_first_answer(live: Live) -> None:
    page, question = live("/llm"), "What did the letter say?"
    ask(page, "Tell me about the cat")
    expect(page.locator("#answer")).to_contain_text(" ")
    ask(page, question)
    expect(page.get_by_text("You asked something else.")).to_be_visible()
    expect(page.locator("#answer")).to_have_count(0)
    assert answers(page).last.inner_text().split() == list(think(question))


def test_markdown_is_for_everybody_and_fits_a_phone(live: Live) -> None:
    page = live("/llm")
    page.get_by_label("Model").select_option("The typesetter")
    ask(page, "What is <b>bold</b>, and what is a wide wide wide table?")
    expect(page.locator("#answer")).to_have_count(0)
    expect(answers(page).get_by_role("table")).to_be_visible()
    expect(answers(page).locator("b")).to_have_count(0)
    for width in (1280, 320):
        put_into(page, "dark", width)
        assert not sideways(page)
        assert faults_of(page) == []

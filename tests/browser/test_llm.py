"""/llm: an answer that comes token by token, can be stopped, and gives way to the next question."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from examples.llm.model import think
from tests.browser.gate import Gate

Live = Callable[[str], Page]


def ask(page: Page, question: str) -> None:
    page.get_by_label("Question").fill(question)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name=question)).to_be_visible()


def tokens(page: Page) -> list[str]:
    return page.locator("#answer").inner_text().split()


def wait_for_tokens(page: Page, count: int) -> None:
    page.wait_for_function("count => document.querySelectorAll('#answer > span').length >= count", arg=count)


def test_an_answer_comes_token_by_token_and_whole(gate: Gate, live: Live) -> None:
    page, question = live("/llm"), "Who lights the lamp?"
    page.get_by_label("Question").fill(question)
    gate.hold(after=2)  # the answers to what was typed, and to the question
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_label("Question")).to_have_value("")
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "true")
    for count in (1, 2, 3):
        gate.let_through()
        expect(page.locator("#answer > span")).to_have_count(count)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    gate.open()
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    assert tokens(page) == list(think(question))
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_stop_stops(live: Live) -> None:
    page = live("/llm")
    ask(page, "Tell me about the cat")
    wait_for_tokens(page, 3)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("Stopped.")).to_be_visible()
    assert len(tokens(page)) < len(list(think("Tell me about the cat")))


def test_a_second_question_supersedes_the_first(live: Live) -> None:
    page, question = live("/llm"), "What did the letter say?"
    ask(page, "Tell me about the cat")
    wait_for_tokens(page, 3)
    ask(page, question)
    expect(page.locator("#answer")).to_have_attribute("aria-busy", "false")
    assert tokens(page) == list(think(question))

"""Links with a method or a question, in a browser and under a strict policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import Server


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.links:app") as running:
        yield running


@pytest.fixture
def links(app: Server, page: Page) -> Page:
    page.goto(app.url)
    connected(page)
    return page


Answers = Callable[[bool], list[str]]


@pytest.fixture
def answers(links: Page) -> Answers:
    """Answer every question from now on; the questions, as they come."""

    def answer(yes: bool) -> list[str]:
        asked: list[str] = []

        def on_dialog(dialog: Dialog) -> None:
            asked.append(dialog.message)
            dialog.accept() if yes else dialog.dismiss()

        links.on("dialog", on_dialog)
        return asked

    return answer


def test_a_delete_reaches_its_route_with_its_query(links: Page) -> None:
    links.click("#delete b")
    expect(links.locator("#deleted")).to_have_text("7 soft=1")
    assert links.locator("form[hidden]").count() == 0


def test_a_delete_asks_first(links: Page, answers: Answers) -> None:
    asked = answers(True)
    links.click("#sure")
    expect(links.locator("#deleted")).to_have_text("8")
    assert asked == ["Really?"]


def test_a_refused_question_does_nothing_at_all(links: Page, answers: Answers) -> None:
    asked = answers(False)
    for selector in ("#sure", "#plain", "#counts", "#both", "#form button"):
        links.click(selector)
    assert asked == ["Really?", "Leave?", "Count?", "Both?", "Save?"]
    assert links.url.endswith("/")
    assert (links.inner_text("#count"), links.inner_text("#saved"), links.inner_text("#deleted")) == (
        "0",
        "0",
        "",
    )


def test_an_accepted_question_lets_everything_through(links: Page, answers: Answers) -> None:
    asked = answers(True)
    links.click("#counts")
    expect(links.locator("#count")).to_have_text("1")
    links.click("#form button")
    expect(links.locator("#saved")).to_have_text("1")
    links.click("#plain")
    expect(links.locator("p")).to_have_text("plain")
    assert asked == ["Count?", "Save?", "Leave?"]


def test_a_link_with_a_target_opens_there(links: Page) -> None:
    with links.context.expect_page() as opened:
        links.click("#copy")
    expect(opened.value.locator("p")).to_have_text("POST 9")
    assert links.url.endswith("/")


def test_a_forged_token_is_refused(links: Page, faults: Faults) -> None:
    faults.expect("403")
    with links.expect_navigation() as response:
        links.click("#button")
    assert response.value is not None
    assert response.value.status == 403


def test_a_script_is_no_address(links: Page, faults: Faults) -> None:
    faults.expect("not a web address")
    links.click("#script")
    assert links.get_attribute("#script", "data-to") == "about:invalid#refused"
    assert links.url.endswith("/")


def test_a_page_may_ask_with_a_dialog_of_its_own(links: Page, answers: Answers) -> None:
    asked = answers(True)
    links.evaluate(
        """document.body.addEventListener("phoenix.link.click", (event) => {
             event.stopPropagation();
             event.preventDefault();
             window.asked = event.target.dataset.confirm;
           })"""
    )
    links.click("#counts")
    assert links.evaluate("window.asked") == "Count?"
    assert (asked, links.inner_text("#count")) == ([], "0")

"""The gallery under the default policy: all of it works, and a script that an attacker gets in does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from examples.gallery.app import EXAMPLES
from tests.browser.pages import Faults
from tests.browser.server import Server

Live = Callable[[str], Page]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("tests.browser.apps.strict_gallery:app") as running:
        yield running


@pytest.fixture
def bypass_csp() -> bool:
    return False


def test_no_page_of_the_gallery_asks_for_what_is_forbidden(live: Live) -> None:
    """A violation is an error in the console, at which the fixture `faults` fails."""
    for example in EXAMPLES:
        live(example.path).close()
    page = live("/counter")
    page.get_by_role("button", name="+", exact=True).click()
    expect(page.locator("#count")).to_have_text("1")


def test_a_script_that_gets_into_a_page_does_not_run(live: Live, faults: Faults) -> None:
    faults.expect("Executing inline|Refused to execute inline")
    page = live("/counter")
    page.evaluate("""() => {
      const button = document.createElement("button")
      button.setAttribute("onclick", "document.title = 'pwned'")
      document.body.append(button)
      button.click()
      const script = document.createElement("script")
      script.textContent = "document.title = 'pwned'"
      document.body.append(script)
    }""")
    assert page.title() != "pwned"

"""Real Chromium, driven by Playwright: the server as a subprocess, one browser per session, one page per test.

Every test fails on an uncaught JavaScript error or a `console.error`, whatever else it asserts; a test
that provokes one says so beforehand with `faults.expect(pattern)`. Tests wait for conditions, never for
time. A failed test leaves a screenshot of each of its pages in `artifacts/`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.contexts import TIMEOUT, Contexts, tidy
from tests.browser.gate import Gate
from tests.browser.pages import Faults, connected
from tests.browser.server import Server

HERE = Path(__file__).parent
ARTIFACTS = HERE / "artifacts"

expect.set_options(timeout=TIMEOUT)

failed = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The gallery, shared by the tests that leave it as they found it."""
    with Server("examples.gallery.app:app") as running:
        yield running


@pytest.fixture
def faults() -> Iterator[Faults]:
    seen = Faults()
    yield seen
    assert not seen.unexpected, "faults in the browser:\n" + "\n".join(seen.unexpected)


@pytest.fixture
def bypass_csp() -> bool:
    """Playwright's `wait_for_function` and `add_script_tag` are what a policy forbids; tests of a policy say False."""
    return True


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Contexts]:
    opened = Contexts(browser)
    yield opened
    opened.close()


@pytest.fixture
def context(
    contexts: Contexts, request: pytest.FixtureRequest, faults: Faults, bypass_csp: bool
) -> Iterator[BrowserContext]:
    """Without pages, cookies and whatever else a page leaves behind. It is shared, because a new one costs the browser
    more than a page does. A gate cannot be taken off it again, and gets one of its own; so does a test that is marked
    `own_context`, because it looks at a browser that has seen nothing."""
    alone = "gate" in request.fixturenames or request.node.get_closest_marker("own_context") is not None
    opened = contexts.open(bypass_csp=bypass_csp) if alone else contexts.take(bypass_csp=bypass_csp)
    opened.on("page", faults.watch)
    yield opened
    if request.node.stash.get(failed, False):
        _picture(opened, request.node.name)
    opened.remove_listener("page", faults.watch)
    if alone:
        opened.close()
    else:
        tidy(opened)


@pytest.fixture
def gate(context: BrowserContext) -> Gate:
    """Holds back what the server sends; ask for it before `page` and `live`."""
    return Gate(context)


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def live(server: Server, context: BrowserContext) -> Callable[[str], Page]:
    """Open a path of the gallery in a tab of its own and wait until its view is connected."""

    def open_page(path: str) -> Page:
        tab = context.new_page()
        tab.goto(server.url + path)
        return connected(tab)

    return open_page


def _picture(context: BrowserContext, name: str) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    safe = re.sub(r"[^\w.-]+", "_", name)
    for number, page in enumerate(context.pages):
        page.screenshot(path=ARTIFACTS / f"{safe}-{number}.png", full_page=True)

"""What the browser tests do with a page again and again."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, TimeoutError

Logged = list[tuple[str, Any]]

IN_FLIGHT = "[data-phx-ref-src], [data-phx-ref-loading], [data-phx-ref-lock], [class*='-loading']"
"""Elements that the client marks while an event of theirs is on its way."""

QUIET = """([count, inFlight]) =>
  document.querySelectorAll("#log li").length === count && !document.querySelector(inFlight)"""


def connected(page: Page) -> Page:
    """The page, once its main view has joined."""
    page.wait_for_selector("[data-phx-main].phx-connected", state="attached")
    return page


def jitter(page: Page) -> None:
    """From now on each frame takes up to half a second, each way."""
    page.evaluate("actorlive.latency.set({ jitter: 500, seed: 7 })")


def logged(page: Page, count: int) -> Logged:
    """What a view lists in `#log`, `[name, params]` each: once that are `count`, and nothing is on its way."""
    lines = page.locator("#log li")
    try:
        page.wait_for_function(QUIET, arg=[count, IN_FLIGHT])
    except TimeoutError as late:
        raise AssertionError(f"expected {count} events, there are {lines.all_inner_texts()}") from late
    return [tuple(json.loads(text)) for text in lines.all_inner_texts()]


class Faults:
    """What went wrong in the pages of one test."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._expected: list[re.Pattern[str]] = []

    def expect(self, pattern: str) -> None:
        """Faults that match the pattern are part of the test."""
        self._expected.append(re.compile(pattern))

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self._seen.append(f"uncaught: {error}"))
        page.on("console", self._on_console)

    def _on_console(self, message: ConsoleMessage) -> None:
        url = str(message.location.get("url"))
        if message.type == "error" and not url.endswith(
            "/favicon.ico"
        ):  # the browser's own wish, at a time of its own
            self._seen.append(f"console.error: {message.text} ({url})")

    @property
    def unexpected(self) -> list[str]:
        return [fault for fault in self._seen if not any(known.search(fault) for known in self._expected)]

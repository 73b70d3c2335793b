"""What the browser tests do with a page again and again."""

from __future__ import annotations

import re

from playwright.sync_api import ConsoleMessage, Page


def connected(page: Page) -> Page:
    """The page, once its main view has joined."""
    page.wait_for_selector("[data-phx-main].phx-connected", state="attached")
    return page


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
        if message.type == "error":
            self._seen.append(f"console.error: {message.text} ({message.location.get('url')})")

    @property
    def unexpected(self) -> list[str]:
        return [fault for fault in self._seen if not any(known.search(fault) for known in self._expected)]

"""What pages share in Chromium: cookies, storage, permissions, the network. One is used again when it is as new."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, Page

__all__ = ["TIMEOUT", "Contexts", "tidy"]

TIMEOUT = 20_000
"""Milliseconds that a condition may take to come true: a busy machine is no fault."""

STORAGES = "local_storage,indexeddb,service_workers,cache_storage"


class Contexts:
    """Contexts of one browser, of which two are shared: one whose pages run what their policy allows, and one in which
    Playwright's own helpers may run, too (`bypass_csp`)."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._shared: dict[bool, BrowserContext] = {}

    def take(self, *, bypass_csp: bool) -> BrowserContext:
        """The one that tests take in turn; each leaves it `tidy`."""
        if bypass_csp not in self._shared:
            self._shared[bypass_csp] = self.open(bypass_csp=bypass_csp)
        return self._shared[bypass_csp]

    def open(self, *, bypass_csp: bool) -> BrowserContext:
        """A new one, which the caller closes."""
        opened = self._browser.new_context(viewport={"width": 1000, "height": 700}, bypass_csp=bypass_csp)
        opened.set_default_timeout(TIMEOUT)
        return opened

    def close(self) -> None:
        """Close what is shared."""
        for opened in self._shared.values():
            opened.close()


def tidy(context: BrowserContext) -> None:
    """Close its pages, and forget what they have left: nobody can tell the context from a new one."""
    for page in context.pages:
        with suppress(Error):  # a page that is closing by itself
            _forget_storage(page)
        page.close()
    context.clear_cookies()
    context.clear_permissions()
    context.set_offline(False)


def _forget_storage(page: Page) -> None:
    origin = urlsplit(page.url)
    if origin.scheme.startswith("http"):
        session: Any = page.context.new_cdp_session(page)
        session.send(
            "Storage.clearDataForOrigin",
            {"origin": f"{origin.scheme}://{origin.netloc}", "storageTypes": STORAGES},
        )

"""What axe-core finds in a page, and whether the page is wider than the window."""

from __future__ import annotations

from typing import Any, Literal

from playwright.sync_api import Page

from tests.browser.server import ROOT

__all__ = ["AXE", "SCHEMES", "WIDTHS", "Scheme", "faults_of", "put_into", "sideways"]

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (1280, 390)
"""Pixels: a desk, a phone."""

AXE = ROOT / "node_modules/axe-core/axe.min.js"

AT_REST = """() => !document.querySelector("[aria-busy=true]")
  && document.getAnimations().every((animation) => animation.playState !== "running")"""

RUN = "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"


def put_into(page: Page, scheme: Scheme, width: int) -> None:
    """The visitor's colours and window, as soon as nothing moves: what is faded for now is not what is looked at."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(AT_REST)


def faults_of(page: Page) -> list[str]:
    """Every rule that is broken, best practices included, with the first elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    return [_told(fault) for fault in page.evaluate(RUN)]


def sideways(page: Page) -> int:
    """The pixels that the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def _told(fault: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:140]} {node['failureSummary']}" for node in fault["nodes"][:3]]
    return f"{fault['id']} ({fault['impact']}): {fault['help']} {nodes}"

"""What axe-core finds in a page, and whether the page is wider than the window."""

from __future__ import annotations

from typing import Any, Literal

from playwright.sync_api import Page

from tests.browser.server import ROOT

__all__ = ["AXE", "faults_of", "is_clean", "put_into", "sideways"]

Scheme = Literal["light", "dark"]
LOOKS: tuple[tuple[Scheme, int], ...] = (("light", 1280), ("dark", 390))
"""Colours, and pixels: a desk, a phone. Each of both once, for no colour of ours depends on the width."""

AXE = ROOT / "node_modules/axe-core/axe.min.js"

AT_REST = """async (patience) => {
  const busy = "[aria-busy=true], .phx-click-loading, .phx-change-loading, .phx-submit-loading"
  const running = (animation) => animation.playState === "running"
  const moves = () => document.querySelector(busy) ?? document.getAnimations().find(running)
  const late = performance.now() + patience
  for (let still = 0; still < 2; still = moves() ? 0 : still + 1) {
    if (performance.now() > late) throw new Error(`not at rest: ${(moves()?.effect?.target ?? moves())?.outerHTML}`)
    await new Promise(requestAnimationFrame)
  }
}"""
"""Two frames running. It is evaluated, and not waited for by Playwright, which the policy of a page may forbid."""

PATIENCE = 30_000
"""Milliseconds: a busy machine is no fault."""

RUN = "async () => (await axe.run(document, { resultTypes: ['violations'] })).violations"


def put_into(page: Page, scheme: Scheme, width: int) -> None:
    """The visitor's colours and window, as soon as nothing moves: what is faded for now is not what is looked at."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(AT_REST, PATIENCE)


def faults_of(page: Page) -> list[str]:
    """Every rule that is broken, best practices included, with the first elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    return [_told(fault) for fault in page.evaluate(RUN)]


def is_clean(page: Page) -> None:
    """No rule is broken, and nothing is wider than the window: in light on a desk, in dark on a phone."""
    for scheme, width in LOOKS:
        put_into(page, scheme, width)
        found = faults_of(page)
        assert not found, f"{scheme}, {width} px:\n" + "\n".join(found)
        assert sideways(page) <= 0, f"{scheme}, {width} px"


def sideways(page: Page) -> int:
    """The pixels that the page is wider than the window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


def _told(fault: dict[str, Any]) -> str:
    nodes = [f"{node['html'][:140]} {node['failureSummary']}" for node in fault["nodes"][:3]]
    return f"{fault['id']} ({fault['impact']}): {fault['help']} {nodes}"

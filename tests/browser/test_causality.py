"""Two tabs, random latency and jitter, clicks and typing and deletes interleaved: what a person sees never goes back.

No row that was deleted shows again, no typed character is lost, no older state replaces a newer one. The same
script on an endpoint that submits and refetches breaks all of that; it is the control.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import connected
from tests.browser.server import Server

Step = tuple[int, str, Any]

WATCH = """
window.violations = [];
const shown = new Map(), deleted = new Set();
let newest = -1;
const look = () => {
  const version = +document.querySelector("#version").textContent;
  if (version < newest) violations.push(`version ${newest} was replaced by ${version}`);
  newest = Math.max(newest, version);
  for (const row of document.querySelectorAll("#rows > li")) {
    const now = +row.dataset.version, before = shown.get(row.id) ?? -1;
    if (now < before) violations.push(`${row.id} went from ${before} back to ${now}`);
    shown.set(row.id, Math.max(now, before));
    if (deleted.has(row.id) && getComputedStyle(row).display !== "none") violations.push(`${row.id} came back`);
  }
};
new MutationObserver(look).observe(document.body, {
  subtree: true, childList: true, characterData: true, attributes: true,
});
const act = {
  inc: (id) => document.querySelector(`#row-${id} .inc`)?.click(),
  delete: (id) => {
    const button = document.querySelector(`#row-${id} .delete`);
    if (!button) return;
    button.click();
    requestAnimationFrame(() => requestAnimationFrame(() => deleted.add(`row-${id}`)));
  },
  type: (text) => {
    const input = document.querySelector("#draft input");
    input.focus();
    input.value += text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  },
};
window.play = async (steps) => {
  for (const [pause, what, value] of steps) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    act[what](value);
  }
};
true;
"""


@pytest.fixture(scope="module")
def boards() -> Iterator[Server]:
    with Server("tests.browser.apps.causality:app") as running:
        yield running


def script(rng: random.Random, typed: str) -> list[Step]:
    """Clicks, deletes and one typed word, in random order, milliseconds apart."""
    steps: list[Step] = [(rng.randrange(60), "inc", rng.randrange(8)) for _ in range(12)]
    steps += [(rng.randrange(60), "delete", rng.randrange(8)) for _ in range(3)]
    rng.shuffle(steps)
    for character, place in zip(typed, sorted(rng.sample(range(len(steps)), len(typed))), strict=True):
        steps.insert(place, (rng.randrange(60), "type", character))
    return _in_typing_order(steps, typed)


def _in_typing_order(steps: list[Step], typed: str) -> list[Step]:
    characters = iter(typed)
    return [(pause, what, next(characters) if what == "type" else value) for pause, what, value in steps]


def play(context: BrowserContext, boards: Server, path: str, seed: int) -> list[str]:
    """Run both tabs' scripts at once; everything that went back, or was lost."""
    rng = random.Random(seed)
    context.request.post(f"{boards.url}/reset")
    tabs = [
        open_tab(context, f"{boards.url}{path}?tab={name}", seed * 2 + n + 1) for n, name in enumerate("ab")
    ]
    for tab in tabs:
        tab.evaluate("(steps) => { window.done = play(steps) }", script(rng, "causality"))
    for tab in tabs:
        tab.evaluate("done")
    for tab in tabs:
        settle(tab, boards, context)
    faults = [fault for tab in tabs for fault in tab.evaluate("violations")]
    faults += lost_characters(tabs, context, boards)
    for tab in tabs:
        tab.close()
    return faults


def open_tab(context: BrowserContext, url: str, seed: int) -> Page:
    tab = context.new_page()
    tab.goto(url)
    if "/board" in url:
        connected(tab)
    expect(tab.locator("#rows > li")).to_have_count(8)
    tab.evaluate(WATCH)
    tab.evaluate("(seed) => actorlive.latency.set({ jitter: 500, seed })", seed)
    return tab


def settle(tab: Page, boards: Server, context: BrowserContext) -> None:
    """Nothing is on its way any more."""
    if "/naive" in tab.url:
        tab.wait_for_function("underway === 0")
        return
    expect(tab.locator("[data-phx-ref-src]")).to_have_count(0)
    version = context.request.get(f"{boards.url}/state").json()["version"]
    expect(tab.locator("#version")).to_have_text(str(version))


def lost_characters(tabs: list[Page], context: BrowserContext, boards: Server) -> list[str]:
    drafts = context.request.get(f"{boards.url}/state").json()["drafts"]
    fields = {name: tab.locator("#draft input").input_value() for name, tab in zip("ab", tabs, strict=True)}
    return [
        f"typed 'causality' in {name}, the {where} has {texts.get(name)!r}"
        for where, texts in (("field", fields), ("server", drafts))
        for name in "ab"
        if texts.get(name) != "causality"
    ]


@pytest.mark.parametrize("seed", range(10))
def test_nothing_goes_back_and_nothing_is_lost(context: BrowserContext, boards: Server, seed: int) -> None:
    assert play(context, boards, "/board", seed) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10, 200))
def test_nothing_goes_back_in_many_runs(context: BrowserContext, boards: Server, seed: int) -> None:
    assert play(context, boards, "/board", seed) == []


def test_control_submit_and_refetch_goes_back_and_loses(context: BrowserContext, boards: Server) -> None:
    kinds = {"went from", "came back", "was replaced by", "typed"}
    for seed in range(10):
        faults = play(context, boards, "/naive", seed)
        kinds = {kind for kind in kinds if not any(kind in fault for fault in faults)}
        if not kinds:
            return
    raise AssertionError(f"in ten runs the control never broke these: {kinds}")

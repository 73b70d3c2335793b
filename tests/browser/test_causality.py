"""Two tabs, an uneven network, and a seeded script: nothing that was true is overtaken by what was.

No deleted item comes back, no number goes down, no typed character is lost, and at the end both tabs show
what the server has. The same script against a page that submits and refetches finds all of these faults:
that is the control that the script can see them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.causality_app import COUNT
from tests.browser.pages import connected
from tests.browser.server import Server

STEPS = 30
JITTER = 250
"""Milliseconds each way at most, so up to 500 for a round trip."""

WATCH = """() => {
  const seen = new Map(), gone = new Set();
  window.faults = [];
  const look = () => {
    const now = new Set();
    for (const row of document.querySelectorAll("#items > li")) {
      if (getComputedStyle(row).display === "none") continue;
      const value = Number(row.querySelector(".bump").textContent);
      now.add(row.id);
      if (gone.has(row.id)) window.faults.push(`${row.id} came back`);
      if (value < seen.get(row.id)) window.faults.push(`${row.id} went from ${seen.get(row.id)} to ${value}`);
      seen.set(row.id, value);
    }
    for (const id of seen.keys()) if (!now.has(id)) gone.add(id);
  };
  look();
  new MutationObserver(look).observe(document.querySelector("#items"), {
    childList: true, subtree: true, characterData: true, attributes: true,
  });
}"""
IDLE = "!window.pending && !document.querySelector('[data-phx-ref-src]')"
SHOWN = """[...document.querySelectorAll("#items > li")].map((row) =>
  ({ id: Number(row.id.slice(5)), value: Number(row.querySelector(".bump").textContent) }))"""

Run = Callable[[str, int], list[str]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("tests.browser.causality_app:app") as running:
        yield running


@pytest.fixture
def run(server: Server, context: BrowserContext) -> Run:
    """Play the script of a seed in two tabs; answers the faults that were seen."""

    def play(path: str, seed: int) -> list[str]:
        context.request.post(server.url + "/reset")
        tabs = [open_tab(context, server.url + path, seed + n) for n in (1, 2)]
        typed = act_out(random.Random(seed), tabs)
        faults = [fault for n, tab in enumerate(tabs) for fault in judge(server, tab, typed[n])]
        for tab in tabs:
            tab.close()
        return faults

    return play


def open_tab(context: BrowserContext, url: str, seed: int) -> Page:
    page = context.new_page()
    page.goto(url)
    connected(page)
    page.wait_for_selector("#items > li")
    page.evaluate(WATCH)
    page.evaluate("settings => actorlive.latency.set(settings)", {"jitter": JITTER, "seed": seed})
    return page


def act_out(chance: random.Random, tabs: list[Page]) -> list[str]:
    """Click and type without waiting for anything; answers what was typed into each tab."""
    typed = ["", ""]
    for _ in range(STEPS):
        n = chance.randrange(2)
        action = chance.choice(["bump", "bump", "delete", "type", "type"])
        if action == "type":
            letter = chance.choice("abcdefghij")
            typed[n] += letter
            tabs[n].focus("#note")
            tabs[n].keyboard.press(letter)
        else:
            target = f"#item-{chance.randrange(COUNT)} .{action}"
            tabs[n].evaluate("target => document.querySelector(target)?.click()", target)
    return typed


def judge(server: Server, tab: Page, typed: str) -> list[str]:
    """Wait until the tab has its answers, then compare it with what was typed and with the server."""
    tab.wait_for_function(IDLE)
    faults: list[str] = []
    if (value := tab.input_value("#note")) != typed:
        faults.append(f"typed {typed!r}, the field has {value!r}")
    truth = tab.request.get(server.url + "/state").json()["items"]
    tab.wait_for_function(f"truth => JSON.stringify({SHOWN}) === JSON.stringify(truth)", arg=truth)
    return [*faults, *tab.evaluate("window.faults")]


@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_overtaken(run: Run, seed: int) -> None:
    assert run("/live", seed) == []


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_nothing_is_overtaken_in_the_long_run(run: Run, seed: int) -> None:
    assert run("/live", seed) == []


def test_the_script_finds_the_faults_of_a_naive_page(run: Run) -> None:
    faults = [fault for seed in range(5) for fault in run("/naive/", seed)]
    assert any("came back" in fault for fault in faults)
    assert any("went from" in fault for fault in faults)
    assert any("typed" in fault for fault in faults)

"""The simulated network: late, uneven, and in order."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.wire import Wire

BUTTONS = "".join(f"<button id=b{n} phx-click=go phx-value-n={n}>{n}</button>" for n in range(8))
TREE = {"0": "", "s": ["<p>", f"</p>{BUTTONS}"]}


def test_frames_stay_in_order_both_ways(page: Page) -> None:
    wire = Wire(page, TREE).open()
    page.evaluate("actorlive.latency.set({ delay: 5, jitter: 60, seed: 3 })")
    page.evaluate("document.querySelectorAll('button').forEach((button) => button.click())")
    frames = [wire.frame("event") for _ in range(8)]
    assert [frame.payload["value"]["n"] for frame in frames] == [str(n) for n in range(8)]
    page.evaluate(
        """() => {
          window.seen = [];
          new MutationObserver(() => seen.push(document.querySelector('p').textContent))
            .observe(document.querySelector('p'), { childList: true, characterData: true, subtree: true });
        }"""
    )
    for n, frame in enumerate(frames):
        wire.reply(frame, {"diff": {"0": str(n)}})
    expect(page.locator("p")).to_have_text("7")
    assert page.evaluate("seen.map(Number)") == sorted(page.evaluate("seen.map(Number)"))
    expect(page.locator("[data-phx-ref-src]")).to_have_count(0)


def test_a_delay_holds_the_answer_back(page: Page) -> None:
    wire = Wire(page, TREE).open()
    page.evaluate("actorlive.latency.set({ delay: 150 })")
    began = page.evaluate("performance.now()")
    page.locator("#b0").click()
    wire.reply(wire.frame("event"), {"diff": {"0": "late"}})
    expect(page.locator("p")).to_have_text("late")
    assert page.evaluate("performance.now()") - began >= 300


def test_without_settings_nothing_is_held(page: Page) -> None:
    wire = Wire(page, TREE).open()
    assert page.evaluate("actorlive.latency.settings") == {"delay": 0, "jitter": 0}
    page.locator("#b0").click()
    wire.reply(wire.frame("event"), {"diff": {"0": "now"}})
    expect(page.locator("p")).to_have_text("now")


def test_a_seed_repeats_the_draws(page: Page) -> None:
    Wire(page, TREE).open()
    draws = "(actorlive.latency.set({ jitter: 100, seed: 9 }), [1, 2, 3].map(() => actorlive.latency.draw()))"
    assert page.evaluate(draws) == page.evaluate(draws)

"""Charts, Markdown and the small parts in a real browser: seen, moving, and harmless."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import Scheme, is_clean, put_into

Live = Callable[[str], Page]

A4 = 718
"""Its width within the margins, in CSS pixels."""

INKS = """
  () => [...document.querySelectorAll(".al-chart text, .al-chart figcaption, .al-chart td, .al-line, .al-fill")]
    .map((it) => [getComputedStyle(it), it])
    .map(([style, it]) => it.matches("text") ? style.fill : it.matches(".al-line") ? style.stroke : style.color)
    .map((color) => color.match(/[\\d.]+/g).slice(0, 3).map(Number))
"""

HOSTILE = """\
<script>window.hit = 1</script> <img src=x onerror="window.hit = 2"> <svg onload="window.hit = 3"></svg>

[a link](javascript:window.hit=4) [another](data:text/html,<script>opener.hit=5</script>)
<a href="javascript:hit=6">x</a>

![x](x" onerror="window.hit = 7) <b phx-click='[["exec",{"attr":"x"}]]' onclick="window.hit = 8">press</b>

<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.hit=9&gt;">
"""


def luminance(color: list[float]) -> float:
    """How bright a color is, from 0 to 1 (WCAG 2.2, relative luminance)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (value / 255 for value in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def sizes(page: Page, selector: str) -> list[float]:
    """How high letters are on the screen, in pixels."""
    return page.evaluate(
        "(selector) => [...document.querySelectorAll(selector)].map((text) => "
        "parseFloat(getComputedStyle(text).fontSize) * (text.getScreenCTM?.().a ?? 1))",
        selector,
    )


@pytest.mark.parametrize("path", ["/parts/charts", "/parts/text", "/parts/small"])
def test_a_part_is_clean_in_light_and_dark_on_a_desk_and_on_a_phone(live: Live, path: str) -> None:
    page = live(path)
    for details in page.locator("main details:visible > summary").all():
        details.click()
    is_clean(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_texts_of_a_chart_are_as_large_on_a_phone_as_on_a_desk(live: Live, width: int) -> None:
    page = live("/parts/charts")
    put_into(page, "light", width)
    found = sizes(page, ".al-plot text")
    assert len(found) > 20
    assert min(found) >= 11.9
    assert max(found) <= 12.1


def test_labels_of_a_chart_do_not_touch_on_a_phone(live: Live) -> None:
    page = live("/parts/charts")
    put_into(page, "light", 390)
    gaps = page.evaluate("""
      () => [...document.querySelectorAll(".al-places")].flatMap((row) => {
        const boxes = [...row.querySelectorAll("text")].map((text) => text.getBoundingClientRect())
        const shown = boxes.filter((box) => box.width > 0).sort((a, b) => a.left - b.left)
        return shown.slice(1).map((box, i) => box.left - shown[i].right)
      })
    """)
    assert len(gaps) > 6
    assert min(gaps) > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_is_whole_and_dark_on_white_on_paper(live: Live, scheme: Scheme) -> None:
    page = live("/parts/charts")
    put_into(page, scheme, A4)
    page.evaluate("(scheme) => (document.documentElement.dataset.theme = scheme)", scheme)
    page.locator(".al-chart details > summary").first.click()
    table = page.locator(".al-chart details[open] .al-scroll")
    assert table.evaluate("(it) => it.scrollHeight > it.clientHeight")  # it scrolls on the screen
    page.emulate_media(media="print", color_scheme=scheme)
    assert table.evaluate("(it) => it.scrollHeight <= it.clientHeight")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    colors = page.evaluate(INKS)
    assert len(colors) > 20
    assert max(map(luminance, colors)) < 0.18  # 4.5 to 1 on white


def test_a_table_of_numbers_stays_open_while_the_chart_moves(live: Live) -> None:
    page = live("/parts/charts")
    chart = page.get_by_role("img", name="The oven’s temperature")
    page.locator("#oven summary").click()
    first = page.locator("#oven tbody th").first
    for _ in range(2):
        before, told = first.text_content(), chart.get_attribute("aria-label")
        assert before is not None
        assert told is not None
        expect(first).not_to_have_text(before)
        expect(chart).not_to_have_attribute("aria-label", told)  # the same words may fit two seconds
        expect(page.locator("#oven table")).to_be_visible()


SEEN = """
  () => {
    const line = document.querySelectorAll("#oven .al-field .al-line")[1]
    return [line.ownerSVGElement.getAttribute("viewBox"), line.getAttribute("d"), line.getBoundingClientRect().left]
  }
"""


def test_a_value_stays_where_it_is_drawn_while_the_window_moves(live: Live) -> None:
    page = live("/parts/charts")
    window, drawn, left = page.evaluate(SEEN)
    expect(page.locator("#oven .al-field svg")).not_to_have_attribute("viewBox", window)
    _, now_drawn, now_left = page.evaluate(SEEN)
    assert now_drawn == drawn
    assert now_left < left - 1


def test_hostile_markdown_does_nothing_in_a_browser(live: Live) -> None:
    page = live("/parts/text")
    page.get_by_label("Write some Markdown").fill(HOSTILE)
    expect(page.locator("#shown")).to_contain_text("a link")
    for link in page.locator("#shown a").all():
        assert (link.get_attribute("href") or "").startswith(("http", "x"))
    page.locator("#shown").get_by_text("press").click()
    page.wait_for_function("() => document.readyState === 'complete'")
    assert page.evaluate("window.hit") is None
    page.evaluate(
        "document.querySelector('#shown').insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"hit=0\">')"
    )
    page.wait_for_function("() => window.hit === 0")  # the witness sees what does run


def test_an_answer_comes_word_by_word(live: Live) -> None:
    page = live("/parts/text")
    page.get_by_role("button", name="Tell it word by word").click()
    expect(page.locator("#shown[aria-busy=true] h2")).to_have_text("Rye bread")
    expect(page.locator("#shown")).not_to_have_attribute("aria-busy", "true", timeout=20_000)
    expect(page.locator("#shown pre .al-k").first).to_have_text("def")


def test_pages_are_turned_without_loading_one(live: Live) -> None:
    page = live("/parts/small")
    page.evaluate("window.same = true")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(page.locator("#where")).to_have_text("Page 2 of 20")
    assert page.url.endswith("/parts/small?page=2")
    assert page.evaluate("window.same")

"""The default stylesheet: how large it is, who wins over it, what it costs, and what is left when it is off."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from actorlive.web.assets import DIST
from tests.browser.axe import put_into
from tests.browser.pages import connected
from tests.browser.server import Server

BUDGETS = {"actorlive.css": 4096, "unstyled.css": 1536, "pages.css": 1536, "dev.css": 2560}
"""Bytes, compressed."""

TOP_LEVEL = """() => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) =>
  rule instanceof CSSLayerBlockRule ? `@layer ${rule.name}`
  : rule instanceof CSSMediaRule ? `@media ${rule.conditionText}` : rule.cssText))"""

CHANGE_ONE = """() => {
  const rows = document.querySelectorAll("#many > li");
  const times = [];
  for (let round = 0; round < 7; round++) {
    const text = rows[1000].querySelector("span").firstChild;
    const begin = performance.now();
    text.data = `changed ${round}`;
    rows[1000].append(document.createElement("i"));
    document.body.offsetHeight;
    times.push(performance.now() - begin);
  }
  return times.sort((a, b) => a - b)[3];
}"""
"""Milliseconds that a page takes to be styled and laid out after a change in one row: the middle of seven tries."""


@pytest.fixture(scope="module")
def plain() -> Iterator[Server]:
    with Server("tests.browser.apps.look:app") as running:
        yield running


@pytest.fixture
def look(plain: Server, page: Page) -> Callable[[str], Page]:
    def open_page(path: str) -> Page:
        page.goto(plain.url + path)
        return connected(page)

    return open_page


def style(page: Page, selector: str, *names: str) -> list[str]:
    """What Chromium computes of the first element."""
    computed: dict[str, Any] = page.evaluate(
        "([selector, names]) => { const all = getComputedStyle(document.querySelector(selector));"
        " return Object.fromEntries(names.map((name) => [name, all[name]])) }",
        [selector, names],
    )
    return [computed[name] for name in names]


@pytest.mark.parametrize("name", BUDGETS)
def test_a_stylesheet_keeps_its_budget(name: str) -> None:
    assert 0 < len(gzip.compress((DIST / name).read_bytes(), mtime=0)) <= BUDGETS[name]


def test_all_of_it_is_in_one_layer_but_the_wish_for_less_motion(look: Callable[[str], Page]) -> None:
    rules = set(look("/todos").evaluate(TOP_LEVEL))
    assert rules == {"@layer actorlive", "@media (prefers-reduced-motion: reduce)"}


def test_with_less_motion_other_colours_are_there_at_once_however_deep(look: Callable[[str], Page]) -> None:
    page = look("/todos")
    put_into(page, "light", 1280)
    page.evaluate("document.querySelector('main').innerHTML = '<div>'.repeat(20) + '<input>'")
    page.emulate_media(reduced_motion="reduce", color_scheme="dark")
    assert style(page, "main input", "color") == style(page, "body", "color")
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize(
    ("path", "selector"),
    [
        ("/todos", "body"),
        ("/todos", "button"),
        ("/todos", "li"),
        ("/todos", "li > button"),
        ("/todos", "input"),
        ("/form", "label"),
        ("/form", "select"),
        ("/form", "fieldset"),
        ("/form", "[aria-invalid]"),
        ("/form", "form > *"),
        ("/table", "th"),
        ("/table", "th > button"),
        ("/table", "td:last-child"),
        ("/everything", "code"),
        ("/everything", "menu"),
        ("/everything", "dialog"),
    ],
)
def test_the_shortest_rule_of_an_application_wins(
    look: Callable[[str], Page], path: str, selector: str
) -> None:
    page = look(path)
    rule = "color: rgb(1, 2, 3); padding: 7px; background: rgb(4, 5, 6); letter-spacing: 3px"
    tag = page.locator(selector).first.evaluate("(element) => element.localName")
    page.add_style_tag(content=f"{tag} {{ {rule} }}")
    page.add_style_tag(content="* { transition: none }")
    assert style(page, selector, "color", "paddingLeft", "backgroundColor", "letterSpacing") == [
        "rgb(1, 2, 3)",
        "7px",
        "rgb(4, 5, 6)",
        "3px",
    ]


def test_a_change_in_one_row_of_many_does_not_style_them_all(look: Callable[[str], Page]) -> None:
    page = look("/many")
    ours = page.evaluate(CHANGE_ONE)
    page.add_style_tag(
        content="ul:has(> li > button) > li + li { border-top: 1px solid }"
    )  # what ours avoids
    careless = page.evaluate(CHANGE_ONE)
    assert ours < careless / 5, (ours, careless)


@pytest.mark.parametrize(("scheme", "ground"), [("light", "rgb(247, 248, 250)"), ("dark", "rgb(15, 18, 22)")])
def test_a_theme_can_be_fixed(look: Callable[[str], Page], scheme: str, ground: str) -> None:
    page = look("/todos")
    page.emulate_media(color_scheme="dark" if scheme == "light" else "light")
    assert style(page, "html", "backgroundColor") != [ground]
    page.evaluate("(scheme) => document.documentElement.dataset.theme = scheme", scheme)
    assert style(page, "html", "backgroundColor") == [ground]


def test_a_value_that_an_application_sets_is_drawn_with(look: Callable[[str], Page]) -> None:
    page = look("/everything")
    page.add_style_tag(content=":root { --al-you: rgb(1, 2, 3); --al-live: rgb(4, 5, 6) }")
    assert style(page, "p a", "color") == ["rgb(1, 2, 3)"]
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert style(page, ".al-flash", "borderLeftColor") == ["rgb(4, 5, 6)"]


@pytest.mark.parametrize(("form", "direction"), [("#new", "row"), ("#sign-up", "column"), ("#filter", "row")])
def test_a_form_is_a_column_a_bar_or_a_filter(look: Callable[[str], Page], form: str, direction: str) -> None:
    page = look({"#new": "/todos", "#sign-up": "/form", "#filter": "/table"}[form])
    assert style(page, form, "flexDirection") == [direction]


def test_switched_off_it_leaves_what_the_client_needs(page: Page) -> None:
    with Server("tests.browser.apps.look:bare") as running:
        page.goto(running.url + "/everything")
        connected(page)
        assert style(page, "body", "maxWidth", "fontSize", "colorScheme") == ["none", "16px", "normal"]
        assert style(page, "[data-phx-session]", "display") == ["contents"]
        assert style(page, "#al-status", "position", "width") == ["absolute", "1px"]
        page.get_by_role("button", name="Save").click()
        flash = page.get_by_role("alert")
        expect(flash).to_be_visible()
        assert style(page, ".al-flash-group", "position") == ["fixed"]
        flash.get_by_role("button", name="Close").click()
        expect(flash).to_have_count(0)
        page.goto("about:blank")

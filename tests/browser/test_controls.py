"""Every control of HTML in Chromium: what is filled, emptied, pasted and chosen arrives as it is declared."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.apps.controls import Address, Fields, Size
from tests.browser.pages import connected
from tests.browser.server import Server


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.controls:app") as running:
        yield running


FILLED = Fields(
    text=" Ada ",
    search="tea",
    email="a@b.org",
    url="http://example.org/",
    tel="+49 1",
    password=" s3cret ",
    notes="\na\n b ",
    whole=5,
    pasted=42,
    share=0.5,
    price=Decimal("1.50"),
    range=70,
    day=date(2024, 5, 1),
    hour=time(9, 30),
    moment=datetime(2024, 5, 1, 9, 30),  # noqa: DTZ001
    month="2024-05",
    week="2024-W18",
    colour="#ff0000",
    agreed=True,
    hobbies=["chess", "go"],
    numbers={3, 4},
    meal="fruit",
    size=Size.LARGE,
    letters=[Size.SMALL, Size.LARGE],
    key=7,
    address=Address("Ulm", 89073),
)

TYPED = {
    "text": " Ada ",
    "search": "tea",
    "email": " a@b.org ",
    "url": "http://example.org/",
    "tel": "+49 1",
    "password": " s3cret ",
    "notes": "\na\n b ",
    "whole": "5",
    "pasted": " +42 ",
    "share": ".5",
    "price": "1.50",
    "range": "70",
    "day": "2024-05-01",
    "hour": "09:30",
    "moment": "2024-05-01T09:30",
    "month": "2024-05",
    "week": "2024-W18",
    "colour": "#ff0000",
    "number 0": " 3",
    "number 1": "4 ",
    "city": "Ulm",
    "zip": "89073",
}
KEPT = {"range", "colour"}
"""Controls that cannot be emptied."""

EMPTIED = Fields(range=70, colour="#ff0000", meal="fruit", key=7, address=Address())


def fill(page: Page, values: dict[str, str]) -> None:
    for label, value in values.items():
        page.get_by_label(label, exact=True).fill(value)


def shows(page: Page, fields: Fields) -> None:
    """Wait for it: the event and `validate()` have made the same of the form."""
    wanted = repr(fields)
    expect(page.locator("#event")).to_have_text(wanted)
    expect(page.locator("#validated")).to_have_text(wanted)


def choose(page: Page) -> None:
    for box in ("agreed", "chess", "go", "fruit"):
        page.get_by_label(box, exact=True).check()
    page.get_by_label("size").select_option("l")
    page.get_by_label("letters").select_option(["s", "l"])


def test_every_control_is_received_as_it_is_declared(app: Server, page: Page) -> None:
    page.goto(app.url + "/")
    connected(page)
    fill(page, TYPED)
    choose(page)
    shows(page, FILLED)
    page.get_by_role("button", name="Save").click()
    shows(page, FILLED)
    fill(page, {label: "" for label in TYPED if label not in KEPT})
    for box in ("agreed", "chess", "go"):
        page.get_by_label(box, exact=True).uncheck()
    page.get_by_label("size").select_option("")
    page.get_by_label("letters").select_option([])
    shows(page, EMPTIED)
    page.get_by_role("button", name="Save").click()
    shows(page, EMPTIED)

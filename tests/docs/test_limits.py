"""docs/limits.md has a row for every limit, with the default that is in the code."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from actorlive.web import Limits

PAGE = (Path(__file__).parents[2] / "docs/limits.md").read_text(encoding="utf-8")
ROWS = dict[str, str](re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
UNITS = {"KiB": 1024, "MiB": 1024**2, "s": 1, "h": 3600, "": 1}


def number(text: str) -> float:
    """The value of "16 KiB", "2,000" or "24 h"."""
    digits, _, unit = text.replace(",", "").partition(" ")
    return float(digits) * UNITS[unit]


def test_every_limit_has_its_row_in_the_order_of_the_code_or_another() -> None:
    assert set(ROWS) == {field.name for field in fields(Limits)}


@pytest.mark.parametrize("name", ROWS)
def test_the_default_on_the_page_is_the_one_in_the_code(name: str) -> None:
    assert number(ROWS[name]) == getattr(Limits(), name)


def test_a_value_with_its_unit_is_read() -> None:
    assert [number(text) for text in ("16 KiB", "2,000", "24 h", "5 s", "1 MiB")] == [
        16384,
        2000,
        86400,
        5,
        1048576,
    ]

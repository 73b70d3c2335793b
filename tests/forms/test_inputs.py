"""Values in the notation of form controls."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from uuid import UUID

import msgspec
import pytest

from actorlive.forms.inputs import input_value


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("  text ", "  text "),
        ("", ""),
        (None, None),
        (msgspec.UNSET, None),
        (True, "true"),
        (False, "false"),
        (3, "3"),
        (1.5, "1.5"),
        (Decimal("1E+2"), "100"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+999999999"), "1E+999999999"),
        (Decimal("-1E-999999999"), "-1E-999999999"),
        (Decimal("NaN"), "NaN"),
        (date(2024, 5, 1), "2024-05-01"),
        (datetime(2024, 5, 1, 9, 30), "2024-05-01T09:30"),  # noqa: DTZ001
        (datetime(2024, 5, 1, 9, 30, 5), "2024-05-01T09:30:05"),  # noqa: DTZ001
        (datetime(2024, 5, 1, 9, 30, 5, 250_400), "2024-05-01T09:30:05.250"),  # noqa: DTZ001
        (datetime(2024, 5, 1, 9, 30, tzinfo=UTC), "2024-05-01T09:30"),
        (time(9, 30, 5, tzinfo=UTC), "09:30:05"),
        (time(9, 30), "09:30"),
        (timedelta(minutes=90), "PT5400S"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Colour.RED, "red"),
        (Level.HIGH, "3"),
        ([1, Colour.RED, None], ["1", "red", None]),
        ((True,), ["true"]),
        ({3, 1}, ["1", "3"]),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_a_value_is_shown_as_its_control_wants_it(value: object, shown: object) -> None:
    assert input_value(value) == shown

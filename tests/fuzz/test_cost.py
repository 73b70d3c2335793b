"""The yardstick of what reading costs: a slow machine passes, what grows with the square does not."""

from __future__ import annotations

import pytest

from tests.support.cost import check_growth


class Machine:
    """A processor that takes so many seconds per step."""

    def __init__(self, seconds: float) -> None:
        self.now = 0.0
        self._seconds = seconds

    def clock(self) -> float:
        return self.now

    def in_proportion(self, data: str) -> None:
        self.now += self._seconds * len(data)

    def with_the_square(self, data: str) -> None:
        self.now += self._seconds * len(data) ** 2


WHOLE, QUARTER = "x" * 4000, "x" * 1000


@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 1.0])
def test_what_grows_in_proportion_may_take_its_time(seconds: float) -> None:
    machine = Machine(seconds)
    check_growth(machine.in_proportion, WHOLE, QUARTER, clock=machine.clock)


@pytest.mark.parametrize("seconds", [1e-6, 1e-3, 1.0])
def test_control_what_grows_with_the_square_is_seen(seconds: float) -> None:
    machine = Machine(seconds)
    with pytest.raises(AssertionError, match="xxx"):
        check_growth(machine.with_the_square, WHOLE, QUARTER, clock=machine.clock)

from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.monitor import sampler
from examples.monitor.alerts import LIMITS, LONG_ENOUGH, alerts_of
from examples.monitor.machine import Program, Sample, ThisMachine

PROGRAMS = (Program(1, "init", 0.0, 10_000_000), Program(7, "kiln", 80.0, 5_000_000))


def sample(at: float, cpu: float = 20.0) -> Sample:
    return Sample(at, cpu, 50.0, 40.0, 1e6, 2e6, 3e6, 4e6, PROGRAMS)


class Pretended:
    """A machine of which the test knows what it does."""

    def __init__(self) -> None:
        self.cpu = 20.0
        self.looks = 0

    def sample(self) -> Sample:
        self.looks += 1
        return sample(self.looks, self.cpu)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    machine = Pretended()
    monkeypatch.setattr(sampler, "MAKE", lambda: machine)
    return machine


async def programs(view: View) -> list[str]:
    return await view.element("#programs tbody th").texts()


async def test_a_page_shows_what_the_machine_does_and_all_pages_the_same(
    app: QuartTrio, machine: Pretended
) -> None:
    # the sampler goes on while the other one watches
    async with live(app, "/monitor") as one, live(app, "/monitor", leaks=True) as two:
        assert await one.has_element("#programs", "Looking…")
        await one.advance(3.5)
        assert (await one.element(".monitor-gauges b").texts())[0] == "20 %"
        machine.cpu = 70.0
        await one.advance(1)
        assert (await one.element(".monitor-gauges b").texts())[0] == "70 %"
        assert (await two.element(".monitor-gauges b").texts())[0] == "70 %"
        assert machine.looks == 4


async def test_nobody_looks_when_nobody_watches(app: QuartTrio, machine: Pretended) -> None:
    async with live(app, "/monitor") as one:
        async with live(app, "/monitor", leaks=True) as two:  # the sampler goes on, for the other one
            await two.advance(3.5)
        await one.advance(2)
        seen = machine.looks
        await one.disconnect()
        await one.advance(30)
        assert machine.looks == seen
        await one.reconnect()
        await one.advance(2.5)
        assert machine.looks > seen


async def test_programs_are_sorted_by_what_one_asks_for(app: QuartTrio) -> None:
    async with live(app, "/monitor") as view:
        await view.advance(2.5)
        assert await programs(view) == ["kiln", "init"]
        await view.element("#programs th button", "Memory").click()
        await view.element("#programs th button", "Memory").click()
        assert await programs(view) == ["init", "kiln"]
        await view.click("sort", {"sort": "-nonsense"})
        assert await programs(view) == ["kiln", "init"]


async def test_an_alert_begins_is_said_and_ends(app: QuartTrio, machine: Pretended) -> None:
    async with live(app, "/monitor") as view:
        machine.cpu = 95.0
        await view.advance(LONG_ENOUGH + 1.5)
        assert await view.has_element("#alerts", "CPU has been above 90 %")
        await view.assert_push_event("al:announce", {"message": "CPU is above 90 percent"})
        await view.form("#limits", {"cpu": "99"}).change()
        assert not await view.has_element("#alerts p")
        await view.form("#limits", {"cpu": "50"}).change()
        assert await view.has_element("#alerts", "above 50 %")
        machine.cpu = 10.0
        await view.advance(1)
        assert not await view.has_element("#alerts p")


async def test_a_page_that_is_paused_can_be_read(app: QuartTrio, machine: Pretended) -> None:
    async with live(app, "/monitor") as view:
        await view.advance(2.5)
        await view.element("button", "Pause").click()
        machine.cpu = 70.0
        await view.advance(5)
        assert (await view.element(".monitor-gauges b").texts())[0] == "20 %"
        await view.element("button", "Pause").click()
        await view.advance(1)
        assert (await view.element(".monitor-gauges b").texts())[0] == "70 %"


def test_an_alert_takes_as_many_samples_on_end() -> None:
    high = [sample(n, 95.0) for n in range(LONG_ENOUGH)]
    assert [alert.since for alert in alerts_of(high, LIMITS)] == [0]
    assert alerts_of(high[1:], LIMITS) == []
    assert alerts_of([*high, sample(9, 90.0)], LIMITS) == []
    assert alerts_of([], LIMITS) == []


def test_this_machine_says_something_that_can_be() -> None:
    machine = ThisMachine()
    found = machine.sample()
    assert 0 <= found.cpu <= 100
    assert 0 < found.memory <= 100
    assert min(found.read, found.written, found.received, found.sent) >= 0
    assert found.programs

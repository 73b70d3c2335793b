"""Sockets are closed in turn, and others of them end meanwhile, or go on elsewhere: whatever happens between two
batches, the walk goes on, and in the end there is neither a socket nor a line."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from hypothesis import HealthCheck, given, settings, strategies as st

from actorlive.runtime import open_node
from actorlive.web.lines import Lingering
from actorlive.web.sockets import STEP
from actorlive.wire.line import PageState
from tests.web.carriers import MemoryPage, Place
from tests.web.test_finishing import DRAIN, go_down

PAGES = 30
LINGER = 1.0

Step = tuple[str, int]

STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(["cut", "resume", "begin anew", "log out", "leave", "wait"]),
        st.integers(0, PAGES - 1),
    ),
    max_size=60,
)


class Visitors:
    """Pages with a line each, and a second websocket that has said nothing yet: it was open before the end began."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.pages = [MemoryPage(place, f"visitor {number}") for number in range(PAGES)]
        for page in self.pages:
            page.connect()
        self.spares = [place.open(page.visitor) for page in self.pages]

    async def take(self, step: str, number: int) -> None:
        """One step of one of them, if it is one that it can take now."""
        page, spare, lines = self.pages[number], self.spares[number], self.place.lines
        is_connected = page.carrier is not None and page.carrier.is_open
        match step:
            case "cut" if is_connected and page.end.state is PageState.OPEN:
                page.cut()
            case "resume" if page.carrier is None and spare.is_open:
                page.connect(spare)
            case "begin anew" if page.end.handle is not None and page.visitor is not None:
                lines.replace(page.end.handle, page.visitor)
            case "log out":
                self.place.sockets.disconnect(page.visitor)
            case "leave" if is_connected:
                page.end.leave()
                page.pump()
            case "wait":
                await trio.sleep(STEP / 2)
            case _:
                pass


async def close_in_turn(before: list[Step], meanwhile: list[Step]) -> None:
    async with open_node() as node:
        with Place.on(node, {}, linger=LINGER) as place:
            visitors = Visitors(place)
            for step in before:
                await visitors.take(*step)
            began = trio.current_time()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(go_down, place)
                await trio.testing.wait_all_tasks_blocked()
                for step in meanwhile:
                    await visitors.take(*step)
            assert len(place.sockets) == len(place.lines) == place.lines.lingering == 0
            assert trio.current_time() - began < 0.5 * DRAIN, "nobody had to be hurried"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, STEPS)
async def test_whatever_happens_between_two_batches_everybody_is_closed(
    before: list[Step], meanwhile: list[Step]
) -> None:
    await close_in_turn(before, meanwhile)


ALL_CUT = [("cut", number) for number in range(PAGES)]
MEANWHILE = {
    "goes on over another socket": [("resume", number) for number in range(PAGES)],
    "is not waited for any longer": [("begin anew", number) for number in range(PAGES)],
}


@pytest.mark.parametrize("meanwhile", MEANWHILE.values(), ids=MEANWHILE)
async def test_control_a_line_that_is_closed_again_when_it_is_over_is_seen(
    monkeypatch: pytest.MonkeyPatch, meanwhile: list[Step]
) -> None:
    def close(self: Lingering, code: int | None) -> None:
        self.lines.end_lingering(self)

    await close_in_turn(ALL_CUT, meanwhile)
    monkeypatch.setattr(Lingering, "close", close)
    with pytest.RaisesGroup(KeyError, flatten_subgroups=True, allow_unwrapped=True):
        await close_in_turn(ALL_CUT, meanwhile)

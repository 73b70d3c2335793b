"""Nothing outlives its test, or the test says what does."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.runtime import send_after, spawn
from actorlive.testing import Leak, live, live_isolated
from actorlive.testing.timing.trio_run import check_tasks, system_tasks


async def test_leaving_the_block_ends_the_views_processes(app: QuartTrio) -> None:
    async with app.test_app():
        extension = app.extensions["actorlive"]
        async with live(app, "/load") as view:
            pid = view.pid
            assert extension.current_node.statistics().processes == 3
        assert extension.current_node.statistics().processes == 0
        assert pid.entity is None


async def test_a_process_that_stays_is_named(app: QuartTrio) -> None:
    with pytest.raises(Leak, match=r"process sleep_forever <pid \d+>"):
        async with live(app, "/kitchen") as view:
            await view.element("#stray").click()


class ShieldedLive(LiveView):
    template = heex("<p>A task that cleans up.</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.start_async("work", shielded, session["seconds"])


async def shielded(seconds: float) -> None:
    with trio.CancelScope(shield=True):
        await trio.sleep(seconds)


async def test_a_task_behind_a_shield_may_finish() -> None:
    began = trio.current_time()
    async with live_isolated(ShieldedLive, session={"seconds": 5.0}):
        pass
    assert trio.current_time() - began >= 5.0


async def test_a_shield_that_stays_closed_is_named() -> None:
    with pytest.raises(Leak, match=r"process async task 'work' <pid \d+>, in shielded"):
        async with live_isolated(ShieldedLive, session={"seconds": 3600.0}):
            pass


async def test_a_process_may_be_meant_to_stay(app: QuartTrio) -> None:
    async with live(app, "/kitchen", leaks=True) as view:
        await view.element("#stray").click()


async def test_a_timer_that_stays_is_named(app: QuartTrio) -> None:
    with pytest.raises(Leak, match=r"<timer to 'nobody'> with the message 'late'"):
        async with live(app, "/kitchen"):
            send_after("nobody", "late", 60)


async def test_what_the_application_started_is_its_own(app: QuartTrio) -> None:
    @app.before_serving
    async def begin() -> None:
        spawn(trio.sleep_forever)

    async with live(app, "/kitchen") as view:
        await view.element("#inc").click()


async def test_a_failing_test_fails_with_its_own_failure(app: QuartTrio) -> None:
    with pytest.raises(LookupError):  # noqa: PT012 - the block's end is what is tested
        async with live(app, "/kitchen") as view:
            await view.element("#stray").click()
            raise LookupError


async def test_a_system_task_that_stays_is_named() -> None:
    before = system_tasks()
    task = trio.lowlevel.spawn_system_task(trio.sleep, 5, name="the stray one")
    with pytest.raises(Leak, match="the stray one"):
        check_tasks(before)
    await trio.sleep(6)
    check_tasks(before)
    assert task not in system_tasks()

"""`make run-cluster`: the gallery by two workers, whose topics cross over a Redis that comes and goes with them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import trio

from actorlive.testing import connect
from examples.draft.view import AGE
from tests.examples.test_chat import heard, say

pytestmark = pytest.mark.real_clock

SCRIPT = Path(__file__).parents[2] / ".ci/run-cluster"
VISITORS = 6
"""That all of them come to one worker happens once in 32 runs, and then proves nothing."""


async def live_at(cluster: trio.Process) -> str:
    """Its URL, when all workers serve."""
    assert cluster.stderr is not None
    said = ""
    async for chunk in cluster.stderr:
        said += chunk.decode()
        if found := re.search(r"is live at (\S+) by 2 workers", said):
            return found[1]
    raise AssertionError(said)


async def a_draft_outlives_its_process(url: str) -> None:
    """Enter something, kill the process that shows it, and find it at the one that takes over."""
    async with connect(url) as view:
        await view.element("#step-1").click()
        await view.form("#bird", {"bird": "Gannet", "count": 40}).submit()
        button = view.element("button", text="Kill process")
        before = await button.text()
        await trio.sleep(AGE)
        await button.click()
        while await button.text() == before:
            await trio.sleep(0.05)
        assert await view.element("#birds span").texts() == ["40 × Gannet"]


# trio_websocket leaves a connection open that was reset, as that to the process that is killed.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning")
async def test_what_is_said_at_one_worker_is_heard_at_the_other_and_one_may_be_killed() -> None:
    with trio.fail_after(120):
        cluster = await trio.lowlevel.open_process(
            [SCRIPT, "--port", "0"], stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            url = await live_at(cluster)
            async with AsyncExitStack() as stack:
                views = [await stack.enter_async_context(connect(f"{url}/chat")) for _ in range(VISITORS)]
                await say(views[0], "Ada", "Is anybody there?")
                for view in views:
                    while "Ada Is anybody there?" not in await heard(view):
                        await trio.sleep(0.01)
            await a_draft_outlives_its_process(f"{url}/draft")
            for path in ("/items", "/tracker/login", "/dashboard", "/shop", "/album"):
                async with connect(url + path):
                    pass
            cluster.terminate()
            assert await cluster.wait() == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(cluster.pid, signal.SIGKILL)
            await cluster.wait()
            if cluster.stderr is not None:
                await cluster.stderr.aclose()

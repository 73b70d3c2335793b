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


async def test_what_is_said_at_one_worker_is_heard_at_the_other() -> None:
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

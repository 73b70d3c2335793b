"""What view tests cost: 500 of them, each in a Trio loop of its own, as the pytest plugin runs them.

python bench/testing.py            # 500 tests
python bench/testing.py 2000

Each test loads a page, joins it, clicks three times, lets half a second of virtual time pass, and looks. The figure
is CPU time of this process, which a busy machine does not change much; the bound is 20 s for 500.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict

from quart_trio import QuartTrio

from actorlive import ActorLive
from actorlive.testing import View, live
from actorlive.testing.pytest_plugin import run_on_trio
from examples.async_start.view import AsyncStartLive
from examples.counter.view import CounterLive
from examples.undo.view import UndoLive

LIMIT = 20.0


def make_app() -> QuartTrio:
    """Three of the examples."""
    app = QuartTrio(__name__)
    extension = ActorLive(app, secret_key="for the benchmark only, forty letters or so")
    extension.route("/counter", CounterLive)
    extension.route("/words", AsyncStartLive)
    extension.route("/undo", UndoLive)
    return app


async def count(view: View) -> None:
    for _ in range(3):
        await view.element("button", text="+").click()
    await view.advance(0.5)
    assert await view.element("#count").text() == "3"


async def stream_words(view: View) -> None:
    await view.element("button", text="Go!").click()
    await view.advance(0.5)
    await view.element("button", text="Cancel").click()
    await view.element("button", text="Reset").click()
    assert await view.element("#lorem").text() == ""


async def undo(view: View) -> None:
    await view.element("#item-1 button").click()
    await view.advance(0.5)
    await view.element("button", text="Undo").click()
    await view.element("#item-2 button").click()
    assert await view.element("li").count() == 4


SCENARIOS = {"/counter": count, "/words": stream_words, "/undo": undo}


def run_all(tests: int) -> dict[str, float]:
    """Run so many tests; the CPU seconds by page."""
    spent: dict[str, float] = defaultdict(float)
    for number in range(tests):
        path = list(SCENARIOS)[number % len(SCENARIOS)]

        async def test(path: str = path) -> None:
            async with live(make_app(), path) as view:
                await SCENARIOS[path](view)

        began = time.process_time()
        run_on_trio(test)()
        spent[path] += time.process_time() - began
    return spent


def main() -> None:
    tests = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    spent = run_all(tests)
    for path, seconds in spent.items():
        print(f"{path:10} {seconds / (tests / len(SCENARIOS)) * 1000:6.1f} ms a test")
    total = sum(spent.values())
    print(f"{tests} view tests: {total:.1f} s of CPU ({LIMIT:g} s allowed for 500)")
    if total * 500 / tests > LIMIT:
        sys.exit("too slow")


if __name__ == "__main__":
    main()

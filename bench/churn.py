"""Visitors who come and go: does the server keep anything of them?

python bench/churn.py                       # 20 visitors for a minute
python bench/churn.py --visitors 50 --seconds 600

Each visitor loads a page, joins it, clicks, loses the network, comes back, clicks and leaves, again and again, over
real sockets (`actorlive.testing.connect`), each with cookies of its own. The server's memory is read when half of the
time is over, and at the end: what it has grown by, a visit, is the figure. It fails when that is a good part of a
view's own size, or when any visit fails. Some growth is the allocator's, and less the longer it goes on.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import trio

from actorlive.testing import connect

sys.path.insert(0, str(Path(__file__).parent))

from servers import actorlive as server, resident

LIMIT = 8.0
"""KiB a visit; an idle view has several times that."""


async def visit(url: str) -> None:
    async with connect(url) as view:
        await view.click("inc")
        await view.click("inc")
        assert "2" in await view.text()
        await view.disconnect()
        await view.reconnect()
        await view.click("inc")
        assert "1" in await view.text()


class Churn:
    """All visitors, and how often they came."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = f"{url}/counter"
        self.pid = pid
        self.visits = 0

    async def visitor(self, until: float) -> None:
        while trio.current_time() < until:
            await visit(self.url)
            self.visits += 1

    async def run(self, visitors: int, seconds: float) -> None:
        """Let them come for so long, and wait for the last to leave."""
        async with trio.open_nursery() as nursery:
            for _ in range(visitors):
                nursery.start_soon(self.visitor, trio.current_time() + seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    with server() as (url, pid):
        churn = Churn(url, pid)
        trio.run(churn.run, options.visitors, options.seconds / 2)
        visits, before = churn.visits, resident(pid)
        trio.run(churn.run, options.visitors, options.seconds / 2)
        grown = (resident(pid) - before) / (churn.visits - visits)
    print(
        f"{churn.visits} visits, two joins each; the server grew by {grown:.1f} KiB a visit ({LIMIT:g} allowed)"
    )
    if grown > LIMIT:
        sys.exit("the server keeps something of its visitors")


if __name__ == "__main__":
    main()

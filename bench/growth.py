"""Does the server cost the same, however many come? What an event costs, what is left behind, how long it pauses.

python bench/growth.py                                # a few minutes
python bench/growth.py --joins 100000 --views 10000   # as `make soak` runs it
python bench/growth.py events                         # some parts: events, idle, leaves

* events: processor time per event of views that all click, at growing numbers of them.
* idle: the same for fifty views beside a crowd that is joined and does nothing.
* leaves: what the server's memory has grown by when many have joined and left. Four crowds, or a tenth of all, come
  before, since they fill the allocator's pools and every cache. It fails above 2 %.
* Throughout, the longest pause of the garbage collector, in its own processor time, so that a busy machine does not
  count. It fails above 15 ms. Looks at everything wait for a quiet second (`actorlive.web.collector`), and are told
  beside.

How many sockets there can be is bounded by the open files that the system grants (`ulimit -n`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import urllib.request
from collections.abc import Generator, Iterator, Sequence

from servers import actorlive, load, load_command, resident, until_quiet

BUSY = 50
CROWDS = (1, 50, 500, 2_000, 10_000)
WAVE = 500
"""Visitors that join together and leave together."""
GROWTH = 2.0
"""Percent that the memory may grow by."""
PAUSE = 15.0
"""Milliseconds that the collector may stop the server for."""

PARTS = ("events", "idle", "leaves")
Row = tuple[str, str, bool]
"""What was measured, the figure, and whether it is as it should be."""


def main() -> None:
    options = parse()
    parts = options.only or PARTS
    views = min(options.views, most_sockets())
    kept = True
    print("| | | |\n|---|--:|---|")
    for row in measure(parts, views, options):
        name, figure, good = row
        kept &= good
        print(f"| {name} | {figure} | {'' if good else 'TOO MUCH'} |", flush=True)
    if not kept:
        sys.exit("the server grows with its visitors, or stops for too long")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", help=f"parts to measure: {', '.join(PARTS)}")
    parser.add_argument("--views", type=int, default=2_000, help="views of the largest crowd")
    parser.add_argument("--joins", type=int, default=5_000, help="visitors that join and leave")
    parser.add_argument("--seconds", type=float, default=3.0, help="measured seconds for each crowd")
    return parser.parse_args()


def most_sockets() -> int:
    """The largest crowd that the open files of this process and its children admit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, max(soft, CROWDS[-1] + 1_000))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted - 500


def measure(parts: Sequence[str], views: int, options: argparse.Namespace) -> Iterator[Row]:
    if "events" in parts:
        for crowd in sorted({*(crowd for crowd in CROWDS if crowd < views), views}):
            yield from busy_crowd(crowd, options.seconds)
    if "idle" in parts:
        yield from beside_idle(views, options.seconds)
    if "leaves" in parts:
        yield from leaves(options.joins)


def busy_crowd(views: int, seconds: float) -> Iterator[Row]:
    """Everybody clicks, each when the last click was answered."""
    with server() as (url, pid):
        cost = event_cost(url, pid, views, seconds)
        yield f"an event, {views:,} views that all click", f"{cost:.0f} µs", True
        yield pause(url, f"{views:,} views that all click")


def beside_idle(views: int, seconds: float) -> Iterator[Row]:
    """Fifty click beside a crowd that does not."""
    with server() as (url, pid):
        held = load_command(url, pid, "/counter", "--conns", str(views), "--hold", "3600", "--timeout", "120")
        crowd = subprocess.Popen(held, stdout=subprocess.DEVNULL)
        try:
            until_quiet(pid)
            cost = event_cost(url, pid, BUSY, seconds)
            yield f"an event, {BUSY} views that click beside {views:,} that do not", f"{cost:.0f} µs", True
            yield pause(url, f"{views:,} views that join, and {BUSY} that click")
        finally:
            crowd.kill()
            crowd.wait()


@contextlib.contextmanager
def server() -> Generator[tuple[str, int]]:
    """The benchmark's application, whose collector has done at the start what it does there."""
    with actorlive() as (url, pid):
        longest_pauses(url)
        yield url, pid


def event_cost(url: str, pid: int, views: int, seconds: float) -> float:
    """µs of the server's processor time per event; a crowd needs longer until everybody has begun."""
    warmup = max(1.0, views / 1_000)
    args = ("--event", "inc", "--seconds", str(seconds), "--warmup", str(warmup), "--timeout", "120")
    return float(load(url, pid, "/counter", "--conns", str(views), *args)["server_us_per_event"])


def leaves(joins: int) -> Iterator[Row]:
    """Waves of visitors join and leave."""
    with server() as (url, pid):
        for _ in range(max(4, joins // WAVE // 10)):
            wave(url, pid)
        before = resident(pid)
        for _ in range(max(1, joins // WAVE)):
            wave(url, pid)
        grown = (resident(pid) - before) / before * 100
        what = f"memory after {joins:,} joins and leaves, from {before:,} KiB"
        yield what, f"{grown:+.1f} %", grown <= GROWTH
        yield pause(url, f"{joins:,} joins and leaves")


def wave(url: str, pid: int) -> None:
    load(url, pid, "/counter", "--conns", str(WAVE), "--hold", "0")
    until_quiet(pid)


def pause(url: str, when: str) -> Row:
    """The collector's longest pause since it was last asked for. A look at everything comes in a quiet second only."""
    young, every = longest_pauses(url)
    quiet = f", and {every:.0f} ms in a quiet second" if every else ""
    return f"longest pause of the collector, {when}", f"{young:.1f} ms{quiet}", young <= PAUSE


def longest_pauses(url: str) -> tuple[float, float]:
    """In milliseconds, since this was last asked: by looks at the young, and at everything."""
    with urllib.request.urlopen(f"{url}/pause") as answer:
        young, every = json.load(answer)
        return float(young), float(every)


if __name__ == "__main__":
    main()

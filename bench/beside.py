"""actorlive beside pyview-web, the same pages and the same load, in one run: the table of ratios.

python bench/beside.py                       # everything, medians of 5, about 25 minutes
python bench/beside.py --runs 1 --seconds 1  # a quick look
python bench/beside.py counter join          # some rows

Each server has core 0 to itself, the load generator core 1, and the two take turns, so that a machine that grows
slower meanwhile slows both. Absolute figures are this machine's; the ratio is what travels.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from servers import Server, actorlive, cpu_seconds, load, load_command, pyview, until_quiet

FORM = (
    *("--event", "validate", "--type", "form", "--raw-value", "user%5Bname%5D=Ada"),
    *("--meta", '{"_target":"user[name]"}'),
)
ROW = '{"id":"{{r1000}}"}'

Measure = Callable[[str, int, argparse.Namespace], dict[str, float]]


@dataclass(frozen=True)
class Row:
    """One kind of work: how it is measured, and at most how much of pyview's cost it may be."""

    name: str
    limit: float | None
    measure: Measure
    unit: str = "µs"


def events(path: str, conns: int, *args: str) -> Measure:
    """CPU per event, and the slowest hundredth of the answers."""

    def measure(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
        seconds = ("--conns", str(conns), "--seconds", str(options.seconds), "--warmup", "1")
        out = load(url, pid, path, *args, *seconds, "--ramp", "8")
        return {"cost": out["server_us_per_event"], "p99": out["lat_ms"]["p99"]}

    return measure


def join(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """CPU per page, socket and join, until 500 are joined."""
    before = cpu_seconds(pid)
    out = load(url, pid, "/counter", "--conns", str(options.crowd), "--hold", "0")
    return {"cost": (cpu_seconds(pid) - before) / out["joined"] * 1e6}


def page(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """CPU per dead render of the counter."""
    out = load(url, pid, "/counter", "--pages", "--seconds", str(options.seconds), "--warmup", "0.5")
    return {"cost": out["server_us_per_page"]}


def idle(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """KiB of memory per view that nobody touches."""
    out = load(url, pid, "/counter", "--conns", str(options.idle), "--hold", "4")
    return {"cost": out["rss_per_view_kb"]}


def broadcast(url: str, pid: int, options: argparse.Namespace) -> dict[str, float]:
    """CPU per view that hears a broadcast, renders, and sends."""
    held = load_command(url, pid, "/broadcast", "--conns", str(options.idle), "--hold", "600")
    audience = subprocess.Popen(held, stdout=subprocess.DEVNULL)
    try:
        until_quiet(pid)
        before = cpu_seconds(pid)
        load(
            url,
            pid,
            "/broadcast",
            "--event",
            "say",
            "--conns",
            "1",
            "--count",
            "20",
            "--await",
            "diff",
            "--warmup",
            "0",
        )
        until_quiet(pid)
        return {"cost": (cpu_seconds(pid) - before) / 20 / options.idle * 1e6}
    finally:
        audience.kill()
        audience.wait()


ROWS = [
    Row("counter, 1 connection", 0.50, events("/counter", 1, "--event", "inc")),
    Row("counter, 50", 0.22, events("/counter", 50, "--event", "inc")),
    Row("counter, 500", 0.26, events("/counter", 500, "--event", "inc")),
    Row("form, 50", 0.24, events("/form", 50, *FORM)),
    Row(
        "stream: insert, delete, 50", 0.31, events("/stream", 50, "--event", "insert,delete", "--value", "{}")
    ),
    Row("async, 50", 0.22, events("/async", 50, "--event", "go", "--await", "diff")),
    Row("table: one row of 1,000", 0.01, events("/table", 50, "--event", "update_one", "--value", ROW)),
    Row("table: all rows", 0.26, events("/table", 50, "--event", "update_all")),
    Row("join at 500: page, socket, join", 1.2, join),
    Row("page: dead render", 1.1, page),
    Row("broadcast to 2,000, per view", None, broadcast),
    Row("idle view at 2,000", 0.31, idle, "KiB"),
]
ALONE = {"broadcast to 2,000, per view"}
"""pyview's broadcast is not measured: there is no figure to compare with."""


def main() -> None:
    options = parse()
    chosen = [row for row in ROWS if not options.only or any(word in row.name for word in options.only)]
    print("| CPU per event | actorlive | pyview | × pyview | at most | p99 ms | pyview's |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for row in chosen:
        print(line(row, *measure(row, options)), flush=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", help="words of the rows to measure")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; the median counts")
    parser.add_argument("--seconds", type=float, default=4.0, help="measured seconds of each run")
    parser.add_argument("--idle", type=int, default=2000, help="idle views, and those that hear a broadcast")
    parser.add_argument("--crowd", type=int, default=500, help="visitors that join")
    parser.add_argument("--without-pyview", action="store_true", help="measure actorlive alone")
    return parser.parse_args()


Figures = list[dict[str, float]]


def measure(row: Row, options: argparse.Namespace) -> tuple[Figures, Figures]:
    """Both servers in turn, each time afresh."""
    ours: Figures = []
    theirs: Figures = []
    for _ in range(options.runs):
        ours.append(once(actorlive, row, options))
        if row.name not in ALONE and not options.without_pyview:
            theirs.append(once(pyview, row, options))
    return ours, theirs


def once(server: Server, row: Row, options: argparse.Namespace) -> dict[str, float]:
    with server() as (url, pid):
        return row.measure(url, pid, options)


def line(row: Row, ours: Figures, theirs: Figures) -> str:
    cost, their_cost = median(ours, "cost"), median(theirs, "cost")
    ratio = None if cost is None or their_cost is None else cost / their_cost
    cells: Sequence[Any] = (
        row.name,
        number(cost) + (" KiB" if row.unit == "KiB" else ""),
        number(their_cost),
        "" if ratio is None else f"{ratio:.3f}" if ratio < 0.1 else f"{ratio:.2f}",
        "" if row.limit is None else row.limit,
        number(median(ours, "p99")),
        number(median(theirs, "p99")),
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def median(figures: Figures, key: str) -> float | None:
    found = [figure[key] for figure in figures if key in figure]
    return statistics.median(found) if found else None


def number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())

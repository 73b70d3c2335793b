"""Drive the benchmark application with lvload and print a table.

python bench/run.py                        # every scenario, 50 connections, 5 s each
python bench/run.py --conns 500 --seconds 10 counter stream
python bench/run.py --markdown             # the table as it stands in bench/README.md

Where there are two cores the server has one and the load generator another. The figure to compare is the
server's CPU time per event: it survives a busy machine, events per second do not.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from servers import actorlive, load


@dataclass(frozen=True)
class Scenario:
    """One page and what is done to it; `args` as lvload takes them."""

    name: str
    path: str
    args: tuple[str, ...]


SCENARIOS = [
    Scenario("counter: inc", "/counter", ("--event", "inc")),
    Scenario(
        "table: update_one of 1,000", "/table", ("--event", "update_one", "--value", '{"id":"{{r1000}}"}')
    ),
    Scenario("table: update_all 1,000", "/table", ("--event", "update_all")),
    Scenario("stream: insert, delete", "/stream", ("--event", "insert,delete")),
    Scenario("async: start, result", "/async", ("--event", "go", "--await", "diff")),
    Scenario(
        "form: validate",
        "/form",
        (
            "--event",
            "validate",
            "--type",
            "form",
            "--raw-value",
            "user%5Bname%5D=Ada",
            "--meta",
            '{"_target":"user[name]"}',
        ),
    ),
]


def main() -> None:
    options = parse()
    wanted = [s for s in SCENARIOS if not options.only or s.path.strip("/") in options.only]
    rows = [measure(scenario, options) for scenario in wanted]
    rows.append(idle(options))
    print_table(rows, markdown=options.markdown)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("only", nargs="*", help="pages to drive: counter, table, stream, async, form")
    parser.add_argument("--conns", type=int, default=50, help="connections, one view each")
    parser.add_argument("--seconds", type=float, default=5.0, help="measured seconds of each scenario")
    parser.add_argument(
        "--idle", type=int, default=500, help="connections that are held idle for their memory"
    )
    parser.add_argument("--warmup", type=float, default=1.0, help="seconds of each scenario before measuring")
    parser.add_argument("--hold", type=float, default=4.0, help="seconds that the idle connections are held")
    parser.add_argument("--markdown", action="store_true")
    return parser.parse_args()


def measure(scenario: Scenario, options: argparse.Namespace) -> list[str]:
    """One row: how fast, how long, how dear."""
    with actorlive() as (url, pid):
        out = load(
            url,
            pid,
            scenario.path,
            *scenario.args,
            "--conns",
            str(options.conns),
            "--seconds",
            str(options.seconds),
            "--warmup",
            str(options.warmup),
        )
    latency = out["lat_ms"]
    size = (out["reply_bytes_mean"] or 0) + (out.get("push_bytes_mean") or 0)
    return [
        scenario.name,
        str(options.conns),
        f"{out['events_per_s']:,.0f}",
        f"{latency['p50']:.2f}",
        f"{latency['p99']:.2f}",
        f"{out['server_us_per_event']:.0f}",
        f"{size:,.0f}",
        "",
    ]


def idle(options: argparse.Namespace) -> list[str]:
    """One row: the memory of views that nobody touches."""
    with actorlive() as (url, pid):
        out = load(url, pid, "/counter", "--conns", str(options.idle), "--hold", str(options.hold))
    return ["counter: idle", str(options.idle), "", "", "", "", "", f"{out['rss_per_view_kb']:.1f}"]


HEAD = ["scenario", "views", "events/s", "p50 ms", "p99 ms", "CPU µs/event", "bytes/diff", "KiB/idle view"]


def print_table(rows: list[list[str]], *, markdown: bool) -> None:
    widths = [max(len(row[n]) for row in [HEAD, *rows]) for n in range(len(HEAD))]
    lines = [[HEAD[n].ljust(widths[n]) for n in range(len(HEAD))]]
    if markdown:
        lines.append(["-" * width if n == 0 else "-" * (width - 1) + ":" for n, width in enumerate(widths)])
    lines += [
        [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in range(1, len(HEAD)))] for row in rows
    ]
    for line in lines:
        print("| " + " | ".join(line) + " |" if markdown else "  ".join(line))


if __name__ == "__main__":
    main()

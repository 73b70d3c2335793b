"""What a broadcast costs: within one node, and across two programs over a Redis that is started for it.

python bench/pubsub.py                 # 10,000 messages a second for five seconds
python bench/pubsub.py --rate 20000    # another rate

The sender and the receiver are processes of their own, with their own processor time; Redis has a third. `held` says
whether all arrived at the rate at which they were sent; the delay is from the broadcast to the subscriber, and means
something only on a machine with a core for each.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import trio

from actorlive.pubsub import Gap, Message, broadcast, subscribe
from actorlive.pubsub.local import pubsub
from actorlive.pubsub.opening import broker_at, open_adapter
from actorlive.runtime import open_node, receive, spawn

PAYLOAD = "x" * 150
TICKS = 200
"""How often a second the sender sends what is due."""


class Sample(Message, name="bench.sample"):
    """A message of some 200 bytes."""

    number: int
    sent_at: float
    text: str = PAYLOAD


# -- one node ------------------------------------------------------------------


async def alone(subscribers: int, messages: int = 20_000) -> float:
    """Microseconds of a broadcast to so many processes of one node, without a broker."""

    async def listen() -> None:
        subscribe("bench")
        while True:
            await receive()

    async with open_node(high_water=10**9):
        for _ in range(subscribers):
            spawn(listen)
        await trio.sleep(0.1)
        sample, spent = Sample(0, 0.0), 0.0
        for _ in range(messages // 100):
            began = time.process_time()
            for _ in range(100):
                broadcast("bench", sample)
            spent += time.process_time() - began
            await trio.lowlevel.checkpoint()
        return spent / messages * 1e6


# -- two nodes -----------------------------------------------------------------


async def receive_all(url: str, count: int) -> None:
    """The receiving program: says "ready", and at the end what it cost."""
    delays: list[float] = []
    gaps, done = 0, trio.Event()

    async def listen() -> None:
        nonlocal gaps
        subscribe("bench")
        while len(delays) < count:
            match await receive():
                case Sample(sent_at=sent_at):
                    delays.append(time.time() - sent_at)
                case Gap():
                    gaps += 1
                    if gaps == 1:
                        print("ready", flush=True)
                case _:
                    pass
        done.set()

    async with open_adapter(broker_at(url)) as attach, open_node():
        attach(pubsub())
        spawn(listen)
        await trio.sleep(1)
        began = time.process_time()
        with trio.move_on_after(60):
            await done.wait()
        spent, received = time.process_time() - began, len(delays)
        delays = sorted(delays) or [0.0]
        result = {
            "received": received,
            "gaps": gaps - 1,
            "cpu": spent / max(1, received) * 1e6,
            "p50": delays[len(delays) // 2] * 1e3,
            "p99": delays[len(delays) * 99 // 100] * 1e3,
        }
        print(json.dumps(result), flush=True)


async def send_all(url: str, rate: int, count: int) -> tuple[float, float]:
    """The sending program; returns its microseconds per message, and the seconds that it took."""
    async with open_adapter(broker_at(url)) as attach, open_node():
        attach(pubsub())
        await trio.sleep(1)
        began, cpu = trio.current_time(), time.process_time()
        sent = 0
        while sent < count:
            due = min(count, int((trio.current_time() - began) * rate) + 1)
            for number in range(sent, due):
                broadcast("bench", Sample(number, time.time()))
            sent = due
            await trio.sleep(1 / TICKS)
        took = trio.current_time() - began
    return (time.process_time() - cpu) / count * 1e6, took


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def across(rate: int, seconds: float) -> None:
    """Two programs and a Redis; prints a table."""
    server = shutil.which("redis-server")
    if server is None:
        print("across two nodes: not measured, there is no redis-server (Debian's package redis-server)")
        return
    port, count = free_port(), int(rate * seconds)
    redis = subprocess.Popen(
        [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}"
    receiver = subprocess.Popen(
        [sys.executable, __file__, "--receive", url, str(count)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert receiver.stdout is not None
        receiver.stdout.readline()
        time.sleep(1.2)
        cpu, took = trio.run(send_all, url, rate, count)
        got = json.loads(receiver.stdout.readline())
    finally:
        receiver.kill()
        receiver.wait()
        redis.kill()
        redis.wait()
    held = got["received"] == count and got["gaps"] == 0 and count / took > 0.95 * rate
    print("| messages/s | held | µs to send | µs to receive | p50 ms | p99 ms |")
    print("| ---------: | :--: | ---------: | ------------: | -----: | -----: |")
    print(
        f"| {count / took:10,.0f} | {'yes' if held else 'no':>4} | {cpu:10.1f} | {got['cpu']:13.1f} |"
        f" {got['p50']:6.1f} | {got['p99']:6.1f} |"
    )


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rate", type=int, default=10_000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--receive", nargs=2, metavar=("URL", "COUNT"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.receive:
        trio.run(receive_all, options.receive[0], int(options.receive[1]))
        return
    for subscribers in (1, 10, 100):
        best = min(trio.run(alone, subscribers) for _ in range(3))
        print(f"a broadcast to {subscribers} of one node: {best:.2f} µs")
    across(options.rate, options.seconds)


if __name__ == "__main__":
    main()

"""One process looks at the machine, once per second and only while somebody watches; all pages are sent it."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import trio

from actorlive import Down, Pid, Timer, cancel_timer, monitor, send, send_after
from actorlive.runtime import Caller, Server, call, self

from .machine import Machine, Sample, ThisMachine

KEPT = 120
"""Samples that are kept: two minutes."""
EVERY = 1.0
"""Seconds from one look to the next."""
NAME = "monitor"
MAKE: Callable[[], Machine] = ThisMachine
"""What looks at the machine; tests put something else in its place."""


@dataclass(frozen=True)
class Watch:
    """A page asks for what is known, and to be counted as somebody who watches."""

    page: Pid


@dataclass(frozen=True)
class Look:
    """The sampler reminds itself."""


class Sampler(Server):
    """Keeps the last samples, and knows who watches."""

    async def init(self, *args: object) -> None:
        self.machine: Machine | None = None
        self.samples: deque[Sample] = deque(maxlen=KEPT)
        self.pages: set[Pid] = set()
        self.timer: Timer | None = None

    async def handle_call(self, request: object, caller: Caller) -> list[Sample]:
        """What is known, for a page that watches from now on."""
        match request:
            case Watch(page):
                monitor(page)
                self.pages.add(page)
                if self.timer is None:
                    self.timer = send_after(self_pid(), Look(), 0)
            case _:
                pass
        return list(self.samples)

    async def handle_info(self, message: object) -> None:
        """Look again, until the last page has gone."""
        match message:
            case Down(process=Pid() as page):
                self.pages.discard(page)
                if not self.pages:
                    self.rest()
            case Look() if self.pages:
                await self.look()
                self.timer = send_after(self_pid(), Look(), EVERY)
            case _:
                pass  # a look that was on its way when the last page went

    def rest(self) -> None:
        """Forget what is known: what comes later would not join on to it."""
        if self.timer:
            cancel_timer(self.timer)
        self.timer, self.machine = None, None
        self.samples.clear()

    async def look(self) -> None:
        """Take a sample, in a thread, and send it to all who watch."""
        if self.machine is None:
            self.machine = await trio.to_thread.run_sync(MAKE)
            return
        sample = await trio.to_thread.run_sync(self.machine.sample)
        self.samples.append(sample)
        for page in self.pages:
            send(page, sample)


def self_pid() -> Pid:
    """The pid of the process that runs this; inside of a method `self` is something else."""
    return self()


async def watch(page: Pid) -> list[Sample]:
    """What is known about the last two minutes; the sampler goes on as long as that page lives."""
    answer: Any = await call(NAME, Watch(page))
    return answer


async def start_sampler() -> None:
    """Start the sampler of this node."""
    await Sampler.start(name=NAME)

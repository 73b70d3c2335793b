"""What psutil says about this machine. It reads files of the system and blocks meanwhile: call it in a thread."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import psutil

MOST_PROCESSES = 300


@dataclass(frozen=True)
class Program:
    """One process of the system; `cpu` in percent of one core, `memory` in bytes."""

    pid: int
    name: str
    cpu: float
    memory: int


@dataclass(frozen=True)
class Sample:
    """What the machine did in the second before `at` (a Unix time). Shares are percent, rates bytes per second."""

    at: float
    cpu: float
    memory: float
    disk: float
    read: float
    written: float
    received: float
    sent: float
    programs: tuple[Program, ...] = ()


class Machine(Protocol):
    """Something that can be looked at once per second."""

    def sample(self) -> Sample:
        """What it did since it was looked at before. Blocks."""
        ...


class ThisMachine:
    """The machine that this runs on. It remembers the counters, of which psutil says only how far they are."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.before = clock(), _counters()
        self.programs: dict[int, psutil.Process] = {}
        psutil.cpu_percent()  # the first answer of psutil means nothing
        self._look_at_programs()

    def sample(self) -> Sample:
        """See `Machine.sample`."""
        (earlier, counted), now, counters = self.before, self.clock(), _counters()
        self.before = now, counters
        seconds = max(now - earlier, 0.001)
        rates = [max(0.0, (new - old) / seconds) for new, old in zip(counters, counted, strict=True)]
        return Sample(
            now,
            psutil.cpu_percent(),
            psutil.virtual_memory().percent,
            psutil.disk_usage("/").percent,
            *rates,
            programs=tuple(self._look_at_programs()),
        )

    def _look_at_programs(self) -> list[Program]:
        """psutil keeps what a process has used in an object per process, so the objects are kept."""
        running = psutil.pids()[-MOST_PROCESSES:]
        self.programs = {pid: self.programs.get(pid) or one for pid in running if (one := _process(pid))}
        return [program for process in self.programs.values() if (program := _program(process))]


def _counters() -> tuple[int, int, int, int]:
    disk, net = psutil.disk_io_counters(), psutil.net_io_counters()
    read, written = (disk.read_bytes, disk.write_bytes) if disk else (0, 0)  # a container may have no disk
    return read, written, net.bytes_recv, net.bytes_sent


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None  # it has ended, or is not ours to see


def _program(process: psutil.Process) -> Program | None:
    try:
        with process.oneshot():
            return Program(process.pid, process.name(), process.cpu_percent(), process.memory_info().rss)
    except psutil.Error:
        return None

"""Servers of the deployed application, one after another, for a test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import trio

__all__ = ["Launcher", "held_port", "launching"]


class Launcher:
    """The program that servers are forked from, and what it has said so far."""

    def __init__(self, process: trio.Process) -> None:
        self._process = process
        self._codes: dict[int, int] = {}
        self._began: list[int] = []
        self._live = 0
        self._heard = trio.Event()
        self._starting = trio.Lock()
        self.log = ""

    async def start(self, ledger: Path, faults: Sequence[str] = (), **arguments: Any) -> int:
        """Another server, which serves when this returns; its pid."""
        assert self._process.stdin is not None
        async with self._starting:  # what is said next of a beginning is this one's
            began, live = len(self._began), self._live
            order = json.dumps([list(faults), os.fspath(ledger), arguments])
            await self._process.stdin.send_all(order.encode() + b"\n")
            await self._until(lambda: len(self._began) > began)
            pid = self._began[-1]
            await self._until(lambda: self._live > live or pid in self._codes)
        assert pid not in self._codes, self.log
        return pid

    async def end(self, pid: int, number: int) -> int:
        """Send it a signal, its workers too when that kills, and wait for its end; its exit code."""
        (os.killpg if number == signal.SIGKILL else os.kill)(pid, number)
        await self._until(lambda: pid in self._codes)
        return self._codes[pid]

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():
            await self._heard.wait()

    async def hear(self) -> None:
        """Listen to what servers say of their beginnings and ends."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._hear_lines, self._process.stdout)
            nursery.start_soon(self._hear_lines, self._process.stderr)

    async def _hear_lines(self, stream: trio.abc.ReceiveStream | None) -> None:
        assert stream is not None
        rest = b""
        async for chunk in stream:
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._note(line.decode())
            self._heard.set()
            self._heard = trio.Event()

    def _note(self, line: str) -> None:
        match line.split():
            case ["began", pid]:
                self._began.append(int(pid))
            case ["ended", pid, code]:
                self._codes[int(pid)] = int(code)
            case _:
                self.log += line + "\n"
                self._live += " is live at " in line


@asynccontextmanager
async def launching() -> AsyncGenerator[Launcher]:
    """A launcher for the block; no server of its is left behind."""
    env = {**os.environ, "PYTHONPATH": os.fspath(Path.cwd())}
    command = [sys.executable, "-m", "tests.deploy.launcher"]
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    )
    launcher = Launcher(process)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(launcher.hear)
            yield launcher
            nursery.cancel_scope.cancel()
    finally:
        with trio.CancelScope(shield=True):
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    await pipe.aclose()
            await process.wait()


@contextmanager
def held_port() -> Generator[int]:
    """A port that servers may share, and nobody else gets meanwhile."""
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]

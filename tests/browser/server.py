"""The application under test, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`actorlive run APP` on a free port; a context manager that can be stopped and started between."""

    def __init__(self, app: str, *, env: dict[str, str] | None = None) -> None:
        self.app = app
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {"ACTORLIVE_SECRET_KEY": "browser tests", **(env or {})}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns once the server says that it listens."""
        command = [sys.executable, "-m", "actorlive.cli", "run", self.app, "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **self._env}, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        said: list[str] = []
        for line in self._process.stdout:
            said.append(line)
            if f":{self.port}" in line:
                return
        raise AssertionError(
            f"{self.app} ended with {self._process.wait()} before it listened:\n{''.join(said)}"
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(how)
        assert process.stdout is not None
        process.stdout.close()
        return process.wait(timeout=30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

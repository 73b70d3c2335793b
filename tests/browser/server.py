"""The application under test, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """`actorlive run APP`, or `actorlive dev APP`, on a port of its own; a context manager that can be stopped and
    started between. Without a `line` its pages have none, as if the application were made with `linger=0`."""

    def __init__(
        self,
        app: str,
        *,
        python: str = sys.executable,
        cwd: Path = ROOT,
        debug: bool = False,
        command: str = "run",
        workers: int = 1,
        line: bool = "WITHOUT_LINE" not in os.environ,
    ) -> None:
        self.app = app
        self._program = "actorlive.cli" if line else "tests.browser.without_line"
        self._subcommand = command
        self._options = ["--debug"] if debug else []
        if workers > 1:
            self._options += ["--workers", str(workers)]
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log: list[str] = []
        self._grew = threading.Condition()
        self._python = python
        self._cwd = cwd
        self._process: subprocess.Popen[str] | None = None
        self._drain: threading.Thread | None = None

    def start(self) -> None:
        """Returns once the server says that it listens."""
        run = ["-m", self._program, self._subcommand, *self._options, self.app]
        command = [self._python, *run, "--port", str(self.port)]
        env = {**os.environ, "SECRET_KEY": "a secret key that is for tests only", "PYTHONUNBUFFERED": "1"}
        process = self._process = subprocess.Popen(
            command, cwd=self._cwd, env=env, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        listens = threading.Event()
        self._drain = threading.Thread(target=self._read, args=(process.stderr, listens), daemon=True)
        self._drain.start()
        listens.wait()
        if process.poll() is not None or not any(self.url in line for line in self.log):
            raise AssertionError(f"{self.app} did not start:\n{''.join(self.log)}")

    def _read(self, stderr: IO[str], listens: threading.Event) -> None:
        for line in stderr:
            with self._grew:
                self.log.append(line)
                self._grew.notify_all()
            if self.url in line:
                listens.set()
        listens.set()

    def wait_for_log(self, *parts: str, patience: float = 10.0) -> list[str]:
        """The log's lines that have all of these, as soon as there is one; empty after `patience` seconds."""

        def found() -> list[str]:
            return [line for line in self.log if all(part in line for part in parts)]

        with self._grew:
            self._grew.wait_for(found, patience)
            return found()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and return its exit code."""
        process, self._process = self._process, None
        if process is None or self._drain is None:
            return 0
        process.send_signal(how)
        code = process.wait(timeout=30)
        self._drain.join()
        assert process.stderr is not None
        process.stderr.close()
        return code

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

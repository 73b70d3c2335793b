"""Servers to measure, each in one process on core 0, and the load generator on core 1."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Server = Callable[[], "contextlib.AbstractContextManager[tuple[str, int]]"]
"""Starts a server; gives its URL and process id."""


@contextlib.contextmanager
def actorlive() -> Generator[tuple[str, int]]:
    """`bench/app.py`."""
    port = free_port()
    with serving([sys.executable, str(HERE / "app.py"), "--port", str(port)], port) as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextlib.contextmanager
def pyview() -> Generator[tuple[str, int]]:
    """`bench/pyview/app.py` on uvicorn and uvloop, in its own environment (`make .make/pyview`)."""
    port = free_port()
    python = HERE.parent / ".make/pyview/bin/python"
    command = [str(python), "-m", "uvicorn", "app:app", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--loop", "uvloop", "--log-level", "warning", "--no-access-log"]
    environment = {**os.environ, "PYVIEW_SECRET": "0123456789abcdef" * 2}
    with serving(command, port, cwd=HERE / "pyview", env=environment) as pid:
        yield f"http://127.0.0.1:{port}", pid


@contextlib.contextmanager
def serving(command: list[str], port: int, **options: Any) -> Generator[int]:
    """The command as a process on core 0, from its first answer on."""
    process = subprocess.Popen(pinned(0, command), stderr=subprocess.PIPE, text=True, **options)
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            contextlib.closing(socket.create_connection(("127.0.0.1", port), 1)),
        ):
            return
        time.sleep(0.05)
    process.kill()
    sys.exit(f"{process.args} did not start:\n{process.communicate()[1]}")


def load(url: str, pid: int, path: str, *args: str) -> dict[str, Any]:
    """Run lvload against a server; what it measured."""
    done = subprocess.run(load_command(url, pid, path, *args), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"lvload failed on {path}:\n{done.stdout}{done.stderr}")
    out: dict[str, Any] = json.loads(done.stdout)
    if out["errors"]:
        print(f"{path}: {out['errors']}", file=sys.stderr)
    return out


def load_command(url: str, pid: int, path: str, *args: str) -> list[str]:
    """lvload on core 1."""
    return pinned(
        1, ["node", str(HERE / "lvload.mjs"), "--url", url, "--pid", str(pid), "--path", path, *args]
    )


def cpu_seconds(pid: int) -> float:
    """The processor time that a process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """The memory of a process, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1])


def until_quiet(pid: int) -> None:
    """Wait until the process has had no processor time for a second."""
    seen, quiet = cpu_seconds(pid), 0
    while quiet < 10:
        time.sleep(0.1)
        now = cpu_seconds(pid)
        quiet = quiet + 1 if now - seen < 0.02 else 0
        seen = now


def pinned(core: int, command: list[str]) -> list[str]:
    """The command on a core of its own, where there are several and `taskset` is at hand."""
    taskset = shutil.which("taskset")
    return [taskset, "-c", str(core), *command] if taskset and (os.cpu_count() or 1) > core else command


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

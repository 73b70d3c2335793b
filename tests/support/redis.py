"""A Redis of a test's own: on a free port, without a file, ended with the test."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import pytest
import trio

__all__ = ["RedisServer", "redis_server"]

SERVER = shutil.which("redis-server")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RedisServer:
    """A redis-server process that can be killed, halted and started again on its port."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it; it listens some milliseconds later."""
        assert SERVER is not None
        command = [
            SERVER,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen([*command, *self._options], stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def halt(self) -> None:
        """SIGSTOP: it is there and does nothing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def command(self, *words: str) -> bytes:
        """Send one command and return the first piece of its answer, waiting for the server to listen."""
        with trio.fail_after(10):
            stream = await self._reached()
            async with stream:
                parts = b"".join(b"$%d\r\n%s\r\n" % (len(w.encode()), w.encode()) for w in words)
                await stream.send_all(b"*%d\r\n%s" % (len(words), parts))
                return await stream.receive_some()

    async def _reached(self) -> trio.SocketStream:
        while True:
            try:
                return await trio.open_tcp_stream("127.0.0.1", self.port)
            except OSError:
                await trio.sleep(0.02)


@contextmanager
def redis_server(*options: str) -> Generator[RedisServer]:
    """A Redis for a block. Fails where there is none to start: `make test` installs it."""
    if SERVER is None:
        pytest.fail("these tests start a redis-server: install Debian's package redis-server, or `make test`")
    server = RedisServer(*options)
    server.start()
    try:
        yield server
    finally:
        server.kill()

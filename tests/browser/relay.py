"""A line of TCP between the browser and a server that can be cut: at once, silently, or in one direction."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

from tests.browser.server import free_port

Pair = tuple[socket.socket, socket.socket]


class Relay:
    """Passes bytes on to a server's port, from a port of its own; a context manager.

    `cut` ends all connections and takes no new one until `mend`. `deafen` goes on taking bytes, and passes none on:
    the line is dead, and nobody has been told. `half_cut` ends the browser's side alone: the server does not notice.
    """

    def __init__(self, port: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._server_port = port
        self._listener: socket.socket | None = None
        self._pairs: list[Pair] = []
        self._deaf: set[socket.socket] = set()
        self._kept: list[socket.socket] = []
        self._lock = threading.Lock()

    def mend(self) -> None:
        """Take connections."""
        listener = self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """The network is gone, and both sides see it."""
        self._stop_listening()
        with self._lock:
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for side in pair:
                _end(side)

    def half_cut(self) -> None:
        """The browser's connections end; the server's stay, and hear nothing. New ones are taken."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
            for browser, server in pairs:
                self._kept.append(server)
                self._deaf |= {browser, server}
        for browser, _ in pairs:
            _end(browser)

    def deafen(self) -> None:
        """What is on its way from now on over the connections that are open arrives nowhere. New ones work."""
        with self._lock:
            for pair in self._pairs:
                self._deaf |= set(pair)

    def _stop_listening(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None:
            _end(listener)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                browser, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                with self._lock:
                    self._pairs.append((browser, server))
                for source, target in ((browser, server), (server, browser)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source not in self._deaf:
                    target.sendall(data)
        if source not in self._deaf:
            _end(target)

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cut()
        for side in self._kept:
            _end(side)


def _end(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()

"""Where a server listens: addresses of the network and Unix sockets, with TLS or without.

`"127.0.0.1:4000"`, `"[::1]:4000"`, `":4000"` (all of IPv4), `"unix:/run/shop/web.sock"`. Port 0 takes a free one. TLS
is for the network; who can open a Unix socket is said by the folder that it lies in, and by its group.

A Unix socket that a server has left behind is replaced, one that somebody still serves is taken. The file goes with
the server.

Several workers have a listener each at a place of the network, among which the kernel spreads connections
(SO_REUSEPORT); another server of the same user may do so, too, and takes its share. They share a Unix socket's one.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
import stat
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from actorlive.errors import ActorLiveError

__all__ = ["BACKLOG", "Listener", "ServerError", "listen", "open_listeners", "open_shared", "places", "tls"]

BACKLOG = 1024
ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:.]+(?:%\w+)?)\]|(?P<name>[^\s:/\[\]]*)):(?P<port>[0-9]{1,5})")
UNIX_MODE = 0o660


class ServerError(ActorLiveError):
    """The server cannot start where it was told to."""


class Listener:
    """One listening socket, non-blocking. `url` is where it can be reached."""

    def __init__(self, listening: socket.socket, *, is_secure: bool = False) -> None:
        self.socket = listening
        self.is_secure = is_secure
        address: Any = listening.getsockname()
        self._file = _file_at(address) if _is_unix(listening) else None
        self.url: str = f"unix:{address}" if self._file else _url(address, is_secure=is_secure)

    def lent(self) -> Listener:
        """The same listener for another process, whose end leaves the file of a Unix socket where it is."""
        lent = Listener(self.socket.dup(), is_secure=self.is_secure)
        lent._file = None
        return lent

    def close(self) -> None:
        """Listen no longer. The file of a Unix socket goes, unless somebody else has put theirs in its place."""
        self.socket.close()
        file, self._file = self._file, None
        if file is not None and _file_at(file[0]) == file:
            Path(file[0]).unlink(missing_ok=True)


def _is_unix(listening: socket.socket) -> bool:
    return listening.family == getattr(socket, "AF_UNIX", None)


def _file_at(path: str) -> tuple[str, int, int] | None:
    """What lies at a path: that path, and which file it is."""
    try:
        found = Path(path).lstat()
    except OSError:
        return None
    return path, found.st_dev, found.st_ino


def _url(address: Sequence[Any], *, is_secure: bool) -> str:
    scheme, host, port = "https" if is_secure else "http", address[0], address[1]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def places(host: str, port: int, bind: Sequence[str]) -> Sequence[str]:
    """Where to listen: at `bind`, or else at this host and port."""
    return bind or [f"[{host}]:{port}" if ":" in host else f"{host}:{port}"]


def open_listeners(binds: Sequence[str], *, secure: bool = False) -> list[Listener]:
    """A listener for each, or none at all. Raises `ServerError`."""
    return [listeners[0] for listeners in _open_all(binds, secure=secure, size=None)]


def open_shared(binds: Sequence[str], size: int, *, secure: bool = False) -> list[list[Listener]]:
    """For each of `size` workers a listener at each place, or none at all. Raises `ServerError`."""
    return [list(listeners) for listeners in zip(*_open_all(binds, secure=secure, size=size), strict=True)]


def _open_all(binds: Sequence[str], *, secure: bool, size: int | None) -> list[list[Listener]]:
    """For each place its listeners: `size` that share it, or the only one."""
    opened: list[list[Listener]] = []
    try:
        for bind in binds:
            opened.append([])
            if bind.startswith("unix:"):
                opened[-1] += [Listener(_listen_at_path(bind[5:]))] * (size or 1)
                continue
            host, port = parse_address(bind)
            for _ in range(size or 1):
                one = listen(host, port, shared=size is not None)
                port = one.getsockname()[1]
                opened[-1].append(Listener(one, is_secure=secure))
    except BaseException:
        for listener in chain.from_iterable(opened):
            listener.close()
        raise
    return opened


def parse_address(bind: str) -> tuple[str, int]:
    """Host and port of "host:port". Raises `ServerError`."""
    found = ADDRESS.fullmatch(bind)
    if found is None or int(found["port"]) > 65535:
        raise ServerError(
            f"{bind!r} is not an address to listen at:"
            ' write "127.0.0.1:4000", "[::1]:4000", ":4000" for every address, or "unix:/path/of/a.sock"'
        )
    return found["v6"] or found["name"] or "0.0.0.0", int(found["port"])  # noqa: S104 - asked for


def listen(host: str, port: int, backlog: int = BACKLOG, *, shared: bool = False) -> socket.socket:
    """A listening socket. Raises `ServerError` when the port is taken or the address is not ours.

    A port that is `shared` is not taken by others of the same user who share it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
    except OSError as error:
        raise ServerError(f"cannot listen on {host}: {error.strerror or error}") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(backlog)
    except OSError as error:
        listener.close()
        raise _refusal(error, host, port) from error
    listener.setblocking(False)
    return listener


def _refusal(error: OSError, host: str, port: int) -> ServerError:
    match error.errno:
        case errno.EADDRINUSE:
            return ServerError(
                f"port {port} on {host} is taken: stop what listens there, or choose another with --port (make: PORT=…)"
            )
        case errno.EACCES:
            return ServerError(
                f"port {port} on {host} is not for this user: choose one from 1024 on, with a reverse proxy in front,"
                " or give the program the capability CAP_NET_BIND_SERVICE"
            )
        case _:
            return ServerError(f"cannot listen on {host} port {port}: {error.strerror or error}")


def _listen_at_path(path: str) -> socket.socket:
    """A listening Unix socket. Raises `ServerError`."""
    _remove_leftover(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(path)
        Path(path).chmod(UNIX_MODE)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServerError(f"cannot listen at unix:{path}: {error.strerror or error}") from error
    listener.setblocking(False)
    return listener


def _remove_leftover(path: str) -> None:
    """Make room for a socket where one is that nobody serves. Raises `ServerError` for anything else there."""
    try:
        if not stat.S_ISSOCK(Path(path).lstat().st_mode):
            raise ServerError(f"cannot listen at unix:{path}: there is a file of that name")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink(missing_ok=True)
        except OSError:
            pass  # `bind` says why
        else:
            raise ServerError(f"unix:{path} is taken: stop what listens there, or choose another path")


def tls(certfile: str, keyfile: str | None, alpn: Sequence[str]) -> ssl.SSLContext:
    """The server's side of TLS 1.2 and newer. `certfile` may hold the key as well. Raises `ServerError`."""
    for file in filter(None, (certfile, keyfile)):
        if not Path(file).is_file():
            raise ServerError(f"there is no file {file!r}: --certfile and --keyfile name files in PEM format")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    context.set_alpn_protocols(list(alpn))
    try:
        context.load_cert_chain(certfile, keyfile, password=_no_password)
    except (OSError, ServerError) as error:  # an SSLError is an OSError
        what = f"{certfile!r} and {keyfile!r}" if keyfile else f"{certfile!r}"
        raise ServerError(
            f"cannot speak TLS with {what} ({_reason(error)}): --certfile begins with the certificate of this server,"
            " followed by those of its issuers, and it or --keyfile holds the certificate's key, without a password"
        ) from error
    return context


def _no_password() -> str:
    raise ServerError("the key has a password")


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None)
    return str(reason).replace("_", " ").lower() if reason else str(error)

"""The same view over a real websocket: against a running server, any server of the protocol.

The page is loaded with the standard library's HTTP client in a worker thread, and the socket is trio-websocket's. Time
is real here: `advance` sleeps, and `settle` waits until nothing has come for a little while.
"""

from __future__ import annotations

import itertools
import math
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.cookiejar import Cookie, CookieJar
from typing import Any, TypeAlias
from urllib.parse import SplitResult, urlencode, urlsplit

import trio
import trio_websocket

from actorlive.testing.browser.messages import Loaded, decode, encode, headers_of
from actorlive.testing.browser.page import Page
from actorlive.testing.errors import Redirected, hide_frames
from actorlive.testing.worlds.base import NAVIGATING, NONE, World
from actorlive.wire.line import Gone, LinePing, is_control

__all__ = ["HEARTBEAT", "RemoteSocket", "RemoteWorld"]

__tracebackhide__ = hide_frames

TcpStream: TypeAlias = trio.SocketStream | trio.SSLStream[trio.SocketStream]

CONNECT_TIMEOUT = 10.0
QUIET = 0.05
PATIENCE = 1.0
HEARTBEAT = 30.0
"""Seconds between two signs of life, as the client gives them; a server takes one that is silent for gone."""

CLOSE_TIMEOUT = 1.0
MAX_MESSAGE = 64 * 1024 * 1024


class RemoteWorld(World):
    """A server somewhere else, and one visitor's cookies."""

    def __init__(
        self, nursery: trio.Nursery, socket_path: str, ssl_context: ssl.SSLContext | None, heartbeat: float
    ) -> None:
        self._nursery = nursery
        self._socket_path = socket_path
        self._ssl = ssl_context
        self._heartbeat = heartbeat
        self._socket: RemoteSocket | None = None
        self._jar = CookieJar()
        handlers: list[Any] = [urllib.request.HTTPCookieProcessor(self._jar), _NoRedirects()]
        if ssl_context is not None:
            handlers.append(urllib.request.HTTPSHandler(context=ssl_context))
        self._opener = urllib.request.build_opener(*handlers)

    async def load(self, url: str, cookies: Mapping[str, str] = NONE) -> Loaded:
        """GET a page. Raises `Redirected`, `OSError`."""
        request = urllib.request.Request(url, headers=NAVIGATING)  # noqa: S310 - the test's own URL
        for name, value in cookies.items():
            self._jar.set_cookie(_cookie(name, value, urlsplit(url).hostname or ""))
        loaded = await trio.to_thread.run_sync(self._fetch, request)
        if 300 <= loaded.status < 400:
            raise Redirected(loaded.headers.get("location", ""), {}, "redirect")
        return loaded

    async def send_form(self, url: str, method: str, pairs: list[tuple[str, str]]) -> Loaded:
        """Send a form over HTTP."""
        encoded = urlencode(pairs)
        if method == "get":
            request = urllib.request.Request(f"{url}?{encoded}")  # noqa: S310
        else:
            request = urllib.request.Request(url, data=encoded.encode())  # noqa: S310
        return await trio.to_thread.run_sync(self._fetch, request)

    def _fetch(self, request: urllib.request.Request) -> Loaded:
        try:
            with self._opener.open(request, timeout=CONNECT_TIMEOUT) as response:
                return Loaded(
                    response.read().decode(), response.status, request.full_url, headers_of(response.headers)
                )
        except urllib.error.HTTPError as error:
            with error:
                return Loaded(error.read().decode(), error.code, request.full_url, headers_of(error.headers))

    async def connect_line(self, page: Page) -> RemoteSocket:
        """Open one for the line of the page: any will do. Raises `OSError`."""
        return await self.connect(page)

    async def connect(self, page: Page) -> RemoteSocket:
        """Open the websocket of a page, with the visitor's cookies. Raises `OSError`."""
        parts = urlsplit(page.url)
        params = {"_csrf_token": page.csrf_token, **page.connect_params, "vsn": "2.0.0"}
        request = urllib.request.Request(page.url)  # noqa: S310 - asked for its cookies only, never sent
        self._jar.add_cookie_header(request)
        cookie = request.get_header("Cookie") or ""
        headers = [(b"Origin", f"{parts.scheme}://{parts.netloc}".encode()), (b"Cookie", cookie.encode())]
        stream = await self._open_stream(parts)
        try:
            with trio.fail_after(CONNECT_TIMEOUT):
                socket = await trio_websocket.wrap_client_stream(
                    self._nursery,
                    stream,
                    parts.netloc,
                    f"{self._socket_path}?{urlencode(params)}",
                    extra_headers=headers,
                    max_message_size=MAX_MESSAGE,
                )
        except BaseException as error:
            await trio.aclose_forcefully(stream)
            if isinstance(error, trio_websocket.HandshakeError | trio.TooSlowError):
                raise ConnectionError(f"no websocket at {page.url}: {error!r}") from error
            raise
        self._socket = RemoteSocket(socket, stream, self._nursery, self._heartbeat)
        return self._socket

    async def _open_stream(self, parts: SplitResult) -> TcpStream:
        host = parts.hostname or ""
        try:
            with trio.fail_after(CONNECT_TIMEOUT):
                if parts.scheme != "https":
                    return await trio.open_tcp_stream(host, parts.port or 80)
                context = self._ssl or ssl.create_default_context()
                return await trio.open_ssl_over_tcp_stream(
                    host, parts.port or 443, ssl_context=context, https_compatible=True
                )
        except trio.TooSlowError as error:
            raise ConnectionError(f"nobody answers at {parts.netloc}") from error

    async def settle(self) -> None:
        """Wait until nothing has come for `QUIET` seconds; a page that ticks all the time is looked at as it is."""
        asked = trio.current_time()
        with trio.move_on_after(PATIENCE):
            while (rest := max(asked, self._last_news()) + QUIET - trio.current_time()) > 0:
                await trio.sleep(rest)

    async def advance(self, seconds: float) -> None:
        """Sleep, then settle."""
        await trio.sleep(seconds)
        await self.settle()

    def _last_news(self) -> float:
        return -math.inf if self._socket is None else self._socket.last_news


def _cookie(name: str, value: str, host: str) -> Cookie:
    """A cookie as a script of the page sets it."""
    domain = host if "." in host else f"{host}.local"  # the jar's word for a name without a dot
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Redirects are the test's to follow."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> None:
        return None


class RemoteSocket:
    """A websocket over a stream; frames to send wait in a queue, so that sending does not."""

    def __init__(
        self,
        socket: trio_websocket.WebSocketConnection,
        stream: TcpStream,
        nursery: trio.Nursery,
        heartbeat: float,
    ) -> None:
        self._socket = socket
        self._stream = stream
        self._out, queue = trio.open_memory_channel[str | bytes](math.inf)
        self._work = trio.CancelScope()
        self._written = trio.Event()
        self._answered = True
        self._is_lined = self._is_silent = False
        self.last_news = trio.current_time()
        """When the last frame came."""
        nursery.start_soon(self._run, queue, heartbeat)

    async def _run(self, queue: trio.MemoryReceiveChannel[str | bytes], heartbeat: float) -> None:
        try:
            with self._work:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._write, queue)
                    nursery.start_soon(self._beat, heartbeat)
        finally:
            await trio.aclose_forcefully(self._stream)

    async def _write(self, queue: trio.MemoryReceiveChannel[str | bytes]) -> None:
        try:
            async for frame in queue:
                await self._socket.send_message(frame)
        except trio_websocket.ConnectionClosed:
            self._work.cancel()
        finally:
            self._written.set()

    async def _beat(self, seconds: float) -> None:
        for number in itertools.count(1):
            await trio.sleep(seconds)
            if not self._answered and not self._is_silent:
                await self.close()
            self._answered = False
            if self._is_lined:
                self.send(
                    LinePing().encode()
                )  # the frames of Phoenix are counted, and the line's own are not
            else:
                self.send(encode(None, f"heartbeat-{number}", "phoenix", "heartbeat", {}))

    def send(self, frame: str | bytes) -> None:
        """Queue one frame; it is lost when the socket is closed."""
        if not self._work.cancel_called and not self._is_silent:
            self._out.send_nowait(frame)

    async def receive(self) -> str | bytes | None:
        """The next frame; None when the connection has ended."""
        while True:
            try:
                frame = await self._socket.get_message()
            except trio_websocket.ConnectionClosed:
                self._work.cancel()
                return None
            if is_control(frame):
                self._answered, self._is_lined = True, frame != Gone().encode()
                return frame
            if decode(frame).topic != "phoenix":
                self.last_news = trio.current_time()
                return frame
            self._answered = True

    async def close(self) -> None:
        """Close the socket; a server that does not say goodbye is not waited for."""
        with trio.move_on_after(CLOSE_TIMEOUT, shield=True):
            await self._socket.aclose()
        self._work.cancel()

    async def say_last(self, frame: str) -> None:
        """Send one frame, and close the socket behind it."""
        self.send(frame)
        self._is_silent = True
        self._out.close()
        with trio.move_on_after(CLOSE_TIMEOUT, shield=True):
            await self._written.wait()
        await self.close()

    def cut(self, *, noticed: bool) -> None:
        """Break off without a word. With `noticed=False` the stream stays open, and nothing comes of it any more."""
        self._is_silent = True
        if noticed:
            self._work.cancel()

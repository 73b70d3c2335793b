"""Over TLS in the server itself a websocket cannot be handed over to another worker: a page that comes to one that has
not its line is told so, and its view is mounted afresh there. Nothing is loaded again, and the old view ends."""

from __future__ import annotations

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
import trio
from trio_websocket import wrap_client_stream

from tests.web.test_lines_served import control, new_line, resume
from tests.web.test_listeners import make_certificate
from tests.web.visitor import Page, Wire
from tests.web.workers.test_processes import served

pytestmark = pytest.mark.real_clock


@dataclass
class Secure:
    """A server that speaks TLS, at a port of this machine."""

    port: int
    trust: ssl.SSLContext

    @property
    def host(self) -> str:
        return f"localhost:{self.port}"

    async def load(self) -> Page:
        """A page."""
        url = f"https://{self.host}"
        async with httpx.AsyncClient(verify=self.trust) as client:
            answer = await client.get(url + "/counter")
        cookie = answer.headers["set-cookie"].split(";")[0]
        return Page(url, "/counter", answer.status_code, dict(answer.headers), answer.text, cookie)

    async def reach(self, number: int) -> trio.SSLStream[trio.SocketStream]:
        """A connection to that worker, over which a request has been answered."""
        while True:
            tcp = await trio.open_tcp_stream("127.0.0.1", self.port)
            stream = trio.SSLStream(tcp, self.trust, server_hostname="localhost", https_compatible=True)
            await stream.send_all(f"GET /live/alive HTTP/1.1\r\nHost: {self.host}\r\n\r\n".encode())
            answer = b""
            while not answer.endswith((b"yes 1\n", b"yes 2\n")):
                answer += bytes(await stream.receive_some())
            if answer.endswith(f"yes {number}\n".encode()):
                return stream
            await trio.aclose_forcefully(stream)

    @asynccontextmanager
    async def connect(self, page: Page, number: int) -> AsyncGenerator[Wire]:
        """A websocket to that worker, which breaks at the end of the block."""
        query = urlencode({"_csrf_token": page.csrf, "vsn": "2.0.0"})
        headers = [(b"origin", page.url.encode()), (b"cookie", page.cookie.encode())]
        stream = await self.reach(number)
        async with trio.open_nursery() as nursery:
            path = f"/live/websocket?{query}"
            socket = await wrap_client_stream(nursery, stream, self.host, path, extra_headers=headers)
            yield Wire(socket, page)
            await trio.aclose_forcefully(stream)
            nursery.cancel_scope.cancel()


@asynccontextmanager
async def two_workers(folder: Path) -> AsyncGenerator[Secure]:
    """A server with two of them."""
    cert, key = (str(make_certificate(folder) / name) for name in ("cert.pem", "key.pem"))
    async with served(folder, "--port=0", f"--certfile={cert}", f"--keyfile={key}") as server:
        port = int((await server.url()).rpartition(":")[2])
        yield Secure(port, ssl.create_default_context(cafile=cert))


async def test_a_page_that_comes_to_another_worker_is_mounted_afresh_there(tmp_path: Path) -> None:
    async with two_workers(tmp_path) as secure:
        page = await secure.load()
        async with secure.connect(page, 1) as first:
            handle = await new_line(first)
            assert (await first.clicked("inc"))["diff"] == {"0": "1"}
        async with secure.connect(page, 1) as at_home:
            assert await resume(at_home, handle, 2, first) == ["#count", "2"]
            assert (await at_home.clicked("inc"))["diff"] == {"0": "2"}
        async with secure.connect(page, 2) as elsewhere:
            assert await resume(elsewhere, handle, 3, first) == ["#gone"]
        async with secure.connect(page, 2) as anew:
            await anew.socket.send_message(f"#new {handle}")
            assert (await control(anew))[0] == "#handle"
            assert (await anew.join())[4]["status"] == "ok"
            assert (await anew.clicked("inc"))["diff"] == {"0": "1"}
            async with secure.connect(page, 1) as again:
                assert await resume(again, handle, 3, first) == ["#gone"], "it has ended there"

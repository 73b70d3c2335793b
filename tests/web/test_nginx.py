"""The block of nginx in docs/deployment.md before a real server on a Unix socket: page, websocket, address, drain."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import trio
from quart import request

from actorlive.web.server import serve_async
from tests.docs.test_deployment import block
from tests.support.nginx import AROUND, nginx
from tests.web.test_listeners import make_certificate
from tests.web.views import make_app
from tests.web.visitor import PATIENCE, connect, get

pytestmark = [pytest.mark.real_clock, pytest.mark.soak]


def configuration(folder: Path, text: str) -> str:
    """The documented block, at our Unix socket."""
    return text.replace("/run/shop/web.sock", str(folder / "web.sock"))


async def test_a_page_and_its_websocket_come_through_nginx_and_the_end_is_told(tmp_path: Path) -> None:
    app, live = make_app(proxies=["unix"])
    seen: list[tuple[str | None, str]] = []

    @app.get("/who")
    async def who() -> str:
        seen.append((request.remote_addr, request.scheme))
        return "you"

    shutdown = trio.Event()
    with trio.fail_after(4 * PATIENCE):
        block_here = configuration(tmp_path, block("nginx", "proxy_pass"))
        async with trio.open_nursery() as nursery, nginx(tmp_path, block_here) as url:
            server = partial(serve_async, app, bind=[f"unix:{tmp_path}/web.sock"], shutdown=shutdown)
            assert await nursery.start(server) == [f"unix:{tmp_path}/web.sock"]
            host = {"Host": url.removeprefix("http://"), "X-Forwarded-For": "198.51.100.7"}
            assert (await get(url, "/who", **host)).body == "you"
            assert (await get(url, "/live/ready", **host)).body == "yes\n"
            async with connect(await get(url, "/counter")) as wire:
                await wire.join()
                assert await wire.clicked("inc") == {"diff": {"0": "1"}}
                assert [type(one).__name__ for one in live.sockets] == ["DirectSocket"]
                shutdown.set()
                assert await wire.closed() == 1012
    assert seen == [("127.0.0.1", "http")]  # nginx's own last word, not what its client claims


async def test_the_configuration_is_one_that_nginx_takes_with_its_certificate(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    text = block("nginx", "proxy_pass")
    text = text.replace("/etc/letsencrypt/live/example.com/fullchain.pem", str(certificate / "cert.pem"))
    text = text.replace("/etc/letsencrypt/live/example.com/privkey.pem", str(certificate / "key.pem"))
    file = tmp_path / "nginx.conf"
    file.write_text(AROUND.format(folder=tmp_path, user="", block=text))
    command = ["nginx", "-t", "-c", str(file), "-p", str(tmp_path), "-e", str(tmp_path / "error.log")]
    done = await trio.run_process(command, capture_stderr=True, check=False)
    assert done.returncode == 0, done.stderr.decode()

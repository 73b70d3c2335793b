"""nginx as a process, with a block of docs/deployment.md."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from actorlive.web.listeners import listen
from tests.web.visitor import PATIENCE

__all__ = ["AROUND", "nginx"]

AROUND = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1; {user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  {block}
}}
"""


def without_tls(folder: Path, text: str, port: int) -> str:
    """A documented block at a free port, without TLS: visitors of tests speak none."""
    text = re.sub(r"listen 443 ssl;", f"listen 127.0.0.1:{port};", re.sub(r"ssl_certificate.*\n", "\n", text))
    user = "user root;" if Path("/root").owner() == Path(folder).owner() else ""
    return AROUND.format(folder=folder, user=user, block=text)


@asynccontextmanager
async def nginx(folder: Path, text: str) -> AsyncGenerator[str]:
    """The URL of an nginx with that block, whose Unix sockets are somewhere already."""
    assert shutil.which("nginx"), "install Debian's package nginx-light"
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    file = folder / "nginx.conf"
    file.write_text(without_tls(folder, text, port))
    command = ["nginx", "-c", str(file), "-p", str(folder), "-e", str(folder / "error.log")]
    child = await trio.lowlevel.open_process(command, stderr=subprocess.DEVNULL)
    try:
        with trio.fail_after(PATIENCE):
            while True:
                try:
                    await (await trio.open_tcp_stream("127.0.0.1", port)).aclose()
                    break
                except OSError:
                    await trio.sleep(0.01)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        with trio.CancelScope(shield=True):
            await child.wait()

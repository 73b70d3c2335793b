"""The life of the server's process, as a browser sees it."""

from __future__ import annotations

import signal
import subprocess
import sys

from playwright.sync_api import BrowserContext, expect

from tests.browser.pages import Faults, connected
from tests.browser.server import ROOT, Server

APP = "tests.browser.apps.crashes:app"
"""It begins in a fraction of the gallery's time."""


def test_a_restart_is_survived_without_a_reload(context: BrowserContext, faults: Faults) -> None:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED")
    server = Server(APP)
    server.start()
    try:
        page = context.new_page()
        page.goto(server.url)
        connected(page)
        page.evaluate("window.sameDocument = true")
        assert server.stop(signal.SIGTERM) == 0
        expect(page.get_by_role("alert")).to_contain_text("We can't find the internet")
        server.start()
        expect(page.get_by_role("alert")).to_have_count(0)
        connected(page)
        page.click("#count")
        expect(page.locator("h1")).to_have_text("1")
        assert page.evaluate("window.sameDocument") is True
    finally:
        server.stop()


def test_a_taken_port_is_one_line_and_exit_code_1(server: Server) -> None:
    command = [sys.executable, "-m", "actorlive.cli", "run", APP]
    done = subprocess.run([*command, "--port", str(server.port)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"{server.port}" in done.stderr

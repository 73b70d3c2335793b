"""The counter of the README, served by an installed actorlive."""

from __future__ import annotations

import re
import subprocess
import urllib.request
from pathlib import Path

from tests.browser.server import Server
from tests.docs.blocks import write_files

__all__ = ["fetch_counter"]


def fetch_counter(python: Path, folder: Path) -> None:
    """Serve the README's counter with that interpreter, and fetch the page and its script.

    Raises `AssertionError` where one of them is not what it must be, or where the actorlive that runs is not the one
    that is installed there.
    """
    folder.mkdir(exist_ok=True)
    write_files("README.md", folder)
    where = [str(python), "-c", "import actorlive; print(actorlive.__file__)"]
    home = subprocess.run(where, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert home.startswith(str(python.parents[1])), f"{home} is not what was installed"
    with Server("counter:app", python=str(python), cwd=folder, debug=True) as server:
        page = _fetch(server.url)
        assert "<output>0</output>" in page, page
        script = re.search(r'src="(/live/assets/actorlive-[^"]+\.js)"', page)
        assert script is not None, page
        assert "LiveSocket" in _fetch(server.url + script[1])


def _fetch(url: str) -> str:
    with urllib.request.urlopen(url) as answer:
        return answer.read().decode()

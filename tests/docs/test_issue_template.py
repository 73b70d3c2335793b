"""The file that the issue template starts a report with can be run, and does what its steps say."""

from __future__ import annotations

import re
import runpy
import urllib.request
from pathlib import Path

import pytest
from quart_trio import QuartTrio

from actorlive.testing import live
from tests.browser.server import Server
from tests.docs.blocks import ROOT

TEMPLATE = ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.md"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The template's only block of Python, written under the name in its first line."""
    [text] = re.findall(r"```python\n(.*?)```", TEMPLATE.read_text(encoding="utf-8"), re.DOTALL)
    name = re.match(r"# (\w+\.py)\n", text)
    assert name, "the first line of the sample names its file"
    path = tmp_path / name[1]
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.real_clock
def test_the_sample_runs_with_the_command_that_the_template_names(sample: Path) -> None:
    command = re.search(r"`actorlive run (\S+)`", TEMPLATE.read_text(encoding="utf-8"))
    assert command
    with Server(command[1], cwd=sample.parent, debug=True) as server:
        page = urllib.request.urlopen(server.url).read().decode()
    assert '<button phx-click="go">0</button>' in page


@pytest.fixture
def app(sample: Path) -> QuartTrio:
    app: QuartTrio = runpy.run_path(str(sample))["app"]
    return app


async def test_its_button_counts(app: QuartTrio) -> None:
    async with live(app, "/") as view:
        await view.element("button").click()
        assert await view.element("button").text() == "1"

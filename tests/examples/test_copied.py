"""The examples that are whole applications: their folder runs wherever it is copied to, under any name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.browser.server import ROOT, Server

FOLDERS = {"tracker": "/tracker/login", "monitor": "/monitor", "llm": "/llm"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_that_is_copied_out_runs(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLM_HISTORY", str(tmp_path / "llm.sqlite3"))
    shutil.copytree(ROOT / "examples" / folder, tmp_path / "copied")
    with Server("copied.app:app", cwd=tmp_path) as server, urlopen(server.url + FOLDERS[folder]) as answer:
        assert "data-phx-session" in answer.read().decode()


@pytest.mark.parametrize("folder", FOLDERS)
def test_it_knows_nothing_of_where_it_was_and_its_readme_names_its_files(folder: str) -> None:
    readme = (ROOT / "examples" / folder / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "examples" / folder).glob("[!_]*.py"):
        assert f"`{path.name}`" in readme
        assert not re.search(r"\bexamples\b", path.read_text(encoding="utf-8"))

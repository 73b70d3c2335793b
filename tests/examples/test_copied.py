"""The examples that are whole applications: their folder runs wherever it is copied to, under any name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
import trio
from copied.app import app

async def main() -> None:
    async with app.test_app() as running:
        response = await running.test_client().get(sys.argv[1], headers={"host": "localhost"})
        print(response.status_code, "actorlive" in await response.get_data(as_text=True))

trio.run(main)
print(*[name for name in sys.modules if name.partition(".")[0] == "examples"])
"""


@pytest.mark.parametrize(
    ("folder", "path"), [("tracker", "/tracker/login"), ("monitor", "/monitor"), ("llm", "/llm")]
)
def test_a_folder_that_is_copied_out_runs(folder: str, path: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples" / folder, tmp_path / "copied")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, path],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
        text=True,
        capture_output=True,
    )
    assert done.stdout.split() == ["200", "True"], done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["tracker", "monitor", "llm"])
def test_its_readme_names_its_files(folder: str) -> None:
    readme = (ROOT / "examples" / folder / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "examples" / folder).glob("[!_]*.py"):
        assert f"`{path.name}`" in readme

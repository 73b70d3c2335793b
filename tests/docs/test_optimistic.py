"""The pages on optimistic UI: their files are served and tested as they stand there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.docs.blocks import ROOT, write_files

PAGES = sorted((ROOT / "docs/optimistic").glob("*.md"))


def test_the_tests_of_every_pattern_pass(tmp_path: Path) -> None:
    shown = [file for page in PAGES for file in write_files(str(page.relative_to(ROOT)), tmp_path)]
    tests = [file for file in shown if file.startswith("test_")]
    assert len(set(shown)) == len(shown), "two pages show a file of one name"
    assert len(tests) >= 7
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-rA", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(f"PASSED {test}" in done.stdout for test in tests)

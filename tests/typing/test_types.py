"""The public API as pyright sees it: the revealed types are part of the interface."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("public_api.py")
PYRIGHT = ROOT / "node_modules/.bin/pyright"

_REVEALED = re.compile(r'^Type of ".*" is "(?P<type>.*)"$', re.DOTALL)


@pytest.fixture(scope="module")
def report() -> list[dict[str, Any]]:
    command = [str(PYRIGHT), "--outputjson", "--pythonpath", sys.executable, str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return json.loads(done.stdout)["generalDiagnostics"]


def wanted() -> dict[int, str]:
    """The types in the comments, by line number (from 0)."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return {
        number: line.rpartition("  # ")[2]
        for number, line in enumerate(lines)
        if "reveal_type(" in line and "  # " in line
    }


def test_the_revealed_types_are_those_in_the_comments(report: list[dict[str, Any]]) -> None:
    found: dict[int, str] = {}
    for item in report:
        match = _REVEALED.match(item["message"])
        if match is not None:
            found[item["range"]["start"]["line"]] = match["type"]
    assert found == wanted()


def test_what_users_write_has_no_type_errors(report: list[dict[str, Any]]) -> None:
    errors = [
        f"{item['range']['start']['line'] + 1}: {item['message']}"
        for item in report
        if item["severity"] == "error"
    ]
    assert errors == []

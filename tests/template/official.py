"""The official client's own tree, run under Node."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[2]
HARNESS = ROOT / "tests" / "testing" / "official_client.mjs"


def pages(sequences: list[list[Any]]) -> list[list[str]]:
    """The HTML that the client has after each diff of each sequence."""
    return [[page for page, _ in steps] for steps in played(HARNESS, sequences)]


def played(harness: Path, sequences: list[list[Any]]) -> Any:
    """What a program for Node says of the sequences."""
    process = subprocess.run(
        ["node", str(harness)],
        input=msgspec.json.encode(sequences),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    assert process.returncode == 0, process.stderr.decode()
    return msgspec.json.decode(process.stdout)

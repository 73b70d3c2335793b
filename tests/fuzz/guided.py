"""Fuzzing that is led by coverage: atheris, where it can be had. `.ci/fuzz` runs it; see its head.

python tests/fuzz/guided.py PARSER -max_total_time=60

What it finds, it leaves as a file `crash-…`; the answer that is right goes into the corpus with the mended fault. The
corpus is where it begins.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any

atheris: Any = importlib.import_module("atheris")  # of `.ci/fuzz`, where it can be had

with atheris.instrument_imports(include=["actorlive"]):
    from tests.fuzz.corpus import entries
    from tests.fuzz.parsers import PARSERS


def main() -> None:
    name, *options = sys.argv[1:]
    read = PARSERS[name].read

    def try_it(data: bytes) -> None:
        read(data)

    with tempfile.TemporaryDirectory() as seeds:
        for number, entry in enumerate(entries(name)):
            Path(seeds, str(number)).write_bytes(entry.data)
        pieces = Path(seeds, "pieces")
        pieces.write_text("".join(f'"{quoted(piece)}"\n' for piece in PARSERS[name].pieces))
        atheris.Setup(
            [
                sys.argv[0],
                f"-dict={pieces}",
                "-max_len=4096",
                "-timeout=5",
                "-rss_limit_mb=1024",
                *options,
                seeds,
            ],
            try_it,
        )
        atheris.Fuzz()


def quoted(piece: bytes) -> str:
    """As libFuzzer's dictionaries have it."""
    return "".join(f"\\x{byte:02x}" for byte in piece)


if __name__ == "__main__":
    main()

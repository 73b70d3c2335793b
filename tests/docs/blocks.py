"""The files that a page of documentation shows: fenced blocks with a title, ```python title="counter.py"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import actorlive
import actorlive.testing
from actorlive.pubsub import message
from tests.support.importing import import_from

ROOT = Path(__file__).parents[2]

# What doors load late is loaded now: the fixture `pytester` forgets modules that are imported while it is there, doors
# remember what they have loaded, and a class would be another one in the next test.
for door in (actorlive, actorlive.testing):
    for name in door.__all__:
        getattr(door, name)

_FENCE = re.compile(
    r'^```(?P<language>\w+)[^\n]*title="(?P<title>[^"]+)"[^\n]*\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Block:
    """One shown file; a page may show the same file again, further on."""

    page: Path
    title: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The titled blocks of a page, in order."""
    path = ROOT / page
    for match in _FENCE.finditer(path.read_text(encoding="utf-8")):
        yield Block(path, match["title"], match["text"])


def run_tests(pytester: pytest.Pytester) -> pytest.RunResult:
    """Run the tests in its folder, in this process: the kit and the framework are imported already."""
    with pytest.MonkeyPatch.context() as patch:
        import_from(pytester.path, patch)
        # The guide shows the same files alive, as other modules: their messages have the same names.
        known = message._classes  # pyright: ignore[reportPrivateUsage]
        ours = {name: one for name, one in known.items() if one.__module__.startswith("actorlive.")}
        patch.setattr(message, "_classes", ours)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error", "-rA")


def write_files(page: str, folder: Path) -> dict[str, Path]:
    """Write the last state of each file that the page shows; answers them by title."""
    files = {block.title: folder / block.title for block in blocks(page)}
    for block in blocks(page):
        files[block.title].parent.mkdir(parents=True, exist_ok=True)
        files[block.title].write_text(block.text, encoding="utf-8")
    return files

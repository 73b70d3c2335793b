"""A place for the examples' files: made when the server starts, gone when it ends."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory


@cache
def _directory() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="actorlive-")


def scratch(name: str) -> Path:
    """The path of a file of that name."""
    return Path(_directory().name, name)

"""Which files make up an application, and what has to happen when one of them changes.

Folders are watched one by one, not as a tree: the trees that are skipped (environments, `node_modules`, `.git`) are by
far the largest, and the system would have to watch every folder in them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchfiles import Change

__all__ = ["Changes", "Kind", "NothingWatches", "folders_of", "kind_of", "watch"]

DEBOUNCE = 60
"""Milliseconds in which further changes belong to the first: editors write a file in several steps."""

SKIPPED = frozenset("node_modules __pycache__ build dist venv env site-packages htmlcov".split())


class Kind(Enum):
    """What a changed file asks for."""

    CODE = "the application has to be loaded anew"
    TEMPLATE = "a template can be exchanged"
    STYLE = "pages fetch their stylesheets"
    PAGE = "pages have to be loaded anew"


_KINDS = {
    **dict.fromkeys((".py",), Kind.CODE),
    **dict.fromkeys((".heex",), Kind.TEMPLATE),
    **dict.fromkeys((".css",), Kind.STYLE),
    **dict.fromkeys(
        ".js .mjs .html .htm .jinja .jinja2 .j2 .svg .png .jpg .jpeg .gif .webp .avif .ico".split(),
        Kind.PAGE,
    ),
}

Changes = dict[Path, Kind]


class NothingWatches(Exception):
    """`watchfiles` is not installed."""


def kind_of(path: Path) -> Kind | None:
    """What a change of this file asks for; None for what pages do not consist of: data, logs, notes."""
    return None if path.name.startswith(".") else _KINDS.get(path.suffix.lower())


def folders_of(root: Path) -> Iterator[Path]:
    """The folder and those below it in which sources may lie."""
    yield root
    try:
        children = sorted(entry.path for entry in os.scandir(root) if entry.is_dir(follow_symlinks=False))
    except OSError:
        return  # it has just gone
    for child in map(Path, children):
        if not child.name.startswith(".") and child.name not in SKIPPED:
            yield from folders_of(child)


async def watch(root: Path) -> AsyncGenerator[Changes]:
    """The changes of the files under a folder. Raises `NothingWatches`."""
    try:
        from watchfiles import awatch
    except ImportError as error:
        raise NothingWatches from error
    while True:
        folders = list(folders_of(root))
        watched = awatch(*folders, watch_filter=None, debounce=DEBOUNCE, step=20, recursive=False)
        async for batch in watched:
            changes = dict(_meant(batch))
            if changes:
                yield changes
            if _new_folder(batch, folders):
                break
        await watched.aclose()


def _meant(batch: Iterable[tuple[Change, str]]) -> Iterator[tuple[Path, Kind]]:
    """The changed files that matter; a folder that is new brings all that is in it."""
    for _, name in batch:
        path = Path(name)
        files = (
            (file for folder in folders_of(path) for file in folder.iterdir())
            if _is_source_folder(path)
            else (path,)
        )
        for file in files:
            kind = kind_of(file)
            if kind is not None:
                yield file, kind


def _new_folder(batch: Iterable[tuple[Change, str]], known: list[Path]) -> bool:
    return any(_is_source_folder(path) and path not in known for path in (Path(name) for _, name in batch))


def _is_source_folder(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".") and path.name not in SKIPPED

"""The files that the template tools read: those of an application, without what it has installed or built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from actorlive.template.errors import TemplateError

__all__ = ["source_files"]

_SKIPPED = frozenset(("node_modules", "__pycache__", "build", "dist", "site-packages"))


def source_files(paths: Iterable[str | Path]) -> list[Path]:
    """The Python and `.heex` files of `paths`, each once, in order."""
    return sorted({file for path in paths for file in _files(Path(path))})


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise TemplateError(f"there is no file or folder {str(path)!r}")
    for child in path.iterdir():
        if child.name.startswith(".") or child.name in _SKIPPED:
            continue
        if child.is_dir():
            yield from _files(child)
        elif child.suffix in (".py", ".heex"):
            yield child

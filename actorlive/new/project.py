"""Writes an application: the files of `full` or `bare` as they are, but for the name.

The files are an application that runs, called `my_app`: they are linted, typed and tested as what they are, and another
name is put in by replacing that one. The folder appears when all is in it.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from actorlive.new.naming import NewError, ProjectName, parse_name
from actorlive.new.wheel import Wheel, find_wheel

__all__ = ["make_bare_project", "make_project"]

FULL = Path(__file__).parent / "full"
BARE = Path(__file__).parent / "bare"
LOCKS = ("requirements.txt", "requirements-dev.txt")


def make_project(name: str, parent: Path, wheel: Path | None = None) -> ProjectName:
    """Make the application `name` in `parent`, with that wheel or the one that is installed. Raises `NewError`."""
    names = _free_name(name, parent)
    found = find_wheel(wheel)
    words = {
        "my_app": names.package,
        "my-app": names.folder,
        "My app": names.title,
        "vendor/actorlive.whl": f"vendor/{found.path.name}",
    }
    _write(FULL, parent / names.folder, words, found)
    return names


def make_bare_project(name: str, parent: Path) -> ProjectName:
    """Make a folder with the shortest application in it. Raises `NewError`."""
    names = _free_name(name, parent)
    _write(BARE, parent / names.folder, {}, None)
    return names


def _free_name(name: str, parent: Path) -> ProjectName:
    names = parse_name(name, set(_pinned()))
    if os.path.lexists(parent / names.folder):
        raise NewError(f"there is a {names.folder!r} here already: take another name, or remove it")
    return names


def _pinned() -> Iterator[str]:
    """The modules that the packages which an application is built on are called by, mostly."""
    text = (FULL / "requirements-dev.txt").read_text(encoding="utf-8")
    for package in re.findall(r"^([\w.-]+)==", text, re.MULTILINE):
        yield re.sub(r"[-_.]+", "_", package).lower()


def _write(template: Path, folder: Path, words: Mapping[str, str], wheel: Wheel | None) -> None:
    try:
        unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise NewError(f"nothing can be written to {folder.parent}: {error.strerror}") from error
    try:
        for source in _files(template):
            target = unfinished / _replace(str(source.relative_to(template)), words)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(_replace(source.read_text(encoding="utf-8"), words), encoding="utf-8")
        if wheel is not None:
            _add_wheel(unfinished, wheel)
        unfinished.chmod(0o755)
        unfinished.rename(folder)
    except BaseException:
        shutil.rmtree(unfinished)
        raise


def _add_wheel(folder: Path, wheel: Wheel) -> None:
    """Bring the wheel along, and pin it as `make lock` of the application does."""
    (folder / "vendor").mkdir()
    shutil.copyfile(wheel.path, folder / "vendor" / wheel.path.name)
    for lock in LOCKS:
        path = folder / lock
        text = path.read_text(encoding="utf-8")
        below_the_head = re.compile("^(?!#)", re.MULTILINE)
        path.write_text(below_the_head.sub(lambda _: wheel.requirement, text, count=1), encoding="utf-8")


def _files(template: Path) -> Iterator[Path]:
    """The files of a template, without what running them or pip left among them."""
    for path in sorted(template.rglob("*")):
        folders = path.relative_to(template).parts[:-1]
        if path.is_file() and not any(folder.startswith((".", "__pycache__")) for folder in folders):
            yield path


def _replace(text: str, words: Mapping[str, str]) -> str:
    for word, replacement in words.items():
        text = text.replace(word, replacement)
    return text

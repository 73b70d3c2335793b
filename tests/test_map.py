"""tests/README.md says of every module which tests hold it, and of every folder what it is."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "actorlive"
PAGE = (TESTS / "README.md").read_text(encoding="utf-8")

NEW = PACKAGE / "new"
"""What is in its folders are applications with tests of their own."""
ADD = "add them to tests/README.md"
OF_NO_MODULE = {"test_map.py", "test_names.py"}
"""Tests that look at the whole repository."""
WHOLES = [
    "bench",
    "browser",
    "docs",
    "editors",
    "examples",
    "fuzz",
    "hostile",
    "ordering",
    "packaging",
    "sizes",
    "support",
    "typing",
]
"""Folders whose tests are of something larger than a module: the table of folders is enough for them."""


def read_rows(heading: str) -> dict[str, str]:
    """The rows of two cells under that heading, those of its sections included."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\w./]+) \| (.+) \|$", section, re.MULTILINE)
    return {first: second for first, second in rows if first not in ("folder", "module")}


FOLDERS = read_rows("The folders")
MAP = {module: tests.split(", ") for module, tests in read_rows("Which test holds which module").items()}


def modules() -> set[str]:
    ours = (path for path in PACKAGE.rglob("*.py") if not path.is_relative_to(NEW) or path.parent == NEW)
    return {str(path.relative_to(PACKAGE)) for path in ours if not is_room(path)}


def is_room(path: Path) -> bool:
    """The `__init__` of a package that is not a door, and so exports nothing."""
    text = path.read_text(encoding="utf-8")
    return path.name == "__init__.py" and "__all__" not in text and "open_door(" not in text


def test_every_module_has_its_row_and_every_row_its_module() -> None:
    assert modules() - set(MAP) == set(), ADD
    assert set(MAP) - modules() == set(), "these modules are gone from actorlive/"


def test_every_folder_has_its_row() -> None:
    folders = {path.name for path in TESTS.iterdir() if path.is_dir() and any(path.rglob("*.py"))}
    assert folders == set(FOLDERS), ADD


def test_every_test_that_a_row_names_is_there() -> None:
    assert [test for tests in MAP.values() for test in tests if not (TESTS / test).is_file()] == []


def test_every_file_of_tests_has_a_place() -> None:
    named = {test for tests in MAP.values() for test in tests}
    files = {str(path.relative_to(TESTS)) for path in TESTS.rglob("test_*.py")}
    assert {file for file in files - named - OF_NO_MODULE if file.partition("/")[0] not in WHOLES} == set(), (
        ADD
    )


def test_a_file_of_the_modules_own_name_comes_first() -> None:
    for module, tests in MAP.items():
        path = Path(module)
        folders = {path.parent, Path(*path.parts[:1]) if len(path.parts) > 1 else path.parent}
        own = {str(folder / f"test_{path.name}") for folder in folders}
        assert tests[0] in own or not any((TESTS / test).is_file() for test in own), module

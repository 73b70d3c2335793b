"""`make release-check`: what it refuses, and that one place states the version. The whole of it takes an index."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import actorlive
from actorlive.cli import main

ROOT = Path(__file__).parents[2]


def load_check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("release_check", ROOT / ".ci/release_check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECK = load_check()
VERSION = actorlive.__version__
WHEEL, SDIST = f"actorlive-{VERSION}-py3-none-any.whl", f"actorlive-{VERSION}.tar.gz"


@pytest.fixture(scope="module")
def metadata(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Of an sdist that was built now."""
    read: bytes = CHECK.read_metadata(CHECK.build("sdist", tmp_path_factory.mktemp("sdist")))
    return read


def test_what_is_built_here_is_in_order(metadata: bytes) -> None:
    CHECK.check_names(WHEEL, SDIST)
    CHECK.check_metadata(metadata, metadata)
    CHECK.check_same_files({"a": b"1"}, {"a": b"1"})


@pytest.mark.parametrize(
    ("wheel", "sdist", "words"),
    [
        (WHEEL.replace(VERSION, "99.1"), SDIST, "not both of actorlive"),
        (WHEEL, SDIST.replace(VERSION, "99.1"), "not both of actorlive"),
        (WHEEL.replace("actorlive", "actorlife"), SDIST, "not both of actorlive"),
        (WHEEL.replace("none-any", "cp311-linux_x86_64"), SDIST, "not for every Python"),
    ],
)
def test_names_that_tell_something_else(wheel: str, sdist: str, words: str) -> None:
    with pytest.raises(CHECK.Unfit, match=words):
        CHECK.check_names(wheel, sdist)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (rb"\nVersion: .*\n", b"\nVersion: 99.1\n", "the metadata is of 99.1"),
        (rb"\nVersion: .*\n", b"\nVersion: new\n", "new"),
        (rb"\nSummary: .*\n", b"\n", "lacks summary"),
        (rb"\nLicense-File: .*\n", b"\n", "lacks license_files"),
        (rb"\nRequires-Python: .*\n", b"\nRequires-Python: three\n", "three"),
        (rb"\n# actorlive\n", b"\n# something else\n", "not the README"),
        (rb"\nDescription-Content-Type: .*\n", b"\nDescription-Content-Type: text/rtf\n", "text/rtf"),
    ],
)
def test_metadata_that_an_index_would_not_take(metadata: bytes, old: bytes, new: bytes, words: str) -> None:
    broken, count = re.subn(old, new, metadata, count=1)
    assert count
    with pytest.raises(CHECK.Unfit, match=words):
        CHECK.check_metadata(broken, broken)
    with pytest.raises(CHECK.Unfit, match="different metadata"):
        CHECK.check_metadata(metadata, broken)


def test_a_file_that_the_sdist_has_not() -> None:
    with pytest.raises(CHECK.Unfit, match=r"differs in b, c$"):
        CHECK.check_same_files({"a": b"1", "b": b"2"}, {"a": b"1", "c": b"2"})


def test_a_command_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(CHECK.Unfit, match="it broke"):
        CHECK.run(sys.executable, "-c", "raise SystemExit('it broke')")


OTHER_VERSIONS = ("CHANGELOG", "package-lock", "actorlive/new/full/")
"""Where versions of releases stand, those of Node's packages, and that of an application to grow."""


# -- the version ---------------------------------------------------------------


def test_the_metadata_and_the_command_line_say_the_version_of_the_package(
    metadata: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"\nVersion: {VERSION}\n".encode() in metadata
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"actorlive {VERSION}\n"


def test_nobody_else_states_the_version() -> None:
    """Neither a file about the package nor a page."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    kinds = {".md", ".py", ".toml", ".json", ".ts", ".mjs", ""}
    stating = re.compile(rf"actorlive\W{{0,4}}v?{re.escape(VERSION)}|version\w*\W{{1,5}}{re.escape(VERSION)}")
    found = [
        file
        for file in tracked.splitlines()
        if Path(file).suffix in kinds
        and not file.startswith(OTHER_VERSIONS)
        and (ROOT / file).is_file()
        and stating.search((ROOT / file).read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == ["actorlive/__init__.py"]

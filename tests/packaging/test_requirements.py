"""What is pinned: every package with a hash, nothing with an address, and all that pyproject.toml asks for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted([*ROOT.glob("requirements/*.txt"), *ROOT.glob("bench/**/requirements.txt")])


def read_pins(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Version and hashes of each package in the text of a lock file."""
    pins: dict[str, tuple[str, list[str]]] = {}
    for line in lock.replace("\\\n", " ").splitlines():
        if not line.startswith("#"):
            requirement, *hashes = line.split("--hash=")
            name, _, version = requirement.partition(";")[0].strip().partition("==")
            pins[canonicalize_name(name)] = (version, [one.strip() for one in hashes])
    return pins


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_package_is_pinned_with_hashes_and_none_with_an_address(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--[\w-]*(index|links|host))", text, re.MULTILINE)
    for name, (version, hashes) in read_pins(text).items():
        assert version, name
        assert hashes, name
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", one) for one in hashes), name


def test_a_package_without_a_hash_would_be_seen() -> None:
    pins = read_pins("# head\nA.b==1 \\\n    --hash=sha256:00\nc==2 ; os_name == 'nt'\nd\n")
    assert pins == {"a-b": ("1", ["sha256:00"]), "c": ("2", []), "d": ("", [])}


def asked_for() -> Iterator[Requirement]:
    """What the project asks for, for itself, for tests and for work on it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours = project["project"]
    for line in [
        *ours["dependencies"],
        *ours["optional-dependencies"]["testing"],
        *project["dependency-groups"]["dev"],
    ]:
        yield Requirement(line)


@pytest.mark.parametrize("requirement", list(asked_for()), ids=str)
def test_what_the_project_asks_for_is_what_is_pinned(requirement: Requirement) -> None:
    pins = read_pins((ROOT / "requirements/dev.txt").read_text(encoding="utf-8"))
    assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)][0])


def installs(line: str) -> bool:
    """True for a command, and not for a word about one in quotes."""
    return "pip install " in line.partition('"')[0]


def test_whatever_installs_from_a_lock_file_asks_for_the_hashes() -> None:
    for path in (ROOT / "Makefile", *ROOT.glob(".ci/*")):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ").replace("$(PINNED)", "--require-hashes")
        for line in text.splitlines():
            assert not installs(line) or "--require-hashes" in line or "--editable" in line, line

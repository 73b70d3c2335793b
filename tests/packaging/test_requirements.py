"""What is pinned: every package with a hash, nothing with an address, and all that pyproject.toml asks for."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
NEW = ROOT / "actorlive/new/full"
LOCKS = sorted(
    [*ROOT.glob("requirements/*.txt"), *ROOT.glob("bench/**/requirements.txt"), *NEW.glob("*.txt")]
)


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


@pytest.mark.parametrize("folder", ["", "editors/vscode"])
def test_every_node_package_is_pinned_with_a_hash_and_none_with_an_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    own, *packages = lock["packages"].values()
    assert len(packages) > 10
    assert [about for about in packages if "integrity" not in about or "resolved" in about] == []
    manifest = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))
    for kind in ("dependencies", "devDependencies"):
        asked = manifest.get(kind, {})
        assert own.get(kind, {}) == asked
        assert [version for version in asked.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def test_a_package_without_a_hash_would_be_seen() -> None:
    pins = read_pins("# head\nA.b==1 \\\n    --hash=sha256:00\nc==2 ; os_name == 'nt'\nd\n")
    assert pins == {"a-b": ("1", ["sha256:00"]), "c": ("2", []), "d": ("", [])}


def pins_of(name: str) -> dict[str, tuple[str, list[str]]]:
    """The pins of requirements/dev.txt by "dev", and of a new application by "requirements" and "requirements-dev"."""
    folder = NEW if name.startswith("requirements") else ROOT / "requirements"
    return read_pins((folder / f"{name}.txt").read_text(encoding="utf-8"))


def of_group(groups: Mapping[str, list[str | dict[str, str]]], name: str) -> Iterator[str]:
    """What a dependency group asks for, with the groups that it includes."""
    for line in groups[name]:
        if isinstance(line, str):
            yield line
        else:
            yield from of_group(groups, line["include-group"])


def asked_for() -> Iterator[tuple[str, Requirement]]:
    """What the project asks for, with the lock that must have it: for itself, for building it, and for work on it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    ours, groups = project["project"], project["dependency-groups"]
    extras = ours["optional-dependencies"]
    lines = {
        "requirements": ours["dependencies"],
        "requirements-dev": [*ours["dependencies"], *extras["dev"], *extras["testing"]],
        "run": [*ours["dependencies"], *extras["dev"], *of_group(groups, "gallery")],
        "build": project["build-system"]["requires"],
        "dev": [*extras["testing"], *of_group(groups, "dev")],
    }
    for lock, asked in lines.items():
        for line in asked:
            yield lock, Requirement(line)


@pytest.mark.parametrize(("lock", "requirement"), list(asked_for()), ids=str)
def test_what_the_project_asks_for_is_what_is_pinned(lock: str, requirement: Requirement) -> None:
    pins = pins_of(lock)
    assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)][0])


@pytest.mark.parametrize("lock", ["run", "build"])
def test_a_small_lock_is_a_part_of_the_large_one(lock: str) -> None:
    assert pins_of(lock).items() <= pins_of("dev").items()


@pytest.mark.parametrize("lock", ["requirements", "requirements-dev"])
def test_a_new_application_is_pinned_to_what_is_tested_here(lock: str) -> None:
    pins = read_pins((NEW / f"{lock}.txt").read_text(encoding="utf-8"))
    only_there = {"pyright", "nodeenv"}  # here it comes from npm
    assert {name: pin for name, pin in pins.items() if name not in only_there}.items() <= pins_of(
        "dev"
    ).items()


def test_what_serves_the_gallery_brings_nothing_that_only_tests_and_linters_use() -> None:
    others = {"coredis", "coverage", "hatchling", "hypothesis", "openai", "playwright", "pydantic", "ruff"}
    assert others <= pins_of("dev").keys()
    assert not others & pins_of("run").keys()


def installs(line: str) -> bool:
    """True for a command, and not for a word about one in quotes."""
    return "pip install " in line.partition('"')[0]


def test_whatever_installs_from_a_lock_file_asks_for_the_hashes() -> None:
    for path in (ROOT / "Makefile", NEW / "Makefile", NEW / "Dockerfile", *ROOT.glob(".ci/*")):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ").replace("$(PINNED)", "--require-hashes")
        for line in text.splitlines():
            assert not installs(line) or "--require-hashes" in line or "--editable" in line, line

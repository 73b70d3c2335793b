"""May this be released? `make release-check`: wheel and sdist are built, read, installed and served.

Wheel and sdist carry the same version and metadata, which packaging's rules for an index accept. Each is installed as
a stranger would, in an environment of its own that has nothing else, with neither Node nor this checkout in reach,
and with the pins of requirements/run.txt: what the package asks for and those lack, pip refuses. Then the counter of
the README is served from it and fetched. Prints a line per step; exit code 1, and what is wrong, at the first that
fails.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from packaging.metadata import Metadata
from packaging.utils import parse_sdist_filename, parse_wheel_filename

from actorlive import __version__
from tests.packaging.counter import fetch_counter

ROOT = Path(__file__).parents[1]
PINS = ROOT / "requirements/run.txt"


class Unfit(Exception):
    """What is wrong with a release."""


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        try:
            check_release(Path(home))
        except Unfit as fault:
            sys.exit(f"release-check: {fault}")


def check_release(home: Path) -> None:
    wheel, sdist = build("wheel", home), build("sdist", home)
    check_names(wheel.name, sdist.name)
    check_metadata(read_metadata(wheel), read_metadata(sdist))
    say(f"{wheel.name} and {sdist.name}: built, metadata in order")
    with without_node(home):
        rebuilt = build_from(sdist, home / "rebuilt")
        check_same_files(read_files(wheel), read_files(rebuilt))
        say("the sdist holds all that the wheel is made of")
        for what, built in (("wheel", wheel), ("sdist", rebuilt)):
            python = install(built, home / f"from-{what}")
            fetch_counter(python, home / f"counter-{what}")
            say(f"the {what}, in an empty environment: the counter of the README is served")


def say(line: str) -> None:
    print(f"release-check: {line}", flush=True)


# -- what is built -------------------------------------------------------------


def build(kind: str, folder: Path) -> Path:
    """The wheel or the sdist of this checkout."""
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder), cwd=ROOT)
    [built] = folder.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


def build_from(sdist: Path, folder: Path) -> Path:
    """The wheel that pip makes of an sdist before it installs that."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*pip, "-w", str(folder), str(sdist))
    [built] = folder.glob("*.whl")
    return built


def read_files(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_metadata(built: Path) -> bytes:
    """What an index would read of a wheel or an sdist."""
    if built.suffix == ".whl":
        return next(text for name, text in read_files(built).items() if name.endswith("/METADATA"))
    with tarfile.open(built) as archive:
        file = archive.extractfile(f"{built.name.removesuffix('.tar.gz')}/PKG-INFO")
        assert file is not None
        return file.read()


# -- what must be true of it ---------------------------------------------------


def check_names(wheel: str, sdist: str) -> None:
    """The names of the files say what is in them: pure Python, for everyone, of this version."""
    *of_wheel, _, tags = parse_wheel_filename(wheel)
    for name, version in (of_wheel, parse_sdist_filename(sdist)):
        if (str(name), str(version)) != ("actorlive", __version__):
            raise Unfit(f"{wheel} and {sdist} are not both of actorlive {__version__}")
    if {str(tag) for tag in tags} != {"py3-none-any"}:
        raise Unfit(f"{wheel} is not for every Python and system")


def check_metadata(wheel: bytes, sdist: bytes) -> None:
    """An index would take it, and a visitor of the index would find the README, the licence and the Pythons."""
    if wheel != sdist:
        raise Unfit("the wheel and the sdist have different metadata")
    try:
        metadata = Metadata.from_email(wheel, validate=True)
    except ExceptionGroup as faults:
        raise Unfit("; ".join(str(fault) for fault in faults.exceptions)) from None
    if str(metadata.version) != __version__:
        raise Unfit(f"the metadata is of {metadata.version}, actorlive.__version__ is {__version__}")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if (metadata.description_content_type, metadata.description) != ("text/markdown", readme):
        raise Unfit("the description is not the README")
    missing = [
        field
        for field in ("summary", "license_expression", "license_files", "requires_python", "classifiers")
        if not getattr(metadata, field)
    ]
    if missing:
        raise Unfit(f"the metadata lacks {', '.join(missing)}")


def check_same_files(wheel: Mapping[str, bytes], rebuilt: Mapping[str, bytes]) -> None:
    """What the sdist becomes is what was built beside it."""
    if different := sorted(name for name in wheel.keys() | rebuilt if wheel.get(name) != rebuilt.get(name)):
        raise Unfit(f"the wheel that the sdist becomes differs in {', '.join(different)}")


# -- where it is tried ---------------------------------------------------------


@contextlib.contextmanager
def without_node(home: Path) -> Iterator[None]:
    """No program can be found by its name, so neither node nor npm."""
    path = os.environ["PATH"]
    os.environ["PATH"] = str(home / "nothing")
    try:
        yield
    finally:
        os.environ["PATH"] = path


def install(wheel: Path, home: Path) -> Path:
    """The interpreter of a new environment that holds the wheel, what it asks for, and nothing else."""
    venv.create(home, with_pip=True, symlinks=True)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    asked = home / "requirements.txt"
    asked.write_text(
        f"{PINS.read_text(encoding='utf-8')}\n{wheel} --hash=sha256:{digest}\n", encoding="utf-8"
    )
    python = home / "bin/python"
    quiet = ("--quiet", "--disable-pip-version-check")
    run(str(python), "-m", "pip", "install", *quiet, "--require-hashes", "-r", str(asked))
    run(str(python), "-m", "pip", "check", *quiet)
    return python


def run(*command: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unfit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()

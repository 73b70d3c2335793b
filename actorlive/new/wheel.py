"""The wheel of actorlive that an application brings along, as long as no package index has it.

It is the one that was named, or else the one that this very actorlive was installed from: pip notes that, by PEP 610.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import msgspec

from actorlive import __version__
from actorlive.new.naming import NewError

__all__ = ["Wheel", "find_wheel"]


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel of this version of actorlive."""

    path: Path

    @property
    def requirement(self) -> str:
        """The line of a requirements file that installs it, and nothing else."""
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        return f"vendor/{self.path.name} \\\n    --hash=sha256:{digest}\n"


def find_wheel(given: Path | None) -> Wheel:
    """The wheel at that path, or the one that is installed. Raises `NewError` when there is none, or it is another."""
    path = given or _installed_from()
    if path is None:
        raise NewError(
            "which wheel? No package index has actorlive yet, so an application brings its wheel along:"
            " pass --wheel PATH (`make wheel` in a checkout leaves one in dist/)"
        )
    if not path.is_file():
        raise NewError(f"there is no file {str(path)!r} (from --wheel)")
    name, version = _read_metadata(path)
    if (name, version) != ("actorlive", __version__):
        raise NewError(
            f"{path.name} is {name} {version}, and this is actorlive {__version__}: take the wheel of the same"
        )
    if not path.name.startswith(f"actorlive-{version}-"):
        raise NewError(
            f"{path.name} is not what the wheel was called, and pip would refuse it: name it as it was"
        )
    return Wheel(path)


def _read_metadata(path: Path) -> tuple[str, str]:
    """Name and version of what a wheel installs. Raises `NewError` for what is not a wheel."""
    try:
        with zipfile.ZipFile(path) as wheel:
            [metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
            headers = HeaderParser().parsestr(wheel.read(metadata).decode())
    except (zipfile.BadZipFile, ValueError) as error:
        raise NewError(f"{path.name} is not a wheel (from --wheel)") from error
    return str(headers["Name"]), str(headers["Version"])


class DirectUrl(msgspec.Struct):
    """What PEP 610 notes of an installation, as far as we ask."""

    url: str
    archive_info: object = None


def _installed_from() -> Path | None:
    """The wheel that is installed, if it is still where it was."""
    try:
        noted = distribution("actorlive").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    if noted is None:
        return None
    origin = msgspec.json.decode(noted, type=DirectUrl)
    parts = urlsplit(origin.url)
    path = Path(url2pathname(parts.path))
    is_wheel = origin.archive_info is not None and parts.scheme == "file" and path.suffix == ".whl"
    return path if is_wheel and path.is_file() else None

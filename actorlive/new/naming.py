"""From the name of an application to those of its folder, its package and its pages: "my-shop", `my_shop`, "My shop".

A package must not hide another module. It stands first on the path while the application runs, so whatever is called
the same, in the standard library or among what the application is built on, would be found no more.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass

from actorlive.errors import ActorLiveError

__all__ = ["NewError", "ProjectName", "parse_name"]

LONGEST = 30
FOLDERS = frozenset(("tests", "vendor"))
"""What stands beside the package."""


class NewError(ActorLiveError):
    """An application cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True)
class ProjectName:
    """One name, as the places where it stands want it.

    >>> parse_name("my-shop")
    ProjectName(folder='my-shop', package='my_shop', title='My shop')
    """

    folder: str
    package: str
    title: str


def parse_name(text: str, taken: Collection[str] = ()) -> ProjectName:
    """The names of an application. `taken` are modules that it needs itself. Raises `NewError`."""
    if re.search(r"[/\\]", text):
        raise NewError(f"{text!r} is a path: go to the folder first, and give the name alone")
    if not re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", text):
        raise NewError(
            f"{text!r} is not a name for an application: take lower-case letters, digits and single dashes,"
            f' a letter first, as in "{_slug(text)}"'
        )
    if len(text) > LONGEST:
        raise NewError(f"{text!r} has {len(text)} characters: take {LONGEST} at most")
    package = text.replace("-", "_")
    if reason := _taken(package, taken):
        raise NewError(f'{text!r} is {reason}: take another name, as "{text}-app"')
    return ProjectName(text, package, package.replace("_", " ").capitalize())


def _slug(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower())
    slug = "-".join(words).lstrip("-0123456789")
    return slug[:LONGEST].rstrip("-") or "my-shop"


def _taken(package: str, taken: Collection[str]) -> str | None:
    """Why no package can have that name; None where it can."""
    if keyword.iskeyword(package):
        return "a word of the language"
    if package in sys.stdlib_module_names:
        return "a module of Python's standard library, which your package would hide"
    if package in FOLDERS:
        return "the name of a folder beside the package"
    if package in taken or _is_installed(package):
        return "a module that is installed, which your package would hide"
    return None


def _is_installed(package: str) -> bool:
    found = importlib.util.find_spec(package)
    return found is not None and found.origin is not None

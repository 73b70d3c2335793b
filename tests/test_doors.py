"""Every door: what it names exists and is documented, and nothing that it binds is left out.

A door is a package whose `__init__` has an `__all__`; the other packages are rooms that only our own code enters.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import actorlive
from actorlive import runtime

ROOT = Path(__file__).parents[1]
DOORS = [
    "actorlive",
    "actorlive.forms",
    "actorlive.js",
    "actorlive.pubsub",
    "actorlive.rendered",
    "actorlive.runtime",
    "actorlive.template",
    "actorlive.testing",
    "actorlive.ui",
    "actorlive.web",
    "actorlive.wire",
]
RUNTIME_DOORS = {f"actorlive.runtime.{name}" for name in ("faults", "functions", "main_stack", "turns")}
DOORS_THAT_LOAD_LATE = {"actorlive", "actorlive.testing", "actorlive.ui"}

every_door = pytest.mark.parametrize("door", DOORS)


def public_names(door: str) -> list[str]:
    names: list[str] = importlib.import_module(door).__all__
    return names


def packages() -> Iterator[str]:
    yield "actorlive"
    for module in pkgutil.walk_packages(actorlive.__path__, "actorlive."):
        if module.ispkg:
            yield module.name


def bound_names(statements: list[ast.stmt]) -> Iterator[str]:
    """The names that a module's text takes from actorlive or makes itself, those under `if TYPE_CHECKING:` too."""
    for statement in statements:
        match statement:
            case ast.ImportFrom(module=str(module), names=aliases) if module.startswith("actorlive"):
                yield from (alias.asname or alias.name for alias in aliases)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.If(body=body):
                yield from bound_names(body)
            case _:
                pass


def documentation(thing: object) -> str:
    """What its author wrote about it; the signature that `dataclass` puts in place of a docstring is not that."""
    text = thing.__doc__ or ""
    return "" if text.startswith(f"{getattr(thing, '__name__', '')}(") else text


def test_every_module_of_the_runtime_is_behind_its_door_or_one_itself() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [contract] = [it for it in settings["contracts"] if "doors of runtime" in it["name"]]
    modules = {module.name for module in pkgutil.iter_modules(runtime.__path__, "actorlive.runtime.")}
    assert modules - set(contract["protected_modules"]) == RUNTIME_DOORS
    assert "ignore_imports" not in contract


def test_these_are_all_doors() -> None:
    assert [name for name in packages() if hasattr(importlib.import_module(name), "__all__")] == DOORS


@every_door
def test_a_door_says_what_is_behind_it(door: str) -> None:
    assert importlib.import_module(door).__doc__


@every_door
def test_every_name_is_there_once_and_documented(door: str) -> None:
    module, names = importlib.import_module(door), public_names(door)
    assert len(set(names)) == len(names)
    undocumented = [
        name
        for name in names
        if (inspect.isclass(thing := getattr(module, name)) or inspect.isfunction(thing))
        and thing.__module__.startswith("actorlive")
        and not documentation(thing)
    ]
    assert not undocumented


@every_door
def test_nothing_that_a_door_binds_is_left_out(door: str) -> None:
    source = Path(str(importlib.import_module(door).__file__)).read_text(encoding="utf-8")
    bound = {name for name in bound_names(ast.parse(source).body) if not name.startswith("_")}
    if door in DOORS_THAT_LOAD_LATE:
        bound.remove("open_door")
    assert bound == set(public_names(door))


def test_control_a_name_that_is_bound_is_seen_however_it_is_bound() -> None:
    text = """
from typing import TYPE_CHECKING
from actorlive.a import b as c, d
if TYPE_CHECKING:
    from actorlive.e import f
Alias = int
limit: float = 0.5
def g(): ...
class H: ...
"""
    assert list(bound_names(ast.parse(text).body)) == ["c", "d", "f", "Alias", "limit", "g", "H"]

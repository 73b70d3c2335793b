"""The reference: every public name with its signature and what its docstring says, as Markdown."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType

__all__ = ["MODULES", "describe"]

MODULES = {
    "actorlive": "everything that an application needs as a rule",
    "actorlive.runtime": "processes, links, monitors, timers, supervisors",
    "actorlive.pubsub": "topics",
    "actorlive.js": "commands that run in the browser",
    "actorlive.ui": "parts of pages",
    "actorlive.testing": "the kit for tests of views",
    "actorlive.telemetry": "what can be listened to",
    "actorlive.rendered": "trees, and their diffs",
    "actorlive.wire": "the protocol of the client",
}


def describe(name: str) -> str:
    """The page of a module."""
    module = importlib.import_module(name)
    parts = [f"# `{name}`", inspect.getdoc(module) or "", *_names(module)]
    return "\n\n".join(part for part in parts if part)


def _names(module: ModuleType) -> Iterator[str]:
    for name in sorted(getattr(module, "__all__", ()), key=str.lower):
        value = getattr(module, name, None)
        if not inspect.ismodule(value):
            yield from _entry(name, value)


def _entry(name: str, value: object) -> Iterator[str]:
    yield f"## `{name}`"
    yield _signature(name, value)
    if inspect.isclass(value) or callable(value):
        yield _doc(value)
    if inspect.isclass(value):
        yield from _members(name, value)


def _members(name: str, cls: type) -> Iterator[str]:
    for member, value in _own(cls).items():
        plain = getattr(value, "__func__", getattr(value, "fget", value))
        if member.startswith("_") or not inspect.isfunction(plain) or not plain.__doc__:
            continue
        yield f"### `{name}.{member}`"
        yield f"`{member}`, a property" if isinstance(value, property) else _signature(member, plain)
        yield _doc(plain)


def _own(cls: type) -> dict[str, object]:
    """What the class and its bases of this package define."""
    found: dict[str, object] = {}
    for base in cls.__mro__:
        if base.__module__.startswith("actorlive"):
            found = {**vars(base), **found}
    return found


def _signature(name: str, value: object) -> str:
    """What one writes to call it; nothing for what cannot be called, or says nothing of it."""
    if not callable(value):
        return f"```python\n{name} = {value!r:.200}\n```"
    try:
        shown = str(inspect.signature(value))
    except (ValueError, TypeError):
        return ""
    prefix = (
        "class " if inspect.isclass(value) else "async def " if inspect.iscoroutinefunction(value) else "def "
    )
    return f"```python\n{prefix}{name}{shown}\n```"


def _doc(value: object) -> str:
    """The docstring; what it says of an inherited one of Python's own says nothing here."""
    own = value.__dict__.get("__doc__") if inspect.isclass(value) else getattr(value, "__doc__", None)
    return inspect.cleandoc(own) if isinstance(own, str) else ""

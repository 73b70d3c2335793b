"""Development only: finds assigns that were changed in place, which no render can see.

`self.items.append(x)` sets nothing, so nothing is rendered, and the author looks for the fault in the template. In
development the view keeps a fingerprint of every list, dict, set and plain object that is an assign; when one has
changed although the assign was not set, a warning says which, where the template reads it, and what to write.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from types import ModuleType
from typing import cast
from weakref import WeakSet

import msgspec

from actorlive.live.assigns import Assigns, changes
from actorlive.live.streams import Streams
from actorlive.live.uploads.uploads import Uploads
from actorlive.template import Template
from actorlive.template.rendering.compiled import Compiled
from actorlive.template.syntax.unvalued import unvalued_inputs

__all__ = ["MutationGuard"]

_log = logging.getLogger("actorlive.live")

BUDGET = 5_000
"""So many values of one assign are looked at; what lies beyond is not seen."""

_PLAIN = (str, int, float, bool, bytes, type(None), Streams, Uploads)


class MutationGuard:
    """Watches one view between its renders."""

    __slots__ = ("_prints", "_shown", "_told", "_view")

    def __init__(self, view: Assigns) -> None:
        self._view = view
        self._prints: dict[str, tuple[int, int]] = {}
        self._shown: frozenset[str] = frozenset()
        self._told: set[str] = set()

    def check(self, template: Template) -> None:
        """Before a render: warn of what changed without being set.

        Of an assign that was set, the value before is looked at: `[*self.rows, row]` still holds the old rows.
        """
        _warn_of_wiped_inputs(template.core)
        changed = changes(self._view)
        for name, value in self._watched():
            before = self._prints.get(name)
            known = changed.get(name, value)
            if before is None or before[0] != id(known) or name in self._told:
                continue
            if before[1] != self._print(name, known):
                self._told.add(name)
                _log.warning("%s", _advice(self._view, name, template))
        self._shown = template.core.names

    def remember(self) -> None:
        """After a render: this is what the client has."""
        self._prints = {name: (id(value), self._print(name, value)) for name, value in self._watched()}

    def _print(self, name: str, value: object) -> int:
        """An object of any class is state where the template shows it; elsewhere it may well be a tool."""
        return fingerprint(value, objects=name in self._shown)

    def _watched(self) -> Iterable[tuple[str, object]]:
        return [(name, value) for name, value in self._view.__dict__.items() if not isinstance(value, _PLAIN)]


_warned: WeakSet[Compiled] = WeakSet()


def _warn_of_wiped_inputs(template: Compiled) -> None:
    """Once for each template of a view: its text inputs that the next patch empties."""
    if template in _warned:
        return
    _warned.add(template)
    for advice in unvalued_inputs(template.source):
        _log.warning("%s", advice)


def fingerprint(value: object, *, objects: bool = True) -> int:
    """A number that changes when anything inside the value does, as far as the budget goes.

    With `objects` it looks into those of plain classes, too.
    """
    budget = BUDGET
    parts: list[object] = []
    todo: list[object] = [value]
    seen: set[int] = set()
    while todo and budget:
        budget -= 1
        item = todo.pop()
        inside = None if id(item) in seen else _inside(item, objects)
        if inside is None:
            parts.append(item if isinstance(item, _PLAIN) and not isinstance(item, Streams) else id(item))
        else:
            seen.add(id(item))
            parts.append((type(item).__name__, len(inside)))
            todo.extend(inside)
    return hash(tuple(parts))


def _inside(value: object, objects: bool) -> list[object] | None:
    """What a value holds that can be changed in place; None for what is looked at as a whole."""
    if isinstance(value, list | tuple):
        return list(cast("list[object]", value))
    if isinstance(value, set):
        return sorted(cast("set[object]", value), key=hash)
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        return [*mapping.keys(), *mapping.values()]
    if isinstance(value, msgspec.Struct):
        return [getattr(value, name, None) for name in value.__struct_fields__]
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    return _attributes(value) if objects else None


def _attributes(value: object) -> list[object] | None:
    """The public attributes of an object that is not code, without those that it only remembers."""
    attributes = cast("Mapping[str, object] | None", getattr(value, "__dict__", None))
    if attributes is None or isinstance(value, ModuleType) or callable(value):
        return None
    cls = type(value)
    return [
        inner
        for name, inner in attributes.items()
        if name[:1] != "_" and not isinstance(getattr(cls, name, None), cached_property)
    ]


def _advice(view: Assigns, name: str, template: Template) -> str:
    core = template.core
    place = core.where.get(name)
    where = f"\n  {core.filename}:{place[0] + 1}:{place[1] + 1} renders @{name}" if place else ""
    return (
        f"{type(view).__qualname__}.{name} was changed in place, so nothing is rendered.{where}"
        f"\n  Set it instead (self.{name} = [*self.{name}, …]), use a Stream, or call socket.touch({name!r})."
    )

"""Finding assigns that were changed in place, in development.

`self.items.append(x)` sets nothing, so nothing is rendered, or only by accident. After each render the guard
takes a fingerprint of every assign that can be changed in place; before the next one it compares. What differs
without having been set or touched is reported, with the line of the template that shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

from actorlive.errors import AssignError
from actorlive.template.template import SPECIAL_ASSIGNS, Template

__all__ = ["MutationGuard", "fingerprint"]

LIMIT = 2_000
"""How many values a fingerprint looks at; what lies behind them is not watched."""

_ATOMS: tuple[type, ...] = (str, bytes, int, float, complex, bool, type(None), frozenset, type, range)


class MutationGuard:
    """Watches one view's assigns between renders.

    `check` belongs before a render, `note` after it.
    """

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, object]] = {}

    def note(self, template: Template, assigns: Mapping[str, object]) -> None:
        """Remember how the assigns that the template reads look now."""
        self._seen = {
            name: (id(assigns[name]), fingerprint(assigns[name]))
            for name in template.names - SPECIAL_ASSIGNS
            if name in assigns and not isinstance(assigns[name], _ATOMS)
        }

    def check(
        self, template: Template, assigns: Mapping[str, object], changed: Collection[str], *, owner: str
    ) -> None:
        """Raise `AssignError` for an assign that is the same object and another value, and was not announced."""
        for name, (identity, before) in self._seen.items():
            if name in changed or name not in assigns or id(assigns[name]) != identity:
                continue
            if fingerprint(assigns[name]) != before:
                raise AssignError(_message(template, name, assigns[name], owner))


def _message(template: Template, name: str, value: object, owner: str) -> str:
    core = template.core
    parts = [f"{owner}.{name} was changed in place ({_kind(value)}), which nobody can see"]
    if name in core.where:
        line, column = core.where[name]
        parts.append(f"  --> {core.filename}:{line + 1}:{column + 1} shows it")
        text = core.source.line(line).rstrip("\n")
        if text.strip():
            number = str(line + 1)
            parts.append(f"{number} | {text}")
            parts.append(f"{' ' * len(number)} | {' ' * column}{'^' * (len(name) + 1)}")
    parts.append(f"  help: {_advice(name, value)}")
    return "\n".join(parts)


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"


def _advice(name: str, value: object) -> str:
    ways: dict[type, str] = {
        list: f"self.{name} = [*self.{name}, x]",
        dict: f"self.{name} = {{**self.{name}, key: x}}",
        set: f"self.{name} = self.{name} | {{x}}",
    }
    way = ways.get(type(value), f"self.{name} = a changed copy")
    return f'write {way}, use a Stream, or say socket.touch("{name}")'


def fingerprint(value: object) -> object:
    """A value that differs when something changed inside: equal for equal content, without keeping the content.

    Looks into lists, tuples, sets, dicts, dataclasses and plain objects, at `LIMIT` values at most; what it
    cannot look into counts by identity.
    """
    return tuple(_walk(value))


def _walk(value: object) -> Iterator[int]:
    pending: list[object] = [value]
    seen: set[int] = set()
    for _ in range(LIMIT):
        if not pending:
            return
        current = pending.pop()
        if isinstance(current, _ATOMS):
            yield hash((current.__class__, cast("Hashable", current)))
            continue
        if id(current) in seen:
            continue
        seen.add(id(current))
        inside = _inside(current)
        yield hash((type(current), len(inside))) if inside is not None else hash((id(current),))
        pending += inside or ()


def _inside(value: object) -> list[object] | None:
    """What a value holds, or None for one that is known by its identity."""
    if isinstance(value, dict):
        items = cast("dict[object, object]", value)
        return [*items.keys(), *items.values()]
    if isinstance(value, list | tuple):
        return list(cast("list[object]", value))
    if isinstance(value, set):
        return [frozenset(map(hash, cast("set[object]", value)))]
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    state: dict[str, Any] | None = getattr(value, "__dict__", None)
    return list(state.values()) if state is not None and not callable(value) else None

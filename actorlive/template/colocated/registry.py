"""What was taken out of templates, for the web layer to serve."""

from __future__ import annotations

import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from actorlive.template.colocated.kinds import ColocatedKind

__all__ = ["Colocated", "ColocatedRegistry", "module_of", "registry"]


@dataclass(frozen=True, slots=True)
class Colocated:
    """One script or style: `module` is where it belongs, `name` its own (".Sort", or "" when it has none).

    A hook of the kind "runtime" is in the page and needs not be served.

    `filename`, `line` and `column` (both from 0) tell where it stands, `origin` is its module's file.
    """

    kind: ColocatedKind
    module: str
    name: str
    text: str
    filename: str
    line: int
    column: int
    origin: str = ""

    @property
    def full_name(self) -> str:
        """The name that the client knows: "shop.rows.Sort"; one without a name has its place instead."""
        return f"{self.module}{self.name or f'.{self.line + 1}'}"

    @property
    def key(self) -> tuple[object, ...]:
        """What there is only one of."""
        return (self.module, self.name) if self.name else (self.filename, self.line, self.column)

    def stands(self) -> bool:
        """False when its file says something else by now: modules are reloaded."""
        linecache.checkcache(self.filename)
        return self.name in linecache.getline(self.filename, self.line + 1)


class ColocatedRegistry:
    """Everything that was taken out of templates. `version` changes with its content."""

    def __init__(self) -> None:
        self._entries: dict[tuple[object, ...], Colocated] = {}
        self.version = 0

    def __iter__(self) -> Iterator[Colocated]:
        return iter(list(self._entries.values()))

    def hook_names(self, module: str) -> list[str]:
        """The names of a module's hooks, with their dots."""
        return [entry.name for entry in self if entry.name and entry.module == module]

    def add(self, entry: Colocated) -> Colocated | None:
        """Keep it; returns the other one that has the same name already, in which case it is not kept."""
        known = self._entries.get(entry.key)
        if known is not None and entry.name and _is_another(known, entry):
            return known
        if known is None or known.text != entry.text:
            self.version += 1
        self._entries[entry.key] = entry
        return None


def _is_another(known: Colocated, entry: Colocated) -> bool:
    if known.origin != entry.origin:
        return False  # another module of the same name, as `__main__` is
    if known.filename == entry.filename and (known.line, known.column) == (entry.line, entry.column):
        return False
    if known.filename.startswith("<") and known.filename != entry.filename:
        return False  # typed in at a prompt, and now again
    return known.stands()


registry = ColocatedRegistry()
"""What the modules imported so far have brought along."""


def module_of(namespace: Mapping[str, Any]) -> str:
    """The name of the module with these globals."""
    return str(namespace.get("__name__", "__main__"))

"""A compiled template: what all its uses share, and one use of it with the values that this adds."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

from actorlive.errors import did_you_mean
from actorlive.rendered import Dynamic, Dynamics, Rendered, Statics
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.updating import Changed, changed_values
from actorlive.template.syntax.client_rules import Binding
from actorlive.template.syntax.nodes import ComponentCall
from actorlive.template.syntax.source import Source

__all__ = [
    "SPECIAL_ASSIGNS",
    "Compiled",
    "Generated",
    "RenderFunction",
    "Template",
    "check_events",
    "check_names",
    "undeclared",
    "unknown_events",
]

SPECIAL_ASSIGNS = frozenset("flash streams live_action page_title".split())
"""Assigns that every view has, beside those that it declares."""

_ELSEWHERE = {
    "myself": "only a live component has it",
    "uploads": "this view allows none",
    "socket": "a template reads assigns: set what it needs in the view",
}
"""Why there is no such assign, where the name is not just misspelled."""

_NOTHING: Mapping[str, object] = {}

RenderFunction = Callable[[Mapping[str, object], Changed, Dynamics | None], Dynamics]


@dataclass(frozen=True, slots=True)
class Generated:
    """A template's function, its statics, the assigns that it reads with where each is read first, what it takes
    from its module, and the components that it calls."""

    function: RenderFunction
    statics: Statics
    names: Mapping[str, int]
    free: tuple[ast.Name, ...]
    calls: tuple[ComponentCall, ...]


class Compiled:
    """What all uses of one template share."""

    __slots__ = ("__weakref__", "bindings", "filename", "function", "names", "source", "statics", "where")

    def __init__(self, source: Source, generated: Generated, bindings: Sequence[Binding] = ()) -> None:
        self.bindings = bindings
        self.filename = source.filename
        self.function = generated.function
        self.statics: Statics = generated.statics
        self.names = frozenset(generated.names)
        self.where = {name: source.position(offset) for name, offset in generated.names.items()}
        self.source = source

    @property
    def namespace(self) -> dict[str, Any]:
        """The globals in which its expressions run."""
        assert isinstance(self.function, FunctionType)
        return self.function.__globals__

    def become(self, other: Compiled) -> None:
        """Mean from now on what the other means, in every use of this one: a file has changed under development."""
        for slot in Compiled.__slots__[1:]:
            setattr(self, slot, getattr(other, slot))


class Template:
    """A compiled template, with the derived assigns that this use of it adds.

    `names` are the assigns that it reads, without the derived ones.
    """

    __slots__ = ("core", "values")

    def __init__(self, core: Compiled, values: Mapping[str, object] = _NOTHING) -> None:
        self.core: Compiled = core
        self.values: Mapping[str, object] = values

    def __repr__(self) -> str:
        return f"<template {self.core.filename}>"

    @property
    def names(self) -> frozenset[str]:
        """The root assigns that the template reads."""
        return self.core.names - self.values.keys() if self.values else self.core.names

    def check(
        self,
        declared: Collection[str],
        *,
        owner: str,
        special: Collection[str] = SPECIAL_ASSIGNS,
        events: Collection[str] | None = None,
        myself: bool = False,
    ) -> None:
        """Raise `TemplateError` for the first assign that neither is declared nor special, naming the nearest that is.

        Likewise, unless `events` is None, for an event that a literal binding names and that is not among them: one
        for the view, or for the live component whose template this is with `myself`.
        """
        known = {*declared, *self.values, *special}
        check_names(self.core, known, owner)
        check_events(self.core, events, owner, myself=myself)

    def bound_to(self, values: Mapping[str, object]) -> Template:
        """The same template seeing these assigns under its derived ones."""
        return Template(self.core, {**values, **self.values} if self.values else values)

    def render_over(self, previous: Dynamic | None) -> Dynamic:
        """The tree of a template that stands as a value in another one."""
        core, values = self.core, self.values
        if isinstance(previous, Rendered) and previous.statics is core.statics:
            before = cast("Mapping[str, object]", previous.memo)
            dynamics = core.function(values, changed_values(before, values), previous.dynamics)
        else:
            dynamics = core.function(values, {}, None)
        return Rendered(core.statics, dynamics, values)


def check_names(core: Compiled, known: Collection[str], owner: str) -> None:
    """Raise `TemplateError` for the first assign of the template that is not known."""
    for error in undeclared(core, known, owner):
        raise error


def check_events(core: Compiled, events: Collection[str] | None, owner: str, *, myself: bool = False) -> None:
    """Raise `TemplateError` for the first event that a literal binding names and that the owner does not declare."""
    for error in unknown_events(core, events, owner, myself=myself):
        raise error


def unknown_events(
    core: Compiled, events: Collection[str] | None, owner: str, *, myself: bool = False
) -> Iterator[TemplateError]:
    """The faults of all literal bindings whose event is not among `events`; none where these are not known."""
    if events is None:
        return
    root = "LiveComponent" if myself else "LiveView"
    for binding in core.bindings:
        if binding.myself == myself and binding.event not in events:
            hint = f"declare it, also if a hook takes it: {root}[… | {_class_name(binding.event)}]"
            hint += f"; declared are {', '.join(sorted(events))}.{did_you_mean(binding.event, events)}"
            what = f"{owner} declares no event {binding.event!r}"
            yield core.source.error(what, binding.start, binding.end, hint=hint)


def _class_name(event: str) -> str:
    name = event.title().replace("_", "")
    return name if name.isidentifier() else "…"


def undeclared(core: Compiled, known: Collection[str], owner: str) -> Iterator[TemplateError]:
    """The faults of all assigns of the template that are not known, in the order in which it reads them."""
    for name, (line, column) in core.where.items():
        if name not in known:
            shown = name.rstrip("_")
            yield TemplateError(
                f"@{shown} is not an assign of {owner}",
                filename=core.filename,
                lineno=line + 1,
                column=column + 1,
                line=core.source.line(line),
                width=len(shown) + 1,
                hint=_ELSEWHERE.get(name) or f"declare it, or correct the name.{did_you_mean(name, known)}",
            )

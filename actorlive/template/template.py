"""A compiled template: what all its uses share, and one use of it with the values that this adds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from actorlive.errors import did_you_mean
from actorlive.rendered import Rendered, SlotValue, Statics
from actorlive.template.colocated import extract
from actorlive.template.compiler.check_calls import call_faults, find_component, missing_component
from actorlive.template.compiler.codegen import Generated, generate
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.updating import Changed, Slots, changed_values
from actorlive.template.syntax.client_rules import Binding, bindings
from actorlive.template.syntax.nodes import Call
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source

__all__ = [
    "SPECIAL_ASSIGNS",
    "Compiled",
    "Template",
    "builtins",
    "check_events",
    "check_names",
    "compile_source",
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
"""Why there is no such assign, where that is no mistake in writing."""

_NOTHING: Mapping[str, object] = {}
builtins: dict[str, object] = {}
"""The components that every template knows, unless its module has one of the same name above it."""


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

    def verify_later(self, calls: Sequence[Call], namespace: dict[str, Any]) -> None:
        """Check calls of components that are not defined yet when the template is rendered first."""
        if not calls:
            return
        function = self.function

        def first_render(assigns: Mapping[str, object], changed: Changed, previous: Slots | None) -> Slots:
            self.verify(calls, namespace, defined=True)
            self.function = function
            return function(assigns, changed, previous)

        self.function = first_render

    def verify(self, calls: Sequence[Call], namespace: dict[str, Any], *, defined: bool) -> list[Call]:
        """Check calls against their components; gives those whose components do not exist (yet).

        Raises `TemplateError` for the first fault, with `defined` also for a component that does not exist.
        """
        unknown: list[Call] = []
        for call in calls:
            found = find_component(call.name, namespace, builtins)
            if found is None:
                if defined:
                    raise missing_component(self.source, call, namespace, builtins)
                unknown.append(call)
                continue
            for error in call_faults(self.source, call, found):
                raise error
        return unknown


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

    def check(self, declared: Collection[str], *, owner: str, events: Collection[str] | None = None) -> None:
        """Raise `TemplateError` for the first assign that is not declared, naming the nearest that is.

        Likewise, unless `events` is None, for an event that a literal binding names and that is not among them.
        """
        known = {*declared, *self.values, *SPECIAL_ASSIGNS}
        check_names(self.core, known, owner)
        check_events(self.core, events, owner)

    def bound_to(self, values: Mapping[str, object]) -> Template:
        """The same template seeing these assigns under its derived ones."""
        return Template(self.core, {**values, **self.values} if self.values else values)

    def render_over(self, previous: SlotValue | None) -> SlotValue:
        """The tree of a template that stands as a value in another one."""
        core, values = self.core, self.values
        if isinstance(previous, Rendered) and previous.statics is core.statics:
            before = cast("Mapping[str, object]", previous.memo)
            slots = core.function(values, changed_values(before, values), previous.slots)
        else:
            slots = core.function(values, {}, None)
        return Rendered(core.statics, slots, values)


def check_names(core: Compiled, known: Collection[str], owner: str) -> None:
    """Raise `TemplateError` for the first assign of the template that is not known."""
    for error in undeclared(core, known, owner):
        raise error


def check_events(core: Compiled, events: Collection[str] | None, owner: str) -> None:
    """Raise `TemplateError` for the first event that a literal binding names and that the owner does not declare."""
    for error in unknown_events(core, events, owner):
        raise error


def unknown_events(core: Compiled, events: Collection[str] | None, owner: str) -> Iterator[TemplateError]:
    """The faults of all literal bindings whose event is not among `events`; none where these are not known."""
    if events is None:
        return
    for binding in core.bindings:
        if binding.event not in events:
            hint = f"declare it, also if a hook takes it: LiveView[… | {_class_name(binding.event)}]"
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


def compile_source(source: Source, namespace: dict[str, Any]) -> Template:
    """Compile a source; `namespace` are the globals in which its expressions run. Raises `TemplateError`."""
    try:
        nodes = extract(source, parse(source), namespace)
        generated = generate(source, nodes, namespace, builtins)
    except (RecursionError, MemoryError):
        hint = "move parts of it into components"
        raise source.error("the template is too deep, or too large, for Python", 0, hint=hint) from None
    core = Compiled(source, generated, tuple(bindings(nodes)))
    core.verify_later(core.verify(generated.calls, namespace, defined=False), namespace)
    return Template(core)

"""`heex("…")` and what it gives.

A template is compiled once for each place in the user's code. At class level that is when `heex` is called; in
a component or a `render` method the literal is found in the function's source beforehand, so that its faults
come to light when the module is imported; the call itself then only looks up what was compiled.
"""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import CodeType, FrameType, FunctionType
from typing import Any, LiteralString, cast

from actorlive.errors import did_you_mean
from actorlive.rendered import Rendered, SlotValue, Statics
from actorlive.template.calls import call_faults, find_component, missing_component
from actorlive.template.codegen import Generated, generate
from actorlive.template.colocated import extract
from actorlive.template.errors import TemplateError
from actorlive.template.literals import HeexCall, call_position, calls_in, find_call
from actorlive.template.nodes import Call
from actorlive.template.parser import parse
from actorlive.template.runtime import Changed, Slots, changed_values
from actorlive.template.source import Source

__all__ = [
    "SPECIAL_ASSIGNS",
    "Compiled",
    "Template",
    "builtins",
    "compile_function",
    "compile_source",
    "heex",
    "undeclared",
]

SPECIAL_ASSIGNS = frozenset("flash streams live_action page_title uploads myself socket".split())
"""Assigns that every view has, beside those that it declares."""

_NOTHING: Mapping[str, object] = {}
builtins: dict[str, object] = {}
"""The components that every template knows, unless its module has one of the same name above it."""


class Compiled:
    """What all uses of one template share."""

    __slots__ = ("filename", "function", "names", "source", "statics", "where")

    def __init__(self, source: Source, generated: Generated) -> None:
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

    def check(self, declared: Collection[str], *, owner: str) -> None:
        """Raise `TemplateError` for the first assign that is not declared, naming the nearest that is."""
        known = {*declared, *self.values, *SPECIAL_ASSIGNS}
        check_names(self.core, known, owner)

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
                hint=(f"declare it, or correct the name.{did_you_mean(name, known)}"),
            )


_by_code: dict[tuple[CodeType, int], tuple[str, Template]] = {}
_by_place: dict[tuple[str, tuple[int, int], str], Template] = {}


def heex(source: LiteralString, /, **extra: object) -> Template:
    """A template, compiled once for each place where it stands.

    Keyword arguments are derived assigns (`@name` in the template). Raises `TemplateError` for a fault in the
    text, pointing to the user's own file. Mirrors LiveView's `~H`.
    """
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    known = _by_code.get((frame.f_code, frame.f_lasti))
    template = known[1] if known is not None and known[0] == source else _first_call(source, frame)
    return Template(template.core, extra) if extra else template


def _first_call(text: str, frame: FrameType) -> Template:
    filename = frame.f_code.co_filename
    linecache.checkcache(filename)  # a module that is loaded anew has another text by now
    position = call_position(frame)
    key = (filename, position or (0, 0), text)
    template = _by_place.get(key)
    if template is None:
        call = find_call(filename, position)
        template = _compile(text, call, filename, frame.f_globals)
        _by_place[key] = template
    if frame.f_code.co_name != "<module>":
        _by_code[frame.f_code, frame.f_lasti] = text, template
    return template


def _compile(text: str, call: HeexCall | None, filename: str, namespace: dict[str, Any]) -> Template:
    source = call.source(filename) if call is not None and call.literal.value == text else None
    if source is None:
        source = Source.of_text(text, f"heex {next(_unplaced)}")
    return compile_source(source.tidy(), namespace)


_unplaced = iter(range(1, sys.maxsize))


def compile_source(source: Source, namespace: dict[str, Any]) -> Template:
    """Compile a source; `namespace` are the globals in which its expressions run. Raises `TemplateError`."""
    try:
        nodes = extract(source, parse(source), namespace)
        generated = generate(source, nodes, namespace, builtins)
    except (RecursionError, MemoryError):
        hint = "move parts of it into components"
        raise source.error("the template is too deep, or too large, for Python", 0, hint=hint) from None
    core = Compiled(source, generated)
    core.verify_later(core.verify(generated.calls, namespace, defined=False), namespace)
    return Template(core)


def compile_function(
    function: Callable[..., object],
    *,
    declared: Collection[str] | None = None,
    owner: str = "",
    special: Collection[str] = SPECIAL_ASSIGNS,
) -> list[Template]:
    """Compile all `heex("…")` in a function's body, before it runs.

    With `declared`, an assign that neither it nor `special` nor the call's keywords provide is a
    `TemplateError`.
    """
    code = getattr(function, "__code__", None)
    if not isinstance(function, FunctionType) or not isinstance(code, CodeType):
        return []
    templates: list[Template] = []
    linecache.checkcache(code.co_filename)
    for call in _heex_calls(function, code):
        text = cast("str", call.literal.value)
        key = (code.co_filename, call.position, text)
        template = _by_place.get(key) or _compile(text, call, code.co_filename, function.__globals__)
        _by_place[key] = template
        if declared is not None and not call.open_keywords:
            check_names(template.core, {*declared, *special, *call.keywords}, owner)
        templates.append(template)
    return templates


def _heex_calls(function: FunctionType, code: CodeType) -> Iterable[HeexCall]:
    lines = [line for _, _, line in code.co_lines() if line is not None]
    first, last = code.co_firstlineno, max(lines, default=code.co_firstlineno)
    for position, call in calls_in(code.co_filename).items():
        if first <= position[0] <= last and _is_heex(call, function.__globals__):
            yield call


def _is_heex(call: HeexCall, namespace: Mapping[str, object]) -> bool:
    path: list[str] = []
    node = call.function
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return False
    found = namespace.get(node.id)
    for name in reversed(path):
        found = getattr(found, name, None)
    return found is heex

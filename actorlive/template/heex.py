"""`heex("…")`: one compiled template for each place in the user's code.

A template runs as Python, so its text has to be the program's own. The rule: `heex` takes a string literal that
stands in the call itself. Adjacent literals are one; an f-string, a sum, a variable, and a constant of the module are
not, whatever their text. Where the source of the call can be read, it decides. Where it cannot (`exec`, a frozen
program, some REPLs), or is no longer the one that runs, the text must be among the constants of the calling code,
which nothing that comes in at run time is. `compile_template` takes any text from those who mean it.

At class level a template is compiled when `heex` is called. In a component or a `render` method the literal is found
in the function's source beforehand, so that its faults come to light when the module is imported; the call itself then
only looks up what was compiled.

What was compiled is kept in the globals of the calling module, as `warnings` keeps its registry there: a template
sees the names of its own module, also beside another module with equal code, and it goes where the module goes.
It holds for the code object that it was compiled for; a module that is loaded anew compiles anew.
"""

from __future__ import annotations

import ast
import linecache
import sys
import weakref
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any, Final, LiteralString

from actorlive.template.annotations import annotate
from actorlive.template.colocated.extraction import extract
from actorlive.template.compiler.codegen import generate
from actorlive.template.compiler.verify import verify
from actorlive.template.errors import TemplateError
from actorlive.template.macros import expand
from actorlive.template.rendering.compiled import (
    SPECIAL_ASSIGNS,
    Compiled,
    Template,
    check_events,
    check_names,
)
from actorlive.template.rendering.known import BUILTINS
from actorlive.template.syntax.client_rules import bindings
from actorlive.template.syntax.literals import HeexCall, call_position, calls_in, find_call, other_calls
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source

__all__ = ["compile_function", "compile_source", "compile_template", "heex", "not_a_literal"]

REGISTRY: Final = "__heex_templates__"
"""The global of a module that holds its compiled templates."""

CallPlace = tuple[str, tuple[int, int | None], str]


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    """A template, and the code that holds its call, directly or in a function inside it."""

    code: CodeType
    text: str
    template: Template


@dataclass(slots=True)
class _ModuleTemplates:
    """The templates of one module: by the identity of the calling code and its instruction, and by place.

    An entry keeps its code alive, so that the identity stays its own.
    """

    by_call: dict[tuple[int, int], _Placed] = field(default_factory=dict[tuple[int, int], _Placed])
    by_place: dict[CallPlace, _Placed] = field(default_factory=dict[CallPlace, _Placed])

    def at(self, place: CallPlace, code: CodeType) -> _Placed | None:
        """What was compiled for that place, unless that was for code which is gone since."""
        placed = self.by_place.get(place)
        return placed if placed is not None and _same_program(placed.code, code) else None

    def put(self, place: CallPlace, placed: _Placed) -> _Placed:
        old = self.by_place.get(place)
        if old is not None:
            self.by_call = {call: other for call, other in self.by_call.items() if other is not old}
        self.by_place[place] = placed
        return placed


def _same_program(one: CodeType, other: CodeType) -> bool:
    return _holds(one, other) or _holds(other, one)


def _holds(outer: CodeType, inner: CodeType) -> bool:
    nested = (constant for constant in outer.co_consts if isinstance(constant, CodeType))
    return outer is inner or any(_holds(code, inner) for code in nested)


def _templates_of(namespace: dict[str, Any]) -> _ModuleTemplates:
    return namespace.setdefault(REGISTRY, _ModuleTemplates())


def heex(source: LiteralString, /, **extra: object) -> Template:
    """A template, compiled once for each place where it stands. `source` is a literal.

    Keyword arguments are derived assigns (`@name` in the template). Raises `TemplateError` for a fault in the
    text, pointing to the user's own file, and for text that was made at run time. Mirrors LiveView's `~H`.
    """
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    templates: _ModuleTemplates | None = frame.f_globals.get(REGISTRY)
    placed = None if templates is None else templates.by_call.get((id(frame.f_code), frame.f_lasti))
    if placed is None or placed.text != source:
        placed = _first_call(source, frame)
    return Template(placed.template.core, extra) if extra else placed.template


def _first_call(text: str, frame: FrameType) -> _Placed:
    code, namespace = frame.f_code, frame.f_globals
    filename = code.co_filename
    linecache.checkcache(filename)  # a module that is loaded anew has another text by now
    linecache.lazycache(filename, namespace)  # its loader may know the text of what is in no file
    position = call_position(frame)
    call = find_call(filename, position, text)
    if call is None:
        _check_constant(text, frame, position)
    templates = _templates_of(namespace)
    place = (filename, position if call is None else call.position, text)
    placed = templates.at(place, code)
    if placed is None:
        placed = templates.put(place, _Placed(code, text, _compile(text, call, filename, namespace)))
    templates.by_call[id(code), frame.f_lasti] = placed
    return placed


def _check_constant(text: str, frame: FrameType, position: tuple[int, int | None]) -> None:
    """Raise `TemplateError` unless the text, which is not a literal of the file, is one of the program nevertheless."""
    filename, (lineno, column) = frame.f_code.co_filename, position
    call = None if column is None else other_calls(filename).get((lineno, column))
    if call is not None:
        raise not_a_literal(filename, call)
    if type(text) is not str or text not in frame.f_code.co_consts:
        raise TemplateError(_NOT_A_LITERAL, filename=filename, lineno=lineno, column=1, hint=_WRITE_A_LITERAL)


_NOT_A_LITERAL = "heex takes a string literal, not text that was made at run time"
_WRITE_A_LITERAL = (
    "a template runs as Python: write its text into the call, and give values as {@name}; "
    "a tool or a test that means it calls actorlive.template.compile_template"
)


def not_a_literal(filename: str, call: ast.Call) -> TemplateError:
    """The error about a call of `heex` with something else than a literal."""
    given = call.args[0] if call.args else call.keywords[0]
    return Source.of_file("", filename).error_at(_NOT_A_LITERAL, given, hint=_WRITE_A_LITERAL)


def _compile(text: str, call: HeexCall | None, filename: str, namespace: dict[str, Any]) -> Template:
    source = None if call is None else call.source(filename)
    if source is None:
        source = Source.of_text(text, f"heex {next(_unplaced)}")
    return compile_source(source.tidy(), namespace)


_unplaced = iter(range(1, sys.maxsize))


def compile_source(source: Source, namespace: dict[str, Any]) -> Template:
    """Compile a source; `namespace` are the globals in which its expressions run. Raises `TemplateError`."""
    try:
        nodes = extract(source, expand(source, parse(source), namespace), namespace)
        generated = generate(source, annotate(source, nodes), namespace, BUILTINS)
    except (RecursionError, MemoryError):
        hint = "move parts of it into components"
        raise source.error("the template is too deep, or too large, for Python", 0, hint=hint) from None
    core = Compiled(source, generated, tuple(bindings(nodes)))
    verify(core, generated, namespace)
    return Template(core)


def compile_template(text: str, /, **extra: object) -> Template:
    """As `heex`, for text that is made at run time: for tools and tests.

    The template **runs as Python**, with the names of the caller's module; never give it text from outside. Nothing
    of it is kept. Keyword arguments are derived assigns. Raises `TemplateError` for a fault in the text.
    """
    namespace = sys._getframe(1).f_globals  # pyright: ignore[reportPrivateUsage]
    source = Source.of_text(text, f"template {next(_unplaced)}")
    try:
        template = compile_source(source.tidy(), namespace)
    except TemplateError:
        _forget(source.filename)
        raise
    weakref.finalize(template.core, _forget, source.filename).atexit = False
    return Template(template.core, extra) if extra else template


def _forget(filename: str) -> None:
    """Tracebacks quote a text as long as its template lives."""
    linecache.cache.pop(filename, None)


def compile_function(
    function: Callable[..., object],
    *,
    declared: Collection[str] | None = None,
    owner: str = "",
    special: Collection[str] = SPECIAL_ASSIGNS,
    events: Collection[str] | None = None,
    myself: bool = False,
) -> list[Template]:
    """Compile all `heex("…")` in a function's body, before it runs.

    Raises `TemplateError` for a fault in one, and for a call of `heex` without a literal; with `declared` for an
    assign that neither it nor `special` nor the call's keywords provide, with `events` for an event not among them
    (of a live component's function with `myself`).
    """
    code = getattr(function, "__code__", None)
    if not isinstance(function, FunctionType) or not isinstance(code, CodeType):
        return []
    linecache.checkcache(code.co_filename)
    linecache.lazycache(code.co_filename, function.__globals__)
    templates: list[Template] = []
    for call in _heex_calls(function, code):
        template = _compile_ahead(call, code, function.__globals__)
        if declared is not None and not call.open_keywords:
            check_names(template.core, {*declared, *special, *call.keywords}, owner)
        check_events(template.core, events, owner, myself=myself)
        templates.append(template)
    return templates


def _compile_ahead(call: HeexCall, code: CodeType, namespace: dict[str, Any]) -> Template:
    text = call.text
    templates = _templates_of(namespace)
    place = (code.co_filename, call.position, text)
    placed = templates.at(place, code)
    if placed is None:
        placed = templates.put(place, _Placed(code, text, _compile(text, call, code.co_filename, namespace)))
    return placed.template


def _heex_calls(function: FunctionType, code: CodeType) -> Iterator[HeexCall]:
    first = code.co_firstlineno
    last = max((line for _, _, line in code.co_lines() if line is not None), default=first)

    def is_heex(position: tuple[int, int], called: ast.expr) -> bool:
        return first <= position[0] <= last and _means_heex(called, function.__globals__)

    for position, other in other_calls(code.co_filename).items():
        if is_heex(position, other.func):
            raise not_a_literal(code.co_filename, other)
    for position, call in calls_in(code.co_filename).items():
        if is_heex(position, call.function):
            yield call


def _means_heex(called: ast.expr, namespace: Mapping[str, object]) -> bool:
    path: list[str] = []
    node = called
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return False
    found = namespace.get(node.id)
    for name in reversed(path):
        found = getattr(found, name, None)
    return found is heex

"""Nodes → a Python function.

The function is put together as text, which is easy to read and to change, with placeholders where the user's
expressions go. The text is parsed, the placeholders are replaced by the user's syntax trees, and everything
that was generated around one takes its position: whatever raises, the traceback points into the user's file.

Each template gives one factory. What it returns is `(assigns, changed, previous slots) → slots`. A branch, loop,
call or slot content is a function of its own beside it, so that a render that changes one row enters nothing
else. All are made of the same two forms:

* in full: a tuple of the slots' expressions (for a loop, a list comprehension over such tuples);
* over previous slots: `if <what slot 3 reads changed>: v3 = …` for each slot, then the tuple.

The factory runs with the globals of the user's module, so that names mean there what they mean in the code
beside the template; the helpers come in as its arguments.
"""

from __future__ import annotations

import ast
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, cast

from actorlive.rendered import (
    Comprehension,
    Rendered,
    Statics,
    attribute,
    attribute_value,
    attributes,
    escape_str,
)
from actorlive.rendered.escape import Markup, class_list, style_list
from actorlive.template import runtime
from actorlive.template.assigns import Read, condition, reads_of, roots
from actorlive.template.component import call, given_before
from actorlive.template.expression import MARK, Code, Loop, Target, assign_key, put
from actorlive.template.nodes import VOID, Attr, Call, Element, Entry, For, If, Interpolation, Node, Text
from actorlive.template.parser import root_element
from actorlive.template.slots import Slot, SlotEntry, render_slot
from actorlive.template.source import Source

__all__ = ["Function", "Generated", "generate"]

Function = Callable[[Mapping[str, object], runtime.Changed, "runtime.Slots | None"], "runtime.Slots"]

HELPERS: dict[str, Any] = {
    "__h_text": escape_str,
    "__h_dynamic": runtime.dynamic,
    "__h_attribute": attribute,
    "__h_attributes": attributes,
    "__h_value": attribute_value,
    "__h_class": class_list,
    "__h_style": style_list,
    "__h_Markup": Markup,
    "__h_R": Rendered,
    "__h_C": Comprehension,
    "__h_S": Slot,
    "__h_E": SlotEntry,
    "__h_call": call,
    "__h_given": given_before,
    "__h_path": runtime.path_changed,
    "__h_disjoint": runtime.disjoint,
    "__h_which": runtime.which,
    "__h_items": runtime.items_of,
    "__h_unique": runtime.unique,
    "__h_stream": runtime.stream,
    "__h_rows": runtime.update_rows,
    "__h_let": runtime.let,
    "__h_touched": runtime.TOUCHED,
    "__h_render_slot": render_slot,
}

FUNCTIONS = {"render_slot": "__h_render_slot"}
"""Names that every template knows, unless its module means something else by them."""

_HOISTED_URL = frozenset("href src action formaction poster data cite background ping".split())


@dataclass(frozen=True, slots=True)
class Generated:
    """A template's function, its statics, the assigns that it reads with where each is read first, and the
    components that it calls."""

    function: Function
    statics: Statics
    names: Mapping[str, int]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A hole in the text: the expression for it (given the variable with its previous value), and its reads."""

    expression: Callable[[str], str]
    reads: frozenset[Read]


@dataclass(frozen=True, slots=True)
class _Scope:
    """The template's locals that an expression may use: name → its key in the change record."""

    keys: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def parameters(self) -> str:
        return "".join(f", {name}" for name in self.keys)

    def bind(self, target: Target | None, number: int) -> _Scope:
        if target is None:
            return self
        return _Scope({**self.keys, **{name: f".{name}.{number}" for name in target.names}})


class _Body:
    """Text and holes in turn; adjacent text is joined."""

    def __init__(self) -> None:
        self.parts = [""]
        self.slots: list[_Slot] = []

    def text(self, text: str) -> None:
        self.parts[-1] += text

    def slot(self, slot: _Slot) -> None:
        self.slots.append(slot)
        self.parts.append("")

    @property
    def reads(self) -> frozenset[Read]:
        return frozenset[Read]().union(*(slot.reads for slot in self.slots))

    def full(self) -> str:
        return _tuple(slot.expression("None") for slot in self.slots)

    def over(self, indent: str, previous: str) -> str:
        """Statements that make `__v0`… from the previous slots and what changed."""
        if not self.slots:
            return ""
        lines = [f"{_tuple(f'__v{i}' for i in range(len(self.slots)))} = {previous}"]
        for i, slot in enumerate(self.slots):
            test = condition(slot.reads)
            if test:
                lines += [f"if {test}:", f"    __v{i} = {slot.expression(f'__v{i}')}"]
        return "".join(f"{indent}{line}\n" for line in lines)

    def variables(self) -> str:
        return _tuple(f"__v{i}" for i in range(len(self.slots)))


def _tuple(items: Any) -> str:
    return "(" + "".join(f"{item}, " for item in items) + ")"


def generate(
    source: Source, nodes: tuple[Node, ...], namespace: dict[str, Any], resolve: Mapping[str, object]
) -> Generated:
    """Compile the nodes. `namespace` are the globals of the user's module, `resolve` the built-in components."""
    return _Generator(source, namespace, resolve).template(nodes)


class _Generator:
    def __init__(self, source: Source, namespace: dict[str, Any], builtins: Mapping[str, object]) -> None:
        self.source = source
        self.namespace = namespace
        self.builtins = builtins
        self.numbers = count()
        self.trees: dict[str, ast.expr] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.constants: dict[str, Any] = dict(HELPERS)
        self.functions: list[str] = []
        self.names: dict[str, int] = {}
        self.calls: list[Call] = []

    def template(self, nodes: tuple[Node, ...]) -> Generated:
        body = self._body(nodes, _Scope())
        name = self._function_name("template", 0, min(1, len(self.source.text)))
        self.functions.append(
            f"def {name}(__a, __ch, __prev):\n"
            f"    if __prev is None:\n        return {body.full()}\n"
            f"{body.over('    ', '__prev')}    return {body.variables()}\n"
        )
        statics = Statics(body.parts, root=root_element(nodes))
        return Generated(self._compile(name), statics, self.names, tuple(self.calls))

    # Code --------------------------------------------------------------------------------------------

    def _compile(self, root: str) -> Function:
        inner = "".join(f"    {line}\n" for text in self.functions for line in text.splitlines())
        parameters = ", ".join(self.constants)
        tree = ast.parse(f"def __factory({parameters}):\n{inner}    return {root}\n")
        known = {name: helper for name, helper in FUNCTIONS.items() if name not in self.namespace}
        trees = {name: _resolve_names(tree, known) for name, tree in self.trees.items()}
        located = _Placer(self.source, trees, self.spans).module(tree)
        code = compile(located, self.source.filename, "exec", dont_inherit=True)
        made: dict[str, Any] = {}
        exec(code, self.namespace, made)  # noqa: S102 - the user's own template, in the user's module
        return cast("Function", made["__factory"](**self.constants))

    def _function_name(self, kind: str, start: int, end: int) -> str:
        name = f"__{kind}_{next(self.numbers)}"
        self.spans[name] = (start, end)
        return name

    def _constant(self, value: object) -> str:
        name = f"__k_{next(self.numbers)}"
        self.constants[name] = value
        return name

    def _code(self, code: Code, scope: _Scope) -> tuple[str, frozenset[Read]]:
        """A placeholder for the expression, and what it reads."""
        return self._tree(code.tree, code.start, scope)

    def _tree(self, tree: ast.expr, start: int, scope: _Scope) -> tuple[str, frozenset[Read]]:
        reads = reads_of(tree, scope.keys)
        for name in roots(reads):
            self.names.setdefault(name, start)
        name = f"__p_{next(self.numbers)}"
        self.trees[name] = tree
        return name, reads

    def _target(self, target: Target) -> str:
        name = f"__p_{next(self.numbers)}"
        self.trees[name] = target.tree
        return name

    # Content -----------------------------------------------------------------------------------------

    def _body(self, nodes: tuple[Node, ...], scope: _Scope) -> _Body:
        body = _Body()
        self._content(body, nodes, scope)
        return body

    def _content(self, body: _Body, nodes: tuple[Node, ...], scope: _Scope) -> None:
        for node in nodes:
            if isinstance(node, Text):
                body.text(node.value)
            elif isinstance(node, Interpolation):
                self._interpolation(body, node.code, scope)
            elif isinstance(node, Element):
                self._element(body, node, scope)
            elif isinstance(node, If):
                body.slot(self._if(node, scope))
            elif isinstance(node, For):
                body.slot(self._for(node, scope))
            else:
                body.slot(self._call(node, scope))

    def _interpolation(self, body: _Body, code: Code, scope: _Scope) -> None:
        if isinstance(code.tree, ast.Constant) and isinstance(code.tree.value, str | int | float):
            body.text(escape_str(str(code.tree.value)))
            return
        if isinstance(code.tree, ast.JoinedStr):
            self._f_string(body, code, scope, "__h_text")
            return
        name, reads = self._code(code, scope)
        body.slot(_Slot(lambda previous: _text(name, previous), reads))

    def _f_string(self, body: _Body, code: Code, scope: _Scope, escape: str) -> None:
        """An f-string is always a string: what is constant in it goes to the statics."""
        assert isinstance(code.tree, ast.JoinedStr)
        for part in code.tree.values:
            if isinstance(part, ast.Constant):
                body.text(escape_str(str(part.value)))
                continue
            one = ast.copy_location(ast.JoinedStr([part]), code.tree)
            name, reads = self._tree(one, code.start, scope)
            body.slot(_Slot(lambda _, name=name: f"{escape}({name})", reads))

    def _element(self, body: _Body, node: Element, scope: _Scope) -> None:
        body.text(f"<{node.name}")
        for attr in node.attributes:
            self._attribute(body, node, attr, scope)
        body.text(">")
        self._content(body, node.children, scope)
        if node.name.lower() not in VOID:
            body.text(f"</{node.name}>")

    def _attribute(self, body: _Body, node: Element, attr: Attr, scope: _Scope) -> None:
        value = attr.value
        if not isinstance(value, Code):
            body.text(_literal(attr))
        elif attr.name == "":
            name, reads = self._code(value, scope)
            body.slot(_Slot(lambda _: f"__h_attributes({name})", reads))
        elif isinstance(value.tree, ast.Constant):
            body.text(attribute(attr.name, value.tree.value))
        elif attr.name in ("class", "style"):
            body.text(f' {attr.name}="')
            name, reads = self._code(value, scope)
            body.slot(_Slot(lambda _: f"__h_{attr.name}({name})", reads))
            body.text('"')
        elif isinstance(value.tree, ast.JoinedStr) and _may_hoist(attr.name, value.tree):
            body.text(f' {attr.name}="')
            self._f_string(body, value, scope, "__h_text")
            body.text('"')
        else:
            name, reads = self._code(value, scope)
            body.slot(_Slot(lambda _: f"__h_attribute({attr.name!r}, {name})", reads))

    # Blocks ------------------------------------------------------------------------------------------

    def _if(self, node: If, scope: _Scope) -> _Slot:
        function = self._function_name("if", node.start, node.end)
        tests: list[str] = []
        statics: list[str] = []
        bodies: list[_Body] = []
        deciding: frozenset[Read] = frozenset()
        for branch in node.branches:
            if branch.condition is not None:
                test, reads = self._code(branch.condition, scope)
                tests.append(test)
                deciding |= reads
            body = self._body(branch.children, scope)
            bodies.append(body)
            statics.append(self._constant(Statics(body.parts)))
        chosen = "".join(f"{i} if {test} else " for i, test in enumerate(tests)) + str(len(tests))
        lines = [f"def {function}(__a, __ch, __prev{scope.parameters}):"]
        decide = condition(deciding)
        known = f"__h_which(__prev, ({', '.join(statics)},))"
        lines.append(f"    if __prev is None{f' or {decide}' if decide else ''}:")
        lines += [f"        __k = {chosen}", "    else:", f"        __k = {known}"]
        for i, body in enumerate(bodies):
            lines += [f"    if __k == {i}:", self._branch(body, statics[i])]
        lines.append('    return ""')
        self.functions.append("\n".join(lines))
        reads = deciding.union(*(body.reads for body in bodies))
        return _Slot(lambda previous: f"{function}(__a, __ch, {previous}{scope.parameters})", reads)

    def _branch(self, body: _Body, statics: str) -> str:
        if not body.slots:
            return f"        return {self._constant(Rendered(self.constants[statics], ()))}"
        return (
            f"        if __prev.__class__ is __h_R and __prev.statics is {statics}:\n"
            f"{body.over('            ', '__prev.slots')}"
            f"            return __h_R({statics}, {body.variables()})\n"
            f"        return __h_R({statics}, {body.full()})"
        )

    def _for(self, node: For, scope: _Scope) -> _Slot:
        function = self._function_name("for", node.start, node.end)
        loop = node.loop
        inner = scope.bind(loop.target, next(self.numbers))
        iterable, source_reads = self._code(loop.iterable, scope)
        body = self._body(node.children, inner)
        own = frozenset(inner.keys[name] for name in loop.target.names)
        outer = frozenset(read for read in body.reads if read.key not in own)
        statics = self._constant(Statics(body.parts))
        filters, filter_reads = self._filters(loop, inner)
        source_reads |= frozenset(read for read in filter_reads if read.key not in own)
        lines = [
            f"def {function}(__a, __ch, __prev{scope.parameters}):",
            "    if __prev.__class__ is not __h_C:",
            *self._items(loop, iterable, filters, body, statics, "        "),
            *self._check_keys(node, inner),
            f"        return __h_C({statics}, __items, {self._rows(loop, body)})",
        ]
        changed = condition(source_reads)
        if changed:
            lines += [
                f"    if {changed}:",
                *self._items(loop, iterable, filters, body, statics, "        "),
                "    elif __prev.keeps:",
                "        __items = __prev.items",
                "    else:",
                "        return __prev",
            ]
        else:
            lines.append("    __items = __prev.items")
        lines += self._row_functions(node, body, inner)
        touched = " or ".join(
            f"__ch.get({key!r}) is __h_touched" for key in sorted({r.key for r in source_reads})
        )
        keys = _tuple(repr(inner.keys[name]) for name in loop.target.names)
        names = "None" if isinstance(loop.target.tree, ast.Name) else "__names"
        lines.append(
            f"    return __h_rows(__prev, __items, __row, {keys}, {names}, {'__key' if node.key else 'None'}, "
            f"__ch, bool({condition(outer) or 'False'}), bool({touched or 'False'}))"
        )
        self.functions.append("\n".join(lines))
        return _Slot(
            lambda previous: f"{function}(__a, __ch, {previous}{scope.parameters})", source_reads | outer
        )

    def _filters(self, loop: Loop, inner: _Scope) -> tuple[str, frozenset[Read]]:
        text, reads = "", frozenset[Read]()
        for code in loop.conditions:
            test, more = self._code(code, inner)
            text += f" if {test}"
            reads |= more
        return text, reads

    def _items(
        self, loop: Loop, iterable: str, filters: str, body: _Body, statics: str, indent: str
    ) -> list[str]:
        lines = [f"{indent}__items = __h_items({iterable})", f"{indent}if __items.__class__ is not list:"]
        rows = f"[{body.full()} for {self._target(loop.target)} in __items{filters}]"
        lines.append(f"{indent}    return __h_stream({statics}, __items, {rows}, __prev)")
        if filters:
            target = self._target(loop.target)
            lines.append(f"{indent}__items = [__i for __i in __items for {target} in (__i,){filters}]")
        return lines

    def _rows(self, loop: Loop, body: _Body) -> str:
        return f"[{body.full()} for {self._target(loop.target)} in __items]"

    def _check_keys(self, node: For, inner: _Scope) -> list[str]:
        if node.key is None:
            return []
        key, _ = self._code(node.key, inner)
        return [f"        __h_unique([{key} for {self._target(node.loop.target)} in __items])"]

    def _row_functions(self, node: For, body: _Body, inner: _Scope) -> list[str]:
        target = node.loop.target
        lines = [
            "    def __row(__ch, __prev, __item):",
            f"        {self._target(target)} = __item",
            "        if __prev is None:",
            f"            return {body.full()}",
            body.over("        ", "__prev").rstrip("\n"),
            f"        return {body.variables()}",
        ]
        if not isinstance(target.tree, ast.Name):
            values = _tuple(target.names)
            lines += [
                "    def __names(__item):",
                f"        {self._target(target)} = __item",
                f"        return {values}",
            ]
        if node.key is not None:
            key, _ = self._code(node.key, inner)
            lines += [
                "    def __key(__item):",
                f"        {self._target(target)} = __item",
                f"        return {key}",
            ]
        return [line for line in lines if line]

    # Components --------------------------------------------------------------------------------------

    def _call(self, node: Call, scope: _Scope) -> _Slot:
        function = self._function_name("call", node.start, node.end)
        component, reads = self._component(node, scope)
        given = [(attr.name, *self._argument(attr, scope), False) for attr in node.attributes]
        for name in dict.fromkeys(entry.name for entry in node.entries):
            entries = [entry for entry in node.entries if entry.name == name]
            given.append((name, *self._slot_value(entries, scope), True))
        everything = "".join(
            f"{name!r}: {value}, " if name else f"**{value}, " for name, value, _, _ in given
        )
        reads = reads.union(*(more for _, _, more, _ in given))
        lines = [
            f"def {function}(__a, __ch, __prev{scope.parameters}):",
            f"    __c = {component}",
            "    __given = None if __prev is None else __h_given(__c, __prev)",
            *self._spread_changed(given),
            "    if __given is None:",
            f"        return __h_call(__c, {{{everything}}}, __prev)",
            "    __given = __given.copy()",
        ]
        for name, value, more, is_slot in given:
            test = condition(more)
            if test and name:
                lines += [f"    if {test}:", f"        __given[{name!r}] = {value}"]
            if is_slot:
                lines += ["    else:"] * bool(test)
                lines.append(f"    {'    ' * bool(test)}__given[{name!r}].quiet()")
        lines.append("    return __h_call(__c, __given, __prev)")
        self.functions.append("\n".join(lines))
        return _Slot(lambda previous: f"{function}(__a, __ch, {previous}{scope.parameters})", reads)

    def _spread_changed(self, given: list[tuple[str, str, frozenset[Read], bool]]) -> list[str]:
        """With a spread, nobody knows which names it gives: when it changes all are gathered again."""
        test = condition(frozenset[Read]().union(*(reads for name, _, reads, _ in given if not name)))
        return [f"    if {test}:", "        __given = None"] if test else []

    def _component(self, node: Call, scope: _Scope) -> tuple[str, frozenset[Read]]:
        root = node.name.lstrip(".").partition(".")[0]
        if root not in scope.keys:
            self.calls.append(node)
            if root not in self.namespace and node.name[1:] in self.builtins:
                return self._constant(self.builtins[node.name[1:]]), frozenset()
        return self._code(node.function, scope)

    def _argument(self, attr: Attr, scope: _Scope) -> tuple[str, frozenset[Read]]:
        value = attr.value
        if value is None:
            return "True", frozenset()
        if isinstance(value, str):
            literal = repr(html.unescape(value))
            return (f"__h_Markup({literal})" if attr.name.startswith("on") else literal), frozenset()
        assert isinstance(value, Code)
        return self._code(value, scope)

    def _slot_value(self, entries: list[Entry], scope: _Scope) -> tuple[str, frozenset[Read]]:
        made = [self._entry(entry, scope) for entry in entries]
        reads = frozenset[Read]().union(*(more for _, more in made))
        tracked = all(entry.loop is None for entry in entries)
        return f"__h_S(({', '.join(text for text, _ in made)},), __ch, {tracked})", reads

    def _entry(self, entry: Entry, scope: _Scope) -> tuple[str, frozenset[Read]]:
        inner = scope.bind(entry.loop.target, next(self.numbers)) if entry.loop is not None else scope
        own = frozenset(inner.keys.values()) - frozenset(scope.keys.values())
        attributes, reads = "", frozenset[Read]()
        for attr in entry.attributes:
            value, more = self._argument(attr, inner)
            attributes += f"{attr.name!r}: {value}, " if attr.name else f"**{value}, "
            reads |= more
        content, more = self._entry_content(entry, inner)
        reads |= more
        made = f"__h_E({{{attributes}}}, {content}, (__a, {''.join(f'{name}, ' for name in inner.keys)}))"
        test = ""
        if entry.condition is not None:
            test, more = self._code(entry.condition, inner)
            reads |= more
        if entry.loop is not None:
            iterable, more = self._code(entry.loop.iterable, scope)
            filters, filter_reads = self._filters(entry.loop, inner)
            reads |= more | filter_reads
            made = (
                f"*[{made} for {self._target(entry.loop.target)} in {iterable}{filters}"
                f"{f' if {test}' if test else ''}]"
            )
        elif test:
            made = f"*([{made}] if {test} else [])"
        return made, frozenset(read for read in reads if read.key not in own)

    def _entry_content(self, entry: Entry, scope: _Scope) -> tuple[str, frozenset[Read]]:
        if not entry.children:
            return "None", frozenset()
        function = self._function_name("slot", entry.start, entry.end)
        inner = scope.bind(entry.let, next(self.numbers))
        body = self._body(entry.children, inner)
        statics = self._constant(Statics(body.parts))
        own = frozenset(inner.keys.values()) - frozenset(scope.keys.values())
        lines = [f"def {function}(__a, __ch, __prev{scope.parameters}, __argument):"]
        lines += self._let(entry.let, inner)
        lines += [
            f"    if __prev.__class__ is not __h_R or __prev.statics is not {statics}:",
            f"        return __h_R({statics}, {body.full()}, __argument)",
        ]
        if entry.let is not None:
            keys = _tuple(repr(inner.keys[name]) for name in entry.let.names)
            values = _tuple(entry.let.names)
            lines.append(f"    __ch = __h_let(__ch, {keys}, __names(__prev.memo), {values})")
        lines += [body.over("    ", "__prev.slots").rstrip("\n")]
        lines.append(f"    return __h_R({statics}, {body.variables()}, __argument)")
        self.functions.append("\n".join(line for line in lines if line))
        return function, frozenset(read for read in body.reads if read.key not in own)

    def _let(self, target: Target | None, inner: _Scope) -> list[str]:
        if target is None:
            return []
        return [
            f"    {self._target(target)} = __argument",
            "    def __names(__argument):",
            f"        {self._target(target)} = __argument",
            f"        return {_tuple(target.names)}",
        ]


def _text(name: str, previous: str) -> str:
    return f"(__h_text(__t) if (__t := {name}).__class__ is str else __h_dynamic(__t, {previous}))"


def _literal(attr: Attr) -> str:
    if attr.value is None:
        return f" {attr.name}"
    return f" {attr.name}={attr.quote}{attr.value}{attr.quote}"


def _may_hoist(name: str, tree: ast.JoinedStr) -> bool:
    """An f-string may be split where that hides nothing from the rules of the attribute.

    A URL's scheme must be visible in the constant beginning.
    """
    lower = name.lower()
    if lower == "srcdoc" or lower.startswith("on") or lower in ("to", "from", "by", "values", "xlink:href"):
        return False
    if lower not in _HOISTED_URL and lower not in ("manifest", "longdesc", "usemap"):
        return True
    first = tree.values[0] if tree.values else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return False
    return first.value[:1] in ("/", "#", "?", ".") or first.value.lower().startswith(("http://", "https://"))


class _Placer:
    """Puts the user's trees in, and gives every generated node a place in the user's file."""

    def __init__(
        self, source: Source, trees: Mapping[str, ast.expr], spans: Mapping[str, tuple[int, int]]
    ) -> None:
        self.source = source
        self.trees = trees
        self.spans = spans

    def module(self, tree: ast.Module) -> ast.Module:
        start = ast.Pass()
        put(start, self.source, 0, 1)
        self._place(tree, start)
        return tree

    def _place(self, node: ast.AST, outer: ast.AST) -> ast.AST:
        """Replace placeholders below `node`; returns the node whose position stands for it."""
        if isinstance(node, ast.FunctionDef) and node.name in self.spans:
            outer = ast.Pass()
            put(outer, self.source, *self.spans[node.name])
        place: ast.AST | None = None
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                found = self._child(node, name, value, outer)
                place = place or found
            elif isinstance(value, list):
                place = self._children(cast("list[object]", value), outer) or place
        if isinstance(node, ast.Tuple | ast.Dict | ast.If | ast.FunctionDef | ast.ListComp):
            place = None
        if "lineno" in node._attributes:
            ast.copy_location(node, place or outer)
        return place or outer

    def _children(self, items: list[object], outer: ast.AST) -> ast.AST | None:
        place: ast.AST | None = None
        for i, item in enumerate(items):
            if not isinstance(item, ast.AST):
                continue
            tree = self._user_tree(item)
            if tree is not None:
                items[i] = tree
                place = place or tree
            else:
                found = self._place(item, outer)
                place = place or (found if found is not outer else None)
        return place

    def _child(self, node: ast.AST, name: str, value: ast.AST, outer: ast.AST) -> ast.AST | None:
        tree = self._user_tree(value)
        if tree is not None:
            setattr(node, name, tree)
            return tree
        found = self._place(value, outer)
        return found if found is not outer else None

    def _user_tree(self, node: ast.AST) -> ast.expr | None:
        if isinstance(node, ast.Name):
            if node.id in self.spans:
                put(node, self.source, *self.spans[node.id])
                return node
            return self.trees.get(node.id)
        return None


def _resolve_names(tree: ast.expr, known: Mapping[str, str]) -> ast.expr:
    """`@name` → `__a["name"]`, and the known functions → their helpers; in place."""

    class _Resolve(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if not node.id.startswith(MARK):
                node.id = known.get(node.id, node.id)
                return node
            key = ast.copy_location(ast.Constant(assign_key(node.id)), node)
            assigns = ast.copy_location(ast.Name("__a", ast.Load()), node)
            return ast.copy_location(ast.Subscript(assigns, key, ast.Load()), node)

    return cast("ast.expr", _Resolve().visit(tree))

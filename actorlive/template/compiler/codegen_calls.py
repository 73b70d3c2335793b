"""The part of the code generator that calls components and packs their slots.

A call is a function of its own. Over a previous call of the same component it gathers only the attributes whose
expressions read something that changed; a slot is packed anew if its content reads something that changed, and
otherwise passed on as it is, so that the component can tell.
"""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from dataclasses import replace

from actorlive.rendered import Statics
from actorlive.template.compiler.check_calls import find_component, module_name
from actorlive.template.compiler.holes import Body, Hole, Locals, as_tuple
from actorlive.template.compiler.reads import Read, condition, touched
from actorlive.template.compiler.writer import Writer
from actorlive.template.syntax.expression import Code, UnpackTarget
from actorlive.template.syntax.nodes import Attr, CallEntry, ComponentCall, TemplateNode

__all__ = ["CallWriter"]


class CallWriter(Writer, ABC):
    """Writes calls."""

    @abstractmethod
    def body(self, nodes: tuple[TemplateNode, ...], scope: Locals) -> Body:
        """The text and holes of nodes."""

    def call(self, node: ComponentCall, scope: Locals) -> Hole:
        """The hole that a component fills."""
        function = self.function_name("call", node.start, node.end)
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
            *self._spread_lines(given),
            "    if __given is None:",
            f"        return __h_call(__c, {{{everything}}}, __prev)",
            "    __given = __given.copy()",
            "    __in_place = []",
        ]
        for name, value, more, is_slot in given:
            if name:
                lines += _argument_lines(name, value, more, is_slot)
        lines.append("    return __h_call(__c, __given, __prev, __in_place)")
        self.functions.append("\n".join(lines))
        return Hole(
            lambda previous: f"{function}(__a, __ch, {previous}{scope.parameters})", reads, nested=True
        )

    def _spread_lines(self, given: list[tuple[str, str, frozenset[Read], bool]]) -> list[str]:
        """With a spread, it is not known which names it gives: when it changes all are gathered again."""
        spread = frozenset[Read]().union(*(reads for name, _, reads, _ in given if not name))
        if not spread:
            return []
        everything = spread.union(*(reads for _, _, reads, _ in given))
        lines = [f"    if {condition(spread)}:", "        __given = None"]
        return [*lines, f"        if {touched(everything)}:", "            __prev = None"]

    def _component(self, node: ComponentCall, scope: Locals) -> tuple[str, frozenset[Read]]:
        root = node.name.lstrip(".").partition(".")[0]
        if root not in scope.keys:
            self.calls.append(_outside(node, scope))
            builtin = self.builtins.get(node.name[1:])
            if builtin is not None and find_component(node.name, self.namespace, self.builtins) is builtin:
                return self.constant(builtin), frozenset()
        return self.code(node.function, scope)

    def _argument(self, attr: Attr, scope: Locals) -> tuple[str, frozenset[Read]]:
        value = attr.value
        if value is None:
            return "True", frozenset()
        if isinstance(value, str):
            literal = repr(html.unescape(value))
            own = attr.name.lower().startswith(("on", "phx-"))
            return (f"__h_Markup({literal})" if own else literal), frozenset()
        assert isinstance(value, Code)
        return self.code(value, scope)

    def _slot_value(self, entries: list[CallEntry], scope: Locals) -> tuple[str, frozenset[Read]]:
        made = [self._entry(entry, scope) for entry in entries]
        reads = frozenset[Read]().union(*(more for _, more in made))
        tracked = all(entry.loop is None for entry in entries)
        return f"__h_S(({', '.join(text for text, _ in made)},), __ch, {tracked})", reads

    def _entry(self, entry: CallEntry, scope: Locals) -> tuple[str, frozenset[Read]]:
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
            test, more = self.code(entry.condition, inner)
            reads |= more
        if entry.loop is not None:
            iterable, more = self.code(entry.loop.iterable, scope)
            filters, filter_reads = self.filters(entry.loop, inner)
            reads |= more | filter_reads
            made = (
                f"*[{made} for {self.target(entry.loop.target)} in {iterable}{filters}"
                f"{f' if {test}' if test else ''}]"
            )
        elif test:
            made = f"*([{made}] if {test} else [])"
        return made, frozenset(read for read in reads if read.key not in own)

    def _entry_content(self, entry: CallEntry, scope: Locals) -> tuple[str, frozenset[Read]]:
        if not entry.children:
            return "None", frozenset()
        function = self.function_name("slot", entry.start, entry.end)
        inner = scope.bind(entry.let, next(self.numbers))
        body = self.body(entry.children, inner)
        statics = self.constant(Statics(body.parts))
        own = frozenset(inner.keys.values()) - frozenset(scope.keys.values())
        lines = [f"def {function}(__a, __ch, __prev{scope.parameters}, __argument):"]
        lines += self._let(entry.let, inner)
        lines += [
            f"    if __prev.__class__ is not __h_R or __prev.statics is not {statics}:",
            f"        return __h_R({statics}, {body.full()}, __argument)",
        ]
        if entry.let is not None:
            keys = as_tuple(repr(inner.keys[name]) for name in entry.let.names)
            values = as_tuple(entry.let.names)
            lines.append(f"    __ch = __h_let(__ch, {keys}, __names(__prev.memo), {values})")
        lines += [body.over("    ", "__prev.dynamics").rstrip("\n")]
        lines.append(f"    return __h_R({statics}, {body.variables()}, __argument)")
        self.functions.append("\n".join(line for line in lines if line))
        return function, frozenset(read for read in body.reads if read.key not in own)

    def _let(self, target: UnpackTarget | None, inner: Locals) -> list[str]:
        if target is None:
            return []
        return [
            f"    {self.target(target)} = __argument",
            "    def __names(__argument):",
            f"        {self.target(target)} = __argument",
            f"        return {as_tuple(target.names)}",
        ]


def _outside(node: ComponentCall, scope: Locals) -> ComponentCall:
    """The call as the module sees it: where a local is the `module`, it cannot be known which class that is."""
    if module_name(node).partition(".")[0] not in scope.keys:
        return node
    attributes = (replace(attr, value="") if attr.name == "module" else attr for attr in node.attributes)
    return replace(node, attributes=tuple(attributes))


def _argument_lines(name: str, value: str, reads: frozenset[Read], is_slot: bool) -> list[str]:
    """Statements that give the component this argument anew, if what it reads changed."""
    test = condition(reads)
    lines = [f"    if {test}:", f"        __given[{name!r}] = {value}"] if test else []
    if is_slot:
        quiet = f"__given[{name!r}].quiet()"
        return [*lines, "    else:", f"        {quiet}"] if test else [f"    {quiet}"]
    if test:
        lines += [f"        if {touched(reads)}:", f"            __in_place.append({name!r})"]
    return lines

"""The part of the code generator that writes loops.

A loop over its previous rows is `rendering.rows`' to carry out; what is written here are the functions that it
consists of. One of them, `again`, is a loop itself: where every row has another item, a call for each row, and a change
record for each, would cost more than the rows. `<tr :for={row in @rows}><td>{row.id}</td><td>{row.name}</td></tr>`
becomes

    def __again_7(__ch, __before, __olds, __items, __a):
        __rows = []
        for __prev, __old, __item in zip(__before, __olds, __items):
            if __old is __item:
                __rows.append(__prev)
                continue
            row = __item
            try:
                __d0 = __old.id is not row.id and not __h_equal(__old.id, row.id)
                __d1 = __old.name is not row.name and not __h_equal(__old.name, row.name)
            except Exception:
                __d0 = __d1 = True
            (__v0, __v1) = __prev
            if __d0:
                __v0 = <text of row.id>
            if __d1:
                __v1 = <text of row.name>
            __rows.append((__v0, __v1))
        return __rows
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping

from actorlive.rendered import Statics
from actorlive.template.compiler.holes import Body, Hole, Locals, as_tuple
from actorlive.template.compiler.reads import Read, condition, differs, widest
from actorlive.template.compiler.writer import Writer
from actorlive.template.syntax.expression import Loop, UnpackTarget
from actorlive.template.syntax.nodes import For, TemplateNode

__all__ = ["LoopWriter"]


class LoopWriter(Writer, ABC):
    """Writes loops."""

    @abstractmethod
    def body(self, nodes: tuple[TemplateNode, ...], scope: Locals) -> Body:
        """The text and holes of nodes."""

    def loop(self, node: For, scope: Locals) -> Hole:
        """The hole that a loop fills."""
        function = self.function_name("for", node.start, node.end)
        loop = node.loop
        inner = scope.bind(loop.target, next(self.numbers))
        iterable, source_reads = self.code(loop.iterable, scope)
        body = self.body(node.children, inner)
        own = frozenset(inner.keys[name] for name in loop.target.names)
        outer = frozenset(read for read in body.reads if read.key not in own)
        statics = self.constant(Statics(body.parts))
        stream = self._of_stream(loop, body, statics)
        filters, filter_reads = self.filters(loop, inner)
        source_reads |= frozenset(read for read in filter_reads if read.key not in own)
        lines = [
            f"def {function}(__a, __ch, __prev{scope.parameters}):",
            "    if __prev.__class__ is not __h_C:",
            *self._items(loop, iterable, filters, *stream),
            *self._check_keys(node, inner),
            f"        return __h_C({statics}, __items, {self._rows(loop, body)})",
        ]
        changed = condition(source_reads)
        if changed:
            lines += [
                f"    if {changed}:",
                *self._items(loop, iterable, filters, *stream),
                "    elif __prev.keeps:",
                "        __items = __prev.items",
                "    else:",
                "        return __prev",
            ]
        else:
            lines.append("    __items = __prev.items")
        plan = self._plan(node, body, scope, inner, (source_reads, outer))
        lines.append(f"    return {plan}.update(__prev, __items, __ch, (__a, {scope.arguments}))")
        self.functions.append("\n".join(lines))
        return Hole(
            lambda previous: f"{function}(__a, __ch, {previous}{scope.parameters})",
            source_reads | outer,
            nested=True,
        )

    def _of_stream(self, loop: Loop, body: Body, statics: str) -> tuple[Body, str]:
        """Body and statics of the loop's rows over a stream, whose items come as (DOM id, item)."""
        target = loop.target.tree
        if not isinstance(target, ast.Tuple) or not isinstance(target.elts[0], ast.Name):
            return body, statics
        known = body.of_text(target.elts[0].id)
        return known, statics if known is body else self.constant(Statics(known.parts))

    def _items(self, loop: Loop, iterable: str, filters: str, body: Body, statics: str) -> list[str]:
        """Lines that make `__items`; `body` and `statics` are those of a stream's rows."""
        indent = "        "
        lines = [f"{indent}__items = __h_items({iterable})", f"{indent}if __items.__class__ is not list:"]
        inserts = f"[{body.full()} for {self.target(loop.target)} in __items.inserts(){filters}]"
        lines.append(f"{indent}    return __h_stream({statics}, __items, {inserts}, __prev)")
        if filters:
            target = self.target(loop.target)
            lines.append(f"{indent}__items = [__i for __i in __items for {target} in (__i,){filters}]")
        return lines

    def _rows(self, loop: Loop, body: Body) -> str:
        return f"[{body.full()} for {self.target(loop.target)} in __items]"

    def _check_keys(self, node: For, inner: Locals) -> list[str]:
        keys = self._keys(node, inner)
        return [f"        __h_unique({keys})"] if keys else []

    def _keys(self, node: For, inner: Locals) -> str:
        """The keys of all `__items`; "" for a loop without `:key`."""
        if node.key is None:
            return ""
        key, _ = self.code(node.key, inner)
        return f"[{key} for {self.target(node.loop.target)} in __items]"

    def _plan(
        self,
        node: For,
        body: Body,
        scope: Locals,
        inner: Locals,
        reads: tuple[frozenset[Read], frozenset[Read]],
    ) -> str:
        """The name of the loop's plan, which the functions that it consists of come in front of."""
        target, (source, outer) = node.loop.target, reads
        parts = {
            "row": self._row(node, body, scope),
            "keys": as_tuple(repr(inner.keys[name]) for name in target.names),
            "names": self._names(node),
            "key": "None",
            "outer": "None",
            "source": repr(tuple(sorted({read.key for read in source}))),
        }
        parts["again"] = self._again(node, body, scope, inner, parts["names"])
        if keys := self._keys(node, inner):
            parts["key"] = self._part("key", node, f"__items, __a{scope.parameters}", [f"    return {keys}"])
        changed = condition(outer)
        if changed:
            parts["outer"] = self._part(
                "outer", node, f"__ch, __a{scope.parameters}", [f"    return {changed}"]
            )
        plan = f"__plan_{next(self.numbers)}"
        arguments = ", ".join(f"{name}={text}" for name, text in parts.items())
        self.functions.append(f"{plan} = __h_plan({arguments})")
        return plan

    def _row(self, node: For, body: Body, scope: Locals) -> str:
        """The function of one row."""
        lines = [f"    {self.target(node.loop.target)} = __item", "    if __prev is None:"]
        lines += [f"        return {body.full()}", body.over("    ", "__prev").rstrip("\n")]
        lines.append(f"    return {body.variables()}")
        return self._part("row", node, f"__ch, __prev, __item, __a{scope.parameters}", lines)

    def _names(self, node: For) -> str:
        """The function that gives an item's locals; "None" where that is the item itself."""
        target = node.loop.target
        if isinstance(target.tree, ast.Name):
            return "None"
        lines = [f"    {self.target(target)} = __item", f"    return {as_tuple(target.names)}"]
        return self._part("names", node, "__item", lines)

    def _again(self, node: For, body: Body, scope: Locals, inner: Locals, names: str) -> str:
        """The function of many rows that stay in their place, each with another item, where nothing else changed that
        they read."""
        target = node.loop.target
        variables = ["__old"] if names == "None" else [f"__o{i}" for i in range(len(target.names))]
        old = {inner.keys[name]: variable for name, variable in zip(target.names, variables, strict=True)}
        is_nested = any(hole.nested for hole in body.holes)
        lines = [
            "    __rows = []",
            "    for __prev, __old, __item in zip(__before, __olds, __items):",
            "        if __old is __item:",
            "            __rows.append(__prev)",
            "            continue",
            f"        {self.target(target)} = __item",
            "" if names == "None" else f"        {as_tuple(variables)} = {names}(__old)",
            f"        __ch = {_own_record(target, old)}" if is_nested else "",
        ]
        lines += _over_item(body, old)
        lines += [f"        __rows.append({body.variables()})", "    return __rows"]
        record = "__all" if is_nested else "__ch"
        return self._part("again", node, f"{record}, __before, __olds, __items, __a{scope.parameters}", lines)

    def _part(self, kind: str, node: For, parameters: str, lines: list[str]) -> str:
        """Write one of the functions of a loop; returns its name."""
        name = self.function_name(kind, node.start, node.end)
        self.functions.append("\n".join([f"def {name}({parameters}):", *filter(None, lines)]))
        return name


def _own_record(target: UnpackTarget, old: Mapping[str, str]) -> str:
    """The change record of one row, for the blocks within it; of an item that is the local itself it is known that it
    is another."""
    if isinstance(target.tree, ast.Name):
        ((key, before),) = old.items()
        return f"{{**__all, {key!r}: {before}}}"
    keys = as_tuple(map(repr, old))
    return f"__h_let(__all, {keys}, {as_tuple(old.values())}, {as_tuple(target.names)})"


def _over_item(body: Body, old: Mapping[str, str]) -> list[str]:
    """Statements that make `__v0`… from the previous dynamics and what differs between two items. `old` are the
    variables with the values of the item before, by the keys of the loop's locals."""
    if not body.holes:
        return []
    reads = [widest(read for read in hole.reads if read.key in old) for hole in body.holes]
    flags = {read: f"__d{i}" for i, read in enumerate(dict.fromkeys(r for each in reads for r in each))}
    lines = _flag_lines(flags, old)
    lines.append(f"        {as_tuple(f'__v{i}' for i in range(len(body.holes)))} = __prev")
    for i, (hole, own) in enumerate(zip(body.holes, reads, strict=True)):
        if own:
            lines += [
                f"        if {' or '.join(flags[read] for read in own)}:",
                f"            __v{i} = {hole.expression(f'__v{i}')}",
            ]
    return lines


def _flag_lines(flags: Mapping[Read, str], old: Mapping[str, str]) -> list[str]:
    """Statements that tell of each read whether it differs. What raises counts as changed: to evaluate it will tell."""
    if not flags:
        return []
    lines = [f"            {flag} = {differs(read, old[read.key])}" for read, flag in flags.items()]
    every = " = ".join(flags.values())
    return ["        try:", *lines, "        except Exception:", f"            {every} = True"]

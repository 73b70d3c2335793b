"""Generated code and the user's expressions put together, every node with its place in the user's file.

What is generated around an expression takes that expression's position, and the rest of a function that of the
tag it came from; so whatever raises, the traceback names the line and underlines the expression.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from typing import Any, cast

from actorlive.template.compiler.reads import free_names
from actorlive.template.syntax.expression import MARK, assign_key, put
from actorlive.template.syntax.source import Source

__all__ = ["Positioner", "resolve_names"]

PLACELESS = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)
"""Nodes without a position, and with nothing below them."""
OF_MANY = frozenset([ast.Tuple, ast.Dict, ast.If, ast.FunctionDef, ast.ListComp])
"""Nodes around several expressions, the first of which says nothing of the others."""


def resolve_names(tree: ast.expr, lent: Collection[str]) -> ast.expr:
    """`@name` → `__a["name"]`, and those that are `lent` to the module → `__h_known["name"]`; in place."""
    resolved: ast.expr = _Resolve({name.id for name in free_names(tree)}.intersection(lent)).visit(tree)
    return resolved


class _Resolve(ast.NodeTransformer):
    def __init__(self, lent: Collection[str]) -> None:
        self.lent = lent

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace what is not a plain name."""
        if node.id.startswith(MARK):
            return _item("__a", assign_key(node.id), node)
        return _item("__h_known", node.id, node) if node.id in self.lent else node


def _item(mapping: str, key: str, place: ast.Name) -> ast.expr:
    item = ast.Subscript(ast.Name(mapping, ast.Load()), ast.Constant(key), ast.Load())
    for node in (item, item.value, item.slice):
        ast.copy_location(node, place)
    return item


class Positioner:
    """Puts the user's trees in, and gives every generated node a place in the user's file."""

    def __init__(
        self, source: Source, trees: Mapping[str, ast.expr], spans: Mapping[str, tuple[int, int]]
    ) -> None:
        self.source = source
        self.trees = trees
        self.spans = spans

    def module(self, tree: ast.Module) -> ast.Module:
        """The module, ready to be compiled."""
        start = ast.Pass()
        put(start, self.source, 0, 1)
        self._place(tree, start)
        return tree

    def _place(self, node: ast.AST, outer: ast.AST) -> ast.AST:
        """Replace placeholders below `node`; returns the node whose position stands for it."""
        kind = type(node)
        if kind is ast.FunctionDef and cast("ast.FunctionDef", node).name in self.spans:
            outer = ast.Pass()
            put(outer, self.source, *self.spans[cast("ast.FunctionDef", node).name])
        place: ast.AST | None = None
        for name in node._fields:
            value: object = getattr(node, name, None)
            if isinstance(value, list):
                place = self._children(cast("list[object]", value), outer) or place
            elif isinstance(value, ast.AST) and not isinstance(value, PLACELESS):
                found = self._child(node, name, value, outer)
                place = place or found
        if kind in OF_MANY:
            place = None
        if node._attributes:
            _copy_place(node, place or outer)
        return place or outer

    def _children(self, items: list[object], outer: ast.AST) -> ast.AST | None:
        place: ast.AST | None = None
        for i, item in enumerate(items):
            if not isinstance(item, ast.AST) or isinstance(item, PLACELESS):
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


def _copy_place(node: Any, place: Any) -> None:
    """`ast.copy_location`, for nodes that have all four: half of the time that it takes to compile a template."""
    node.lineno, node.col_offset = place.lineno, place.col_offset
    node.end_lineno, node.end_col_offset = place.end_lineno, place.end_col_offset

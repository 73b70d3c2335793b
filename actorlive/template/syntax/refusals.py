"""What Python allows in an expression, and a template does not: it is rendered at once, and assigns only read.

A name that `:=` binds belongs to its own expression. Which of a template's expressions run depends on what changed,
so one that another needs could be missing, or old.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from actorlive.template.errors import TemplateError
from actorlive.template.syntax.source import Source

if TYPE_CHECKING:
    from actorlive.template.syntax.expression import Code

__all__ = ["refuse", "refuse_as_text", "seclude"]

Placed = ast.expr | ast.arg | ast.keyword


def refuse(source: Source, tree: ast.expr, mark: str) -> None:
    """Raise `TemplateError` for the first thing in the tree, which has its place already, that cannot be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            if node.is_async:
                raise _waits(source, "async for", node.target)
        elif isinstance(node, ast.Await):
            raise _waits(source, "await", node)
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            raise source.error_at("a template cannot yield", node, hint="give it a list")
        elif isinstance(node, ast.expr | ast.arg | ast.keyword) and mark in _identifier(node):
            shown = _identifier(node).replace(mark, "@")
            if isinstance(node, ast.Attribute):
                hint = f"write the name without @, or getattr(…, {shown})"
                raise source.error_at(f"{shown} is not an attribute", node, hint=hint)
            raise source.error_at(f"{shown} cannot be set here", node, hint="an assign is only read")


def refuse_as_text(source: Source, code: Code) -> None:
    """Raise `TemplateError` for an expression whose value surely has no text: a dict, a set, a generator, …"""
    what = _NO_TEXT.get(type(code.tree), "")
    if isinstance(code.tree, ast.Constant) and isinstance(code.tree.value, bytes):
        what = "bytes are"
    if not what:
        return
    inner = code.text.strip()[1:-1].strip()
    hint = "show the items of a collection with :for"
    if isinstance(code.tree, ast.Set) or not inner:
        hint = f"one pair of braces holds an expression: write {{{inner or '…'}}}"
        hint += f", or {{@{inner}}} for an assign" if inner.isidentifier() else ""
    elif what in ("bytes are", "a function is"):
        hint = "write a string" if what == "bytes are" else "call it"
    raise source.error(f"{what} not text", code.start, code.end, hint=hint)


_NO_TEXT: dict[type[ast.expr], str] = {
    ast.Dict: "a dict is",
    ast.DictComp: "a dict is",
    ast.Set: "a set is",
    ast.SetComp: "a set is",
    ast.GeneratorExp: "a generator is",
    ast.Lambda: "a function is",
}


def _waits(source: Source, what: str, node: Placed) -> TemplateError:
    hint = "do it in the view, with socket.assign_async, and render the result"
    return source.error_at(f"a template cannot wait: {what}", node, hint=hint)


def _identifier(node: Placed) -> str:
    """The identifier that stands where no assign can."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.arg | ast.keyword):
        return node.arg or ""
    return node.id if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) else ""


def seclude(trees: Sequence[ast.expr], place: int) -> None:
    """Rename what `:=` binds in the trees, in place, so that no other scope sees it; `place` tells them from others."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    targets = {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}
    if not targets:
        return
    targets -= {node.arg for node in nodes if isinstance(node, ast.arg)}
    for loop in nodes:
        if isinstance(loop, ast.comprehension):
            targets -= {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in targets:
            node.id = f"__{node.id}_{place}"

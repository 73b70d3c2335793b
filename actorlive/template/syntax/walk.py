"""A template's nodes with something changed in each of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from actorlive.template.syntax.nodes import ComponentCall, For, HtmlElement, If, TemplateNode, Text

__all__ = ["rebuild", "visit"]


def visit(
    nodes: tuple[TemplateNode, ...], change: Callable[[TemplateNode], TemplateNode | None]
) -> tuple[TemplateNode, ...]:
    """The tree with each node changed; one that becomes None leaves no empty line."""
    kept: list[TemplateNode] = []
    for node in nodes:
        changed = change(node)
        if changed is not None:
            kept.append(rebuild(changed, lambda inner: visit(inner, change)))
        elif kept and isinstance(kept[-1], Text):
            kept[-1] = replace(kept[-1], value=re.sub(r"\n[ \t]*\Z", "", kept[-1].value))
    return tuple(kept)


def rebuild(
    node: TemplateNode, change: Callable[[tuple[TemplateNode, ...]], tuple[TemplateNode, ...]]
) -> TemplateNode:
    """The node with what is inside it changed, one stretch of siblings after the other."""
    match node:
        case HtmlElement() | For():
            return replace(node, children=change(node.children))
        case If():
            return replace(
                node, branches=tuple(replace(b, children=change(b.children)) for b in node.branches)
            )
        case ComponentCall():
            return replace(node, entries=tuple(replace(e, children=change(e.children)) for e in node.entries))
        case _:
            return node

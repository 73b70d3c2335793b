"""Where the scoped styles of a template hold.

**A scope begins at the root elements of its template, and of each slot content that the template gives; it ends where
another template begins**: at what a component, a slot (`render_slot`) or a function that returns a `Template` puts in,
and at a view within the view. Plain values, `Markup` included, and what a script adds belong to the template that they
stand in.

CSS can say that with marks on the template's own elements, so no other template has to know: `h` on the roots; `h-edge`
on an element with something of another template right inside; and `h-in` on its own elements there, at which the
scope does not end.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from actorlive.template.rendering.calls import Component
from actorlive.template.syntax.nodes import (
    Attr,
    ComponentCall,
    For,
    HtmlElement,
    If,
    Interpolation,
    TemplateNode,
)
from actorlive.template.syntax.walk import rebuild

__all__ = ["Scoping"]

SCOPE_ATTRIBUTE = "data-al-css"
TEMPLATES = frozenset(("Template", "Rendered"))


@dataclass(frozen=True, slots=True)
class Scoping:
    """The marks of one template: `mark` tells them from those of all others, `namespace` is its module's."""

    mark: str
    namespace: Mapping[str, Any]

    def rule(self, text: str, *, inclusive: bool) -> str:
        """The rules of a stylesheet within the scope; `inclusive` of the elements at which it ends."""
        foreign = f":not({self._selector('-in')})"
        below = " > *" if inclusive else ""
        edge = f":where(:scope, :scope *){self._selector('-edge')}"  # without :scope, CSS would look below the root
        limits = f"{edge} > {foreign}{below}, [data-phx-session]{below}"
        return f"@scope ({self._selector('')}) to ({limits}) {{{text}}}"

    def _selector(self, suffix: str) -> str:
        return f'[{SCOPE_ATTRIBUTE}~="{self.mark}{suffix}"]'

    def roots(self, nodes: tuple[TemplateNode, ...]) -> tuple[TemplateNode, ...]:
        """The nodes of the template with their marks."""
        return self._nodes(nodes, (self.mark,))

    def _nodes(self, nodes: tuple[TemplateNode, ...], marks: tuple[str, ...]) -> tuple[TemplateNode, ...]:
        return tuple(self._node(node, marks) for node in nodes)

    def _node(self, node: TemplateNode, marks: tuple[str, ...]) -> TemplateNode:
        if isinstance(node, HtmlElement):
            return self._element(node, marks)
        if isinstance(node, ComponentCall):
            return rebuild(node, self.roots)
        return rebuild(node, lambda nodes: self._nodes(nodes, marks))

    def _element(self, node: HtmlElement, marks: tuple[str, ...]) -> HtmlElement:
        inner: tuple[str, ...] = ()
        if any(map(self._is_foreign, node.children)):
            marks, inner = (*marks, f"{self.mark}-edge"), (f"{self.mark}-in",)
        attributes = node.attributes
        if marks:
            attributes = (*attributes, Attr(SCOPE_ATTRIBUTE, " ".join(marks), node.start, node.end))
        return replace(node, attributes=attributes, children=self._nodes(node.children, inner))

    def _is_foreign(self, node: TemplateNode) -> bool:
        """True for what puts elements of another template here, now or at times."""
        match node:
            case ComponentCall():
                return True
            case For():
                return any(map(self._is_foreign, node.children))
            case If():
                return any(self._is_foreign(child) for branch in node.branches for child in branch.children)
            case Interpolation():
                calls = (call.func for call in ast.walk(node.code.tree) if isinstance(call, ast.Call))
                return any(map(self._gives_template, calls))
            case _:
                return False

    def _gives_template(self, function: ast.expr) -> bool:
        path = ast.unparse(function)
        if path == "render_slot":
            return True
        root, *names = path.split(".")
        found: Any = self.namespace.get(root)
        for name in names:
            found = getattr(found, name, None)
        if isinstance(found, Component):
            return True
        result = getattr(found, "__annotations__", {}).get("return")
        return str(getattr(result, "__name__", result)).rpartition(".")[2] in TEMPLATES

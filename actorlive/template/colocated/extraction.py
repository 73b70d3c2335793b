"""Colocated scripts and styles are taken out of a template's nodes, and kept in the registry."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from actorlive.errors import did_you_mean
from actorlive.rendered import WHITE_SPACE
from actorlive.template.colocated.kinds import TYPES, ColocatedHook, ColocatedType
from actorlive.template.colocated.naming import Naming
from actorlive.template.colocated.registry import Colocated, ColocatedRegistry, module_of, registry
from actorlive.template.colocated.scoping import Scoping
from actorlive.template.errors import TemplateError
from actorlive.template.syntax.expression import Code
from actorlive.template.syntax.nodes import Attr, For, HtmlElement, If, TemplateNode, Text
from actorlive.template.syntax.parser import trim
from actorlive.template.syntax.source import Source
from actorlive.template.syntax.walk import visit

__all__ = ["extract"]

_NAME = re.compile(r"\.[^\W\d]\w*")
_EXPORTS = re.compile(r"\bexport\s+default\b|\bas\s+default\b")
_EXPORT = re.compile(r"^[ \t]*export\s+default\b", re.MULTILINE)


def extract(
    source: Source,
    nodes: tuple[TemplateNode, ...],
    namespace: Mapping[str, Any],
    into: ColocatedRegistry = registry,
) -> tuple[TemplateNode, ...]:
    """The nodes without their colocated scripts and styles, and with the full names of hooks.

    `namespace` are the globals of the module. Raises `TemplateError`.
    """
    if ":type" in source.text:
        extraction = _Extraction(source, namespace, into)
        kept = visit(nodes, extraction.node)
        nodes = trim(kept) if len(kept) < len(nodes) else kept
        if extraction.scoped:
            nodes = extraction.scoping.roots(nodes)
    if "phx-hook" in source.text:
        nodes = visit(nodes, Naming(source, namespace, into).node)
    return nodes


class _Extraction:
    def __init__(self, source: Source, namespace: Mapping[str, Any], into: ColocatedRegistry) -> None:
        self.source = source
        self.namespace = namespace
        self.registry = into
        self.scoped = False

    @property
    def scoping(self) -> Scoping:
        """The marks on this template's elements; they tell it from all others."""
        text = f"{module_of(self.namespace)}\n{self.source.text}"
        return Scoping(hashlib.sha256(text.encode()).hexdigest()[:10], self.namespace)

    def node(self, node: TemplateNode) -> TemplateNode | None:
        """None for what is taken out."""
        inner = _special_inner(node)
        if inner is not None and _attribute(inner, "runtime") is None:
            raise self._error(
                f"a colocated <{inner.name}> cannot be conditional or repeated",
                inner,
                "it is taken out when the module is imported, before anything is rendered",
            )
        if not isinstance(node, HtmlElement):
            return node
        attr = _attribute(node, ":type")
        return node if attr is None else self._take_out(node, self._type(node, attr))

    def _take_out(self, node: HtmlElement, kind: type[ColocatedType]) -> TemplateNode | None:
        self._check(node, kind)
        text = "".join(child.value for child in node.children if isinstance(child, Text))
        if not text.strip(WHITE_SPACE):
            raise self._error(f"a colocated <{node.name}> is empty", node)
        if kind is not ColocatedHook:
            if _attribute(node, "scoped") is not None:
                self.scoped = True
                text = self.scoping.rule(text, inclusive=self._is_inclusive(node))
            self._keep(Colocated(kind.kind, module_of(self.namespace), "", text, *self._place(node)), node)
            return None
        return self._hook(node, self._name(node), text)

    def _is_inclusive(self, node: HtmlElement) -> bool:
        bound = _attribute(node, "lower-bound")
        if bound is None or bound.value in ("inclusive", "exclusive"):
            return bound is not None and bound.value == "inclusive"
        raise self._error("the lower-bound of a scope is neither inclusive nor exclusive", bound)

    def _hook(self, node: HtmlElement, attr: Attr, text: str) -> TemplateNode | None:
        runtime = _attribute(node, "runtime") is not None
        if not runtime and not _EXPORTS.search(text):
            hint = "write export default { mounted() { … } }"
            raise self._error("a colocated hook has no default export", node, hint)
        kind = "runtime" if runtime else "hook"
        entry = Colocated(kind, module_of(self.namespace), str(attr.value), text, *self._place(attr))
        self._keep(entry, attr)
        return _runtime_script(node, entry.full_name, text) if runtime else None

    def _keep(self, entry: Colocated, where: HtmlElement | Attr) -> None:
        other = self.registry.add(entry)
        if other is not None:
            hint = f"the other one is at {other.filename}:{other.line + 1}; hooks of a module need different names"
            raise self._error(f"the module {entry.module} has two hooks {entry.name}", where, hint)

    def _place(self, where: HtmlElement | Attr) -> tuple[str, int, int, str]:
        origin = str(self.namespace.get("__file__", ""))
        return self.source.filename, *self.source.position(where.start), origin

    def _type(self, node: HtmlElement, attr: Attr) -> type[ColocatedType]:
        text = attr.value.text.strip() if isinstance(attr.value, Code) else ""
        kind = self._find(text)
        if kind is None:
            hint = (
                f"there are {', '.join(TYPES)}, and a module's own MacroComponent.{did_you_mean(text, TYPES)}"
            )
            raise self._error(f"unknown :type {text}".rstrip(), attr, hint)
        if kind.tag != node.name:
            hint = f"write <{kind.tag} :type={{{text}}}>"
            raise self._error(f"a {kind.__name__} is a <{kind.tag}>, not a <{node.name}>", attr, hint)
        return kind

    def _find(self, path: str) -> type[ColocatedType] | None:
        root, *names = path.split(".")
        found: Any = self.namespace.get(root, TYPES.get(root))
        for name in names:
            found = getattr(found, name, None)
        return next((known for known in TYPES.values() if known is found), None)

    def _check(self, node: HtmlElement, kind: type[ColocatedType]) -> None:
        if _attribute(node, "runtime") is not None and "runtime" in kind.attributes:
            return
        for attr in node.attributes:
            if attr.name != ":type" and attr.name not in kind.attributes:
                takes = " and ".join(kind.attributes) or "no attributes"
                hint = f"a {kind.__name__} takes {takes}.{did_you_mean(attr.name, kind.attributes)}"
                raise self._error(f"unknown attribute {attr.name}", attr, hint)

    def _name(self, node: HtmlElement) -> Attr:
        hint = 'write name=".Sort": a name of its module, used as phx-hook=".Sort"'
        attr = _attribute(node, "name")
        if attr is None:
            raise self._error("a colocated hook needs a name", node, hint)
        if not isinstance(attr.value, str):
            raise self._error("the name of a colocated hook is not literal", attr, hint)
        if not _NAME.fullmatch(attr.value):
            what = (
                "does not start with a dot" if attr.value[:1] != "." else "is not an identifier behind a dot"
            )
            raise self._error(f'the name "{attr.value}" {what}', attr, hint)
        return attr

    def _error(self, reason: str, where: HtmlElement | Attr, hint: str = "") -> TemplateError:
        return self.source.error(reason, where.start, where.end, hint=hint)


def _special_inner(node: TemplateNode) -> HtmlElement | None:
    """The colocated element that `:if` or `:for` stands on; blocks around one decide nothing, and do no harm."""
    children = ()
    if isinstance(node, For):
        children = node.children
    elif isinstance(node, If) and len(node.branches) == 1:
        children = node.branches[0].children
    inner = children[0] if len(children) == 1 else None
    if isinstance(inner, HtmlElement) and isinstance(node, For | If) and inner.start == node.start:
        return inner if _attribute(inner, ":type") is not None else None
    return None


def _attribute(node: HtmlElement, name: str) -> Attr | None:
    return next((attr for attr in node.attributes if attr.name == name), None)


def _runtime_script(node: HtmlElement, name: str, text: str) -> HtmlElement:
    """The script in the form that the client runs when it comes with a patch: a function giving the hook."""
    body = (
        _EXPORT.sub("const hook =", text, count=1)
        if _EXPORT.search(text)
        else f"const hook = {text.lstrip()}"
    )
    script = f'window["phx_hook_{name}"] = function () {{\n{body}\nreturn hook }}'
    others = tuple(attr for attr in node.attributes if attr.name not in (":type", "name", "runtime"))
    marker = Attr("data-phx-runtime-hook", name, node.start, node.end)
    return replace(node, attributes=(marker, *others), children=(Text(script, node.start, node.end),))

"""The names of hooks: `.Sort` in a template becomes `shop.rows.Sort`, the name that the client knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from actorlive.errors import did_you_mean
from actorlive.template.colocated.registry import ColocatedRegistry, module_of
from actorlive.template.syntax.expression import Code
from actorlive.template.syntax.literals import calls_in
from actorlive.template.syntax.nodes import Attr, ComponentCall, HtmlElement, TemplateNode
from actorlive.template.syntax.source import Source

__all__ = ["Naming"]

_DECLARED = re.compile(r"<script\b[^<>]*?\sname\s*=\s*[\"']?(\.\w+)")


class Naming:
    """Gives the hooks in a template's nodes their full names. Raises `TemplateError` for a hook that there is not."""

    def __init__(self, source: Source, namespace: Mapping[str, Any], into: ColocatedRegistry) -> None:
        self.source = source
        self.namespace = namespace
        self.registry = into
        self.module = module_of(namespace)

    def node(self, node: TemplateNode) -> TemplateNode:
        """The node with full names."""
        if not isinstance(node, HtmlElement | ComponentCall):
            return node
        return replace(node, attributes=tuple(self._attribute(attr) for attr in node.attributes))

    def _attribute(self, attr: Attr) -> Attr:
        if attr.name != "phx-hook":
            return attr
        if isinstance(attr.value, str) and attr.value.startswith("."):
            return replace(attr, value=self._full(attr.value, attr))
        if isinstance(attr.value, Code):
            self._name_constants(attr.value, attr)
        return attr

    def _name_constants(self, code: Code, attr: Attr) -> None:
        """`phx-hook={".Sort" if @sortable else None}`: the names in an expression, in place."""
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("."):
                node.value = self._full(node.value, attr)

    def _full(self, name: str, attr: Attr) -> str:
        if name not in self.registry.hook_names(self.module):
            self._check(name, attr)
        return f"{self.module}{name}"

    def _check(self, name: str, attr: Attr) -> None:
        """The script may stand further down: in this template, or in one that is compiled later."""
        known = [*self.registry.hook_names(self.module), *self._declared_later()]
        if name not in known:
            hint = f'add <script :type={{ColocatedHook}} name="{name}"> to the module.{did_you_mean(name, known)}'
            raise self.source.error(
                f"the module {self.module} has no hook {name}", attr.start, attr.end, hint=hint
            )

    def _declared_later(self) -> Iterator[str]:
        texts = [self.source.text]
        for filename in {self.source.filename, str(self.namespace.get("__file__", ""))}:
            texts += [str(call.literal.value) for call in calls_in(filename).values()]
        if not self.source.filename.startswith("<"):
            files = Path(self.source.filename).parent.glob("*.heex")
            texts += [path.read_text(encoding="utf-8", errors="replace") for path in files]
        for text in texts:
            yield from _DECLARED.findall(text)

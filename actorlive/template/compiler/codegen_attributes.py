"""The part of the code generator that writes attributes.

What is the same in every render goes to the statics: the name and the quotes where there is a value in any case, the
constant parts of an f-string, what a `class` or `style` list begins and ends with, and a dict literal whose names are
constant is an attribute for each of them.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from actorlive.rendered import UnsafeMarkupError, attribute, escape_str
from actorlive.rendered.escape import class_list, style_list
from actorlive.template.compiler.constant_parts import always_text, dict_items, split_entries
from actorlive.template.compiler.holes import Body, Hole, Locals, hole_value
from actorlive.template.compiler.writer import Writer
from actorlive.template.syntax.expression import Code
from actorlive.template.syntax.nodes import Attr

__all__ = ["AttributeWriter"]

_HOISTED_URL = frozenset("href src action formaction poster data data-to cite background ping".split())


_FLAT = {"class": class_list, "style": style_list}


class AttributeWriter(Writer):
    """Writes attributes, and f-strings."""

    def attribute(self, body: Body, attr: Attr, scope: Locals) -> None:
        """One attribute of an element, or a spread."""
        value = attr.value
        if not isinstance(value, Code):
            body.add_text(_literal(attr))
        elif (items := _items(attr, value)) is not None:
            for name, tree in items:
                self.attribute(body, replace(attr, name=name, value=replace(value, tree=tree)), scope)
        elif attr.name == "":
            name, reads = self.code(value, scope)
            body.add_hole(Hole(lambda _: f"__h_attributes({name})", reads))
        elif isinstance(value.tree, ast.Constant):
            body.add_text(self._constant(attr, value.tree.value))
        elif isinstance(value.tree, ast.JoinedStr) and _may_hoist(attr.name, value.tree):
            body.add_text(f' {attr.name}="')
            self.f_string(body, value, scope, "__h_text")
            body.add_text('"')
        elif attr.name in ("class", "style"):
            body.add_text(f' {attr.name}="')
            self._list(body, attr.name, value, scope)
            body.add_text('"')
        elif always_text(value.tree):
            name, reads = self.code(value, scope)
            body.add_text(f' {attr.name}="')
            body.add_hole(Hole(lambda _: hole_value(attr.name, name), reads))
            body.add_text('"')
        else:
            name, reads = self.code(value, scope)
            local = value.tree.id if isinstance(value.tree, ast.Name) and value.tree.id in scope.keys else ""
            text = f"__h_attribute({attr.name!r}, {name})"
            body.add_hole(Hole(lambda _: text, reads, attr.name, name, local))

    def _constant(self, attr: Attr, value: object) -> str:
        try:
            return attribute(attr.name, value)
        except UnsafeMarkupError as error:
            hint = "write it in quotes, without braces: what is literal is your own"
            raise self.source.error(str(error).partition(";")[0], attr.start, attr.end, hint=hint) from None

    def _list(self, body: Body, name: str, value: Code, scope: Locals) -> None:
        """The value of `class` or `style`; entries that are there in any case go to the statics."""
        entries = value.tree.elts if isinstance(value.tree, ast.List | ast.Tuple) else []
        front, middle, back = split_entries(entries, _FLAT[name])
        if not front and not back:
            hole, reads = self.code(value, scope)
            body.add_hole(Hole(lambda _: f"__h_{name}({hole})", reads))
            return
        between = "; " if name == "style" else " "
        self._entries(body, front, between, value, scope)
        if middle:
            tree = ast.copy_location(ast.List(list(middle), ast.Load()), value.tree)
            hole, reads = self.tree(tree, value.start, scope)
            order = f"{between!r}, __h_{name}({hole})" if front else f"__h_{name}({hole}), {between!r}"
            helper = "__h_after" if front else "__h_before"
            body.add_hole(Hole(lambda _: f"{helper}({order})", reads))
        if front and back:
            body.add_text(between)
        self._entries(body, back, between, value, scope)

    def _entries(
        self, body: Body, entries: Sequence[ast.expr | str], between: str, value: Code, scope: Locals
    ) -> None:
        for i, entry in enumerate(entries):
            body.add_text(between if i else "")
            if isinstance(entry, str):
                body.add_text(entry)
            else:
                self.f_string(body, replace(value, tree=entry), scope, "__h_text")

    def f_string(self, body: Body, code: Code, scope: Locals, escape: str) -> None:
        """An f-string is always a string: what is constant in it goes to the statics."""
        assert isinstance(code.tree, ast.JoinedStr)
        for part in code.tree.values:
            if isinstance(part, ast.Constant):
                body.add_text(escape_str(str(part.value)))
                continue
            one = ast.copy_location(ast.JoinedStr([part]), code.tree)
            name, reads = self.tree(one, code.start, scope)
            body.add_hole(Hole(lambda _, name=name: f"{escape}({name})", reads))


def _items(attr: Attr, value: Code) -> list[tuple[str, ast.expr]] | None:
    """Names and values of a dict literal that stands for several attributes: a spread, `data` or `aria`."""
    if attr.name not in ("", "data", "aria"):
        return None
    items = dict_items(value.tree)
    if items is None or not attr.name:
        return items
    return [(f"{attr.name}-{name}", tree) for name, tree in items]


def _literal(attr: Attr) -> str:
    if attr.value is None:
        return f" {attr.name}"
    return f" {attr.name}={attr.quote}{attr.value}{attr.quote}"


def _may_hoist(name: str, tree: ast.JoinedStr) -> bool:
    """An f-string may be split where that hides nothing from the rules of the attribute.

    What a URL's scheme is, and whether a binding holds commands, must be visible in the constant beginning.
    """
    lower = name.lower()
    if lower == "srcdoc" or lower.startswith("on") or lower in ("to", "from", "by", "values", "xlink:href"):
        return False
    binding = lower.startswith("phx-")
    if not binding and lower not in _HOISTED_URL and lower not in ("manifest", "longdesc", "usemap"):
        return True
    first = tree.values[0] if tree.values else None
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return False
    if binding:
        return first.value.lstrip()[:1] not in ("", "[")
    return first.value[:1] in ("/", "#", "?", ".") or first.value.lower().startswith(("http://", "https://"))

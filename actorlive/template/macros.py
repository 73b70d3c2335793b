"""Macro components: tags of a template that a class of the application rewrites when the template is compiled.

    class Shout(MacroComponent):
        @classmethod
        def transform(cls, element: MacroElement) -> MacroContent:
            return element.with_children(text.upper() for text in element.children if isinstance(text, str))

    <p :type={Shout}>quiet</p>         in the page: <p>QUIET</p>

It runs once, when the module is imported, and costs nothing when the page is rendered: for Markdown, highlighted code,
an icon that is drawn into the page, an included file. What is in the tag has to be there by then: text and elements,
but no `{expression}` and no block, which `phx-no-curly-interpolation` makes text. The expressions of attributes are
passed on as they are. Mirrors `Phoenix.Component.MacroComponent`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeGuard

from actorlive.template.errors import TemplateError
from actorlive.template.syntax.expression import Code, Loop, UnpackTarget
from actorlive.template.syntax.nodes import Attr, HtmlElement, TemplateNode, Text
from actorlive.template.syntax.source import Source
from actorlive.template.syntax.walk import rebuild

__all__ = ["DynamicValue", "MacroComponent", "MacroContent", "MacroElement", "expand", "find_macro"]

_TAG = re.compile(r"[A-Za-z][\w.:-]*")
_ATTRIBUTE = re.compile(r"""[^\s"'<>/={}]*""")


@dataclass(frozen=True, slots=True)
class DynamicValue:
    """The `{expression}` of an attribute, to be passed on or left out; `text` is what stands between the braces."""

    text: str
    value: Code | Loop | UnpackTarget


@dataclass(frozen=True, slots=True)
class MacroElement:
    """An element of a template. A child that is a text is HTML as it is written, entities and all.

    An attribute is the text between its quotes, None for a bare one, or a `DynamicValue`; "" is the name of a spread.
    `module` is the name of the template's module, `line` the line in its file, from 1.
    """

    name: str
    attributes: Mapping[str, str | DynamicValue | None] = field(default_factory=dict[str, Any])
    children: tuple[MacroElement | str, ...] = ()
    module: str = ""
    line: int = 0

    def with_attributes(self, **attributes: str | DynamicValue | None) -> MacroElement:
        """The element with these attributes set; `class_` and the like mean the name without the underscore."""
        return replace(
            self, attributes={**self.attributes, **{n.rstrip("_"): v for n, v in attributes.items()}}
        )

    def with_children(self, children: Iterable[MacroElement | str]) -> MacroElement:
        """The element with another content."""
        return replace(self, children=tuple(children))


MacroContent: TypeAlias = "MacroElement | str | Iterable[MacroElement | str] | None"
"""What takes the tag's place: an element, HTML as text, several of them, or nothing."""


class MacroComponent:
    """What `:type={…}` names on a tag of one's own. Subclasses override `transform`."""

    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        """What stands in the page in place of the tag, whose `:type` is gone already. Whatever it raises is an error of
        the template."""
        raise NotImplementedError(f"{cls.__qualname__} has no transform")


def expand(
    source: Source, nodes: tuple[TemplateNode, ...], namespace: Mapping[str, Any]
) -> tuple[TemplateNode, ...]:
    """The nodes with the macros of the module in their places. Raises `TemplateError`."""
    return _Expansion(source, namespace).nodes(nodes) if ":type" in source.text else nodes


def find_macro(path: str, namespace: Mapping[str, Any]) -> type[MacroComponent] | None:
    """The macro of that name in the module, perhaps behind dots; None when it is anything else."""
    root, *names = path.split(".")
    found: object = namespace.get(root)
    for name in names:
        found = getattr(found, name, None)
    return found if _is_macro(found) else None


def _is_macro(found: object) -> TypeGuard[type[MacroComponent]]:
    return isinstance(found, type) and issubclass(found, MacroComponent)


class _Expansion:
    def __init__(self, source: Source, namespace: Mapping[str, Any]) -> None:
        self.source = source
        self.namespace = namespace

    def nodes(self, nodes: tuple[TemplateNode, ...]) -> tuple[TemplateNode, ...]:
        return tuple(made for node in nodes for made in self.node(node))

    def node(self, node: TemplateNode) -> Iterator[TemplateNode]:
        match node:
            case HtmlElement():
                macro = self._macro(node)
                if macro is None:
                    yield rebuild(node, self.nodes)
                else:
                    yield from self._run(macro, node)
            case _:
                yield rebuild(node, self.nodes)

    def _macro(self, node: HtmlElement) -> type[MacroComponent] | None:
        for attr in node.attributes:
            if attr.name == ":type" and isinstance(attr.value, Code):
                return find_macro(attr.value.text.strip(), self.namespace)
        return None

    def _run(self, macro: type[MacroComponent], node: HtmlElement) -> Iterator[TemplateNode]:
        element = self._element(replace(node, attributes=_without_type(node.attributes)), macro)
        try:
            made = macro.transform(element)
            contents = _listed(made)
        except TemplateError:
            raise
        except Exception as error:
            reason = f"the macro {macro.__qualname__} raised {type(error).__name__}: {error}"
            raise self.source.error(reason, node.start, node.end) from error
        for content in contents:
            yield self._node(content, node, macro)

    def _element(self, node: HtmlElement, macro: type[MacroComponent]) -> MacroElement:
        """The element as the macro sees it."""
        return MacroElement(
            node.name,
            {attr.name: _value(attr) for attr in node.attributes},
            tuple(self._child(child, macro) for child in node.children),
            str(self.namespace.get("__name__", "__main__")),
            self.source.position(node.start)[0] + 1,
        )

    def _child(self, node: TemplateNode, macro: type[MacroComponent]) -> MacroElement | str:
        if isinstance(node, Text):
            return node.value
        if isinstance(node, HtmlElement):
            return self._element(node, macro)
        start, end = _extent(node)
        raise self.source.error(
            f"what is in a {macro.__qualname__} is not there before the page is rendered",
            start,
            end,
            hint="a macro works on text and elements; phx-no-curly-interpolation makes braces text",
        )

    def _node(self, content: object, at: HtmlElement, macro: type[MacroComponent]) -> TemplateNode:
        """What the macro made, as a part of the template."""
        if isinstance(content, str):
            return Text(str(content), at.start, at.end)
        if not isinstance(content, MacroElement):
            raise self._misfit(f"returned {content!r:.80}", at, macro)
        if not _TAG.fullmatch(content.name):
            raise self._misfit(f"made a tag of the name {content.name!r:.80}", at, macro)
        attributes: list[Attr] = []
        for name, value in content.attributes.items():
            if not _ATTRIBUTE.fullmatch(name) or not (name or isinstance(value, DynamicValue)):
                raise self._misfit(f"made an attribute of the name {name!r:.80}", at, macro)
            attributes.append(_attribute(name, value, at))
        children = tuple(self._node(child, at, macro) for child in content.children)
        return HtmlElement(content.name, tuple(attributes), children, at.start, at.end)

    def _misfit(self, what: str, at: HtmlElement, macro: type[MacroComponent]) -> TemplateError:
        hint = "return a MacroElement, HTML as text, several of them, or None"
        return self.source.error(f"the macro {macro.__qualname__} {what}", at.start, at.end, hint=hint)


def _without_type(attributes: tuple[Attr, ...]) -> tuple[Attr, ...]:
    return tuple(attr for attr in attributes if attr.name != ":type")


def _value(attr: Attr) -> str | DynamicValue | None:
    value = attr.value
    return value if value is None or isinstance(value, str) else DynamicValue(value.text, value)


def _attribute(name: str, value: str | DynamicValue | None, at: HtmlElement) -> Attr:
    if isinstance(value, DynamicValue):
        return Attr(name, value.value, at.start, at.end)
    return Attr(name, None if value is None else value.replace('"', "&quot;"), at.start, at.end)


def _listed(made: MacroContent) -> list[MacroElement | str]:
    if made is None:
        return []
    if isinstance(made, str | MacroElement):
        return [made]
    return list(made)


def _extent(node: TemplateNode) -> tuple[int, int]:
    """Where a node stands in the text."""
    at: Any = getattr(node, "code", node)
    return at.start, at.end

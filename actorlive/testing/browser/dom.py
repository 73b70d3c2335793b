"""The page as a tree: what the browser's DOM is to the client.

HTML is parsed by Lexbor (through selectolax), an HTML5 parser, so the tree is the one a browser would build. The tree
itself is ours: plain nodes with an identity, so that what a script has done to an element (`ClientState`) stays with
it over patches. For a query the tree is written out with a number at every element and handed to Lexbor's own CSS
engine, so selectors mean what they mean in the browser.

What a `<.portal>` holds stays in its `<template>` here, where patches find it, and is queried where the browser has it:
it is written out at the end of the portal's target.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from actorlive.rendered import RAW_TEXT, VOID, WHITE_SPACE
from actorlive.testing.errors import RenderedError, SelectorError, hide_frames

__all__ = [
    "ClientState",
    "Document",
    "DomChild",
    "DomComment",
    "DomNode",
    "normalize",
    "parse_fragment",
]

__tracebackhide__ = hide_frames

BLOCKS = frozenset(
    "address article aside blockquote dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5"
    " h6 header hr li main nav ol option output p pre section summary table tbody td tfoot th thead tr ul".split()
)
NUMBER = "data-kit-number"
NOTHING: Mapping[int, list[DomNode]] = {}

_SPACE = re.compile(f"[{WHITE_SPACE}]+")


class DomComment(str):
    """A comment's text."""

    __slots__ = ()


@dataclass(slots=True)
class ClientState:
    """What the browser knows about an element beside its attributes, and the server does not send."""

    sticky_classes: tuple[list[str], list[str]] = field(default_factory=lambda: ([], []))
    """Classes added and removed by JS commands; applied again after every patch."""
    sticky_attributes: dict[str, str | None] = field(default_factory=dict[str, "str | None"])
    """Attributes set, or removed (None), by JS commands; likewise."""
    display: str | None = None
    """`style.display` as show, hide and toggle left it; likewise."""
    ignored_attributes: list[str] = field(default_factory=list[str])
    stream_ref: str | None = None
    entered: list[str] | None = None
    """What was put into a form control; None while it holds what the page says."""
    used: bool = False
    """A form control that the visitor has been in."""
    locked_by: str | None = None
    """The ref of an event of this element that the server has not answered yet."""


class DomNode:
    """An element. `children` are elements, text (`str`) and comments."""

    __slots__ = ("attrs", "children", "parent", "state", "tag")

    def __init__(self, tag: str, attrs: dict[str, str] | None = None) -> None:
        self.tag = tag
        self.attrs: dict[str, str] = attrs or {}
        self.children: list[DomChild] = []
        self.parent: DomNode | None = None
        self.state: ClientState | None = None

    def __repr__(self) -> str:
        return self.start_tag()

    @property
    def id(self) -> str:
        """The `id` attribute, or ""."""
        return self.attrs.get("id", "")

    @property
    def client(self) -> ClientState:
        """The element's client state; made when it is first asked for."""
        if self.state is None:
            self.state = ClientState()
        return self.state

    @property
    def elements(self) -> list[DomNode]:
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, DomNode)]

    @property
    def classes(self) -> list[str]:
        """The class names, in order."""
        return list(filter(None, _SPACE.split(self.attrs.get("class", ""))))

    def append(self, child: DomChild) -> None:
        """Add a child at the end."""
        if isinstance(child, DomNode):
            child.parent = self
        self.children.append(child)

    def insert(self, index: int, child: DomNode) -> None:
        """Put an element before the `index`-th child element."""
        elements = self.elements
        child.parent = self
        if index >= len(elements):
            self.children.append(child)
        else:
            self.children.insert(self.position(elements[index]), child)

    def position(self, child: DomNode) -> int:
        """Where a child stands among `children`."""
        return next(index for index, candidate in enumerate(self.children) if candidate is child)

    def remove(self) -> None:
        """Take this element out of its parent."""
        if self.parent is not None:
            self.parent.children = [child for child in self.parent.children if child is not self]
            self.parent = None

    @property
    def is_portal(self) -> bool:
        """True for the `<template>` of a `<.portal>`."""
        return self.tag == "template" and "data-phx-portal" in self.attrs

    def walk(self) -> Iterator[DomNode]:
        """This element and all inside of it, in document order. Contents of `<template>` are not inside, but for those
        of portals."""
        yield self
        if self.tag != "template" or self.is_portal:
            for child in self.children:
                if isinstance(child, DomNode):
                    yield from child.walk()

    def ancestors(self) -> Iterator[DomNode]:
        """This element and those around it, from the inside out."""
        node: DomNode | None = self
        while node is not None:
            yield node
            node = node.parent

    def bubbles(self) -> Iterator[DomNode]:
        """This element and those that an event passes on its way up; one within a portal is not around it."""
        for node in self.ancestors():
            if node.is_portal:
                return
            yield node

    def inside(self, other: DomNode) -> bool:
        """True for a descendant of `other`."""
        return self is not other and any(node is other for node in self.ancestors())

    def find(self, test: Callable[[DomNode], bool]) -> DomNode | None:
        """The first element, this one included, that passes."""
        return next((node for node in self.walk() if test(node)), None)

    def by_id(self, dom_id: str) -> DomNode | None:
        """The element with that id, or None."""
        return self.find(lambda node: node.attrs.get("id") == dom_id)

    # -- texts -----------------------------------------------------------------

    def text(self) -> str:
        """The text as it reads: white space collapsed, blocks apart."""
        return normalize("".join(self._texts()))

    def _texts(self) -> Iterator[str]:
        if self.tag in RAW_TEXT or self.tag == "template":
            return
        apart = " " if self.tag in BLOCKS or self.tag == "br" else ""
        yield apart
        for child in self.children:
            if isinstance(child, DomNode):
                yield from child._texts()
            elif not isinstance(child, DomComment):
                yield child
        yield apart

    def raw_text(self) -> str:
        """The text, white space included, as `textContent`."""
        return "".join(
            child.raw_text() if isinstance(child, DomNode) else child
            for child in self.children
            if not isinstance(child, DomComment)
        )

    def start_tag(self) -> str:
        """`<tag …>`."""
        return f"<{self.tag}{''.join(_attribute(name, value) for name, value in self.attrs.items())}>"

    def outer_html(self) -> str:
        """The element with its tags."""
        out: list[str] = []
        _write(self, out, None)
        return "".join(out)

    def inner_html(self) -> str:
        """What is inside of the element's tags."""
        out: list[str] = []
        _write_children(self, out, None)
        return "".join(out)


DomChild: TypeAlias = DomNode | str


class Document:
    """A whole page."""

    def __init__(self, markup: str) -> None:
        parsed = LexborHTMLParser(markup)
        assert parsed.root is not None
        self.root = _convert(parsed.root)
        self._index: tuple[LexborHTMLParser, list[DomNode]] | None = None

    def touch(self) -> None:
        """The tree has changed; queries look anew."""
        self._index = None

    def select(self, selector: str, within: DomNode | None = None) -> list[DomNode]:
        """The elements that match, in document order; `within` keeps those inside of it.

        Raises `SelectorError`.
        """
        if self._index is None:
            self._index = self._indexed()
        parsed, nodes = self._index
        try:
            matches = parsed.css(selector)
        except SelectolaxError:
            raise SelectorError(f"not a CSS selector: {selector!r}") from None
        found = [nodes[_number(match)] for match in matches]
        return found if within is None else [node for node in found if node.inside(within)]

    def _indexed(self) -> tuple[LexborHTMLParser, list[DomNode]]:
        """The page as the browser shows it, portals and all, which may hold portals themselves."""
        teleported: dict[int, list[DomNode]] = {}
        while True:
            nodes: list[DomNode] = []
            out: list[str] = []
            _write(self.root, out, nodes, teleported)
            parsed = LexborHTMLParser("".join(out))
            done = {id(portal) for portals in teleported.values() for portal in portals}
            left = [node for node in nodes if node.is_portal and id(node) not in done]
            if not left:
                return parsed, nodes
            for portal in left:
                target = nodes[_number(_target(parsed, portal))]
                teleported.setdefault(id(target), []).append(portal)

    def matches(self, node: DomNode, selector: str) -> bool:
        """True when the selector holds for the element. Raises `SelectorError`."""
        return any(match is node for match in self.select(selector))

    def closest(self, node: DomNode, selector: str) -> DomNode | None:
        """The nearest match among the element and its ancestors. Raises `SelectorError`."""
        matches = {id(match) for match in self.select(selector)}
        return next((ancestor for ancestor in node.ancestors() if id(ancestor) in matches), None)


def parse_fragment(markup: str, context: str = "div") -> list[DomChild]:
    """The nodes of a piece of HTML as it reads inside of a `context` element."""
    holder = DomNode(context)
    _convert_children(LexborHTMLParser(markup, is_fragment=True, fragment_tag=context).root, holder)
    for child in holder.children:
        if isinstance(child, DomNode):
            child.parent = None
    return holder.children


def normalize(text: str) -> str:
    """White space collapsed to single spaces, none at the ends."""
    return _SPACE.sub(" ", text).strip(WHITE_SPACE)


# -- from Lexbor ---------------------------------------------------------------


def _convert(source: LexborNode) -> DomNode:
    node = DomNode(source.tag or "", {name: value or "" for name, value in source.attributes.items()})
    if node.tag == "template":
        for child in parse_fragment(_inside(source.html or ""), "template"):
            node.append(child)
    else:
        _convert_children(source.first_child, node)
    return node


def _convert_children(first: LexborNode | None, parent: DomNode) -> None:
    child = first
    while child is not None:
        if child.is_element_node:
            parent.append(_convert(child))
        elif child.is_text_node:
            parent.append(child.text_content or "")
        elif child.is_comment_node:
            parent.append(DomComment(child.comment_content or ""))
        child = child.next


def _inside(markup: str) -> str:
    """What stands between the first start tag and the last end tag of serialized HTML."""
    quoted = re.match(r"""<[^\s>]+(?:[^>"]|"[^"]*")*>""", markup)
    return markup[quoted.end() : markup.rindex("</")] if quoted else ""


# -- to HTML -------------------------------------------------------------------


def _attribute(name: str, value: str) -> str:
    if value == "":
        return f" {name}"
    escaped = value.replace("&", "&amp;").replace('"', "&quot;")
    return f' {name}="{escaped}"'


def _number(node: LexborNode) -> int:
    return int(node.attributes[NUMBER] or 0)


def _target(parsed: LexborHTMLParser, portal: DomNode) -> LexborNode:
    selector = portal.attrs["data-phx-portal"]
    try:
        found = parsed.css_first(selector)
    except SelectolaxError:
        raise SelectorError(
            f"not a CSS selector: {selector!r}, the target of the portal #{portal.id}"
        ) from None
    if found is None:
        raise RenderedError(f"the portal #{portal.id} has no target: nothing is {selector!r}")
    return found


def _write(
    node: DomNode,
    out: list[str],
    numbered: list[DomNode] | None,
    teleported: Mapping[int, list[DomNode]] = NOTHING,
) -> None:
    start = node.start_tag()
    if numbered is not None:
        start = f'{start[:-1]} {NUMBER}="{len(numbered)}">'
        numbered.append(node)
    out.append(start)
    if node.tag not in VOID:
        if not (numbered is not None and node.is_portal):
            _write_children(node, out, None if node.tag == "template" else numbered, teleported)
        for portal in teleported.get(id(node), ()):
            _write_children(portal, out, numbered, teleported)
        out.append(f"</{node.tag}>")


def _write_children(
    node: DomNode,
    out: list[str],
    numbered: list[DomNode] | None,
    teleported: Mapping[int, list[DomNode]] = NOTHING,
) -> None:
    raw = node.tag in RAW_TEXT
    for child in node.children:
        if isinstance(child, DomNode):
            _write(child, out, numbered, teleported)
        elif isinstance(child, DomComment):
            out.append(f"<!--{child}-->")
        else:
            out.append(child if raw else html.escape(child, quote=False))

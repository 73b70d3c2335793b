"""The template as data: what the parser makes of the text, and the code generator reads.

`start` and `end` are offsets in the template's text; the `Source` turns them into places in a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from actorlive.template.syntax.expression import Code, Loop, UnpackTarget

__all__ = [
    "Attr",
    "Branch",
    "CallEntry",
    "ComponentCall",
    "For",
    "HtmlElement",
    "If",
    "Interpolation",
    "TemplateNode",
    "Text",
    "contents",
]


@dataclass(frozen=True, slots=True)
class Attr:
    """One attribute. `name` is "" for a spread (`{@rest}`); `value` is None for a bare one.

    A literal value is the text between its quotes, entities and all; `quote` is "" when it had none.
    """

    name: str
    value: str | Code | Loop | UnpackTarget | None
    start: int
    end: int
    quote: str = '"'


@dataclass(frozen=True, slots=True)
class Text:
    """Text that is rendered unchanged."""

    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Interpolation:
    """`{expression}` in a text."""

    code: Code


@dataclass(frozen=True, slots=True)
class HtmlElement:
    """An HTML element; its special attributes have become `If` and `For` nodes around it."""

    name: str
    attributes: tuple[Attr, ...]
    children: tuple[TemplateNode, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One slot entry of a call: `<:name …>`, or its inner content under the name `inner_block`."""

    name: str
    attributes: tuple[Attr, ...]
    children: tuple[TemplateNode, ...]
    start: int
    end: int
    let: UnpackTarget | None = None
    loop: Loop | None = None
    condition: Code | None = None


@dataclass(frozen=True, slots=True)
class ComponentCall:
    """A component: `<.name …>` or `<module.name …>`. `function` is the expression that finds it."""

    name: str
    function: Code
    attributes: tuple[Attr, ...]
    entries: tuple[CallEntry, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of an `If`; the condition is None for `else`."""

    condition: Code | None
    children: tuple[TemplateNode, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`{% if %}…{% endif %}`, or an element with `:if`."""

    branches: tuple[Branch, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class For:
    """`{% for %}…{% endfor %}`, or an element with `:for`."""

    loop: Loop
    key: Code | None
    children: tuple[TemplateNode, ...]
    start: int
    end: int


TemplateNode = Text | Interpolation | HtmlElement | ComponentCall | If | For


def contents(node: TemplateNode) -> Iterator[tuple[TemplateNode, ...]]:
    """What is inside a node: the children of an element or loop, of each branch, of each entry of a call."""
    match node:
        case HtmlElement() | For():
            yield node.children
        case If():
            yield from (branch.children for branch in node.branches)
        case ComponentCall():
            yield from (entry.children for entry in node.entries)
        case _:
            pass

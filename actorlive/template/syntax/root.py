"""The rule of the root: the template of a live component is one plain HTML element.

The client marks that element as the component's, and puts what changed in its place. So there must be one, in every
state of the component: not two, no text beside it, and nothing that may come and go.
"""

from __future__ import annotations

from actorlive.rendered.html import WHITE_SPACE
from actorlive.template.errors import TemplateError
from actorlive.template.syntax.nodes import (
    ComponentCall,
    For,
    HtmlElement,
    If,
    Interpolation,
    TemplateNode,
    Text,
)
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source

__all__ = ["root_fault"]


def root_fault(source: Source, owner: str) -> TemplateError:
    """What is wrong with the root of a template that is not one element; `owner` is the component's name."""
    roots = [node for node in parse(source) if _shows(node)]
    for node in roots[:1] if len(roots) == 1 else []:
        start, end = _place(node)
        what = f"the root of the live component {owner} is {_kind(node)}, and not one plain HTML element"
        hint = (
            "put an element around it: the client marks it as the component's, so it has to be there always"
        )
        return source.error(what, start, end, hint=hint)
    start, end = _place(roots[1]) if roots else (0, None)
    what = f"the live component {owner} has {len(roots) or 'nothing'} at its root where one HTML element has to be"
    return source.error(what, start, end, hint="put one element around everything")


def _shows(node: TemplateNode) -> bool:
    """False for white space, and for code that is taken out of the template."""
    if isinstance(node, HtmlElement):
        return not any(attr.name == ":type" for attr in node.attributes)
    return not isinstance(node, Text) or bool(node.value.strip(WHITE_SPACE))


def _kind(node: TemplateNode) -> str:
    match node:
        case ComponentCall():
            return f"<{node.name}>"
        case If():
            return "shown on a condition"
        case For():
            return "a loop"
        case Interpolation():
            return "an expression"
        case _:
            return "text"


def _place(node: TemplateNode) -> tuple[int, int]:
    if isinstance(node, Interpolation):
        return node.code.start, node.code.end
    if isinstance(node, Text):
        blank = len(node.value) - len(node.value.lstrip(WHITE_SPACE))
        return node.start + blank, node.end
    return node.start, node.end

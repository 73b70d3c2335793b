"""Inputs that a patch will wipe: text inputs with a name, whose template does not say what is in them.

The official client keeps what is typed only in the input that has the focus; any other is made what the template
says, and one without `value` says "empty". A file, a checkbox, a radio button and a button keep what they have, and
what stands inside `phx-update="ignore"` is the browser's own; a component such as `<.form>` passes that on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from actorlive.template.errors import TemplateError
from actorlive.template.syntax.nodes import Attr, ComponentCall, HtmlElement, TemplateNode, contents
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source

__all__ = ["unvalued_inputs"]

_KEPT: Final = frozenset(("file", "checkbox", "radio", "submit", "button", "reset", "image", "hidden"))


def unvalued_inputs(source: Source) -> list[TemplateError]:
    """What to say about each such input of a template, in order; for a warning, not to be raised."""
    return [_advice(source, element) for element in _elements(parse(source)) if _is_unvalued(element)]


def _advice(source: Source, element: HtmlElement) -> TemplateError:
    if element.name == "textarea":
        hint = "render what was typed between its tags, as in <textarea …>{@draft}</textarea>"
    else:
        hint = (
            'render what was typed, as in value={@draft}, or put it into an element with phx-update="ignore"'
        )
    reason = f"a patch wipes this <{element.name}> once it has lost the focus: it has a name and no value"
    return source.error(reason, element.start, element.start + len(element.name) + 1, hint=hint)


def _is_unvalued(element: HtmlElement) -> bool:
    given = {attribute.name: attribute.value for attribute in element.attributes}
    if "name" not in given or "" in given:
        return False
    if element.name == "textarea":
        return not element.children
    kind = given.get("type", "text")
    return element.name == "input" and "value" not in given and isinstance(kind, str) and kind not in _KEPT


def _elements(nodes: Iterable[TemplateNode]) -> Iterator[HtmlElement]:
    """The elements that patches reach, those inside of others too."""
    for node in nodes:
        if isinstance(node, HtmlElement | ComponentCall) and _is_ignored(node.attributes):
            continue
        if isinstance(node, HtmlElement):
            yield node
        for children in contents(node):
            yield from _elements(children)


def _is_ignored(attributes: Sequence[Attr]) -> bool:
    return any(attribute.name == "phx-update" and attribute.value == "ignore" for attribute in attributes)

"""What the client needs of the markup, known before anything is rendered.

A stream's rows are told apart by their ids, and stand directly in a container with `phx-update="stream"`; without
either the client drops them silently. And an event that a literal binding names must be one that the view declares,
also where a hook takes it before the view does. A name that is given as an expression (`phx-click={name}`) is not known
before it is rendered, nor is the receiver of one with `phx-target`, or with a spread that may hold that.
"""

from __future__ import annotations

import ast
import html
from collections.abc import Iterator
from dataclasses import dataclass

from actorlive.rendered import WHITE_SPACE
from actorlive.template.syntax.expression import MARK, Code, Loop
from actorlive.template.syntax.nodes import (
    Attr,
    ComponentCall,
    For,
    HtmlElement,
    If,
    TemplateNode,
    Text,
    contents,
)
from actorlive.template.syntax.source import Source

__all__ = ["Binding", "bindings", "check_streams"]

_EVENTS = frozenset(
    f"phx-{name}"
    for name in (
        "auto-recover blur change click click-away focus keydown keyup submit viewport-bottom viewport-top "
        "window-blur window-focus window-keydown window-keyup"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Binding:
    """A literal binding: the event's name, and the characters of the attribute.

    `myself` says that its event goes to the live component of the template, by `phx-target={@myself}`, and not to the
    view.
    """

    event: str
    start: int
    end: int
    myself: bool = False


def bindings(nodes: tuple[TemplateNode, ...]) -> Iterator[Binding]:
    """The literal bindings whose events go to the view, or to the live component, of the template."""
    for node in nodes:
        if isinstance(node, HtmlElement | ComponentCall):
            yield from _bound(node.attributes)
        for children in contents(node):
            yield from bindings(children)


def _bound(attributes: tuple[Attr, ...]) -> Iterator[Binding]:
    targets = [attr for attr in attributes if attr.name in ("", "phx-target")]
    myself = len(targets) == 1 and _is_myself(targets[0])
    if targets and not myself:
        return
    for attr in attributes:
        if attr.name in _EVENTS and isinstance(attr.value, str):
            event = html.unescape(attr.value)
            ignored = attr.name == "phx-auto-recover" and event == "ignore"
            if event and not ignored and not event.startswith(("[", "lv:")):
                yield Binding(event, attr.start, attr.end, myself)


def _is_myself(attr: Attr) -> bool:
    tree = attr.value.tree if attr.name and isinstance(attr.value, Code) else None
    return isinstance(tree, ast.Name) and tree.id == f"{MARK}myself"


def check_streams(source: Source, nodes: tuple[TemplateNode, ...], parent: HtmlElement | None = None) -> None:
    """Raise `TemplateError` for a stream's row without `id`, and for an element around rows that is not a container.

    What stands around the rows is not known where a template, or a slot's content, begins with them.
    """
    for node in nodes:
        if isinstance(node, For) and _over_a_stream(node.loop):
            _check_rows(source, node.children)
            if parent is not None:
                _check_container(source, parent)
        inner = node if isinstance(node, HtmlElement) else None if isinstance(node, ComponentCall) else parent
        for children in contents(node):
            check_streams(source, children, inner)


def _over_a_stream(loop: Loop) -> bool:
    tree = loop.iterable.tree
    return (
        isinstance(tree, ast.Attribute | ast.Subscript)
        and isinstance(tree.value, ast.Name)
        and tree.value.id == f"{MARK}streams"
    )


def _check_rows(source: Source, nodes: tuple[TemplateNode, ...]) -> None:
    for node in nodes:
        if isinstance(node, HtmlElement) and not _has(node, "id"):
            hint = "the client tells rows apart by it: write :for={dom_id, item in …} and id={dom_id}"
            raise source.error(f"the stream's row <{node.name}> has no id", node.start, node.end, hint=hint)
        if isinstance(node, Text) and node.value.strip(WHITE_SPACE):
            hint = "put it into the row's element"
            raise source.error("text between the rows of a stream", node.start, node.end, hint=hint)
        if isinstance(node, If):
            for branch in node.branches:
                _check_rows(source, branch.children)


def _check_container(source: Source, parent: HtmlElement) -> None:
    update = next((attr for attr in parent.attributes if attr.name == "phx-update"), None)
    if _has(parent, "") or (
        update is not None and (update.value == "stream" or isinstance(update.value, Code))
    ):
        return
    hint = f'write <{parent.name} id="…" phx-update="stream">'
    raise source.error(
        f"<{parent.name}> holds a stream, and does not say so", parent.start, parent.end, hint=hint
    )


def _has(element: HtmlElement, name: str) -> bool:
    """True when the element has the attribute, or may have it by a spread."""
    return any(attr.name in (name, "") for attr in element.attributes)

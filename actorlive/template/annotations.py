"""In development elements say where they come from: `data-phx-loc` is the place in a file, `data-phx-owner` the name.

    <button data-phx-loc="/home/ada/shop/cart.py:14" data-phx-owner="CartLive" phx-click="add">

Each element has the place of its own tag, so that what is in a slot leads to the template that wrote it; the root
elements of a template name the component or the view that it belongs to. The development server's script opens the
place in the editor. Only templates that are compiled after `annotate_templates()` say so, and none in production: they
would tell strangers about the server's files. Mirrors `debug_attributes` and `debug_heex_annotations` of Phoenix.
LiveView's are comments for the most part; attributes leave `:first-child` and a component's one root element alone.
"""

from __future__ import annotations

import ast
import linecache
from dataclasses import replace
from pathlib import Path

from actorlive.template.syntax.nodes import Attr, HtmlElement, TemplateNode
from actorlive.template.syntax.source import Source
from actorlive.template.syntax.walk import rebuild

__all__ = ["annotate", "annotate_templates"]

_switch = {"on": False}

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def annotate_templates(*, on: bool = True) -> None:
    """Have the templates that are compiled from now on say where their elements stand, or no longer."""
    _switch["on"] = on


def annotate(source: Source, nodes: tuple[TemplateNode, ...]) -> tuple[TemplateNode, ...]:
    """The nodes, with the places of their elements if that is asked for."""
    if not _switch["on"]:
        return nodes
    located = _located(source, nodes)
    owner = owner_of(source)
    return tuple(_with(node, "data-phx-owner", owner) if owner else node for node in located)


def _located(source: Source, nodes: tuple[TemplateNode, ...]) -> tuple[TemplateNode, ...]:
    return tuple(
        _with(rebuild(node, lambda inner: _located(source, inner)), "data-phx-loc", _place(source, node))
        for node in nodes
    )


def _place(source: Source, node: TemplateNode) -> str:
    return f"{source.filename}:{source.position(node.start)[0] + 1}" if isinstance(node, HtmlElement) else ""


def _with(node: TemplateNode, name: str, value: str) -> TemplateNode:
    """The element with one attribute more; anything else as it is."""
    if not isinstance(node, HtmlElement):
        return node
    attr = Attr(name, value.replace('"', "&quot;"), node.start, node.end)
    return replace(node, attributes=(attr, *node.attributes))


def owner_of(source: Source) -> str:
    """The name of the function or class that the template stands in, or of its `.heex` file; "" where there is none."""
    path = Path(source.filename)
    if path.suffix == ".heex":
        return path.stem
    line = source.position(0)[0] + 1
    try:
        tree = ast.parse("".join(linecache.getlines(source.filename)))
    except (SyntaxError, ValueError):
        return ""
    around = [node for node in ast.walk(tree) if isinstance(node, _SCOPES) and _spans(node, line)]
    return max(around, key=lambda node: node.lineno).name if around else ""


def _spans(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)

"""The messages of failures about elements: what was sought, what there is, the page's HTML."""

from __future__ import annotations

import difflib
import re

from actorlive.rendered import VOID, WHITE_SPACE
from actorlive.testing.browser.dom import Document, DomComment, DomNode, normalize

__all__ = ["TextPattern", "ambiguous", "describe", "not_found", "pretty"]

MAX_LINES = 80
TextPattern = str | re.Pattern[str] | None


def describe(selector: str, text: TextPattern) -> str:
    """`button with text "Go!"`."""
    if text is None:
        return selector
    return f"{selector} with text {'matching ' + repr(text.pattern) if isinstance(text, re.Pattern) else repr(text)}"


def not_found(document: Document, within: DomNode, selector: str, text: TextPattern) -> str:
    """The message for a selector that matches nothing."""
    lines = [f"no element matches {describe(selector, text)}"]
    by_selector = document.select(selector, within)
    if by_selector:
        lines.append(f"{len(by_selector)} match the selector, with other texts:")
        lines += [f"  {node!r} {_short(node.text())!r}" for node in by_selector[:10]]
    else:
        near = nearest(within, selector, text)
        if near:
            lines.append("nearest:")
            lines += [f"  {node!r} {_short(node.text())!r}" for node in near]
    return "\n".join([*lines, "in", pretty(within)])


def ambiguous(
    document: Document, within: DomNode, selector: str, text: TextPattern, found: list[DomNode]
) -> str:
    """The message for a selector that matches more than one element."""
    lines = [f"{len(found)} elements match {describe(selector, text)}, where one is wanted:"]
    lines += [f"  {node!r} {_short(node.text())!r}" for node in found[:10]]
    lines.append("Give a text, an id, or a selector that tells them apart.")
    return "\n".join([*lines, "in", pretty(within)])


def nearest(within: DomNode, selector: str, text: TextPattern) -> list[DomNode]:
    """Up to three elements whose tag, id, classes or text are most like what was sought."""
    wanted = {word.lower() for word in re.findall(r"[\w-]+", selector)}
    sought = text if isinstance(text, str) else ""
    scored = [(_likeness(node, wanted, sought), node) for node in within.walk() if node is not within]
    best = sorted((item for item in scored if item[0] >= 0.5), key=lambda item: -item[0])
    return [node for _, node in best[:3]]


def _likeness(node: DomNode, wanted: set[str], sought: str) -> float:
    own = {
        node.tag,
        *(value.lower() for name in ("id", "name", "phx-click") if (value := node.attrs.get(name))),
    }
    own |= {name.lower() for name in node.classes}
    words = sum(max((_ratio(word, name) for name in own), default=0.0) for word in wanted) / max(
        len(wanted), 1
    )
    return words if not sought else (words + _ratio(sought.lower(), node.text().lower()[:200])) / 2


def _ratio(left: str, right: str) -> float:
    return difflib.SequenceMatcher(None, left, right).ratio()


def _short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def pretty(node: DomNode, lines: int = MAX_LINES) -> str:
    """Indented HTML, cut after `lines` lines."""
    out: list[str] = []
    _indent(node, 1, out)
    if len(out) > lines:
        out[lines:] = [f"    … {len(out) - lines} lines more; view.open_browser() shows all"]
    return "\n".join(out)


def _indent(node: DomNode, depth: int, out: list[str]) -> None:
    margin = "  " * depth
    start = _start_tag(node)
    children = [child for child in node.children if isinstance(child, DomNode) or child.strip(WHITE_SPACE)]
    if node.tag in VOID:
        out.append(margin + start)
    elif not any(isinstance(child, DomNode) for child in children):
        text = normalize(
            "".join(f"<!--{child}-->" if isinstance(child, DomComment) else str(child) for child in children)
        )
        out.append(f"{margin}{start}{text}</{node.tag}>")
    else:
        out.append(margin + start)
        for child in children:
            if isinstance(child, DomNode):
                _indent(child, depth + 1, out)
            else:
                out.append("  " * (depth + 1) + normalize(child))
        out.append(f"{margin}</{node.tag}>")


def _start_tag(node: DomNode) -> str:
    """The start tag; signed tokens, which nobody reads, are cut."""
    shown = {
        name: value[:12] + "…"
        if name in ("data-phx-session", "data-phx-static") and len(value) > 12
        else value
        for name, value in node.attrs.items()
    }
    return DomNode(node.tag, shown).start_tag()

"""What of an attribute's expression is known when the template is compiled, so that it can go to the statics."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence

__all__ = ["always_text", "dict_items", "split_entries"]

_NAME = re.compile(r"[^\s\"'<>/=\x00-\x1f\x7f]+")


def always_text(tree: ast.expr) -> bool:
    """True for an expression that gives an exact `str` whatever its parts are: `"true" if @open else "false"`."""
    if isinstance(tree, ast.IfExp):
        return always_text(tree.body) and always_text(tree.orelse)
    if isinstance(tree, ast.Constant):
        return isinstance(tree.value, str)
    return isinstance(tree, ast.JoinedStr)


def dict_items(tree: ast.expr) -> list[tuple[str, ast.expr]] | None:
    """The names and values of a dict literal whose keys are constant names of attributes, else None.

    A script's attribute stays with the others: what may stand in it is decided when it is rendered.
    """
    if not isinstance(tree, ast.Dict):
        return None
    items: list[tuple[str, ast.expr]] = []
    for key, value in zip(tree.keys, tree.values, strict=True):
        if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
            return None
        items.append((key.value, value))
    names = [name for name, _ in items]
    if len({*names}) < len(names) or not all(map(_is_ordinary, names)):
        return None
    return items


def _is_ordinary(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and not name.lower().startswith("on")


def split_entries(
    entries: Sequence[ast.expr], flat: Callable[[object], str]
) -> tuple[list[ast.expr | str], list[ast.expr], list[ast.expr | str]]:
    """The entries of a `class` or `style` list that are there in any case in front, all others, and those behind.

    Such an entry is the text of a constant, made by `flat`, or an f-string that has a constant part. Constants
    that are left out in any case are left out here.
    """
    kept = [entry for entry in entries if _known(entry, flat) != ""]
    known = [_known(entry, flat) for entry in kept]
    start, end = 0, len(known)
    while start < end and _is_certain(known[start]):
        start += 1
    while end > start and _is_certain(known[end - 1]):
        end -= 1
    return known[:start], kept[start:end], known[end:]


def _known(entry: ast.expr, flat: Callable[[object], str]) -> ast.expr | str:
    if isinstance(entry, ast.Constant) and isinstance(entry.value, str | int | float | None):
        return flat([entry.value])
    return entry


def _is_certain(entry: ast.expr | str) -> bool:
    if isinstance(entry, ast.JoinedStr):
        return any(isinstance(part, ast.Constant) and str(part.value).strip() for part in entry.values)
    return isinstance(entry, str)

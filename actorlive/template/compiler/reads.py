"""What an expression reads: the roots and paths that decide when it is evaluated again.

`@user.address.city` depends on that path, not on all of `@user`; `@form["email"]` on that field; `@a.f(x)` on
`@a`, since a method may look at all of it. Names that a comprehension or lambda inside the expression binds
are not told apart from the template's own locals: that can only cause an evaluation too many.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from actorlive.template.syntax.expression import MARK, assign_key

__all__ = ["Read", "condition", "differs", "free_names", "reads_of", "roots", "touched", "widest"]

ReadStep = tuple[bool, object]

WHOLE_ROOTS = frozenset(("streams", "uploads"))
"""Assigns that are changed in place and announced: nothing is gained by comparing their parts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One thing that an expression reads.

    `key` is the name of the root in the change record: the assign's name, or ".name" for a local. `steps` lead
    from there; each is (is an item?, attribute name or constant index).
    """

    key: str
    current: str
    steps: tuple[ReadStep, ...]


def reads_of(tree: ast.expr, locals_: Mapping[str, str]) -> frozenset[Read]:
    """What the tree reads; `locals_` maps the names of the template's locals to their keys."""
    found: set[Read] = set()
    _visit(tree, locals_, found)
    return frozenset(found)


def _visit(node: ast.AST, locals_: Mapping[str, str], found: set[Read]) -> None:
    steps: list[ReadStep] = []
    receiver = node
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        for child in (*node.args, *node.keywords):
            _visit(child, locals_, found)
        _visit(node.func.value, locals_, found)
        return
    while True:
        if isinstance(receiver, ast.Attribute):
            steps.append((False, receiver.attr))
        elif isinstance(receiver, ast.Subscript) and isinstance(receiver.slice, ast.Constant):
            steps.append((True, receiver.slice.value))
        else:
            break
        receiver = receiver.value
    if isinstance(receiver, ast.Name):
        _note(receiver.id, tuple(reversed(steps)), locals_, found)
        return
    for child in ast.iter_child_nodes(receiver):
        _visit(child, locals_, found)


def _note(name: str, steps: tuple[ReadStep, ...], locals_: Mapping[str, str], found: set[Read]) -> None:
    if name.startswith(MARK):
        key = assign_key(name)
        found.add(Read(key, f"__a[{key!r}]", () if key in WHOLE_ROOTS else steps))
    elif name in locals_:
        found.add(Read(locals_[name], name, steps))


def free_names(tree: ast.expr) -> list[ast.Name]:
    """The names in the tree that are no assigns, and that nothing inside the tree binds."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return [node for node in names if node.id not in bound and not node.id.startswith(MARK)]


def roots(reads: Iterable[Read]) -> frozenset[str]:
    """The assigns among the reads."""
    return frozenset(read.key for read in reads if not read.key.startswith("."))


def condition(reads: Iterable[Read]) -> str:
    """Python text that is true when one of the reads changed; "" when nothing can."""
    needed = widest(reads)
    whole = [read.key for read in needed if not read.steps]
    paths = [read for read in needed if read.steps]
    if len(whole) > 3:
        tests = [f"not __h_disjoint(__ch, {tuple(whole)!r})"]
    else:
        tests = [f"{key!r} in __ch" for key in whole]
    return " or ".join([*tests, *map(_path_test, paths)])


def widest(reads: Iterable[Read]) -> list[Read]:
    """The reads without the paths into what is read as a whole, in a fixed order."""
    found = sorted(set(reads), key=lambda read: (read.key, repr(read.steps)))
    whole = {read.key for read in found if not read.steps}
    return [read for read in found if not read.steps or read.key not in whole]


def differs(read: Read, before: str) -> str:
    """Python text that is true when the read differs between a local and the variable `before`, of which nothing was
    changed in place. It may raise where the path does not exist."""
    now = read.current
    if len(read.steps) > 1:
        return f"{before} is not {now} and __h_path({before}, {now}, {read.steps!r})"
    path = "".join(f"[{step!r}]" if is_item else f".{step}" for is_item, step in read.steps)
    return f"{before}{path} is not {now}{path} and not __h_equal({before}{path}, {now}{path})"


def _path_test(read: Read) -> str:
    """An assign whose value before is unknown is not even read here: reading may compute it, and raise."""
    before = f"__ch[{read.key!r}]"
    path = f"__h_path({before}, {read.current}, {read.steps!r})"
    return f"({read.key!r} in __ch and ({before} is __h_touched or {path}))"


def touched(reads: Iterable[Read]) -> str:
    """Python text that is true when one of the reads may have been changed in place; "" when nothing can."""
    keys = sorted({read.key for read in reads})
    return " or ".join(f"__ch.get({key!r}) is __h_touched" for key in keys)

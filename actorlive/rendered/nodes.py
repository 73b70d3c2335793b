"""The tree that a template yields.

A template is constant text with holes. `Statics` is the text, made once when the template is compiled;
its identity is the fingerprint that the wire calls `s`. What fills a hole is a *dynamic*:

* `str`              – finished, escaped text
* `Rendered`         – another template's statics and dynamics (a branch, a component, a slot's content)
* `Comprehension`    – one row of dynamics for each item of a loop, all with the same statics
* `PlacedComponent`    – a live component, known to the client by its cid

Trees are values (INV-11): a render never changes the tree before it, it builds a new one around the parts that stay
the same, so "unchanged" is "the same object". That makes the diff a walk that stops wherever it meets an old
friend, and leaves the old tree good when a render raises. Two fields are the exception, and are addressed to
one message only: a comprehension's `delta`, and a stream's rows. Encoding the message takes them away.

The names follow LiveView's `Rendered`, `Comprehension` and `Component` structs. A t-string (PEP 750) has the
same two halves, `strings` and `values`, so one can become a `Rendered` without a change here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from actorlive.rendered.places import ComponentRows

__all__ = [
    "Attribute",
    "Comprehension",
    "Delta",
    "Dynamic",
    "Dynamics",
    "PlacedComponent",
    "Rendered",
    "Statics",
    "StreamItems",
]


class Statics:
    """The constant text of a template: `parts` has one string more than the template has holes.

    `root` says that the text is exactly one element, so that the client may mark it and skip it (wire: `r`).
    Compared by identity.
    """

    __slots__ = ("_rows", "format", "parts", "root")

    def __init__(self, parts: Sequence[str], *, root: bool = False) -> None:
        self.parts = tuple(parts)
        self.root = root
        self.format = "%s".join(part.replace("%", "%%") for part in self.parts)
        self._rows: Callable[[Iterable[Dynamics]], str] | None = None

    def rows(self, rows: Iterable[Dynamics]) -> str:
        """The HTML of many rows of dynamics, one after the other."""
        if self._rows is None:
            self._rows = _compile_rows(self.parts)
        return self._rows(rows)

    def __repr__(self) -> str:
        return f"Statics({list(self.parts)!r})"


def _compile_rows(parts: Sequence[str]) -> Callable[[Iterable[Dynamics]], str]:
    """`lambda rows: "".join([f"…{a0}…{a1}…" for a0, a1 in rows])`: an f-string takes half the time of a format."""
    names = [f"a{i}" for i in range(len(parts) - 1)]
    row = ast.JoinedStr([ast.Constant(parts[0])])
    for name, part in zip(names, parts[1:], strict=True):
        row.values += [ast.FormattedValue(ast.Name(name, ast.Load()), -1), ast.Constant(part)]
    function = ast.parse("lambda rows: ''.join([ROW for () in rows])", mode="eval")
    lists = [node for node in ast.walk(function) if isinstance(node, ast.ListComp)]
    lists[0].elt = row
    lists[0].generators[0].target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
    code = compile(ast.fix_missing_locations(function), "<rows>", "eval")
    return eval(code, {})  # noqa: S307 - put together here, the parts as constants


class Rendered:
    """A template's statics and its dynamics.

    `memo` belongs to the code that rendered it (a component keeps the attributes that it was called with).
    """

    __slots__ = ("dynamics", "memo", "statics")

    def __init__(self, statics: Statics, dynamics: Dynamics, memo: object = None) -> None:
        self.statics = statics
        self.dynamics = dynamics
        self.memo = memo

    def __str__(self) -> str:
        return self.statics.format % self.dynamics

    def __repr__(self) -> str:
        return f"Rendered({self.statics!r}, {self.dynamics!r})"


class Delta:
    """How a comprehension came out of the one before it.

    `sources[i]` is the old index that row i goes on from, or -1 for a new row; None means that every row
    stands where it stood. `rendered` are the indices that were rendered again: no other row can differ.
    `keyed` says that the loop has a `:key`, so that a row's elements belong to its item.
    """

    __slots__ = ("base", "keyed", "rendered", "sources")

    def __init__(
        self,
        base: Comprehension,
        sources: list[int] | None,
        rendered: Sequence[int],
        *,
        keyed: bool = False,
    ) -> None:
        self.base = base
        self.sources = sources
        self.rendered = rendered
        self.keyed = keyed


class Comprehension:
    """The rows of a loop. `items` are what it went over; they are compared with the next ones.

    `sent` says that the client has the statics already (it has had at least one row). A stream keeps
    neither items nor rows: `stream` holds the instructions of one message, and `keeps` is False. `plain` is what is
    known of `equality.are_plain(items)`, `places` of where live components stand.
    """

    __slots__ = ("delta", "items", "keeps", "places", "plain", "rows", "sent", "statics", "stream")

    def __init__(
        self,
        statics: Statics,
        items: list[object],
        rows: list[Dynamics],
        *,
        sent: bool = False,
        delta: Delta | None = None,
        keeps: bool = True,
        stream: list[object] | None = None,
    ) -> None:
        self.statics = statics
        self.items = items
        self.rows = rows
        self.sent = sent or bool(rows)
        self.delta = delta
        self.keeps = keeps
        self.stream = stream
        self.plain: bool | None = None
        self.places: ComponentRows | None = None

    def __str__(self) -> str:
        return self.statics.rows(self.rows)

    def __repr__(self) -> str:
        return f"Comprehension({self.statics!r}, {self.rows!r})"


class PlacedComponent:
    """A live component's place in a tree: the client's number for it, and the tree that it rendered last."""

    __slots__ = ("cid", "tree")

    def __init__(self, cid: int, tree: Rendered | None = None) -> None:
        self.cid = cid
        self.tree = tree

    def __str__(self) -> str:
        return str(self.tree) if self.tree is not None else ""

    def __repr__(self) -> str:
        return f"PlacedComponent({self.cid})"


Dynamic = str | Rendered | Comprehension | PlacedComponent
Dynamics = tuple[Dynamic, ...]


@runtime_checkable
class StreamItems(Protocol):
    """What a comprehension asks of a stream (`@streams.name`); the live layer's streams provide it.

    `wire()` is `[ref, inserts, deletes]`, with a fourth `True` for a reset (docs/design/wire.md, "Streams").
    """

    @property
    def ref(self) -> str: ...

    def inserts(self) -> Iterable[tuple[str, object]]: ...

    def wire(self) -> list[object]: ...


@runtime_checkable
class Attribute(Protocol):
    """An object that knows its own text as an attribute's value, such as a JS command.

    `__attr__()` returns the unescaped text; it is escaped where it is written. Being made by code and not from
    a visitor's text, it is the one thing that an `on…` attribute or a URL may hold unchecked.
    """

    def __attr__(self) -> str: ...

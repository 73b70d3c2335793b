"""What compiled templates call while they render: change tracking, and the values of expressions.

A compiled template is a function `(assigns, changed, previous dynamics) → dynamics`. `changed` maps the name of what
changed to its value before (locals under ".name.n"); a hole none of whose reads is in it keeps its dynamic. With no
previous dynamics everything is evaluated. Trees are not changed but made anew around what stays (INV-11), and what
stays must *look* equal (INV-13). What was changed in place has no value before (`TOUCHED`): it is compared with
nothing.

Loops are in `rows`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, Protocol, TypeGuard

from actorlive.errors import ActorLiveError
from actorlive.rendered import Comprehension, Dynamic, Rendered, Statics, StreamItems, text
from actorlive.rendered.equality import looks_equal

__all__ = [
    "SCALARS",
    "TOUCHED",
    "Changed",
    "Renderable",
    "changed_values",
    "disjoint",
    "dynamic",
    "is_plain",
    "is_stream",
    "let",
    "path_changed",
    "touched_values",
    "which",
]

Changed = Mapping[str, object]


class _Touched:
    def __repr__(self) -> str:
        return "TOUCHED"


TOUCHED: Final = _Touched()
"""The "value before" of what was changed in place: it is unknown, so nothing is compared with it."""


class Renderable(Protocol):
    """A value that becomes a tree of its own where it is interpolated (a template, a slot's content)."""

    def render_over(self, previous: Dynamic | None) -> Dynamic: ...


# -- change tracking -----------------------------------------------------------


def disjoint(changed: Changed, names: Collection[str]) -> bool:
    """True when none of the names changed."""
    return changed.keys().isdisjoint(names)


def path_changed(old: Any, new: Any, steps: tuple[tuple[bool, Any], ...]) -> bool:
    """True unless the values at the end of the path, before and now, are equal."""
    if old is new or old is TOUCHED:  # the same object, and yet it is in the record: changed in place
        return True
    try:
        for is_item, step in steps:
            if is_item:
                old, new = old[step], new[step]
            else:
                old, new = getattr(old, step), getattr(new, step)
            if old is new:  # whatever the steps behind it are, they lead to the same
                return False
    except Exception:  # the path does not exist on one of the two; evaluating it will tell
        return True
    return not looks_equal(old, new)


def changed_values(before: Mapping[str, object], now: Mapping[str, object]) -> dict[str, object]:
    """The record of what differs between two sets of assigns."""
    return {name: before.get(name) for name, value in now.items() if not looks_equal(before.get(name), value)}


def touched_values(now: Mapping[str, object], names: Iterable[str]) -> dict[str, object]:
    """The record of those among the names in which something may have been changed in place."""
    return {name: TOUCHED for name in names if not is_plain(now[name])}


def let(changed: Changed, keys: tuple[str, ...], old: tuple[object, ...], new: tuple[object, ...]) -> Changed:
    """`changed` with the locals among `keys` whose values differ."""
    own: dict[str, object] = {
        key: a for key, a, b in zip(keys, old, new, strict=True) if not looks_equal(a, b)
    }
    return {**changed, **own} if own else changed


# -- values --------------------------------------------------------------------


_NUMBERS = frozenset((int, float))
SCALARS = frozenset((str, int, float, bool))
"""Plain values, exactly of these types: they cannot be changed in place."""


def is_plain(value: object) -> bool:
    """True for a value that cannot be changed in place."""
    return value is None or value.__class__ in SCALARS


def is_renderable(value: object) -> TypeGuard[Renderable]:
    """As `isinstance(value, Renderable)`, without the microseconds that a protocol takes to ask."""
    return hasattr(value.__class__, "render_over")


def is_stream(value: object) -> TypeGuard[StreamItems]:
    """As `isinstance(value, StreamItems)`."""
    return hasattr(value.__class__, "wire") and hasattr(value, "ref")


def dynamic(value: object, previous: Dynamic | None) -> Dynamic:
    """The dynamic of whatever an expression gave that is not an exact `str`."""
    if value.__class__ in _NUMBERS:
        return str(value)
    if is_renderable(value):
        return value.render_over(previous)
    if _is_list(value):
        return _many(value, previous)
    if is_stream(value):
        raise ActorLiveError("a stream is rendered by a loop over it: :for={dom_id, item in @streams.name}")
    return text(value)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple)


_BARE = Statics(("", ""))


def _many(values: Sequence[object], previous: Dynamic | None) -> Dynamic:
    """Text and templates one after the other; numbers and the like among themselves as Python shows a list."""
    if values and not _holds_content(values):
        _refuse_textless(values)
        return text(values)
    if not any(is_renderable(value) or _is_list(value) for value in values):
        return "".join(map(text, values))
    before = previous.rows if isinstance(previous, Comprehension) else []
    rows = [(dynamic(v, before[i][0] if i < len(before) else None),) for i, v in enumerate(values)]
    sent = isinstance(previous, Comprehension) and previous.sent
    return Comprehension(_BARE, [], rows, sent=sent)


def _refuse_textless(values: Iterable[object]) -> None:
    """Raise `NotTextError` where one of the values, or of those in a list among them, has no text by itself."""
    for value in values:
        if _is_list(value):
            _refuse_textless(value)
        else:
            text(value)


def _holds_content(values: Iterable[object]) -> bool:
    """True when there is text or a template among the values, or in a list among them."""
    for value in values:
        if isinstance(value, str) or is_renderable(value):
            return True
        if _is_list(value) and _holds_content(value):
            return True
    return False


def which(previous: Dynamic, branches: tuple[Statics, ...]) -> int:
    """The branch that was rendered before; one past the last if none was."""
    statics = previous.statics if isinstance(previous, Rendered) else None
    return branches.index(statics) if statics in branches else len(branches)

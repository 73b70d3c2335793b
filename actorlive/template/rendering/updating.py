"""What compiled templates call while they render.

The problem: of a page with a list of a thousand rows one row changes. Rendering all of them takes 350 µs; finding the
one, rendering it and sending it has to take a tenth of that, and must never keep what looks different.

The rule: a compiled template is a function `(assigns, changed, previous slots) → slots`. `changed` maps the name of
what changed to its value before (locals under ".name.n"); a slot none of whose reads is in it keeps its previous
value. With no previous slots everything is evaluated. Trees are not changed but made anew around what stays (INV-11),
and what stays must *look* equal (INV-13).

A loop compares its items with those before, from both ends; only what lies between is matched one by one:

    old   a b c d e f            the equal front: rows kept, or rendered again over themselves if something else
    new   a b D x e f            changed that they read; the equal back likewise, from its place in the old list;
          └front┘   └back┘       between them each item goes on from the old row with its key, or with its value where
                                 there is no key, else from the old row at its index if nobody took that, else from none

What was changed in place has no value before (`TOUCHED`): no two items are compared then, and every row is rendered
again over itself.

Rejected, with figures in docs/design/change-tracking.md: a dict of the old rows and a lookup for each (42 µs where
slices compared in C take 8.5), lists that log their changes, hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import islice
from typing import Any, Final, Protocol, TypeGuard, cast

from actorlive.errors import ActorLiveError
from actorlive.rendered import Comprehension, Delta, Rendered, SlotValue, Statics, StreamItems, text
from actorlive.rendered.equality import equal_ends, looks_equal

__all__ = [
    "TOUCHED",
    "Changed",
    "DuplicateKeyError",
    "Renderable",
    "changed_values",
    "disjoint",
    "dynamic",
    "is_plain",
    "items_of",
    "let",
    "path_changed",
    "stream",
    "touched_values",
    "unique",
    "update_rows",
    "which",
]

Changed = Mapping[str, object]
Slots = tuple[SlotValue, ...]
Row = Callable[[Changed, Slots | None, object], Slots]


class _Touched:
    def __repr__(self) -> str:
        return "TOUCHED"


TOUCHED: Final = _Touched()
"""The "value before" of what was changed in place: it is unknown, so nothing is compared with it."""

_MISSING: Final = object()


class DuplicateKeyError(ActorLiveError):
    """Two items of one comprehension have the same `:key`."""


class Renderable(Protocol):
    """A value that becomes a tree of its own where it is interpolated (a template, a slot's content)."""

    def render_over(self, previous: SlotValue | None) -> SlotValue: ...


# -- change tracking -----------------------------------------------------------


def disjoint(changed: Changed, names: Collection[str]) -> bool:
    """True when none of the names changed."""
    return changed.keys().isdisjoint(names)


def path_changed(old: object, new: object, steps: tuple[tuple[bool, object], ...]) -> bool:
    """True unless the values at the end of the path, before and now, are equal."""
    if old is new or old is TOUCHED:  # the same object, and yet it is in the record: changed in place
        return True
    try:
        for is_item, step in steps:
            if is_item:
                old, new = cast("Any", old)[step], cast("Any", new)[step]
            else:
                old, new = getattr(old, cast("str", step)), getattr(new, cast("str", step))
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
_SCALARS = frozenset((str, int, float, bool))


def is_plain(value: object) -> bool:
    """True for a value that cannot be changed in place."""
    return value is None or value.__class__ in _SCALARS


def is_renderable(value: object) -> TypeGuard[Renderable]:
    """As `isinstance(value, Renderable)`, without the microseconds that a protocol takes to ask."""
    return hasattr(value.__class__, "render_over")


def is_stream(value: object) -> TypeGuard[StreamItems]:
    """As `isinstance(value, StreamItems)`."""
    return hasattr(value.__class__, "wire") and hasattr(value, "ref")


def dynamic(value: object, previous: SlotValue | None) -> SlotValue:
    """The slot value of whatever an expression gave that is not an exact `str`."""
    if value.__class__ in _NUMBERS:
        return str(value)
    if is_renderable(value):
        return value.render_over(previous)
    if isinstance(value, list | tuple):
        return _many(cast("list[object]", value), previous)
    if is_stream(value):
        raise ActorLiveError("a stream is rendered by a loop over it: :for={dom_id, item in @streams.name}")
    return text(value)


_BARE = Statics(("", ""))


def _many(values: list[object], previous: SlotValue | None) -> SlotValue:
    """Text and templates one after the other; numbers and the like among themselves as Python shows a list."""
    if values and not _holds_content(values):
        _refuse_textless(values)
        return text(values)
    if not any(is_renderable(value) or isinstance(value, list | tuple) for value in values):
        return "".join(map(text, values))
    before = previous.rows if isinstance(previous, Comprehension) else []
    rows = [(dynamic(v, before[i][0] if i < len(before) else None),) for i, v in enumerate(values)]
    sent = isinstance(previous, Comprehension) and previous.sent
    return Comprehension(_BARE, [], rows, sent=sent)


def _refuse_textless(values: Iterable[object]) -> None:
    """Raise `NotTextError` where one of the values, or of those in a list among them, has no text by itself."""
    for value in values:
        if isinstance(value, list | tuple):
            _refuse_textless(cast("Iterable[object]", value))
        else:
            text(value)


def _holds_content(values: Iterable[object]) -> bool:
    """True when there is text or a template among the values, or in a list among them."""
    for value in values:
        if isinstance(value, str) or is_renderable(value):
            return True
        if isinstance(value, list | tuple) and _holds_content(cast("Iterable[object]", value)):
            return True
    return False


def which(previous: SlotValue, branches: tuple[Statics, ...]) -> int:
    """The branch that was rendered before; one past the last if none was."""
    statics = previous.statics if isinstance(previous, Rendered) else None
    return branches.index(statics) if statics in branches else len(branches)


# -- comprehensions ------------------------------------------------------------


def items_of(iterable: Iterable[object]) -> list[object] | StreamItems:
    """A snapshot of what a loop goes over, to compare the next one with; a stream stays itself."""
    if iterable.__class__ is list:
        return cast("list[object]", iterable)[:]  # a copy: the view may go on changing its own
    return iterable if is_stream(iterable) else list(iterable)


def unique(keys: list[object]) -> list[object]:
    """The keys again; raises `DuplicateKeyError` when two are equal."""
    if len(set(keys)) == len(keys):
        return keys
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise DuplicateKeyError(
                f"found duplicate key {key!r} in comprehension; keys tell its items apart"
            )
        seen.add(key)
    return keys


def stream(
    statics: Statics, items: StreamItems, rows: list[Slots], previous: SlotValue | None
) -> Comprehension:
    """The comprehension over a stream: the new rows, and the instructions for the client."""
    was = previous if isinstance(previous, Comprehension) else None
    instructions = items.wire()
    if was is not None and not rows and not (instructions[1] or instructions[2] or len(instructions) > 3):
        return was
    sent = was is not None and was.sent
    return Comprehension(statics, [], rows, sent=sent, keeps=False, stream=instructions)


def update_rows(
    previous: Comprehension,
    items: list[object],
    row: Row,
    keys: tuple[str, ...],
    names: Callable[[object], tuple[object, ...]] | None,
    key: Callable[[object], object] | None,
    changed: Changed,
    body: bool,
    touched: bool,
) -> Comprehension:
    """A loop over `items`, going on from its previous rows.

    `row(changed, previous slots or None, item)` renders one; `names(item)` are the values that the item gives
    the loop's locals (None: itself), `keys` how the change record calls them. `body` says that something else
    that the rows read changed; `touched`, that items may have been changed in place.

    Rows keep their place as far as the items are equal from the front and from the back. Between the two,
    rows are matched by `:key`, else by item.
    """
    old, before = previous.items, previous.rows
    if items is old and not touched:
        if not body:
            return previous
        rows = [row(changed, slots, item) for slots, item in zip(before, items, strict=True)]
        return _continuation(previous, items, rows, None, range(len(rows)))
    head, tail = (0, 0) if touched else equal_ends(old, items)
    if head == len(old) == len(items) and not body:
        return previous

    def again(source: int, item: object) -> Slots:
        return row(_item_changes(changed, keys, names, old[source], item, touched), before[source], item)

    sources = _sources(old, items, head, tail, key)
    if sources is None:
        return _in_place(previous, items, row, again, changed, body, head, tail)
    rows: list[Slots] = []
    shift = len(items) - tail
    for i, source in enumerate(sources):
        if source < 0:
            rows.append(row(changed, None, items[i]))
        elif not touched and (i < head or i >= shift or looks_equal(old[source], items[i])):
            rows.append(row(changed, before[source], items[i]) if body else before[source])
        else:
            rows.append(again(source, items[i]))
    return _continuation(previous, items, rows, sources, range(len(rows)), keyed=key is not None)


def _continuation(
    previous: Comprehension,
    items: list[object],
    rows: list[Slots],
    sources: list[int] | None,
    rendered: range,
    *,
    keyed: bool = False,
) -> Comprehension:
    delta = Delta(previous, sources, rendered, keyed=keyed)
    return Comprehension(previous.statics, items, rows, sent=previous.sent, delta=delta)


def _item_changes(
    changed: Changed,
    keys: tuple[str, ...],
    names: Callable[[object], tuple[object, ...]] | None,
    old: object,
    new: object,
    touched: bool,
) -> Changed:
    if touched:
        return {**changed, **dict.fromkeys(keys, TOUCHED)}
    if names is None:
        return {**changed, keys[0]: old}
    return let(changed, keys, names(old), names(new))


def _in_place(
    previous: Comprehension,
    items: list[object],
    row: Row,
    again: Callable[[int, object], Slots],
    changed: Changed,
    body: bool,
    head: int,
    tail: int,
) -> Comprehension:
    """As many rows as before between the equal ends, or only some more or fewer at the end."""
    before = previous.rows
    common = min(len(before), len(items))
    stop = len(items) - tail
    if body:
        rows = [row(changed, slots, item) for slots, item in zip(before[:head], items, strict=False)]
        again_tail = [row(changed, before[i - len(items)], items[i]) for i in range(stop, len(items))]
    else:
        rows, again_tail = before[:head], before[len(before) - tail :] if tail else []
    rows += [again(i, items[i]) for i in range(head, min(stop, common))]
    rows += [row(changed, None, item) for item in islice(items, max(head, common), stop)]
    rows += again_tail
    return _continuation(previous, items, rows, None, range(len(rows)) if body else range(head, stop))


def _sources(
    old: list[object], new: list[object], head: int, tail: int, key: Callable[[object], object] | None
) -> list[int] | None:
    """The old index that each new row goes on from (-1: none), or None when every row keeps its place."""
    stop_old, stop = len(old) - tail, len(new) - tail
    middle_old, middle = old[head:stop_old], new[head:stop]
    if key is None:
        of_old, of_new = _tokens(middle_old), _tokens(middle)
        if len(of_old) == len(of_new) and set(of_old).isdisjoint(of_new):
            return None
    else:
        of_old, of_new = [key(item) for item in middle_old], unique([key(item) for item in middle])
        if of_old == of_new:
            return None
        if not set(of_new) <= set(of_old):
            unique([key(item) for item in new])
    if not tail and (not of_old or not of_new):
        return None  # some more, or some fewer, at the end
    return _match(of_old, of_new, head, len(old), len(new), tail)


def _match(
    of_old: list[object], of_new: list[object], head: int, count_old: int, count: int, tail: int
) -> list[int] | None:
    places: dict[object, int] = {}
    for i, token in enumerate(of_old):
        places.setdefault(token, head + i)
    middle = [places.pop(token, -1) for token in of_new]  # popped: no two rows go on from one
    taken = {source for source in middle if source >= 0}
    # what is new goes on from the old row in its place, if that is nobody's: what they share need not be sent
    free = range(head, count_old - tail)
    for i, source in enumerate(middle):
        if source < 0 and head + i in free and head + i not in taken:
            middle[i] = head + i
    sources = [*range(head), *middle, *range(count_old - tail, count_old)]
    # every row in its place and none behind them: no move is written, and the client drops the rest by itself
    return None if sources == list(range(count)) and count <= count_old else sources


def _tokens(items: list[object]) -> list[object]:
    """What items without keys are known by: themselves if they are plain, else their identities."""
    return items if all(map(_SCALARS.__contains__, map(type, items))) else list(map(id, items))

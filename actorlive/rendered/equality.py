"""Equal means: looks equal (INV-13). The one answer to "did it change?".

Two values are equal here if nothing can show that one stands where the other stood: `str`, `repr`, `format`, `len`,
iteration, an item, an attribute. That is so for the same object, and for equal values of exactly these types, whose
equality is equality of appearance: str, int, bool, float, bytes, None, and tuple, list, dict, set and frozenset of
such values. Python's own `==` says more often yes: `1 == True == 1.0`, `0.0 == -0.0`, a dict in another order,
`Decimal("1.0") == Decimal("1.00")`, an instant in two zones, a row that compares by its key. So any other value
counts as changed, unless it is the same object; then what it reads as is compared, and where nothing shows, nothing
is sent.

Assigns, rows, component attributes, slot arguments and derived assigns are all compared by `looks_equal`; `equal_ends`
asks the same of the rows of two lists, in bulk.

A type of this package may answer for itself, by a method `__looks_equal__(other)`, `other` being of its type.

docs/design/change-tracking.md has what was rejected: Python's `==`, which left rows and components stale; hashes; lists
that log their changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from operator import is_, is_not, length_hint
from typing import Any, cast

__all__ = ["ATOMS", "are_plain", "equal_ends", "looks_equal"]

ATOMS = frozenset((str, int, bool, float, bytes, type(None)))
"""The types, exactly, whose values hold nothing else, never change, and look equal when they are."""

_EXACT = frozenset((str, int, bytes, type(None)))
"""Of these, no value of one equals one of another."""

_SETS = frozenset((set, frozenset))
_CONTAINERS = _SETS | {list, tuple, dict}
_SLICE = 256

Items = Sequence[object]
_Seen = dict[tuple[int, int], bool]


def looks_equal(old: object, new: object) -> bool:
    """True when nothing can show that `new` stands where `old` stood; see the head of the module."""
    if old is new:
        return True
    kind: type = type(old)
    if kind is not type(new):
        return False
    if kind is float:
        return old == new and (old != 0.0 or repr(old) == repr(new))  # 0.0 == -0.0, and they read differently
    if kind in ATOMS:
        return old == new
    try:
        return _contents_equal(old, new, {})
    except Exception:  # too deep to be looked through, or what it holds refuses to be compared
        return False


def _contents_equal(old: Any, new: Any, seen: _Seen) -> bool:
    """The same for two objects of one type that hold others. `seen` are the pairs that were found equal or, False,
    are being compared: of what holds itself, every round looks different."""
    kind = cast("type[object]", type(old))
    if kind not in _CONTAINERS:
        own = getattr(kind, "__looks_equal__", None)
        return own is not None and own(old, new)
    if len(old) != len(new):
        return False
    pair = (id(old), id(new))
    known = seen.get(pair)
    if known is not None:
        return known
    seen[pair] = False  # a value that holds itself meets this pair again: then it has changed
    if kind is dict:
        equal = _all_equal(list(old), list(new), seen) and _all_equal([*old.values()], [*new.values()], seen)
    elif kind in _SETS:  # in the order of iteration, since a loop over it shows that
        equal = _all_equal(list(old), list(new), seen)
    else:
        equal = _all_equal(old, new, seen)
    seen[pair] = equal
    return equal


def _all_equal(old: Items, new: Items, seen: _Seen) -> bool:
    """True when two lists, or two tuples, of one length hold what looks equal."""
    kept = _kept(iter(old), iter(new), len(old), len(new))
    if kept == len(old):
        return True
    if _surely_differ(old[kept], new[kept]):  # mostly so, and found without a look at all the others
        return False
    kinds = list(map(type, old))
    if kinds != list(map(type, new)):
        return False
    found = set(kinds)
    if found <= ATOMS:
        return _atoms_equal(old, new, found)
    if len(found) == 1 and len(old) > 1:
        rows = _rows_equal(old, new, kinds[0])
        if rows is not None:
            return rows
    return all(_pair_equal(a, b, seen) for a, b in _replaced(old, new))


def _replaced(old: Items, new: Items) -> Iterator[tuple[object, object]]:
    """The pairs that are not the same object, found by a loop that is C's."""
    return compress(zip(old, new, strict=True), map(is_not, old, new))


def _surely_differ(old: object, new: object) -> bool:
    """True when a look at the two as they stand, and at nothing that they hold, tells that they look different."""
    kind: type = type(old)
    if kind is not type(new):
        return True
    if kind in ATOMS:
        return old != new
    return kind not in _CONTAINERS and not hasattr(kind, "__looks_equal__")


def _pair_equal(old: object, new: object, seen: _Seen) -> bool:
    if type(old) in ATOMS:
        return looks_equal(old, new)
    return type(old) is type(new) and _contents_equal(old, new, seen)


def _atoms_equal(old: Items, new: Items, kinds: set[type]) -> bool:
    """Values of pairwise equal types need only `==`, but for the zero that has a sign."""
    if old != new:
        return False
    return float not in kinds or 0.0 not in old or all(map(looks_equal, old, new))


def _rows_equal(old: Any, new: Any, kind: type) -> bool | None:
    """Rows of plain values, compared by loops that are C's; None where they hold anything else."""
    if kind not in (tuple, list, dict):
        return None
    if old != new:
        return False
    if kind is not dict and set(map(type, chain.from_iterable(chain(old, new)))) <= _EXACT:
        return True
    a, b = _end_to_end(old, kind), _end_to_end(new, kind)
    kinds = list(map(type, a))
    found = set(kinds)
    if not found <= ATOMS:
        return None
    return kinds == list(map(type, b)) and _atoms_equal(a, b, found)


def _end_to_end(rows: Any, kind: type) -> list[object]:
    values = map(dict[Any, Any].values, rows) if kind is dict else ()
    return list(chain(chain.from_iterable(rows), *values))


# -- two lists of rows ---------------------------------------------------------


def are_plain(rows: list[object]) -> bool:
    """True of tuples of str, int, bytes and None, exactly. They never change, so it stays true of them."""
    return (
        set(map(type, rows)) <= {tuple} and set(map(type, chain.from_iterable(cast("Any", rows)))) <= _EXACT
    )


def equal_ends(old: list[object], new: list[object], *, plain: bool = False) -> tuple[int, int]:
    """How many items look equal at the front, and of the rest at the back.

    `plain` says that the old ones `are_plain`: then only the new ones' types are looked at, in half the time.
    """
    equal = _plain_equal if plain else looks_equal
    limit = min(len(old), len(new))
    head = _run(old, new, limit, _kept(iter(old), iter(new), len(old), len(new)), equal)
    limit -= head
    if limit == 0:
        return head, 0
    tail = min(limit, _kept(reversed(old), reversed(new), len(old), len(new)))
    if tail < limit and looks_equal(old[-1 - tail], new[-1 - tail]):
        tail = _run(old[: -1 - limit : -1], new[: -1 - limit : -1], limit, tail, equal)
    return head, tail


def _plain_equal(old: list[object], new: list[object]) -> bool:
    """As `looks_equal`, for rows of which the old ones are plain: what equals those and is plain has their types."""
    try:
        return old == new and (are_plain(new) or looks_equal(old, new))
    except Exception:  # a new one refuses to be compared
        return False


def _kept(old: Any, new: Any, count_old: int, count_new: int) -> int:
    """How many items from here on are the same objects."""
    short, long, count = (old, new, count_old) if count_old <= count_new else (new, old, count_new)
    # `all` stops behind the first pair that differs, so what is left of the iterator says how far it came
    same = all(map(is_, short, long))
    return count - length_hint(short) - (not same)


def _run(
    old: list[object],
    new: list[object],
    limit: int,
    done: int,
    equal: Callable[[list[object], list[object]], bool],
) -> int:
    """How many items look equal from the front, `done` of them known: by growing slices, then by shrinking ones."""
    size, growing = 1, True
    while done < limit:
        end = min(done + size, limit)
        if equal(old[done:end], new[done:end]):
            done = end
            size = min(size * 4, _SLICE) if growing else max(1, size // 2)
        elif end - done == 1:
            break
        else:
            size, growing = (end - done) // 2, False
    return done

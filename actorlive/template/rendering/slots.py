"""Slots: what a caller puts between a component's tags, rendered where the component says.

The content belongs to the caller. It runs in the caller's scope, with the caller's assigns and its record of what
changed; the component only decides where, how often, and with which argument.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Final, Generic, cast

from typing_extensions import TypeVar

from actorlive.rendered import Comprehension, Dynamic, Dynamics, Markup, Rendered, Statics
from actorlive.template.rendering.updating import Changed

__all__ = ["UNCHANGED", "Slot", "SlotEntry", "render_slot"]

T = TypeVar("T", default=Any)

UNCHANGED: Final[Changed] = types.MappingProxyType({})
"""The record of a render in which nothing changed."""


class SlotEntry(Mapping[str, object]):
    """One entry of a slot: its attributes (`entry["label"]` or `entry.label`) and its content."""

    __slots__ = ("_attributes", "_content", "_scope")

    def __init__(
        self,
        attributes: dict[str, object],
        content: Callable[..., Rendered] | None,
        scope: tuple[Any, ...],
    ) -> None:
        self._attributes = attributes
        self._content = content
        self._scope = scope

    def __getitem__(self, name: str) -> object:
        return self._attributes[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._attributes[name]
        except KeyError:
            if name.startswith("_"):
                raise AttributeError(name) from None
            return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def content(self, changed: Changed, previous: Dynamic | None, argument: object) -> Rendered:
        """The tree of the entry's content, given the argument of `render_slot`; nothing where it has none."""
        if self._content is None:
            return _EMPTY
        assigns, *locals_ = self._scope
        return self._content(assigns, changed, previous, *locals_, argument)


class Slot(Generic[T]):
    """What a caller put between a component's tags, or into one of its `<:name>` entries.

    False when empty; iterating yields its entries. A parameter's type `Slot` takes any attributes on the
    entries, `Slot[Column]`, with a `TypedDict` of that name, just those.
    """

    __slots__ = ("_changed", "entries", "tracked")

    empty: ClassVar[Slot[Any]]

    def __init__(
        self, entries: tuple[SlotEntry, ...] = (), changed: Changed = UNCHANGED, tracked: bool = True
    ) -> None:
        self.entries: tuple[SlotEntry, ...] = entries
        self.tracked: bool = tracked
        self._changed = changed

    def __iter__(self) -> Iterator[SlotEntry]:
        # an entry that is rendered by itself still needs the change record, so it goes out bound
        return iter([_Bound(entry, self) for entry in self.entries])

    def __len__(self) -> int:
        return len(self.entries)

    def quiet(self) -> Slot[T]:
        """The same slot in a later render, in which nothing that its content reads changed."""
        self._changed = UNCHANGED
        return self

    def content(self, entry: SlotEntry, previous: Dynamic | None, argument: object) -> Rendered:
        """The tree of one entry's content."""
        return entry.content(self._changed, previous if self.tracked else None, argument)


Slot.empty = Slot()


class _Bound(SlotEntry):
    """An entry together with the slot that knows what changed."""

    __slots__ = ("entry", "slot")

    def __init__(self, entry: SlotEntry, slot: Slot[Any]) -> None:
        super().__init__(entry._attributes, entry._content, entry._scope)
        self.entry = entry
        self.slot = slot

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bound) and self.entry is other.entry

    __looks_equal__ = __eq__

    def __hash__(self) -> int:
        return id(self.entry)


class _Content:
    """The value of `render_slot`: becomes a tree where it is interpolated."""

    __slots__ = ("_argument", "_entries", "_slot")

    def __init__(self, slot: Slot[Any], entries: tuple[SlotEntry, ...], argument: object) -> None:
        self._slot = slot
        self._entries = entries
        self._argument = argument

    def render_over(self, previous: Dynamic | None) -> Dynamic:
        if not self._entries:
            return ""
        if len(self._entries) == 1:
            return self._slot.content(self._entries[0], previous, self._argument)
        before = previous.rows if isinstance(previous, Comprehension) else []
        rows: list[Dynamics] = [
            (self._slot.content(entry, before[i][0] if i < len(before) else None, self._argument),)
            for i, entry in enumerate(self._entries)
        ]
        return Comprehension(_SEVERAL, [], rows, sent=isinstance(previous, Comprehension) and previous.sent)

    def __str__(self) -> str:
        return str(self.render_over(None))

    def __html__(self) -> str:
        return str(self)


_SEVERAL = Statics(("", ""))
_EMPTY = Rendered(Statics(("",)), ())


def render_slot(slot: Slot[Any] | SlotEntry, argument: object = None) -> Markup:
    """The content of a slot (all its entries) or of one entry, to be interpolated; nothing if it is empty.

    `argument` is what the caller receives by `:let`. Mirrors `Phoenix.Component.render_slot/2`.
    """
    if isinstance(slot, _Bound):
        content = _Content(slot.slot, (slot.entry,), argument)
    elif isinstance(slot, SlotEntry):
        content = _Content(Slot(), (slot,), argument)
    else:
        content = _Content(slot, slot.entries, argument)
    return cast("Markup", content)

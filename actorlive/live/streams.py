"""Streams: lists that live in the page, not in the view (LiveView's `stream*`).

A stream holds only what this callback asked for: inserts, deletes, a reset. The next render sends them, and
then they are gone; the server keeps no item. Each cycle works on a fresh `LiveStream` object (the first change
makes it), so that the template's change tracking sees a stream that was touched by its identity alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Never, TypeAlias, cast

from typing_extensions import TypeVar

from actorlive.errors import StreamError, did_you_mean
from actorlive.live.async_result import AsyncResult
from actorlive.runtime.functions import check_function

__all__ = ["NO_STREAMS", "DomId", "LiveStream", "Stream", "StreamResult", "Streams"]

T = TypeVar("T", default=Any)

DomId = Callable[[Any], str]


class Stream(AsyncResult[bool], Generic[T]):
    """Declares a stream of a view, `rows: Stream[Row]`.

    The items are `@streams.rows` in the template. The attribute itself, `self.rows` and `@rows`, is the
    `AsyncResult` of the last `socket.stream_async("rows", …)`, idle until there was one.
    """

    __slots__ = ()

    def __iter__(self) -> Never:
        raise StreamError(
            "the attribute of a stream says how far its loading is; its rows are in @streams: write"
            ' `:for={dom_id, item in @streams.name}`, in an element with phx-update="stream"'
        )


@dataclass(frozen=True, slots=True)
class StreamResult(Generic[T]):
    """What a function given to `stream_async` may return, to say how its items go into the stream."""

    items: Iterable[T]
    at: int = -1
    reset: bool = False
    limit: int | None = None
    update_only: bool = False


_Insert: TypeAlias = tuple[int, Any, int | None, bool | None]
"""Where an item goes (`at`), the item, `limit` and `update_only`."""


@dataclass(frozen=True, slots=True)
class ItemId:
    """Stands for an item of which only the id is known; a `dom_id` function may read it either way."""

    id: object

    def __getitem__(self, key: str) -> object:
        if key != "id":
            raise KeyError(key)
        return self.id


class LiveStream:
    """What one render cycle does to one stream. The rows of a template's comprehension."""

    __slots__ = ("_deletes", "_dom_id", "_inserts", "_reset", "name", "ref", "streamed")

    def __init__(self, name: str, ref: str, dom_id: DomId | None = None) -> None:
        self.name = name
        self.ref = ref
        self.streamed = False
        self._dom_id = dom_id
        self._inserts: dict[str, _Insert] = {}
        self._deletes: dict[str, None] = {}
        self._reset = False

    def next_cycle(self) -> LiveStream:
        """The same stream with nothing asked for yet."""
        fresh = LiveStream(self.name, self.ref, self._dom_id)
        fresh.streamed = self.streamed
        return fresh

    def prune(self) -> None:
        """Forget every item: the render has sent them."""
        self._inserts = {}
        self._deletes = {}
        self._reset = False

    def configure(self, dom_id: DomId) -> None:
        """Name the items' DOM ids, once, before the first item."""
        if self.streamed:
            raise StreamError(f"cannot configure stream {self.name!r} after it has been streamed")
        if self._dom_id is not None:
            raise StreamError(f"cannot configure stream {self.name!r} twice")
        check_function(dom_id, f"the dom_id of stream {self.name!r}")
        self._dom_id = dom_id

    def dom_id(self, item: Any) -> str:
        """The DOM id of an item: `<stream>-<item.id>`, or what `dom_id=` says."""
        if self._dom_id is not None:
            return self._dom_id(item)
        return f"{self.name}-{_item_id(self.name, item)}"

    def dom_id_by_id(self, id: object) -> str:
        """The DOM id of the item of that id."""
        if self._dom_id is None and id is not None:
            return f"{self.name}-{id}"
        return self.dom_id(ItemId(id))

    def insert(
        self, item: Any, at: int, limit: int | None, update_only: bool | None, dom_id: str | None = None
    ) -> None:
        """Insert or update one item; a later insert of the same id wins, with its own place.

        `dom_id` is the item's, for a caller who has asked for it already.
        """
        if dom_id is None:
            dom_id = self.dom_id(item)
        known = self._inserts.pop(dom_id, None)
        if update_only and known is None and self._reset:
            return  # after a reset there is nothing to update; the client would bring the old element back
        self._inserts[dom_id] = (at, item, limit, update_only)
        self.streamed = True

    def insert_all(self, items: Iterable[Any], at: int, limit: int | None, update_only: bool | None) -> None:
        """Insert many, one after the other; from now on the stream has begun."""
        self.streamed = True
        for item in items:
            self.insert(item, at, limit, update_only)

    def delete(self, dom_id: str) -> None:
        """Remove an item; an insert of this cycle that came before goes with it."""
        self._inserts.pop(dom_id, None)
        self._deletes[dom_id] = None

    def reset(self) -> None:
        """Empty the stream; what this cycle asked for before is void."""
        self.prune()
        self._reset = True

    def inserts(self) -> list[tuple[str, Any]]:
        """`(dom_id, item)` of this cycle's inserts, in order: the rows of a `:for`."""
        return [(dom_id, item) for dom_id, (_, item, _, _) in self._inserts.items()]

    def _refuse(self, *_: object) -> Any:
        raise StreamError(
            f"stream {self.name!r} does not know its items: they live in the page, and the server forgets them once"
            f" they are sent. A loop shows them, `:for={{dom_id, item in @streams.{self.name}}}` in an element with"
            ' phx-update="stream". Keep what you must know, a count say, as an assign; for an empty state use CSS'
            " :only-child."
        )

    __iter__ = __len__ = __bool__ = __contains__ = __getitem__ = __reversed__ = _refuse

    def wire(self) -> list[Any]:
        """The client's instructions, `[ref, inserts, deletes]` and `True` for a reset (wire protocol 2.0.0).

        An insert is `[id, at, limit]`, with `True` behind it where it only updates.
        """
        inserts = [_wire(dom_id, insert) for dom_id, insert in reversed(self._inserts.items())]
        stream: list[Any] = [self.ref, inserts, list(self._deletes)]
        return [*stream, True] if self._reset else stream

    @property
    def pending(self) -> bool:
        """True when this cycle asked for anything."""
        return bool(self._inserts or self._deletes or self._reset)


class Streams:
    """`@streams`: the streams of a view by name. A new object whenever one of them changed.

    Each is an attribute like any other, since a render reads them often: on the way through `__getattr__` that was a
    twentieth of an insert. What the class itself has is asked for by the class, or a stream of that name would hide it.
    """

    __slots__ = ("__dict__",)

    def __init__(self, by_name: Mapping[str, LiveStream] | None = None) -> None:
        self.__dict__ = dict(by_name or {})

    def __getattr__(self, name: str) -> LiveStream:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> LiveStream:
        """The stream of that name. Raises `StreamError`, naming the nearest."""
        by_name: dict[str, LiveStream] = self.__dict__
        stream = by_name.get(name)
        if stream is None:
            raise StreamError(
                f"no stream {name!r}.{did_you_mean(name, by_name)}"
                f" Declare it in the class, `{name}: Stream[…]`, or begin it with socket.stream({name!r}, [])."
            )
        return stream

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__

    def __len__(self) -> int:
        return len(self.__dict__)

    def replacing(self, stream: LiveStream) -> Streams:
        """The same streams with this one new or replaced; made once per stream and cycle."""
        made = Streams.__new__(Streams)
        made.__dict__ = {**self.__dict__, stream.name: stream}
        return made


NO_STREAMS = Streams()
"""Those of a view that has none yet; a `Streams` never changes, so all share it."""


def _wire(dom_id: str, insert: _Insert) -> list[Any]:
    at, _, limit, update_only = insert
    return [dom_id, at, limit, True] if update_only else [dom_id, at, limit]


def _item_id(name: str, item: Any) -> object:
    if isinstance(item, Mapping):
        found = cast("Mapping[str, Any]", item).get("id")
    else:
        found = getattr(item, "id", None)
    if found is None:
        raise StreamError(
            f"an item of stream {name!r} has no id: {item!r:.80}."
            f" Give it one, or say how to name it: socket.stream_configure({name!r}, dom_id=lambda item: …)"
        )
    return found

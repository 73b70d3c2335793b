"""Kept values: assigns of a view that its page remembers, `draft: Kept[str] = ""`.

Here is what can be declared; `live.keeper` is how the values travel, docs/kept-values.md what an author may rely on.

A kept value leaves as JSON and comes back by its declared type, perhaps to another version of the program. So the type
has to be known when the class is made, and it has to be one that JSON can hold and msgspec can read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeAlias, TypeVar, cast, get_args, get_origin

import msgspec
from msgspec.inspect import CustomType, Type

__all__ = [
    "Kept",
    "custom_types",
    "decoders",
    "has_json_form",
    "is_kept",
    "kept_within",
    "mentions_kept",
    "without_mark",
]

T = TypeVar("T")


class KeptMark:
    """What `Kept[…]` leaves in an annotation."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Kept"


_MARK = KeptMark()

Kept: TypeAlias = Annotated[T, _MARK]
"""Declares an assign of a view that its page keeps, `draft: Kept[str] = ""`; to type checkers it is a `str`.

The value travels, signed, with the answer that shows its change, into the memory of the page. When the view is mounted
again for that very page, after a crash, a deploy or a restart, it has the value back behind `mount` and before
`handle_params`. It can be read by the visitor, though not be changed: not for secrets. See docs/kept-values.md.
"""


def is_kept(annotation: object) -> bool:
    """True for `Kept[…]`, however else it is annotated."""
    return get_origin(annotation) is Annotated and any(
        isinstance(extra, KeptMark) for extra in get_args(annotation)[1:]
    )


def without_mark(annotation: Any) -> Any:
    """The type that an annotation gives an assign, kept or not."""
    if not is_kept(annotation):
        return annotation
    kind, *extras = get_args(annotation)
    for extra in extras:
        kind = kind if isinstance(extra, KeptMark) else Annotated[kind, extra]
    return kind


def mentions_kept(annotation: str) -> bool:
    """True for the text of an annotation that could not be evaluated, and would be a kept value."""
    return re.search(r"\bKept\b", annotation) is not None


def kept_within(annotation: object) -> bool:
    """True where `Kept[…]` is a part of a larger type, such as `Kept[str] | None`."""
    return any(is_kept(part) or kept_within(part) for part in get_args(without_mark(annotation)))


def decoders(declared: Mapping[str, object]) -> dict[str, msgspec.json.Decoder[Any]]:
    """For each kept value among the annotations what reads it when it comes back."""
    return {
        name: msgspec.json.Decoder(without_mark(annotation))
        for name, annotation in declared.items()
        if is_kept(annotation)
    }


def has_json_form(kind: object) -> bool:
    """True when every value of the type can be read back from JSON: that of a type that msgspec knows, all through."""
    try:
        return not custom_types(kind)
    except Exception:  # whatever a type does that is none
        return False


def custom_types(kind: object) -> list[object]:
    """The classes in a type that msgspec does not know, and cannot read. Raises `TypeError` or `NameError`."""
    msgspec.json.Decoder(kind)
    parts = _parts(msgspec.inspect.type_info(kind))
    return [cast("object", part.cls) for part in parts if isinstance(part, CustomType)]


def _parts(whole: Type) -> Iterator[object]:
    """A type and all that it is made of; one that holds itself is looked at once."""
    todo: list[object] = [whole]
    seen: set[int] = set()
    while todo:
        part = todo.pop()
        if isinstance(part, msgspec.Struct) and id(part) not in seen:
            seen.add(id(part))
            yield part
            todo += [getattr(part, name) for name in part.__struct_fields__]
        elif isinstance(part, tuple):
            todo += cast("tuple[object, ...]", part)

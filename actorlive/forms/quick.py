"""Which events msgspec may decode at once, and which texts make a closer look necessary.

msgspec's lax decoding is what `conversion` does for JSON, save for the numbers: it takes integers of any length,
`"nan"` and `"inf"`, and hashes them while it builds a set. So each event class has a pattern that finds whatever
might be such a number in the bytes of a payload. What it finds by mistake costs time and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, cast

from msgspec import inspect

from actorlive.forms.scalars import is_anything

__all__ = ["suspicious"]

_ESCAPES = rb"|\\u00[346]"  # digits and letters that were written as escapes
_LONG_NUMBER: Final = re.compile(rb"\d{19}" + _ESCAPES)
_ODD_NUMBER: Final = re.compile(rb"\d{19}|[nN][aA][nN]|[iI][nN][fF]" + _ESCAPES)
_ANYTHING: Final = re.compile(rb"")

_RECORDS = (inspect.StructType, inspect.DataclassType, inspect.NamedTupleType, inspect.TypedDictType)
_ONE_ITEM = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType)


def suspicious(node: inspect.Type) -> re.Pattern[bytes] | None:
    """What to look for in a payload before msgspec decodes it as `node`; None: nothing can go wrong."""
    kinds = list(_within(node, set()))
    if any(map(_needs_care, kinds)):
        return _ANYTHING
    if any(isinstance(kind, inspect.FloatType) for kind in kinds):
        return _ODD_NUMBER
    if any(isinstance(kind, inspect.IntType) or is_anything(kind) for kind in kinds):
        return _LONG_NUMBER
    return None


def _needs_care(node: inspect.Type) -> bool:
    """Decimals and UUIDs can be made to collide, tuples and structs in sets too; a struct may check itself."""
    match node:
        case inspect.DecimalType() | inspect.UUIDType():
            return True
        case inspect.SetType() | inspect.FrozenSetType():
            return not isinstance(node.item_type, inspect.StrType | inspect.IntType | inspect.EnumType)
        case inspect.DictType():
            key = node.key_type
            return not (isinstance(key, inspect.StrType | inspect.IntType) or is_anything(key))
        case _:
            return hasattr(getattr(node, "cls", None), "__validate__")


def _within(node: inspect.Type, seen: set[int]) -> Iterator[inspect.Type]:
    """`node` and all that is declared below it, each once: a struct may hold itself."""
    if id(node) in seen:
        return
    seen.add(id(node))
    yield node
    for below in _below(node):
        yield from _within(below, seen)


def _below(node: inspect.Type) -> list[inspect.Type]:
    match node:
        case inspect.Metadata():
            return [node.type]
        case inspect.UnionType():
            return list(node.types)
        case inspect.DictType():
            return [node.key_type, node.value_type]
        case inspect.TupleType():
            return list(node.item_types)
        case _ if isinstance(node, _RECORDS):
            return [field.type for field in cast("inspect.StructType", node).fields]
        case _:
            return [node.item_type] if isinstance(node, _ONE_ITEM) else []

"""Decoded form params: what they tell about a form beside its values.

A browser has no lists of fields and no "untouched". The client and the templates encode both in the
names of fields, and this module reads them: `addresses[0]`, `addresses[1]` are the items of a list,
`addresses_sort[]` and `addresses_drop[]` their new order, `_unused_email` says that the person has not been
in `email` yet. Everything here comes from outside and may have any shape.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

__all__ = ["as_params", "indexed", "is_used", "sort_and_drop"]

_UNUSED = "_unused_"
_LONGEST_INDEX = 9


def as_params(value: object) -> dict[str, Any] | None:
    """`value` as a dict with string keys, or None if it is not a mapping."""
    if not isinstance(value, Mapping):
        return None
    mapping = cast("Mapping[object, Any]", value)
    return {key: item for key, item in mapping.items() if isinstance(key, str)}


def indexed(value: object) -> list[Any] | None:
    """The items of a list of fields, or None if `value` is not such a list.

    Takes `{"1": b, "0": a}`, as `f[1]=b&f[0]=a` decodes, and lists, as `f[]=a&f[]=b` does.

    >>> indexed({"10": "b", "2": "a", "_unused_2": ""})
    ['a', 'b']
    """
    keyed = _keyed(value)
    return None if keyed is None else list(keyed.values())


def _keyed(value: object) -> dict[str, Any] | None:
    """The items of a list of fields by the index that they were sent with, in order."""
    if isinstance(value, list | tuple):
        return {str(index): item for index, item in enumerate(cast("list[Any]", value))}
    params = as_params(value)
    keys = [key for key in params or () if not key.startswith("_")]
    if params is None or not keys or not all(map(_is_index, keys)):
        return None
    return {key: params[key] for key in sorted(keys, key=int)}


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) <= _LONGEST_INDEX


def is_used(params: Mapping[str, Any], name: str) -> bool:
    """Whether the person has been in the field `name`, or, where fields are nested in it, in one of them."""
    if name.startswith("_") or name not in params or _UNUSED + name in params:
        return False
    nested = as_params(params[name])
    if nested is not None:
        return any(is_used(nested, key) for key in nested)
    return params[name] is not None


def sort_and_drop(params: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Apply `NAME_sort` and `NAME_drop` to the list of nested forms `NAME`; returns new params.

    `NAME_sort` lists the indices in their new order. A word that is not an index, like "new", puts an empty
    item there: that is how a button adds one. `NAME_drop` lists the indices to leave out. Items that
    are in neither keep their order behind the sorted ones. `path` may lead through nested forms and
    lists of them: `"orders.lines"`. Mirrors `sort_param` and `drop_param` of Ecto's `cast_assoc`.

    >>> sort_and_drop({"a": {"0": "x", "1": "y"}, "a_sort": ["1", "new", "0"], "a_drop": ["0"]}, "a")
    {'a': ['y', {}]}
    """
    name, _, rest = path.partition(".")
    if not rest:
        return _arrange(dict(params), name)
    return _inside(dict(params), name, lambda nested: sort_and_drop(nested, rest))


def _inside(
    params: dict[str, Any], name: str, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    value = params.get(name)
    items = indexed(value)
    if items is not None:
        return {**params, name: [change(as_params(item) or {}) for item in items]}
    nested = as_params(value)
    return params if nested is None else {**params, name: change(nested)}


def _arrange(params: dict[str, Any], name: str) -> dict[str, Any]:
    sort, drop = _words(params.pop(f"{name}_sort", None)), _words(params.pop(f"{name}_drop", None))
    if not sort and not drop:
        return params
    items = _keyed(params.get(name)) or {}
    known = set(items)
    kept = {key: item for key, item in items.items() if key not in drop}
    front: list[Any] = [
        kept.pop(key, {}) for key in sort if key in kept or (key not in known and key not in drop)
    ]
    return {**params, name: [*front, *kept.values()]}


def _words(value: object) -> list[str]:
    """The non-blank strings of a list; a hidden `NAME_drop[]` without value is how an empty list is sent."""
    if not isinstance(value, list):
        return []
    return [word for word in cast("list[object]", value) if isinstance(word, str) and word]

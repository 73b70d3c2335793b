"""Url-encoded form fields to nested data, by the rules of `Plug.Conn.Query`.

`user[name]=Ada` is a key in a dict, `tags[]=a` an element of a list, `lines[][qty]=1` a new dict in a list.
Where two fields disagree about a value's kind the later one wins. All leaves are strings. The text comes
from a browser, or from a program that pretends to be one, so its number of fields and their depth are bounded.

It is decoded with every key stroke in a form, so only what holds a `%` or a `+` is unquoted, and the paths of names
are remembered. Rejected: `urllib.parse.parse_qsl`, which takes three times as long, for it unquotes everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any, TypeAlias
from urllib.parse import unquote_plus, unquote_to_bytes

from actorlive.errors import ActorLiveError

__all__ = ["MAX_DEPTH", "MAX_FIELDS", "Params", "ParamsError", "decode_query", "form_params", "split_name"]

Params: TypeAlias = dict[str, Any]
"""Nested fields: a value is a `str`, a dict of values or a list of values."""

_Node: TypeAlias = dict[str, Any] | list[Any]

MAX_FIELDS = 10_000
MAX_DEPTH = 32

_LONGEST_KEPT = 100
"""Paths of names up to that length, as sent, are remembered: a form sends the same names with every key stroke."""


class ParamsError(ActorLiveError):
    """Form fields beyond the limits on their number or depth."""


def split_name(name: str) -> list[str]:
    """A field's name as the path that it stands for; an empty part is a list's next element.

    >>> split_name("a[b][][c]")
    ['a', 'b', '', 'c']
    >>> split_name("a[b")
    ['a[b']
    """
    root, bracket, rest = name.partition("[")
    if not bracket or not name.endswith("]"):
        return [name]
    return [root, *rest[:-1].split("][")]


def decode_query(text: str, *, max_fields: int = MAX_FIELDS, max_depth: int = MAX_DEPTH) -> Params:
    """Decode `text` (`application/x-www-form-urlencoded`, UTF-8) to nested data.

    Raises `ParamsError` beyond `max_fields` fields or `max_depth` levels. Bytes that are not UTF-8 become
    U+FFFD.
    """
    if text.count("&") >= max_fields:
        raise ParamsError(f"a form has more than {max_fields} fields")
    params: Params = {}
    for pair in text.split("&"):
        if not pair:
            continue
        name, _, value = pair.partition("=")
        path = _path(name) if len(name) <= _LONGEST_KEPT else _decoded_path(name)
        if "%" in value or "+" in value:
            value = _unquoted(value)
        if len(path) == 1:
            params[path[0]] = value
        elif len(path) > max_depth:
            raise ParamsError(f"a form field is nested {len(path)} levels deep; the limit is {max_depth}")
        else:
            _put(params, path, value)
    return params


def form_params(text: str, meta: Mapping[str, Any] | None = None) -> Params:
    """The params of a form event: its fields, `meta` merged over them, `_target` as a path.

    Mirrors LiveView's handling of events of type "form". Raises `ParamsError` as `decode_query` does.
    """
    params = decode_query(text)
    params.update(meta or {})
    target = params.get("_target")
    if isinstance(target, str):
        path = _target(target) if len(target) <= _LONGEST_KEPT else split_name(target)
        params["_target"] = [part for part in path if part]
    return params


def _unquoted(text: str) -> str:
    """As `unquote_plus`, which looks for characters outside of ASCII first; a browser sends none."""
    if text.isascii():
        return unquote_to_bytes(text.replace("+", " ")).decode(errors="replace")
    return unquote_plus(text)


def _decoded_path(name: str) -> tuple[str, ...]:
    return tuple(split_name(_unquoted(name)))


_path = lru_cache(maxsize=1024)(_decoded_path)
_target = lru_cache(maxsize=1024)(split_name)


def _put(params: Params, path: tuple[str, ...], value: str) -> None:
    node: _Node = params
    for part, following in pairwise(path):
        node = _step(node, part, [] if following == "" else {})
    if isinstance(node, list):
        node.append(value)
    else:
        node[path[-1]] = value


def _step(node: _Node, part: str, fresh: _Node) -> _Node:
    """Go down one level; what stands there and is of another kind gives way to `fresh`."""
    if isinstance(node, list):
        node.append(fresh)
        return fresh
    if type(node.get(part)) is not type(fresh):
        node[part] = fresh
    return node[part]

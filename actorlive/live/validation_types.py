"""One value against one declared type: what a form sends, made into what the type wants.

Forms send text. The text of a number may have blanks around it, a `datetime-local` input leaves out the
seconds, a checkbox without a `value` says "on". This module evens that out and lets msgspec convert.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from typing import Annotated, Any, Literal, Union
from uuid import UUID

import msgspec
from msgspec import inspect

from actorlive.errors import ActorLiveError
from actorlive.live.validation_messages import broken_constraints, kind_message
from actorlive.runtime.results import Error, Ok

__all__ = ["UnsupportedType", "convert"]

_PLAIN: dict[type[inspect.Type], Any] = {
    inspect.AnyType: Any,
    inspect.NoneType: None,
    inspect.BoolType: bool,
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.StrType: str,
    inspect.BytesType: bytes,
    inspect.DateTimeType: dt.datetime,
    inspect.TimeType: dt.time,
    inspect.DateType: dt.date,
    inspect.TimeDeltaType: dt.timedelta,
    inspect.UUIDType: UUID,
    inspect.DecimalType: Decimal,
}
_CONSTRAINTS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern", "tz")
_CHECKBOX = {"on": "true", "off": "false"}
_TO_THE_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d[T ])?\d\d:\d\d")


class UnsupportedType(ActorLiveError):
    """A struct with a field that no form can fill in."""


def convert(node: inspect.Type, value: object) -> Ok[Any] | Error[list[str]]:
    """`value` as the type that `node` describes, by msgspec's lax rules, or why it does not fit."""
    value = _as_json(node, value)
    try:
        converted = msgspec.convert(value, _constrained(node), strict=False)
    except ValueError:  # the root of msgspec.ValidationError, too
        return Error(_explain(node, value))
    return Ok(converted) if _is_finite(converted) else Error([kind_message(node)])


def _is_finite(value: object) -> bool:
    """Whether `value` is anything but NaN or an infinity, which pass msgspec and which nobody means."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return not isinstance(value, float) or math.isfinite(value)


def _explain(node: inspect.Type, value: object) -> list[str]:
    try:
        plain = msgspec.convert(value, _plain_type(node), strict=False)
    except ValueError:
        return [kind_message(node)]
    return broken_constraints(node, plain) or [kind_message(node)]


def _as_json(node: inspect.Type, value: object) -> object:
    """The text of a control in the notation that msgspec reads; other values as they are."""
    if not isinstance(value, str):
        return value
    match node:
        case inspect.BoolType():
            return _CHECKBOX.get(value.strip(), value.strip())
        case inspect.DateTimeType() | inspect.TimeType():
            text = value.strip()
            return f"{text}:00" if _TO_THE_MINUTE.fullmatch(text) else text
        case (
            inspect.IntType()
            | inspect.FloatType()
            | inspect.DecimalType()
            | inspect.DateType()
            | inspect.UUIDType()
        ):
            return value.strip()
        case _:
            return value


def _constrained(node: inspect.Type) -> Any:
    given = {name: getattr(node, name, None) for name in _CONSTRAINTS}
    declared = {name: limit for name, limit in given.items() if limit is not None}
    return Annotated[_plain_type(node), msgspec.Meta(**declared)] if declared else _plain_type(node)


def _plain_type(node: inspect.Type) -> Any:
    """The Python type that `node` describes. Members of a union keep their constraints."""
    if isinstance(node, inspect.Metadata):
        return _plain_type(node.type)
    if type(node) in _PLAIN:
        return _PLAIN[type(node)]
    return _composed(node) or _class(node)


def _composed(node: inspect.Type) -> Any:
    match node:
        case inspect.LiteralType(values=values):
            return Literal[values]
        case inspect.UnionType(types=members):
            return Union[tuple(_constrained(member) for member in members)]  # noqa: UP007 (made at run time)
        case inspect.ListType(item_type=item):
            return list[_plain_type(item)]
        case inspect.TupleType(item_types=items):
            return tuple[tuple(_plain_type(item) for item in items)]
        case inspect.DictType(key_type=key, value_type=item):
            return dict[_plain_type(key), _plain_type(item)]
        case _:
            return None


def _class(node: inspect.Type) -> Any:
    cls = getattr(node, "cls", None)
    if cls is None:
        raise UnsupportedType(
            f"validate() cannot read a field declared as {type(node).__name__.removesuffix('Type')}: "
            "declare it as text and convert it in the handler."
        )
    return cls

"""One value against one declared type: what a control sends, made into what the type wants.

Controls send text. White space around it is dropped wherever the type is not text itself; a number may have a
sign, leading zeros or a bare point; a `datetime-local` input leaves out the seconds; a checkbox without a
`value` says "on". This module evens that out, lets msgspec convert, and bounds numbers (`numbers`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, cast
from uuid import UUID

import msgspec
from msgspec import inspect

from actorlive.errors import ActorLiveError
from actorlive.forms.messages import OUT_OF_RANGE, broken_constraints, kind_message
from actorlive.forms.numbers import is_bounded, is_finite
from actorlive.results import Error, Ok

__all__ = ["UnsupportedType", "convert", "is_anything"]

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
_TO_THE_MINUTE = re.compile(r"(\d{4}-\d\d-\d\d[T ])?\d\d:\d\d", re.ASCII)
_NUMBER = re.compile(r"([+-]?)(\d*)(\.\d*)?([eE][+-]?\d+)?", re.ASCII)

_MOST_TARGETS = 4_096
_targets: dict[int, tuple[inspect.Type, Any]] = {}


class UnsupportedType(ActorLiveError):
    """A struct with a field that no form can fill in."""


def is_anything(node: inspect.Type) -> bool:
    """Whether `node` is `Any` or `object`: what came stays as it is."""
    return isinstance(node, inspect.AnyType) or (
        isinstance(node, inspect.CustomType) and cast("object", node.cls) is object
    )


def convert(node: inspect.Type, value: object) -> Ok[Any] | Error[list[str]]:
    """`value` as the type that `node` describes, by msgspec's lax rules, or why it does not fit."""
    if is_anything(node):
        return Ok(value) if is_bounded(value) else Error([OUT_OF_RANGE])
    given = value
    if isinstance(value, str) and (notation := _NOTATIONS.get(type(node))) is not None:
        given = notation(value)
        if given is None:
            return Error([kind_message(node)])
    try:
        converted = msgspec.convert(given, _target(node), strict=False)
    except ValueError:  # the root of msgspec.ValidationError, too
        return _by_trimmed_choice(node, given)
    return _bounded(node, converted)


def _bounded(node: inspect.Type, converted: object) -> Ok[Any] | Error[list[str]]:
    if is_bounded(converted):
        return Ok(converted)
    return Error([OUT_OF_RANGE if is_finite(converted) else kind_message(node)])


def _by_trimmed_choice(node: inspect.Type, value: object) -> Ok[Any] | Error[list[str]]:
    """A choice is taken as it was declared, white space included; only then without the blanks around it."""
    choice = isinstance(node, inspect.EnumType | inspect.LiteralType | inspect.UnionType)
    if choice and isinstance(value, str) and value != value.strip():
        return convert(node, value.strip())
    return Error(_explain(node, value))


def _explain(node: inspect.Type, value: object) -> list[str]:
    try:
        plain = msgspec.convert(value, _plain_type(node), strict=False)
    except ValueError:
        return [kind_message(node)]
    return broken_constraints(node, plain) or [kind_message(node)]


def _number(text: str) -> str | None:
    """HTML's number, and what people paste, as JSON has it: no plus sign, no leading nought, no bare point."""
    text = text.strip()
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    sign, whole, fraction, exponent = match.groups(default="")
    if not (whole or len(fraction) > 1):
        return None
    return f"{sign.strip('+')}{whole.lstrip('0') or '0'}{fraction if len(fraction) > 1 else ''}{exponent}"


def _clock(text: str) -> str | None:
    """A time of day, with its seconds. A bare number, which msgspec takes for seconds since 1970, is not one."""
    text = text.strip()
    if ":" not in text:
        return None
    return f"{text}:00" if _TO_THE_MINUTE.fullmatch(text) else text


def _checkbox(text: str) -> str:
    text = text.strip()
    return _CHECKBOX.get(text, text)


_NOTATIONS: dict[type[inspect.Type], Callable[[str], str | None]] = {
    inspect.BoolType: _checkbox,
    inspect.IntType: _number,
    inspect.FloatType: _number,
    inspect.DecimalType: _number,
    inspect.DateTimeType: _clock,
    inspect.TimeType: _clock,
    inspect.DateType: str.strip,
    inspect.UUIDType: str.strip,
    inspect.TimeDeltaType: str.strip,
}
"""The text of a control in the notation that msgspec reads; None where it cannot be of that type."""


def _target(node: inspect.Type) -> Any:
    """`_constrained(node)`, made once: nodes live as long as the classes that they describe."""
    known = _targets.get(id(node))
    if known is None:
        if len(_targets) >= _MOST_TARGETS:
            _targets.clear()
        known = _targets[id(node)] = (node, _constrained(node))
    return known[1]


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
            scalars = tuple(_constrained(member) for member in members if _is_scalar(member))
            return Union[scalars or (None,)]  # noqa: UP007 (made at run time)
        case _:
            return None


def _is_scalar(node: inspect.Type) -> bool:
    """Whether `node` is one value; collections and records are read item by item, above."""
    if isinstance(node, inspect.Metadata):
        return _is_scalar(node.type)
    return type(node) in _PLAIN or isinstance(
        node, inspect.LiteralType | inspect.EnumType | inspect.UnionType | inspect.CustomType
    )


def _class(node: inspect.Type) -> Any:
    cls = getattr(node, "cls", None)
    if cls is None:
        raise UnsupportedType(
            f"validate() cannot read a field declared as {type(node).__name__.removesuffix('Type')}: "
            "declare it as text and convert it in the handler."
        )
    return cls

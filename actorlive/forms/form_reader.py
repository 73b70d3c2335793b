"""How the fields of a form are read at once, by what each event class is made into once: the usual form, no faults.

`conversion.ParamsReader` walks a declaration beside the params and gathers every fault. For a form of four fields
that costs some 40 µs, most of it to ask each time what the declaration is. Here it is asked once. Each field becomes
a function of what was sent: text, numbers and checkboxes are read right away where they are written as browsers write
them, a struct within the struct in the same way, any other type by the same `ParamsReader`. **What is returned is what
`ParamsReader` returns.** Where that would take more than a look nothing is returned, and the `ParamsReader` begins anew
and says what is wrong.

Rejected: msgspec's own conversion of the dict. It stops at the first fault, does not know what a blank control or an
absent checkbox means, and needs a second pass for both. Generated source was no faster than the closures.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias, cast

from msgspec import inspect

from actorlive.forms.conversion import FORM, ParamsReader, TooManyFaults, listed

__all__ = ["FormReader", "form_reader"]

FormReader: TypeAlias = Callable[[object], Any]
"""From params to the struct; None where `ParamsReader` has to tell."""

_Read: TypeAlias = Callable[[Any], Any]

_ABSENT: Final = object()
_DEFAULT: Final = object()
_CARE: Final = object()

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_FRACTION = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?")
_CHECKBOX: Mapping[str, bool] = {"true": True, "on": True, "false": False, "off": False}


def form_reader(node: inspect.Type) -> FormReader | None:
    """What reads the events of one class from a form's params; None for anything but a struct."""
    if not isinstance(node, inspect.StructType):
        return None
    build = cast("Callable[..., Any]", node.cls)
    check = hasattr(node.cls, "__validate__")
    quick = [(field.encode_name, field.name, read) for field in node.fields if (read := _quick(field))]
    general = [field for field in node.fields if _quick(field) is None]

    def read_form(params: object) -> Any:
        if not isinstance(params, dict):
            return None
        sent = cast("dict[str, Any]", params)
        values: dict[str, Any] = {}
        for key, name, read in quick:
            value = read(sent.get(key, _ABSENT))
            if value is _CARE:
                return None
            if value is not _DEFAULT:
                values[name] = value
        if general and not _read_general(general, sent, values):
            return None
        try:
            made = build(**values)
        except (ValueError, TypeError):
            return None
        return None if check and listed(made.__validate__()) else made

    return read_form


def _read_general(fields: list[inspect.Field], params: Mapping[str, Any], values: dict[str, Any]) -> bool:
    """Read the other fields into `values`; False when one does not fit."""
    reader = ParamsReader(FORM)
    try:
        read = reader.fields(fields, params, "")
    except (TooManyFaults, RecursionError):
        return False
    values.update(read)
    return not reader.faults


def _quick(field: inspect.Field) -> _Read | None:
    node, optional = _without_none(field.type)
    if isinstance(node, inspect.StructType):
        return _struct(node, _DEFAULT if not field.required else None if optional else _CARE)
    make = _READERS.get(type(node))
    if make is None or any(getattr(node, limit, None) is not None for limit in _LIMITS):
        return None
    blank = None if optional else _CARE if field.required else _DEFAULT
    absent = _DEFAULT if not field.required else None if optional else _CARE
    return make(blank, absent)


_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "pattern")


def _without_none(node: inspect.Type) -> tuple[inspect.Type, bool]:
    if isinstance(node, inspect.UnionType):
        members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
        if len(members) == 1 and len(node.types) == 2:
            return members[0], True
    return node, False


def _struct(node: inspect.StructType, absent: object) -> _Read:
    """Fields whose names have one prefix, `user[name]`. The reader is made when it is first needed: a struct may hold
    itself."""
    made: list[FormReader | None] = []

    def read(value: Any) -> Any:
        if type(value) is not dict:
            return absent if value is _ABSENT else _CARE
        if not made:
            made.append(form_reader(node))
        try:
            struct = made[0](cast("object", value)) if made[0] is not None else None
        except RecursionError:
            return _CARE
        return _CARE if struct is None else struct

    return read


# -- what a control sends ------------------------------------------------------


def _text(blank: object, absent: object) -> _Read:
    """Required text may be blank in an event, and stays as it was typed."""

    def read(value: Any) -> Any:
        if type(value) is str:
            return value if blank is _CARE or value.strip() else blank
        return absent if value is _ABSENT else _CARE

    return read


def _written(pattern: re.Pattern[str], convert: Callable[[str], Any]) -> Callable[[object, object], _Read]:
    def make(blank: object, absent: object) -> _Read:
        def read(value: Any) -> Any:
            if type(value) is str:
                if pattern.fullmatch(value):
                    return convert(value)
                return _CARE if value.strip() else blank
            return absent if value is _ABSENT else _CARE

        return read

    return make


def _checked(blank: object, absent: object) -> _Read:
    """A checkbox that is not checked is not sent."""
    unchecked = False if absent is _CARE else absent

    def read(value: Any) -> Any:
        if type(value) is str:
            return _CHECKBOX.get(value, _CARE if value.strip() else blank)
        return unchecked if value is _ABSENT else _CARE

    return read


_READERS: Mapping[type[inspect.Type], Callable[[object, object], _Read]] = {
    inspect.StrType: _text,
    inspect.IntType: _written(_WHOLE, int),
    inspect.FloatType: _written(_FRACTION, float),
    inspect.BoolType: _checked,
}

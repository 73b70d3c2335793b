"""What is said about an event that does not fit its struct: which field, what came, what is declared, what to do.

A `Misfit` is data, for the log's line, for telemetry, and for an application that shows it in a page. It may hold what
a person typed, cut short; fields whose names speak of secrets are left out, as Phoenix filters its parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from msgspec import inspect

from actorlive.forms.conversion import Fault

__all__ = ["MOST", "Misfit", "misfits_of", "sentence"]

MOST: Final = 20
"""How many misfits of one event are kept."""

_SHOWN, _CUT, _BITS = 3, 60, 192
_FILTERED = re.compile(r"passw|passphrase|secret|token|credential|api_?key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Misfit:
    """One field of an event that did not fit.

    `path` leads to it (`"address.zip"`, `"ids.0"`, `""` for the whole). `sent` is the `repr` of a value that came,
    cut to 60 characters, or its kind (`"nothing"`, `"a list"`, `"fields"`, `"[filtered]"`). `declared` is its type
    as it would be written, `problem` says what is wrong and `remedy` what to do about it.
    """

    path: str
    sent: str
    declared: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"$.{self.path}" if self.path else "$"
        return f"expected `{self.declared}`, got {self.sent} - at `{where}`: {self.problem}. {self.remedy}"


def misfits_of(faults: Sequence[Fault]) -> tuple[Misfit, ...]:
    """The first `MOST` faults of one event as data."""
    return tuple(map(_misfit, faults[:MOST]))


def sentence(misfits: Sequence[Misfit], total: int) -> str:
    """The first few of `total` misfits in one line."""
    more = total - _SHOWN
    return "; ".join(map(str, misfits[:_SHOWN])) + (f" And {more} more." if more > 0 else "")


def _misfit(fault: Fault) -> Misfit:
    declared = _written(fault.node)
    problem = "is missing" if fault.missing else " and ".join(fault.messages)
    return Misfit(fault.path[:80], _sent(fault), declared, problem, _remedy(fault, declared))


def _sent(fault: Fault) -> str:
    if fault.missing:
        return "nothing"
    return "[filtered]" if _FILTERED.search(fault.path) else _shown(fault.sent)


def _shown(value: object) -> str:
    match value:
        case str():
            return repr(value[:_CUT])
        case bool() | float() | None:
            return repr(value)
        case int():  # Python refuses to write those of thousands of digits
            return repr(value) if value.bit_length() < _BITS else f"an integer of {value.bit_length()} bits"
        case Mapping():
            return "fields"
        case _:
            return "a list" if isinstance(value, list | tuple) else type(value).__name__


# -- what to do ----------------------------------------------------------------

_LISTS = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType, inspect.TupleType)
_RECORDS = (inspect.StructType, inspect.DataclassType, inspect.NamedTupleType, inspect.TypedDictType)

_REMEDIES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (inspect.BoolType, 'Leave out the checkbox\'s value, or give it `value="true"`.'),
    ((inspect.EnumType, inspect.LiteralType), "Offer the declared choices only, or declare this one too."),
    (inspect.StrType, "Send a text that fits, or declare `str` and check it with validate()."),
    (_RECORDS, "Name the controls `{name}[…]`, one for each of its fields."),
)


def _remedy(fault: Fault, declared: str) -> str:
    if not fault.path:
        return "Send an object with the fields of the event."
    name = next(part for part in reversed(fault.path.split(".")) if not part.isdigit() or part == fault.path)
    if fault.missing:
        return f"Send a control of that name, or declare a default: `{name}: {declared} = …`."
    item = fault.path.rpartition(".")[2] != name
    if fault.sent is None or (isinstance(fault.sent, str) and not fault.sent.strip()):
        if item:
            return f"Leave it out, or declare the items of `{name}` as `{declared} | None`."
        return f"An emptied control has no value: declare `{name}: {declared} | None = None`, or a default."
    as_text = f"the items of `{name}` as `str`" if item else f"`{name}: str`"
    return _reshaped(fault.sent, _inner(fault.node), name, declared, as_text)


def _reshaped(sent: object, node: inspect.Type, name: str, declared: str, as_text: str) -> str:
    if isinstance(node, _LISTS):
        return f"Name the controls `{name}[]`, so that several values are sent as a list."
    if isinstance(sent, list) and not isinstance(node, _RECORDS):
        return f"Declare `{name}: list[{declared}]` to take several values."
    if isinstance(sent, Mapping):
        return f"Declare a struct for `{name}`: the fields of a form within the form arrived."
    for kind, remedy in _REMEDIES:
        if isinstance(node, kind):
            return remedy.format(name=name)
    return f"Declare {as_text} to take whatever is typed, and check it with validate()."


# -- the declaration, as it would be written -----------------------------------

_NAMES: dict[type[inspect.Type], str] = {
    inspect.AnyType: "Any",
    inspect.NoneType: "None",
    inspect.BoolType: "bool",
    inspect.IntType: "int",
    inspect.FloatType: "float",
    inspect.StrType: "str",
    inspect.BytesType: "bytes",
    inspect.DateTimeType: "datetime",
    inspect.TimeType: "time",
    inspect.DateType: "date",
    inspect.TimeDeltaType: "timedelta",
    inspect.UUIDType: "UUID",
    inspect.DecimalType: "Decimal",
}


def _inner(node: inspect.Type) -> inspect.Type:
    if isinstance(node, inspect.Metadata):
        return _inner(node.type)
    if isinstance(node, inspect.UnionType):
        members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
        return _inner(members[0]) if len(members) == 1 else node
    return node


def _written(node: inspect.Type) -> str:
    if type(node) in _NAMES:
        return _NAMES[type(node)]
    return _written_collection(node) or _written_other(node)


def _written_collection(node: inspect.Type) -> str | None:
    match node:
        case inspect.ListType():
            return f"list[{_written(node.item_type)}]"
        case inspect.SetType() | inspect.FrozenSetType():
            kind = "set" if isinstance(node, inspect.SetType) else "frozenset"
            return f"{kind}[{_written(node.item_type)}]"
        case inspect.VarTupleType():
            return f"tuple[{_written(node.item_type)}, ...]"
        case inspect.TupleType():
            return f"tuple[{', '.join(map(_written, node.item_types))}]"
        case inspect.DictType():
            return f"dict[{_written(node.key_type)}, {_written(node.value_type)}]"
        case _:
            return None


def _written_other(node: inspect.Type) -> str:
    match node:
        case inspect.Metadata():
            return _written(node.type)
        case inspect.UnionType():
            members = sorted(node.types, key=lambda member: isinstance(member, inspect.NoneType))
            return " | ".join(map(_written, members))
        case inspect.LiteralType():
            return f"Literal[{', '.join(map(repr, cast('tuple[object, ...]', node.values)))}]"
        case _:
            return str(getattr(getattr(node, "cls", None), "__name__", type(node).__name__))

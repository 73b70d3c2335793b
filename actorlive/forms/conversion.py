"""What a client sends as the type that is declared: the one conversion below typed events and `validate()`.

msgspec stops at the first fault, as it should for machines. A person filling in a form wants to see all of them,
each at its field, and a developer wants to know which field of an event did not fit. So this module walks the
declaration beside the params, converts leaf by leaf (`validation_types`), and gathers faults by path: `"email"`,
`"addresses.0.city"`, `""` for the whole.

What HTML cannot say is read by the declaration. A control that is emptied, or holds nothing but white space, has
no value: None where None is allowed, else the default. A checkbox and a multiple select that were not sent are
False and empty. `on` is True, a local date-time has no zone and may lack its seconds, white space around anything
but text is dropped, `{"0": …, "1": …}` is a list. Keys that the type does not declare are ignored.

Where something comes from differs in three points only, and `Manner` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from msgspec import inspect

from actorlive.forms.messages import BLANK, INVALID, OUT_OF_RANGE, broken_constraints
from actorlive.forms.numbers import Crowd
from actorlive.forms.params import as_params, indexed
from actorlive.forms.scalars import convert, is_anything
from actorlive.results import Error, Ok

__all__ = [
    "BINDING",
    "FAULTY",
    "FORM",
    "PUSHED",
    "VALIDATION",
    "Fault",
    "FieldErrors",
    "Manner",
    "ParamsReader",
    "TooManyFaults",
    "declaration",
    "listed",
]

FieldErrors: TypeAlias = dict[str, list[str]]
"""Messages by path."""

_Record: TypeAlias = (
    "inspect.StructType | inspect.DataclassType | inspect.NamedTupleType | inspect.TypedDictType"
)
_Sequence: TypeAlias = "inspect.ListType | inspect.SetType | inspect.FrozenSetType | inspect.VarTupleType"
_RECORDS = (inspect.StructType, inspect.DataclassType, inspect.NamedTupleType, inspect.TypedDictType)
_SEQUENCES = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType)

_ABSENT: Final = object()
FAULTY: Final = object()
"""What `ParamsReader.read` returns where something did not fit."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How something was sent.

    controls: it is the fields of a form, where blank text and what is absent are ways to say "nothing"; in
        JSON a text is a text, and what is absent is missing.
    unchecked: a bool that is absent is a checkbox that is not checked, or an attribute that was left out.
    final: the value is what the application keeps, so required text may not be blank, and the marks beside the
        fields of a form (`_unused_…`, `_persistent_id`) are not kept. An event only carries them on.
    """

    controls: bool
    unchecked: bool
    final: bool = False
    most: int | None = 100
    """After how many faults `ParamsReader.read` gives up with `TooManyFaults`; None: never, they are for a person."""


VALIDATION: Final = Manner(controls=True, unchecked=True, final=True, most=None)
FORM: Final = Manner(controls=True, unchecked=True)
BINDING: Final = Manner(controls=False, unchecked=True)
PUSHED: Final = Manner(controls=False, unchecked=False)


class TooManyFaults(Exception):
    """What was sent is so far from what is declared that the rest is not worth the time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One value that did not fit: where, what was sent (`missing`: nothing), what is declared, what is wrong."""

    path: str
    sent: object
    node: inspect.Type
    messages: tuple[str, ...]
    missing: bool = False


@lru_cache(maxsize=1024)
def declaration(type_: Any) -> inspect.Type:
    """What `type_` declares, as data."""
    return inspect.type_info(type_)


class ParamsReader:
    """One pass over params. Its methods return the value read, or `FAULTY` after they noted why not."""

    __slots__ = ("_crowd", "_manner", "errors", "faults")

    def __init__(self, manner: Manner, crowd: Crowd | None = None) -> None:
        self.errors: FieldErrors = {}
        self.faults: list[Fault] = []
        self._manner = manner
        self._crowd = crowd or Crowd()

    def read(self, node: inspect.Type, value: object, path: str, message: str | None = None) -> Any:
        """`value` as `node` declares it. `message` replaces the words for what is wrong."""
        match node:
            case inspect.Metadata():
                extra = cast("dict[str, Any] | None", node.extra)  # pyright: ignore[reportUnknownMemberType]
                return self.read(node.type, value, path, (extra or {}).get("message"))
            case inspect.UnionType():
                return self._union(node, value, path, message)
            case _:
                return self._one(node, value, path, message)

    def _one(self, node: inspect.Type, value: object, path: str, message: str | None) -> Any:
        match node:
            case inspect.DictType():
                return self._dict(node, value, path, message)
            case inspect.TupleType():
                return self._tuple(node, value, path, message)
            case _ if isinstance(node, _RECORDS):
                return self._record(node, value, path)
            case _ if isinstance(node, _SEQUENCES):
                return self._sequence(node, value, path, message)
            case _:
                return self._leaf(node, value, path, message)

    def _fault(
        self, path: str, messages: Iterable[str], sent: object, node: inspect.Type, instead: str | None = None
    ) -> Any:
        said = [instead] if instead else list(messages)
        missing = sent is _ABSENT
        self.faults.append(Fault(path, None if missing else sent, node, tuple(said), missing))
        self.errors.setdefault(path, []).extend(said)
        if len(self.faults) == self._manner.most:
            raise TooManyFaults
        return FAULTY

    def _leaf(self, node: inspect.Type, value: object, path: str, message: str | None) -> Any:
        match convert(node, value):
            case Error(messages):
                return self._fault(path, messages, value, node, message)
            case Ok(UUID() | Decimal() as aimed) if not self._crowd.admits(aimed):
                return self._fault(path, [OUT_OF_RANGE], value, node, message)
            case Ok(converted):
                return converted

    def _union(self, node: inspect.UnionType, value: object, path: str, message: str | None) -> Any:
        members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
        if len(members) < len(node.types) and self._is_empty(node, value):
            return None
        if len(members) == 1:
            return self.read(members[0], value, path, message)
        tagged = _by_tag(members, value)
        if tagged is not None:
            return self._record(tagged, value, path)
        if isinstance(value, str | int | float | None):
            match convert(node, value):
                case Ok(converted):
                    return converted
                case Error():
                    pass
        return self._first_that_fits(members, value, path, message, node)

    def _first_that_fits(
        self,
        members: Sequence[inspect.Type],
        value: object,
        path: str,
        message: str | None,
        node: inspect.Type,
    ) -> Any:
        for member in members:
            attempt = ParamsReader(self._manner, self._crowd)
            made = attempt.read(member, value, path)
            if made is not FAULTY:
                return made
        return self._fault(path, [INVALID], value, node, message)

    # -- lists and mappings ----------------------------------------------------

    def _sequence(self, node: _Sequence, value: object, path: str, message: str | None) -> Any:
        sent = self._items(value)
        if sent is None:
            return self._fault(path, [INVALID], value, node, message)
        keep = not self._manner.controls or _is_record(node.item_type)
        items = [
            self.read(node.item_type, item, _join(path, str(index)))
            for index, item in enumerate(sent)
            if keep or not _is_blank(item)
        ]
        return self._whole(node, items, value, path, message)

    def _items(self, value: object) -> list[Any] | None:
        return [] if self._manner.controls and _is_blank(value) else indexed(value)

    def _tuple(self, node: inspect.TupleType, value: object, path: str, message: str | None) -> Any:
        sent = self._items(value)
        if sent is None or len(sent) != len(node.item_types):
            return self._fault(path, [INVALID], value, node, message)
        items = [
            self.read(declared, item, _join(path, str(index)))
            for index, (declared, item) in enumerate(zip(node.item_types, sent, strict=True))
        ]
        return FAULTY if any(item is FAULTY for item in items) else tuple(items)

    def _dict(self, node: inspect.DictType, value: object, path: str, message: str | None) -> Any:
        params = {} if self._manner.controls and _is_blank(value) else as_params(value)
        if params is None:
            return self._fault(path, [INVALID], value, node, message)
        marks = not self._manner.final and _takes_text(node.value_type)
        kept = {key: item for key, item in params.items() if marks or not self._is_mark(key)}
        keys = [self.read(node.key_type, key, _join(path, key)) for key in kept]
        items = [self.read(node.value_type, item, _join(path, key)) for key, item in kept.items()]
        if not self._may_be_hashed(node.key_type, keys):
            return self._fault(path, [OUT_OF_RANGE], value, node, message)
        return self._whole(node, [*keys, *items], value, path, message, dict(zip(keys, items, strict=True)))

    def _is_mark(self, key: str) -> bool:
        return self._manner.controls and key.startswith("_")

    def _whole(
        self, node: Any, items: list[Any], sent: object, path: str, message: str | None, built: Any = None
    ) -> Any:
        if any(item is FAULTY for item in items):
            return FAULTY
        if built is None:
            if isinstance(node, inspect.SetType | inspect.FrozenSetType) and not self._may_be_hashed(
                node.item_type, items
            ):
                return self._fault(path, [OUT_OF_RANGE], sent, node, message)
            built = _COLLECT[type(node)](items)
        broken = broken_constraints(node, built)
        return self._fault(path, broken, sent, node, message) if broken else built

    def _may_be_hashed(self, node: inspect.Type, items: list[Any]) -> bool:
        if isinstance(_unwrap(node)[0], inspect.StrType | inspect.IntType):
            return True
        return all(self._crowd.admits(item) for item in items if item is not FAULTY)

    # -- records ---------------------------------------------------------------

    def _record(self, node: _Record, value: object, path: str) -> Any:
        params = as_params(_by_position(node, value))
        if params is None:
            return self._fault(path, [INVALID], value, node)
        read = self.fields(node.fields, params, path)
        if any(item is FAULTY for item in read.values()):
            return FAULTY
        return self._built(node, read, value, path)

    def fields(self, fields: Iterable[inspect.Field], params: Mapping[str, Any], path: str) -> dict[str, Any]:
        """The fields of a record that have a value, by name; `FAULTY` for those that do not fit."""
        read = {
            field.name: self._field(
                field, params.get(field.encode_name, _ABSENT), _join(path, field.encode_name)
            )
            for field in fields
        }
        return {name: item for name, item in read.items() if item is not _ABSENT}

    def _field(self, field: inspect.Field, value: object, path: str) -> Any:
        if not (value is _ABSENT or self._is_empty(field.type, value)):
            return self.read(field.type, value, path)
        node, optional = _unwrap(field.type)
        if optional and value is not _ABSENT:
            return None
        if not field.required:
            return _ABSENT
        if optional:
            return None
        return self._unsent(node, field, value, path)

    def _is_empty(self, node: inspect.Type, value: object) -> bool:
        """Whether nothing was sent for `node`: None, or blank text where the declared type has no use for it."""
        if value is None:
            return not is_anything(node) or self._manner.controls
        if not _is_blank(value) or _chooses_blank(node, value):
            return False
        return self._manner.controls or not _takes_text(node)

    def _unsent(self, node: inspect.Type, field: inspect.Field, value: object, path: str) -> Any:
        """A required value that was sent blank, or not at all because HTML has no word for it."""
        if isinstance(value, str) and _takes_text(node) and self._may_be_blank(node):
            return self.read(field.type, value, path)
        if value is _ABSENT and isinstance(node, inspect.BoolType) and self._manner.unchecked:
            return False
        if self._manner.controls:
            if isinstance(node, _SEQUENCES):
                return self.read(field.type, [], path)
            if isinstance(node, inspect.DictType) or (isinstance(node, _RECORDS) and value is _ABSENT):
                return self.read(field.type, {}, path)
        return self._fault(path, [BLANK], value, field.type)

    def _may_be_blank(self, node: inspect.Type) -> bool:
        return not self._manner.final or (isinstance(node, inspect.StrType) and node.min_length == 0)

    def _built(self, node: _Record, values: dict[str, Any], sent: object, path: str) -> Any:
        try:
            built: Any = cast("Callable[..., Any]", node.cls)(**values)
        except (ValueError, TypeError) as error:  # of __post_init__; what msgspec takes for a refusal
            return self._fault(path, [str(error) or INVALID], sent, node)
        check = getattr(built, "__validate__", None)
        errors = listed(None if check is None else check())
        for below, messages in errors.items():
            self._fault(_join(path, below), messages, sent, node)
        return FAULTY if errors else built


_COLLECT: dict[type, Callable[[list[Any]], Any]] = {
    inspect.ListType: list,
    inspect.SetType: set,
    inspect.FrozenSetType: frozenset,
    inspect.VarTupleType: tuple,
}


def listed(errors: Mapping[str, str | Sequence[str]] | None) -> FieldErrors:
    """What a check returned, each path with a list of messages; paths without any are left out."""
    given = (errors or {}).items()
    return {
        path: [messages] if isinstance(messages, str) else list(messages)
        for path, messages in given
        if messages
    }


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _join(path: str, below: str) -> str:
    return f"{path}.{below}" if path and below else path or below


def _unwrap(node: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type below metadata and `| None`, and whether None is allowed."""
    if isinstance(node, inspect.Metadata):
        return _unwrap(node.type)
    if isinstance(node, inspect.LiteralType):
        return node, None in cast("tuple[object, ...]", node.values)
    if isinstance(node, inspect.UnionType):
        members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
        inner, optional = _unwrap(members[0]) if len(members) == 1 else (node, False)
        return inner, optional or len(members) < len(node.types)
    return node, False


def _takes_text(node: inspect.Type) -> bool:
    """Whether text is, unchanged, a value of the declared type."""
    inner, _ = _unwrap(node)
    if isinstance(inner, inspect.UnionType):
        return any(map(_takes_text, inner.types))
    return isinstance(inner, inspect.StrType) or is_anything(inner)


def _chooses_blank(node: inspect.Type, value: object) -> bool:
    """Whether the blank `value` is one of the choices that are declared, as `Literal["", "name"]` has it."""
    inner, _ = _unwrap(node)
    match inner:
        case inspect.LiteralType():
            return value in cast("tuple[object, ...]", inner.values)
        case inspect.EnumType():
            return any(member.value == value for member in inner.cls)
        case inspect.UnionType():
            return any(_chooses_blank(member, value) for member in inner.types)
        case _:
            return False


def _is_record(node: inspect.Type) -> bool:
    return isinstance(_unwrap(node)[0], _RECORDS)


def _by_position(node: _Record, value: object) -> object:
    """The fields of a record that travels as an array, by name."""
    by_position = isinstance(node, inspect.NamedTupleType) or getattr(node, "array_like", False)
    if not by_position or not isinstance(value, list):
        return value
    items = cast("list[object]", value)
    return {field.encode_name: item for field, item in zip(node.fields, items, strict=False)}


def _by_tag(members: Sequence[inspect.Type], value: object) -> inspect.StructType | None:
    """The struct of a tagged union that the params name."""
    params = as_params(value) or {}
    for member in members:
        tag = getattr(member, "tag_field", None)
        if isinstance(member, inspect.StructType) and tag and str(params.get(tag)) == str(member.tag):
            return member
    return None

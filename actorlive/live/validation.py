"""Form params to a typed value, or to everything that is wrong with them.

msgspec stops at the first fault, as it should for machines. A person filling in a form wants to see all
of them, each at its field. So this module walks the declaration beside the params, converts leaf by leaf
(`validation_types`), and gathers faults by path: `"email"`, `"addresses.0.city"`, `""` for the form as a
whole. It returns the value only if there is not one fault.

What HTML cannot say is read by the declaration: blank text is no value; a checkbox and a multiple select
that were not sent are False and the empty list; `{"0": …, "1": …}` is a list. Keys that the type does
not declare (`_target`, `_unused_…`, `_persistent_id`, whatever somebody made up) are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar, cast

from msgspec import inspect

from actorlive.live.form_params import as_params, indexed
from actorlive.live.pydantic_models import is_model, validate_model
from actorlive.live.validation_messages import BLANK, INVALID, broken_constraints
from actorlive.live.validation_types import convert
from actorlive.runtime.results import Error, Ok

__all__ = ["Check", "FieldErrors", "validate"]

T = TypeVar("T")

FieldErrors: TypeAlias = dict[str, list[str]]
"""Messages by path."""

Check: TypeAlias = Callable[[T], Mapping[str, str | Sequence[str]] | None]
"""What is wrong with a value whose fields are right one by one: messages by path, or nothing."""

_Record: TypeAlias = (
    "inspect.StructType | inspect.DataclassType | inspect.NamedTupleType | inspect.TypedDictType"
)
_Sequence: TypeAlias = "inspect.ListType | inspect.SetType | inspect.FrozenSetType | inspect.VarTupleType"
_RECORDS = (inspect.StructType, inspect.DataclassType, inspect.NamedTupleType, inspect.TypedDictType)
_SEQUENCES = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType)

_ABSENT: Final = object()
_FAULTY: Final = object()


def validate(
    type_: type[T], params: Mapping[str, Any], *, check: Check[T] | None = None
) -> Ok[T] | Error[FieldErrors]:
    """Make a `type_` of form params: `Ok(value)`, or `Error(messages by path)` with the faults of all fields.

    `type_` is a msgspec struct, a dataclass, a TypedDict or a pydantic model, with nested ones and lists
    of them. Constraints are those of `msgspec.Meta`; `Meta(extra={"message": "…"})` replaces the words
    for a field. When all fields are right, a method `__validate__(self)` of the struct (of nested ones
    too) and then `check(value)` may return messages by path for faults between fields; a ValueError from
    `__post_init__` is a message about the form as a whole. Takes the place of an Ecto changeset.
    """
    if is_model(type_):
        return _checked(validate_model(type_, params), check)
    reader = _Reader()
    value = reader.read(_declaration(type_), params, "")
    return _checked(Error(reader.errors) if reader.errors else Ok(value), check)


def _checked(result: Ok[T] | Error[FieldErrors], check: Check[T] | None) -> Ok[T] | Error[FieldErrors]:
    if check is None or isinstance(result, Error):
        return result
    errors = _listed(check(result.value))
    return Error(errors) if errors else result


@lru_cache(maxsize=1024)
def _declaration(type_: Any) -> inspect.Type:
    return inspect.type_info(type_)


class _Reader:
    """One pass over params. Its methods return the value read, or `_FAULTY` after they noted why not."""

    def __init__(self) -> None:
        self.errors: FieldErrors = {}

    def read(self, node: inspect.Type, value: object, path: str, message: str | None = None) -> Any:
        match node:
            case inspect.Metadata():
                extra = cast("dict[str, Any] | None", node.extra)  # pyright: ignore[reportUnknownMemberType]
                return self.read(node.type, value, path, (extra or {}).get("message"))
            case inspect.UnionType():
                return self._union(node, value, path, message)
            case inspect.DictType():
                return self._dict(node, value, path, message)
            case _ if isinstance(node, _RECORDS):
                return self._record(node, value, path)
            case _ if isinstance(node, _SEQUENCES):
                return self._sequence(node, value, path, message)
            case _:
                return self._leaf(node, value, path, message)

    def _fault(self, path: str, messages: Iterable[str], instead: str | None = None) -> Any:
        self.errors.setdefault(path, []).extend([instead] if instead else messages)
        return _FAULTY

    def _leaf(self, node: inspect.Type, value: object, path: str, message: str | None) -> Any:
        match convert(node, value):
            case Ok(converted):
                return converted
            case Error(messages):
                return self._fault(path, messages, message)

    def _union(self, node: inspect.UnionType, value: object, path: str, message: str | None) -> Any:
        members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
        if len(members) < len(node.types) and _is_blank(value):
            return None
        if len(members) == 1:
            return self.read(members[0], value, path, message)
        tagged = _by_tag(members, value)
        return self._leaf(node, value, path, message) if tagged is None else self._record(tagged, value, path)

    # -- lists and mappings ---------------------------------------------------------------------------

    def _sequence(self, node: _Sequence, value: object, path: str, message: str | None) -> Any:
        sent = [] if _is_blank(value) else indexed(value)
        if sent is None:
            return self._fault(path, [INVALID], message)
        keep_blank = _is_record(node.item_type)
        items = [
            self.read(node.item_type, item, _join(path, str(index)))
            for index, item in enumerate(sent)
            if keep_blank or not _is_blank(item)
        ]
        return self._whole(node, items, path, message)

    def _dict(self, node: inspect.DictType, value: object, path: str, message: str | None) -> Any:
        params = {} if _is_blank(value) else as_params(value)
        if params is None:
            return self._fault(path, [INVALID], message)
        read: dict[Any, Any] = {}
        for key, item in params.items():
            if not key.startswith("_"):
                read[self.read(node.key_type, key, _join(path, key))] = self.read(
                    node.value_type, item, _join(path, key)
                )
        return self._whole(node, [*read, *read.values()], path, message, read)

    def _whole(self, node: Any, items: list[Any], path: str, message: str | None, built: Any = None) -> Any:
        if any(item is _FAULTY for item in items):
            return _FAULTY
        built = _COLLECT[type(node)](items) if built is None else built
        broken = broken_constraints(node, built)
        return self._fault(path, broken, message) if broken else built

    # -- records --------------------------------------------------------------------------------------

    def _record(self, node: _Record, value: object, path: str) -> Any:
        params = as_params(value)
        if params is None:
            return self._fault(path, [INVALID])
        read = {
            field.name: self._field(
                field, params.get(field.encode_name, _ABSENT), _join(path, field.encode_name)
            )
            for field in node.fields
        }
        if any(item is _FAULTY for item in read.values()):
            return _FAULTY
        return self._built(node.cls, {name: item for name, item in read.items() if item is not _ABSENT}, path)

    def _field(self, field: inspect.Field, value: object, path: str) -> Any:
        if not (value is _ABSENT or _is_blank(value)):
            return self.read(field.type, value, path)
        node, optional = _unwrap(field.type)
        if optional and value is not _ABSENT:
            return None
        if not field.required:
            return _ABSENT
        if optional:
            return None
        return self._unsent(node, field, value, path)

    def _unsent(self, node: inspect.Type, field: inspect.Field, value: object, path: str) -> Any:
        """A required value that was sent blank, or not at all because HTML has no word for it."""
        if isinstance(node, inspect.StrType) and node.min_length == 0 and isinstance(value, str):
            return self.read(field.type, value, path)
        if isinstance(node, inspect.BoolType) and value is _ABSENT:
            return False
        if isinstance(node, (*_SEQUENCES, inspect.DictType)):
            return self.read(field.type, [] if not isinstance(node, inspect.DictType) else {}, path)
        if isinstance(node, _RECORDS) and value is _ABSENT:
            return self.read(field.type, {}, path)
        return self._fault(path, [BLANK])

    def _built(self, cls: Callable[..., Any], values: dict[str, Any], path: str) -> Any:
        try:
            built = cls(**values)
        except (ValueError, TypeError) as error:  # of __post_init__; what msgspec takes for a refusal
            return self._fault(path, [str(error) or INVALID])
        check = getattr(built, "__validate__", None)
        errors = _listed(None if check is None else check())
        for below, messages in errors.items():
            self._fault(_join(path, below), messages)
        return _FAULTY if errors else built


_COLLECT: dict[type, Callable[[list[Any]], Any]] = {
    inspect.ListType: list,
    inspect.SetType: set,
    inspect.FrozenSetType: frozenset,
    inspect.VarTupleType: tuple,
}


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _join(path: str, below: str) -> str:
    return f"{path}.{below}" if path and below else path or below


def _listed(errors: Mapping[str, str | Sequence[str]] | None) -> FieldErrors:
    given = (errors or {}).items()
    return {
        path: [messages] if isinstance(messages, str) else list(messages)
        for path, messages in given
        if messages
    }


def _unwrap(node: inspect.Type) -> tuple[inspect.Type, bool]:
    """The type below metadata and `| None`, and whether None is allowed."""
    if isinstance(node, inspect.Metadata):
        return _unwrap(node.type)
    if isinstance(node, inspect.UnionType):
        members = [member for member in node.types if not isinstance(member, inspect.NoneType)]
        optional = len(members) < len(node.types)
        return (_unwrap(members[0])[0] if len(members) == 1 else node), optional
    return node, False


def _is_record(node: inspect.Type) -> bool:
    return isinstance(_unwrap(node)[0], _RECORDS)


def _by_tag(members: Sequence[inspect.Type], value: object) -> inspect.StructType | None:
    """The struct of a tagged union that the params name."""
    params = as_params(value) or {}
    for member in members:
        tag = getattr(member, "tag_field", None)
        if isinstance(member, inspect.StructType) and tag and params.get(tag) == str(member.tag):
            return member
    return None

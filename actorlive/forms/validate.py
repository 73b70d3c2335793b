"""Form params to a typed value, or to everything that is wrong with them (`conversion`), and checks between fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from actorlive.forms.conversion import VALIDATION, FieldErrors, ParamsReader, declaration, listed
from actorlive.forms.pydantic_models import is_model, validate_model
from actorlive.results import Error, Ok

__all__ = ["Check", "FieldErrors", "validate"]

T = TypeVar("T")

Check: TypeAlias = Callable[[T], Mapping[str, str | Sequence[str]] | None]
"""What is wrong with a value whose fields are right one by one: messages by path, or nothing."""


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
    reader = ParamsReader(VALIDATION)
    value = reader.read(declaration(type_), params, "")
    return _checked(Error(reader.errors) if reader.errors else Ok(value), check)


def _checked(result: Ok[T] | Error[FieldErrors], check: Check[T] | None) -> Ok[T] | Error[FieldErrors]:
    if check is None or isinstance(result, Error):
        return result
    errors = listed(check(result.value))
    return Error(errors) if errors else result

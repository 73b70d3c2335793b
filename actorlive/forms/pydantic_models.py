"""Forms for pydantic models, where an application uses them.

pydantic is never imported here: a class that has pydantic's methods is taken for one of its models, and
its faults are read from `ValidationError.errors()`. The params are prepared as `validate` prepares them
for structs, and pydantic's words are brought into ours where they say the same. Numbers are bounded before
pydantic sees them, as `numbers` says: a set of them would have been built already.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Protocol, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

from actorlive.forms.conversion import VALIDATION, ParamsReader, declaration
from actorlive.forms.messages import BLANK, OUT_OF_RANGE, counted, kind_message
from actorlive.forms.params import as_params, indexed
from actorlive.results import Error, Ok

__all__ = ["is_model", "validate_model"]

T = TypeVar("T")

_WORDS = {
    "missing": BLANK,
    "string_pattern_mismatch": "has invalid format",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "date_parsing": "must be a date",
    "date_from_datetime_parsing": "must be a date",
    "time_parsing": "must be a time",
    "datetime_parsing": "must be a date and time",
    "datetime_from_date_parsing": "must be a date and time",
    "enum": "is not one of the choices",
    "literal_error": "is not one of the choices",
}

_LENGTHS = {
    "string_too_short": ("should be at least {}", "min_length", "character"),
    "string_too_long": ("should be at most {}", "max_length", "character"),
    "too_short": ("should have at least {}", "min_length", "item"),
    "too_long": ("should have at most {}", "max_length", "item"),
}
_COLLECTIONS = (list, set, frozenset, tuple)
_NUMBERS = (int, float, Decimal, UUID)
_NOT_FINITE = re.compile(r"\s*[+-]?(s?nan\d*|inf(inity)?)\s*", re.IGNORECASE)
_REFUSED: Final = "a number that is out of range"


class _FieldInfo(Protocol):
    annotation: Any
    alias: str | None

    def is_required(self) -> bool: ...


class _Model(Protocol):
    model_fields: Mapping[str, _FieldInfo]

    def model_validate(self, obj: object) -> Any: ...


def is_model(type_: object) -> bool:
    """Whether `type_` is a pydantic (version 2) model."""
    return isinstance(type_, type) and hasattr(type_, "model_validate") and hasattr(type_, "model_fields")


def validate_model(type_: type[T], params: object) -> Ok[T] | Error[dict[str, list[str]]]:
    """`validate` for a pydantic model."""
    model = cast("_Model", type_)
    bounds = _Bounds()
    prepared = _prepared(model, as_params(params) or {}, bounds, "")
    try:
        made = model.model_validate(prepared)
    except ValueError as error:
        report = getattr(error, "errors", None)
        if report is None:
            raise
        return Error({**_by_path(report(include_url=False)), **bounds.errors})
    return Error(bounds.errors) if bounds.errors else Ok(made)


class _Bounds:
    """The numbers of one form; those that are refused are noted and replaced by a text that is not a number."""

    def __init__(self) -> None:
        self.errors: dict[str, list[str]] = {}
        self._reader = ParamsReader(VALIDATION)

    def checked(self, declared: Any, value: object, path: str) -> object:
        if declared not in _NUMBERS:
            return value
        node = declaration(declared)
        before = len(self._reader.faults)
        self._reader.read(node, value, path)
        faults = self._reader.faults[before:]
        if any(OUT_OF_RANGE in fault.messages for fault in faults):
            self.errors[path] = [OUT_OF_RANGE]
        elif isinstance(value, str) and _NOT_FINITE.fullmatch(value):
            self.errors[path] = [kind_message(node)]
        return _REFUSED if path in self.errors else value


def _prepared(model: _Model, params: Mapping[str, Any], bounds: _Bounds, path: str) -> dict[str, Any]:
    """The params without blank text, with lists for fields numbered 0, 1, …, and with what HTML leaves out."""
    prepared: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        declared, optional = _declared(field.annotation)
        value = params.get(key)
        if not (value is None or (isinstance(value, str) and not value.strip())):
            prepared[key] = _value(declared, value, bounds, f"{path}{key}")
        elif optional and (key in params or field.is_required()):
            prepared[key] = None
        elif field.is_required() and (key not in params or get_origin(declared) in _COLLECTIONS):
            prepared.update(_unsent(key, declared, bounds, f"{path}{key}"))
    return prepared


def _declared(annotation: Any) -> tuple[Any, bool]:
    """The type beside `| None`, and whether None is allowed."""
    if get_origin(annotation) is Annotated:
        return _declared(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    members = [member for member in get_args(annotation) if member is not NoneType]
    return (members[0] if len(members) == 1 else annotation), NoneType in get_args(annotation)


def _value(declared: Any, value: object, bounds: _Bounds, path: str) -> object:
    if is_model(declared):
        params = as_params(value)
        return value if params is None else _prepared(declared, params, bounds, f"{path}.")
    if get_origin(declared) is dict and (params := as_params(value)) is not None:
        return _mapping(get_args(declared), params, bounds, path)
    sent = indexed(value) if get_origin(declared) in _COLLECTIONS else None
    if sent is None:
        return bounds.checked(declared, value, path)
    item_type, _ = _declared(get_args(declared)[0])
    kept = [item for item in sent if item != "" or is_model(item_type)]
    return [_value(item_type, item, bounds, f"{path}.{index}") for index, item in enumerate(kept)]


def _mapping(
    declared: tuple[Any, Any], params: Mapping[str, Any], bounds: _Bounds, path: str
) -> dict[object, object]:
    key_type, item_type = (_declared(part)[0] for part in declared)
    return {
        bounds.checked(key_type, key, f"{path}.{key}"): _value(item_type, item, bounds, f"{path}.{key}")
        for key, item in params.items()
    }


def _unsent(key: str, declared: Any, bounds: _Bounds, path: str) -> dict[str, Any]:
    """What stands for a required field that was not sent: HTML has no word for unchecked and for empty."""
    if declared is bool:
        return {key: False}
    if get_origin(declared) in _COLLECTIONS:
        return {key: []}
    return {key: _prepared(declared, {}, bounds, f"{path}.")} if is_model(declared) else {}


def _by_path(faults: list[dict[str, Any]]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for fault in faults:
        path = ".".join(str(part) for part in fault["loc"])
        errors.setdefault(path, []).append(_message(fault))
    return errors


def _message(fault: dict[str, Any]) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in _WORDS:
        return _WORDS[kind].format(**context)
    if kind in _LENGTHS:
        words, limit, noun = _LENGTHS[kind]
        return words.format(counted(context[limit], noun))
    if kind in {"value_error", "assertion_error"}:
        return str(context["error"])
    return fault["msg"]

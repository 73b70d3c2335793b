"""Defaults of assigns: each view has its own, whatever the type (INV-15).

A class is made once and a view per visitor, so what a class body names as a default must never be what a view changes.
What cannot change is given as it is; a list, dict or set of such values is copied; anything else is copied to the
bottom (`copy.deepcopy`), for every view anew. What cannot be copied, a lock or a connection, is refused when the class
is made. `dataclasses.field(default_factory=…)` (and msgspec's) calls the factory per view.

Shared on purpose is what stands outside: a module's global, or a `ClassVar`.
"""

from __future__ import annotations

import copy
import enum
import re
import types
from collections.abc import Callable, Collection, Iterable
from dataclasses import MISSING as NOT_GIVEN, Field, fields, is_dataclass
from functools import partial
from typing import Any, cast

import msgspec

from actorlive.errors import AssignError
from actorlive.rendered.equality import ATOMS
from actorlive.template import Attrs, Component, Slot, Template
from actorlive.template.rendering.iterators import is_iterator, rewrite

__all__ = ["Factory", "factory_of", "given_default", "refuse_iterator"]

Factory = Callable[[], object]

_ATOMIC = (
    enum.Enum,
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    Component,
    Template,
    Slot,
    Attrs,
    re.Pattern,
)
_VALUES = ("datetime", "decimal", "uuid", "fractions", "pathlib", "zoneinfo", "ipaddress")
"""Modules of the standard library whose classes are values."""


def given_default(default: object) -> tuple[object, Factory | None] | None:
    """What a class body names as a default: the value, or a factory; None for a `field()` that gives neither."""
    if isinstance(default, Field):
        given = cast("Field[Any]", default)
        if given.default_factory is not NOT_GIVEN:
            return None, given.default_factory
        return None if given.default is NOT_GIVEN else (given.default, None)
    if type(default) is type(msgspec.field()):
        given = cast("Any", default)
        if given.default_factory is not msgspec.NODEFAULT:
            return None, given.default_factory
        return None if given.default is msgspec.NODEFAULT else (given.default, None)
    return default, None


def factory_of(value: object, owner: str, name: str) -> Factory | None:
    """What makes each view's own copy of a value; None for one that all may have, since it cannot change.

    Raises `AssignError` for a value that cannot be copied, and for an iterator.
    """
    refuse_iterator(value, owner, name)
    if is_immutable(value):
        return None
    shallow = _shallow_copy(value)
    if shallow is not None:
        return shallow
    try:
        copy.deepcopy(value)
    except Exception as error:
        raise AssignError(
            f"{owner}.{name}: each view needs a copy of the default, and a {type(value).__qualname__} cannot be copied"
            f" ({error}). Make it in mount, or by a factory: `{name}: … = field(default_factory=…)` of dataclasses;"
            f" what all views share belongs to the module, or is a ClassVar."
        ) from error
    return partial(copy.deepcopy, value)


def is_immutable(value: object) -> bool:
    """True for a value that cannot be changed, nor anything in it."""
    kind: type = type(value)
    if kind in ATOMS or isinstance(value, _ATOMIC) or value is Ellipsis:
        return True
    if kind is tuple or kind is frozenset:
        return all(map(is_immutable, cast("Iterable[object]", value)))
    if (
        kind in (complex, range)
        or kind.__module__ in _VALUES
        or isinstance(value, str)
        or _is_stateless(kind)
    ):
        return not hasattr(value, "__dict__")
    if isinstance(value, msgspec.Struct):
        return value.__struct_config__.frozen and _all_immutable(value, value.__struct_fields__)
    if is_dataclass(value) and not isinstance(value, type):
        frozen: bool = cast("Any", value).__dataclass_params__.frozen
        return frozen and _all_immutable(value, [field.name for field in fields(value)])
    return False


def _is_stateless(kind: type) -> bool:
    """True for a class whose objects have no place for anything, such as a sentinel's."""
    return kind.__basicsize__ == object.__basicsize__


def _all_immutable(value: object, names: Collection[str]) -> bool:
    only_these = set(getattr(value, "__dict__", ())) <= set(names)
    return only_these and all(is_immutable(getattr(value, name, None)) for name in names)


def _shallow_copy(value: object) -> Factory | None:
    """The copy of a list, dict or set, exactly, of what cannot change."""
    if type(value) not in (list, dict, set):
        return None
    made = cast("list[object] | dict[object, object] | set[object]", value)
    held = [*made, *made.values()] if isinstance(made, dict) else made
    return made.copy if all(map(is_immutable, held)) else None


def refuse_iterator(value: object, owner: str, name: str) -> None:
    """Raise `AssignError` for an iterator: the second render would find it empty."""
    if is_iterator(value):
        raise AssignError(
            f"{owner}.{name} was given a {type(value).__qualname__}, which can be iterated over only once: the second"
            f" time that the page reads it, it is empty. Write `{rewrite(value)}` around it; what is never shown"
            " belongs into socket.private."
        )

"""A view's assigns: the annotated attributes of its class, tracked when they are set.

An assign lives in the instance's `__dict__`, so reading one is a plain attribute access and the dict can
be handed to the template as it is. What changed since the last render stands beside it, name → the value
before the first change: that is what the template compares paths such as `@user.name` with.
"""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, cast, get_origin

from actorlive.errors import AssignError, did_you_mean
from actorlive.template.runtime import TOUCHED

__all__ = ["MISSING", "RESERVED", "Assigns", "declared_assigns", "strictly_equal"]

RESERVED = frozenset({"flash", "uploads", "streams", "socket", "myself", "live_action"})
"""Names that belong to the framework; `socket` has a method for each that can be changed."""


class Missing:
    """The old value of an assign that had none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()

_SCALARS = (str, int, float, bool, bytes, type(None))


def strictly_equal(old: object, new: object) -> bool:
    """True when replacing `old` by `new` can't show: the same object, or equal all the way down with equal types.

    Python says `1 == True == 1.0`, but they render differently. An `__eq__` that raises, or that does not
    answer with a bool (arrays), counts as different.
    """
    if old is new:
        return True
    if type(old) is not type(new):
        return False
    try:
        if (old == new) is not True:
            return False
    except Exception:
        return False
    return isinstance(old, _SCALARS) or _same_types_within(old, new)


def _same_types_within(old: object, new: object) -> bool:
    if isinstance(old, list | tuple):
        theirs = cast("list[object]", new)
        return all(map(strictly_equal, cast("list[object]", old), theirs))
    if isinstance(old, dict):
        mapping = cast("dict[object, object]", new)
        ours = cast("dict[object, object]", old)
        return all(strictly_equal(value, mapping[key]) for key, value in ours.items())
    return True


def declared_assigns(cls: type) -> dict[str, Any]:
    """Every annotated, public, non-ClassVar attribute of the class and its bases: name → annotation.

    Annotations are taken as they stand; a string (from `from __future__ import annotations`) is evaluated in
    the class's module when that works, and kept as a string when it doesn't (names under TYPE_CHECKING).
    """
    declared: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, annotation in inspect.get_annotations(base).items():
            resolved = _resolve(annotation, base)
            if not name.startswith("_") and not _is_classvar(resolved):
                declared[name] = resolved
    return declared


def _resolve(annotation: object, owner: type) -> Any:
    if not isinstance(annotation, str):
        return annotation
    module = sys.modules.get(owner.__module__)
    try:
        # Annotations are the application's own source, nothing from outside.
        return eval(annotation, vars(module) if module else {}, dict(vars(owner)))  # noqa: S307
    except Exception:
        return annotation


def _is_classvar(annotation: object) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith(("ClassVar", "typing.ClassVar", "t.ClassVar"))
    return annotation is ClassVar or get_origin(annotation) is ClassVar


class Assigns:
    """The base of everything whose attributes are assigns. Subclasses set `__declared__`."""

    __slots__ = ("__dict__", "__weakref__", "_changed")

    __declared__: ClassVar[Mapping[str, Any]] = {}

    _changed: dict[str, object]

    def __init__(self) -> None:
        object.__setattr__(self, "_changed", {})
        for name in type(self).__declared__:
            default = getattr(type(self), name, MISSING)
            if default is not MISSING:
                self.__dict__[name] = _own_copy(default)

    def __setattr__(self, name: str, value: object) -> None:
        if name not in type(self).__declared__:
            raise AssignError(_undeclared(type(self), name))
        if name in RESERVED:
            raise AssignError(
                f"{name!r} belongs to the framework and cannot be assigned; see the methods of socket"
            )
        assign(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name in type(self).__declared__:
            raise AttributeError(
                f"{type(self).__qualname__}.{name} is declared but has no value yet;"
                " give it a default in the class or set it in mount"
            )
        raise AttributeError(f"{type(self).__qualname__!r} has no attribute {name!r}")


def assign(owner: Assigns, name: str, value: object) -> None:
    """Set one assign and remember its old value, unless nothing changes (LiveView's `assign/3`)."""
    values = owner.__dict__
    old = values.get(name, MISSING)
    if strictly_equal(old, value):
        return
    changed = owner._changed  # pyright: ignore[reportPrivateUsage]
    if name not in changed:
        changed[name] = old
    values[name] = value


def touch(owner: Assigns, name: str) -> None:
    """Mark an assign as changed though it is the same object: it was changed in place."""
    if name not in owner.__dict__:
        raise AssignError(_undeclared(type(owner), name))
    owner._changed[name] = TOUCHED  # pyright: ignore[reportPrivateUsage]


def changes(owner: Assigns) -> dict[str, object]:
    """What changed since the last `clear_changes`: name → old value. The owner's own dict, not a copy."""
    return owner._changed  # pyright: ignore[reportPrivateUsage]


def clear_changes(owner: Assigns) -> None:
    """Forget what changed (after a render)."""
    owner._changed.clear()  # pyright: ignore[reportPrivateUsage]


def _own_copy(default: object) -> object:
    """Each view has its own list, dict or set, where the class names one as a default."""
    return copy.deepcopy(default) if type(default) in (list, dict, set) else default


def _undeclared(cls: type[Assigns], name: str) -> str:
    declared: Collection[str] = cls.__declared__
    return (
        f"{cls.__qualname__} declares no assign {name!r}.{did_you_mean(name, declared)}"
        f" Annotate it in the class: `{name}: <type> = <default>`."
    )

"""A view's assigns: the annotated attributes of its class, tracked when they are set.

An assign lives in the instance's `__dict__`, so reading one is a plain attribute access and the dict can
be handed to the template as it is. What changed since the last render stands beside it, name → the value
before the first change: that is what the template compares paths such as `@user.name` with.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, ClassVar, get_origin

from actorlive.errors import AssignError, did_you_mean
from actorlive.live.defaults import Factory, factory_of, given_default, refuse_iterator
from actorlive.live.kept import is_kept, without_mark
from actorlive.live.uploads.upload import Upload
from actorlive.rendered.equality import ATOMS, looks_equal
from actorlive.template.rendering.updating import TOUCHED

__all__ = [
    "MISSING",
    "RESERVED",
    "Assigns",
    "Missing",
    "annotations_of",
    "declare",
    "declared_assigns",
    "no_value",
    "resolve",
    "shared_assigns",
]

RESERVED = frozenset({"flash", "uploads", "streams", "socket", "myself", "live_action"})
"""Names that belong to the framework; `socket` has a method for each that can be changed."""


class Missing:
    """The old value of an assign that had none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


def declared_assigns(cls: type) -> dict[str, Any]:
    """Every annotated, public, non-ClassVar attribute of the class and its bases, name → annotation; no properties, and
    no uploads. Of a kept value it is the type."""
    return {name: without_mark(of) for name, of in annotations_of(cls).items()}


def annotations_of(cls: type) -> dict[str, Any]:
    """The same, with the annotations as they stand.

    A string (from `from __future__ import annotations`) is evaluated in the class's module when that works, and kept
    as a string when it doesn't (names under TYPE_CHECKING).
    """
    declared: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        for name, annotation in inspect.get_annotations(base).items():
            resolved = resolve(annotation, base)
            if not name.startswith("_") and not _is_classvar(resolved):
                declared[name] = resolved
    return {name: of for name, of in declared.items() if not isinstance(_named(cls, name), property | Upload)}


def uploads_of(cls: type) -> dict[str, Upload]:
    """The uploads that the class and its bases declare."""
    names = dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base))
    named = {name: _named(cls, name) for name in names}
    return {name: upload for name, upload in named.items() if isinstance(upload, Upload)}


def properties_of(cls: type) -> dict[str, property]:
    """The public properties of the class and its bases. Raises `AssignError` for one that remembers its value."""
    found: dict[str, property] = {}
    for name in dict.fromkeys(name for base in reversed(cls.__mro__) for name in vars(base)):
        value = _named(cls, name)
        if name.startswith("_"):
            continue
        if isinstance(value, cached_property):
            raise AssignError(
                f"{cls.__qualname__}.{name} is a cached_property, which would never change again. Write `@property`:"
                " it is worked out once per render at most."
            )
        if isinstance(value, property):
            found[name] = value
    return found


def _named(cls: type, name: str) -> object:
    """What the class itself has by that name, a property as such."""
    return inspect.getattr_static(cls, name, MISSING)


def resolve(annotation: object, owner: type) -> Any:
    """An annotation in the body of `owner`; one that is a text is evaluated, if that works."""
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
    """The base of everything whose attributes are assigns.

    What a class declares is worked out when it is made: `__declared__` are the annotated attributes with their types,
    `__properties__` the properties, `__values__` and `__factories__` what a new one begins with.
    """

    __slots__ = ("__dict__", "__weakref__", "_changed", "_guard")

    __declared__: ClassVar[Mapping[str, Any]] = {}
    __properties__: ClassVar[Mapping[str, property]] = {}
    __values__: ClassVar[Mapping[str, object]] = {}
    __factories__: ClassVar[Mapping[str, Factory]] = {}

    _changed: dict[str, object]
    _guard: Callable[[str], None] | None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.__properties__ = properties_of(cls)
        cls.__declared__ = declared_assigns(cls)
        cls.__values__, cls.__factories__ = _defaults(cls, cls.__declared__)

    def __init__(self) -> None:
        object.__setattr__(self, "_changed", {})
        object.__setattr__(self, "_guard", None)
        cls, values = type(self), self.__dict__
        values |= cls.__values__
        for name, make in cls.__factories__.items():
            values[name] = make()

    def __setattr__(self, name: str, value: object) -> None:
        cls = type(self)
        if name in RESERVED or name not in cls.__declared__:
            raise AssignError(_not_to_be_set(cls, name))
        assign(self, name, value)

    def __getattr__(self, name: str) -> Any:
        cls = type(self)
        if name in cls.__declared__ or name == "uploads":
            raise AttributeError(no_value(cls, name))
        raise AttributeError(
            f"{cls.__qualname__!r} has no attribute {name!r}.{did_you_mean(name, _readable(cls))}".rstrip(".")
        )


def declare(cls: type[Assigns], source: type) -> None:
    """Declare the annotated attributes of another class as assigns of `cls`, which keeps what it declares itself.

    Raises `AssignError` for a name that means something else in `cls`.
    """
    declared = declared_assigns(source)
    for name in uploads_of(source):
        raise AssignError(
            f"{source.__qualname__} brings the upload {name!r} along: allow it in the hook instead,"
            f" `socket.allow_upload({name!r}, …)`"
        )
    for name in [name for name, of in annotations_of(source).items() if is_kept(of)]:
        raise AssignError(
            f"{source.__qualname__} brings the kept value {name!r} along: declare it in {cls.__qualname__} itself"
        )
    for name in declared.keys() - cls.__declared__.keys():
        if name in RESERVED or hasattr(cls, name):
            raise AssignError(
                f"{source.__qualname__} brings the assign {name!r} along, which is something else in"
                f" {cls.__qualname__}: give it another name"
            )
    values, factories = _defaults(source, declared)
    given = cls.__values__.keys() | cls.__factories__.keys()
    cls.__declared__ = {**declared, **cls.__declared__}
    cls.__values__ = {name: value for name, value in values.items() if name not in given} | dict(
        cls.__values__
    )
    cls.__factories__ = {n: make for n, make in factories.items() if n not in given} | dict(cls.__factories__)


def _defaults(cls: type, declared: Collection[str]) -> tuple[dict[str, object], dict[str, Factory]]:
    values: dict[str, object] = {}
    factories: dict[str, Factory] = {}
    for name in declared:
        named = _named(cls, name)
        given = None if named is MISSING else given_default(getattr(cls, name))
        if given is None:
            if name in vars(cls):
                delattr(cls, name)  # a `field()` without a default is not a value
            continue
        value, factory = given
        factory = factory or factory_of(value, cls.__qualname__, name)
        if factory is None:
            values[name] = value
        else:
            factories[name] = factory
    return values, factories


def assign(owner: Assigns, name: str, value: object) -> None:
    """Set one assign and remember its old value, unless nothing changes (LiveView's `assign/3`).

    Set back to what it was at the last render, it has not changed. Raises `AssignError` for an iterator.
    """
    if owner._guard is not None:  # pyright: ignore[reportPrivateUsage]
        owner._guard(name)  # pyright: ignore[reportPrivateUsage]
    values = owner.__dict__
    old = values.get(name, MISSING)
    if old is value or looks_equal(old, value):
        return
    if type(value) not in ATOMS:
        refuse_iterator(value, type(owner).__qualname__, name)
    changed = owner._changed  # pyright: ignore[reportPrivateUsage]
    if name not in changed:
        changed[name] = old  # the value at the last render, not the one before this assignment
    elif looks_equal(changed[name], value):
        del changed[name]
    values[name] = value


def assign_new(owner: Assigns, name: str, value: object) -> None:
    """Set one assign to an object that was just made and is compared by its identity alone."""
    if owner._guard is not None:  # pyright: ignore[reportPrivateUsage]
        owner._guard(name)  # pyright: ignore[reportPrivateUsage]
    values = owner.__dict__
    owner._changed.setdefault(name, values.get(name, MISSING))  # pyright: ignore[reportPrivateUsage]
    values[name] = value


def check_new(cls: type[Assigns], name: str) -> None:
    """Raise `AssignError` for what `assign_new` can never set: it is not declared, or has a default."""
    if name in RESERVED:
        raise AssignError(f"{name!r} belongs to the framework and cannot be assigned")
    if name not in cls.__declared__:
        raise AssignError(_undeclared(cls, name))
    if name in cls.__values__ or name in cls.__factories__:
        raise AssignError(
            f"{cls.__qualname__}.{name} has a default, so it is never new: declare it without one, `{name}: <type>`"
        )


def shared_assigns(owner: Assigns) -> dict[str, object]:
    """What a view shares with those within it: the assigns that have a value."""
    return {name: value for name, value in owner.__dict__.items() if name not in RESERVED}


def guard(owner: Assigns, check: Callable[[str], None]) -> None:
    """Ask `check` with the name before each assign is set; it raises to refuse it."""
    object.__setattr__(owner, "_guard", check)


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


def no_value(cls: type[Assigns], name: str) -> str:
    """What to say of an assign that is read and has no value."""
    if name in cls.__declared__:
        return (
            f"{cls.__qualname__}.{name} is declared but has no value yet;"
            " give it a default in the class or set it in mount"
        )
    if name == "uploads":
        return (
            f"{cls.__qualname__} has no uploads; declare one, `photos: Upload = Upload(accept=[…])`,"
            " or allow it in mount: `socket.allow_upload(…)`"
        )
    return f"{cls.__qualname__} has no assign {name!r}.{did_you_mean(name, _readable(cls))}"


def _readable(cls: type[Assigns]) -> Collection[str]:
    return cls.__declared__.keys() | cls.__properties__.keys()


def _not_to_be_set(cls: type[Assigns], name: str) -> str:
    if name in RESERVED and name in cls.__declared__:
        return f"{name!r} belongs to the framework and cannot be assigned; see the methods of socket"
    return _undeclared(cls, name)


def _undeclared(cls: type[Assigns], name: str) -> str:
    owner = cls.__qualname__
    if isinstance(_named(cls, name), Upload):
        return f"{owner}.{name} is an upload and cannot be set; `socket.allow_upload({name!r}, …)` allows another"
    if name in cls.__properties__:
        return f"{owner}.{name} is a property, worked out from other assigns: it cannot be set. Set what it reads."
    if name.startswith("_"):
        public = name.lstrip("_") or "name"
        return (
            f"{owner}.{name} cannot be set: a name with an underscore is not an assign. What is never shown belongs"
            f" into `socket.private[{public!r}]`; what is shown is declared without the underscore, `{public}: <type>`."
        )
    return (
        f"{owner} declares no assign {name!r}.{did_you_mean(name, cls.__declared__)}"
        f" Annotate it in the class: `{name}: <type> = <default>`."
    )

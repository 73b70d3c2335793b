"""What is wrong with a view can be known when its class is made, or at the latest when it is given a route.

`check_class` sees one class and may not assume that it is whole: it may be a base that others complete.
`check_complete` sees one that is about to be opened. What a callback looks like is read off LiveView's own.
"""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any, ClassVar, Never, NoReturn, TypeGuard, get_origin

import msgspec
from typing_extensions import TypeVar

from actorlive.errors import AssignError, CallbackError, did_you_mean
from actorlive.live.assigns import RESERVED, Assigns, resolve
from actorlive.live.async_result import AsyncResult
from actorlive.live.events import Event, RawEvent, event_name, members
from actorlive.live.kept import custom_types, has_json_form, is_kept, kept_within, mentions_kept, without_mark
from actorlive.live.streams import Stream
from actorlive.live.uploads.upload import Upload
from actorlive.live.view_settings import SETTINGS
from actorlive.places import fault, place_of, place_of_class
from actorlive.template import Template

__all__ = ["check_class", "check_class_method", "check_complete", "check_events"]


def check_class(cls: type[Assigns], root: type[Assigns]) -> None:
    """Raise `AssignError` or `CallbackError` for the first fault of a new subclass of `root`, which is LiveView."""
    _check_made_by_python(cls, root)
    for name, annotation in inspect.get_annotations(cls).items():
        _check_declared(cls, root, name, annotation)
        _check_kept(cls, root, name, resolve(annotation, cls))
        _check_filled(cls, name, resolve(annotation, cls))
    for name, value in vars(cls).items():
        _check_constant(cls, name, value)
    _check_settings(cls, root)
    for base in cls.__mro__:
        if base is cls or not _has_assigns(base):
            for name, value in vars(base).items():
                own = _callback(root, name)
                if own is not None and not name.startswith("_"):
                    _check_callback(cls, name, value, own)
    _check_never_called(cls, root)


def check_complete(cls: type[Any], root: type[Any]) -> None:
    """Raise `CallbackError` or `AssignError` for a view that cannot be opened."""
    _check_made_by_python(cls, root)
    if cls.render is root.render and not isinstance(getattr(cls, "template", None), Template):
        given: object = getattr(cls, "template", None)
        raise fault(
            CallbackError,
            f"{cls.__qualname__} has no template"
            + ("" if given is None else f": its `template` is a {type(given).__name__}"),
            place_of_class(cls),
            'write `template = heex("""…""")` in the class, a method `render`, or the file'
            " beside the module that has the class's name in snake_case and ends in .heex",
        )
    if cls.__events__.names and cls.handle_event is root.handle_event and not getattr(cls, "on_mount", ()):
        raise fault(
            CallbackError,
            f"{cls.__qualname__} declares the events {', '.join(cls.__events__.names)} but has no handle_event",
            place_of_class(cls),
            "write `async def handle_event(self, event, socket)`",
        )


def check_events(cls: type[Any], argument: object) -> None:
    """Raise `CallbackError` for a type argument that is not an event, or for two events of one name."""
    known: dict[str, type[Event]] = {}
    for member in members(argument):
        if isinstance(member, TypeVar) or member in (None, Any, Never, NoReturn, RawEvent):
            continue
        if not _is_event(member):
            raise fault(
                CallbackError,
                f"the type argument of {cls.__qualname__} names {_shown(member)}, which is not an event",
                place_of_class(cls),
                "an event is a class of its own, `class Go(Event): …`, and several are joined by `|`",
            )
        name = event_name(member)
        other = known.setdefault(name, member)
        if other is not member:
            raise fault(
                CallbackError,
                f"{cls.__qualname__} has two events of the name {name!r}: {_full(other)} and {_full(member)}",
                place_of_class(cls),
                f'rename one, or name it on the wire: `class {member.__name__}(Event, name="…")`',
            )
        _check_fields(member)


def _check_fields(event: type[Event]) -> None:
    """Every field of an event is of a type that can be read from what a client sends."""
    try:
        unread = [
            (field.name, kind)
            for field in msgspec.structs.fields(event)
            for kind in custom_types(field.type)
            if kind is not object
        ]
    except (NameError, TypeError) as error:
        raise fault(
            CallbackError,
            f"the event {event.__qualname__} has a field whose type cannot be used: {error}",
            place_of_class(event),
            "import what its annotations name at run time, above the class",
        ) from None
    for name, kind in unread:
        raise fault(
            CallbackError,
            f"{event.__qualname__}.{name} is of the type {_shown(kind)}, which cannot be read from an event",
            place_of_class(event, name),
            "declare what the page sends: text, numbers, dates, enums, structs, dataclasses, or lists and dicts of"
            " those",
        )


def _is_event(member: object) -> TypeGuard[type[Event]]:
    return isinstance(member, type) and issubclass(member, Event)


def _callback(root: type, name: str) -> FunctionType | None:
    """The root's own version of a callback."""
    found = inspect.getattr_static(root, name, None)
    return found if isinstance(found, FunctionType) else None


def _has_assigns(base: type) -> bool:
    """False for a mixin, whose callbacks have not been checked yet."""
    return issubclass(base, Assigns)


# -- assigns -------------------------------------------------------------------


def _check_made_by_python(cls: type, root: type) -> None:
    for base in cls.__mro__:
        if base is root:
            return
        if issubclass(base, root) and "__dataclass_fields__" in vars(base):
            raise fault(
                AssignError,
                f"{base.__qualname__} is a dataclass, and a {_kind(root)} cannot be one: it is made by the framework",
                place_of_class(base),
                "remove @dataclass: annotated attributes are assigns without it, `field(default_factory=…)` too",
            )
        if base is cls and "__init__" in vars(base):
            parameters = ", ".join(inspect.signature(vars(root)["mount"]).parameters)
            raise fault(
                AssignError,
                f"{cls.__qualname__} has an __init__ of its own; a {_kind(root)} is made by the framework",
                place_of(vars(base)["__init__"]),
                f"set the first state in `async def mount({parameters})`",
            )


def _kind(root: type) -> str:
    return "view" if root.__name__ == "LiveView" else "live component"


def check_class_method(cls: type, name: str, written: str) -> None:
    """Raise `CallbackError` where the class has its own version of that callback, and it is no class method."""
    own = vars(cls).get(name)
    if isinstance(own, FunctionType):
        raise fault(
            CallbackError,
            f"{cls.__qualname__}.{name} is not a class method",
            place_of(own),
            f"write @classmethod above `{written}`",
        )


def _check_declared(cls: type[Assigns], root: type[Assigns], name: str, annotation: object) -> None:
    if name in RESERVED or name == "template" or _callback(root, name) is not None:
        raise fault(
            AssignError,
            f"{cls.__qualname__} declares {name!r}, which belongs to the framework",
            place_of_class(cls, name),
            "give the assign another name",
        )
    if annotation in (Upload, "Upload") and not isinstance(getattr(cls, name, None), Upload):
        raise fault(
            AssignError,
            f"{cls.__qualname__}.{name} is an upload that does not say what it accepts",
            place_of_class(cls, name),
            f'write `{name}: Upload = Upload(accept=[".jpg", "image/webp"])`',
        )
    if (
        name in _of_the_class(root)
        and get_origin(annotation) is not ClassVar
        and "ClassVar" not in str(annotation)
    ):
        raise fault(
            AssignError,
            f"{cls.__qualname__} declares {name!r} as an assign; it belongs to the class, not to each view",
            place_of_class(cls, name),
            f"write `{name} = …` without an annotation",
        )


def _check_filled(cls: type[Assigns], name: str, annotation: object) -> None:
    """What is loaded on the side begins by itself: a stream and an `AsyncResult` have no default of another kind."""
    default: object = vars(cls).get(name)
    if default is None or isinstance(default, AsyncResult) or not _is_of(annotation, AsyncResult):
        return
    shown = "Stream" if _is_of(annotation, Stream) else "AsyncResult"
    filled = f"socket.stream({name!r}, …)" if shown == "Stream" else f"socket.assign_async({name!r}, …)"
    raise fault(
        AssignError,
        f"{cls.__qualname__}.{name} is declared as {shown}, and its default is {default!r:.80}",
        place_of_class(cls, name),
        f"leave the default out, and fill it in mount: `{filled}`",
    )


def _check_kept(cls: type[Assigns], root: type[Assigns], name: str, annotation: object) -> None:
    """A kept value is a view's, and of a type that can be read back."""
    found = _kept_fault(root, name, annotation)
    if found is not None:
        reason, hint = found
        raise fault(AssignError, f"{cls.__qualname__}.{name} {reason}", place_of_class(cls, name), hint)


def _kept_fault(root: type[Assigns], name: str, annotation: object) -> tuple[str, str] | None:
    """What is wrong with an annotation that says that a value is kept, and what to do about it."""
    if isinstance(annotation, str) and mentions_kept(annotation):
        return (
            f"is kept, and {annotation!r} cannot be evaluated when the class is made",
            "import what it names at run time, at the head of the module",
        )
    if kept_within(annotation):
        return "has its Kept within another type", f"write it outside: `{name}: Kept[… | None]`"
    return _unkept(root, name, without_mark(annotation)) if is_kept(annotation) else None


def _unkept(root: type[Assigns], name: str, kind: object) -> tuple[str, str] | None:
    """Why a value of this type cannot be kept in a class of `root`."""
    if root.__name__ != "LiveView":
        return (
            "is kept, and a live component keeps nothing in the page",
            "declare it in the view, and give it to the component where it is placed",
        )
    if isinstance(kind, TypeVar):
        return "is kept, but nothing says of which type it is", f"write `{name}: Kept[str] = …`"
    if _is_of(kind, AsyncResult) or not has_json_form(kind):
        return (
            f"is kept, and values of {_shown(kind)} cannot be read back from JSON",
            "keep what JSON has, structs, dataclasses, dates, or lists and dicts of those",
        )
    return None


def _is_of(kind: object, base: type) -> bool:
    """True for a class that is derived from `base`, with type arguments or without."""
    origin = get_origin(kind) or kind
    return isinstance(origin, type) and issubclass(origin, base)


def _of_the_class(root: type[Assigns]) -> set[str]:
    """What a class says of all its views, such as `on_mount`."""
    return {name for name, of in inspect.get_annotations(root).items() if str(of).startswith("ClassVar")}


def _check_constant(cls: type[Assigns], name: str, value: object) -> None:
    """`count = 0` looks like an assign, and nothing could ever set it."""
    if name.startswith("_") or name.isupper() or callable(value) or hasattr(type(value), "__get__"):
        return
    if any(name in inspect.get_annotations(base) for base in cls.__mro__):
        return
    if any(hasattr(base, name) for base in cls.__mro__[1:]):
        return
    meant = did_you_mean(name, ("template",)) if isinstance(value, Template) else ""
    kind = type(value).__name__
    raise fault(
        AssignError,
        f"{cls.__qualname__}.{name} has no annotation, so it is not an assign",
        place_of_class(cls, name),
        f"write `{name}: {kind} = …` for an assign, `{name}: ClassVar[{kind}] = …` for a constant of the class"
        + (f".{meant}" if meant else ""),
    )


def _check_settings(cls: type[Assigns], root: type[Assigns]) -> None:
    """What a class says of all its views is of a kind that the framework can use."""
    for name in _of_the_class(root) & vars(cls).keys() & SETTINGS.keys():
        found = SETTINGS[name](vars(cls)[name])
        if found is not None:
            reason, hint = found
            raise fault(AssignError, f"{cls.__qualname__}.{name} {reason}", place_of_class(cls, name), hint)


# -- callbacks -----------------------------------------------------------------


_OF_VIEWS = frozenset(("handle_params", "handle_info", "handle_call", "handle_cast", "terminate"))
"""Callbacks that a live component has not: URLs and messages are its view's affair."""


def _check_never_called(cls: type, root: type) -> None:
    for name in _OF_VIEWS & vars(cls).keys() if _kind(root) != "view" else ():
        raise fault(
            CallbackError,
            f"{cls.__qualname__}.{name} is never called: a live component has no {name}",
            place_of_class(cls, name),
            "write it in the view, and give the component what it needs, where it is placed or by socket.send_update",
        )


def _check_callback(cls: type, name: str, value: object, own: FunctionType) -> None:
    if isinstance(value, classmethod | property):
        kind = "class method" if isinstance(value, classmethod) else "property"
        raise fault(
            CallbackError,
            f"{cls.__qualname__}.{name} is a {kind}, and a callback is a method",
            place_of_class(cls, name),
            f"write `{_written(name, own)}`, without a decorator",
        )
    if isinstance(value, FunctionType):
        _check_function(cls, name, value, own)


def _written(name: str, own: FunctionType) -> str:
    """How a callback is written: as LiveView has it itself."""
    is_async = inspect.iscoroutinefunction(own)
    return f"{'async ' if is_async else ''}def {name}({', '.join(inspect.signature(own).parameters)})"


def _check_function(cls: type, name: str, function: FunctionType, own: FunctionType) -> None:
    if function.__name__ != name or hasattr(function, "__wrapped__"):
        return  # made by a decorator: what it takes and gives is its own affair
    is_async = inspect.iscoroutinefunction(own)
    wrong = ""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        wrong = "has a `yield`; a callback returns once"
    elif inspect.iscoroutinefunction(function) != is_async:
        wrong = "is not async" if is_async else "is async, but a render cannot wait"
    else:
        wrong = _wrong_parameters(function, own)
    if wrong:
        raise fault(
            CallbackError,
            f"{cls.__qualname__}.{name} {wrong}",
            place_of(function),
            f"write `{_written(name, own)}`",
        )


def _wrong_parameters(function: FunctionType, own: FunctionType) -> str:
    """Callbacks are called by position: so many arguments must fit, and a known name must stand in its place."""
    expected = list(inspect.signature(own).parameters)
    signature = inspect.signature(function)
    try:
        signature.bind(*expected)
    except TypeError:
        names = ", ".join(expected[1:])
        return f"does not take what it is called with: {names or 'nothing'}"
    given = [p.name for p in signature.parameters.values() if p.kind is not p.VAR_POSITIONAL]
    for place, name in enumerate(given):
        if name in expected and expected.index(name) != place:
            return f"has its parameters in another order than it is called with: {', '.join(expected[1:])}"
    return ""


def _full(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _shown(member: object) -> str:
    return member.__qualname__ if isinstance(member, type) else repr(member)

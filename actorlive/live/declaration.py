"""What is wrong with a view can be known when its class is made, or at the latest when it is given a route.

`check_class` sees one class and may not assume that it is whole: it may be a base that others complete.
`check_complete` sees one that is about to be opened. What a callback looks like is read off LiveView's own.
"""

from __future__ import annotations

import inspect
import linecache
import re
import sys
import types
from collections.abc import Callable, Iterator
from math import inf
from types import FunctionType
from typing import Any, ClassVar, Never, NoReturn, TypeGuard, get_origin

from typing_extensions import TypeVar

from actorlive.errors import ActorLiveError, AssignError, CallbackError, did_you_mean
from actorlive.live.assigns import RESERVED, Assigns, resolve
from actorlive.live.async_result import AsyncResult
from actorlive.live.events import Event, RawEvent, event_name, members
from actorlive.live.kept import has_json_form, is_kept, kept_within, mentions_kept, without_mark
from actorlive.live.uploads.upload import Upload
from actorlive.template import Template

__all__ = ["check_class", "check_class_method", "check_complete", "check_events"]


def check_class(cls: type[Assigns], root: type[Assigns]) -> None:
    """Raise `AssignError` or `CallbackError` for the first fault of a new subclass of `root`, which is LiveView."""
    _check_made_by_python(cls, root)
    for name, annotation in inspect.get_annotations(cls).items():
        _check_declared(cls, root, name, annotation)
        _check_kept(cls, root, name, resolve(annotation, cls))
    for name, value in vars(cls).items():
        _check_constant(cls, name, value)
    _check_adopt(cls)
    for base in cls.__mro__:
        if base is cls or not _has_assigns(base):
            for name, value in vars(base).items():
                own = _callback(root, name)
                if own is not None and isinstance(value, FunctionType) and not name.startswith("_"):
                    _check_callback(cls, name, value, own)


def check_complete(cls: type[Any], root: type[Any]) -> None:
    """Raise `CallbackError` or `AssignError` for a view that cannot be opened."""
    _check_made_by_python(cls, root)
    if cls.render is root.render and not isinstance(getattr(cls, "template", None), Template):
        given: object = getattr(cls, "template", None)
        raise _fault(
            CallbackError,
            f"{cls.__qualname__} has no template"
            + ("" if given is None else f": its `template` is a {type(given).__name__}"),
            _class_place(cls),
            'write `template = heex("""…""")` in the class, a method `render`, or the file'
            " beside the module that has the class's name in snake_case and ends in .heex",
        )
    if cls.__events__.names and cls.handle_event is root.handle_event and not getattr(cls, "on_mount", ()):
        raise _fault(
            CallbackError,
            f"{cls.__qualname__} declares the events {', '.join(cls.__events__.names)} but has no handle_event",
            _class_place(cls),
            "write `async def handle_event(self, event, socket)`",
        )


def check_events(cls: type[Any], argument: object) -> None:
    """Raise `CallbackError` for a type argument that is not an event, or for two events of one name."""
    known: dict[str, type[Event]] = {}
    for member in members(argument):
        if isinstance(member, TypeVar) or member in (None, Any, Never, NoReturn, RawEvent):
            continue
        if not _is_event(member):
            raise _fault(
                CallbackError,
                f"the type argument of {cls.__qualname__} names {_shown(member)}, which is not an event",
                _class_place(cls),
                "an event is a class of its own, `class Go(Event): …`, and several are joined by `|`",
            )
        name = event_name(member)
        other = known.setdefault(name, member)
        if other is not member:
            raise _fault(
                CallbackError,
                f"{cls.__qualname__} has two events of the name {name!r}: {_full(other)} and {_full(member)}",
                _class_place(cls),
                f'rename one, or name it on the wire: `class {member.__name__}(Event, name="…")`',
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
            raise _fault(
                AssignError,
                f"{base.__qualname__} is a dataclass, and a {_kind(root)} cannot be one: it is made by the framework",
                _class_place(base),
                "remove @dataclass: annotated attributes are assigns without it, `field(default_factory=…)` too",
            )
        if base is cls and "__init__" in vars(base):
            parameters = ", ".join(inspect.signature(vars(root)["mount"]).parameters)
            raise _fault(
                AssignError,
                f"{cls.__qualname__} has an __init__ of its own; a {_kind(root)} is made by the framework",
                _place(vars(base)["__init__"]),
                f"set the first state in `async def mount({parameters})`",
            )


def _kind(root: type) -> str:
    return "view" if root.__name__ == "LiveView" else "live component"


def check_class_method(cls: type, name: str, written: str) -> None:
    """Raise `CallbackError` where the class has its own version of that callback, and it is no class method."""
    own = vars(cls).get(name)
    if isinstance(own, FunctionType):
        raise _fault(
            CallbackError,
            f"{cls.__qualname__}.{name} is not a class method",
            _place(own),
            f"write @classmethod above `{written}`",
        )


def _check_declared(cls: type[Assigns], root: type[Assigns], name: str, annotation: object) -> None:
    if name in RESERVED or name == "template" or _callback(root, name) is not None:
        raise _fault(
            AssignError,
            f"{cls.__qualname__} declares {name!r}, which belongs to the framework",
            _class_place(cls, name),
            "give the assign another name",
        )
    if annotation in (Upload, "Upload") and not isinstance(getattr(cls, name, None), Upload):
        raise _fault(
            AssignError,
            f"{cls.__qualname__}.{name} is an upload that does not say what it accepts",
            _class_place(cls, name),
            f'write `{name}: Upload = Upload(accept=[".jpg", "image/webp"])`',
        )
    if (
        name in _of_the_class(root)
        and get_origin(annotation) is not ClassVar
        and "ClassVar" not in str(annotation)
    ):
        raise _fault(
            AssignError,
            f"{cls.__qualname__} declares {name!r} as an assign; it belongs to the class, not to each view",
            _class_place(cls, name),
            f"write `{name} = …` without an annotation",
        )


def _check_kept(cls: type[Assigns], root: type[Assigns], name: str, annotation: object) -> None:
    """A kept value is a view's, and of a type that can be read back."""
    found = _kept_fault(root, name, annotation)
    if found is not None:
        reason, hint = found
        raise _fault(AssignError, f"{cls.__qualname__}.{name} {reason}", _class_place(cls, name), hint)


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
    raise _fault(
        AssignError,
        f"{cls.__qualname__}.{name} has no annotation, so it is not an assign",
        _class_place(cls, name),
        f"write `{name}: {kind} = …` for an assign, `{name}: ClassVar[{kind}] = …` for a constant of the class"
        + (f".{meant}" if meant else ""),
    )


def _check_adopt(cls: type[Assigns]) -> None:
    seconds: object = vars(cls).get("adopt", 0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < inf:
        raise _fault(
            AssignError,
            f"{cls.__qualname__}.adopt is {seconds!r}, and not the seconds that a page has to join",
            _class_place(cls, "adopt"),
            "write `adopt = 5.0`",
        )


# -- callbacks -----------------------------------------------------------------


def _check_callback(cls: type, name: str, function: FunctionType, own: FunctionType) -> None:
    if function.__name__ != name or hasattr(function, "__wrapped__"):
        return  # made by a decorator: what it takes and gives is its own affair
    is_async = inspect.iscoroutinefunction(own)
    written = f"{'async ' if is_async else ''}def {name}({', '.join(inspect.signature(own).parameters)})"
    wrong = ""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        wrong = "has a `yield`; a callback returns once"
    elif inspect.iscoroutinefunction(function) != is_async:
        wrong = "is not async" if is_async else "is async, but a render cannot wait"
    else:
        wrong = _wrong_parameters(function, own)
    if wrong:
        raise _fault(
            CallbackError, f"{cls.__qualname__}.{name} {wrong}", _place(function), f"write `{written}`"
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


# -- where ---------------------------------------------------------------------

SourcePlace = tuple[str, int] | None


def _fault(
    error: Callable[[str], ActorLiveError], reason: str, place: SourcePlace, hint: str
) -> ActorLiveError:
    parts = [reason]
    if place is not None:
        filename, number = place
        parts.append(f"  --> {filename}:{number}")
        line = linecache.getline(filename, number).rstrip()
        if line:
            parts.append(f"{number} | {line}")
    return error("\n".join([*parts, f"  help: {hint}"]))


def _place(function: object) -> SourcePlace:
    code = getattr(function, "__code__", None)
    return (code.co_filename, _line_of_def(code)) if isinstance(code, types.CodeType) else None


def _line_of_def(code: types.CodeType) -> int:
    """The line of `def`, which stands below the decorators."""
    for number, line in _lines(code.co_filename, code.co_firstlineno):
        if re.match(r"\s*(async\s+)?(def|lambda)\b", line):
            return number
        if not line.strip():
            break
    return code.co_firstlineno


def _class_place(cls: type, name: str = "") -> SourcePlace:
    """Where the class stands, or what it names `name`: by the module's text."""
    filename = getattr(sys.modules.get(cls.__module__), "__file__", None)
    if filename is None:
        return None
    head = re.compile(rf"\s*class\s+{re.escape(cls.__name__)}\b")
    found = [number for number, text in _lines(filename, 1) if head.match(text)]
    if not found:
        return None
    start = _executed(cls.__module__)
    line = next((number for number in found if number >= start), found[-1])
    if name:
        named = re.compile(rf"\s+{re.escape(name)}\s*[:=]")
        line = next((number for number, text in _lines(filename, line + 1) if named.match(text)), line)
    return filename, line


def _executed(module: str) -> int:
    """The line that the module is at while it makes the class; 1 when it is not at work."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == module and "__qualname__" not in frame.f_locals:
            return frame.f_lineno
        frame = frame.f_back
    return 1


def _lines(filename: str, start: int) -> Iterator[tuple[int, str]]:
    linecache.checkcache(filename)
    lines = linecache.getlines(filename)
    yield from ((number, lines[number - 1]) for number in range(max(1, start), len(lines) + 1))


def _full(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _shown(member: object) -> str:
    return member.__qualname__ if isinstance(member, type) else repr(member)

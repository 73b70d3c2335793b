"""Stateful: what a view and a live component have in common. Its state is its attributes, and a template shows it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast, get_args, get_origin

import msgspec
from typing_extensions import TypeVar, get_original_bases

from actorlive.errors import CallbackError, did_you_mean
from actorlive.live.assigns import Assigns, annotations_of, uploads_of
from actorlive.live.declaration import check_class, check_complete, check_events
from actorlive.live.events import EventTable, RawEvent
from actorlive.live.flash import NO_FLASH
from actorlive.live.kept import decoders
from actorlive.live.rejection import Stale
from actorlive.live.streams import NO_STREAMS, Stream, Streams
from actorlive.live.uploads.upload import Upload
from actorlive.live.uploads.uploads import Uploads
from actorlive.places import fault, place_of
from actorlive.template import Template, compile_function, load_template
from actorlive.template.names import snake_case

if TYPE_CHECKING:
    from actorlive.live.socket import Socket

__all__ = ["E", "Stateful", "is_stream", "stream_names", "template_names", "template_of"]

E = TypeVar("E", default=RawEvent)


class Stateful(Assigns, Generic[E]):
    """The base of `LiveView` and `LiveComponent`: annotated assigns, properties, typed events, streams, a template."""

    __slots__ = ()

    template: ClassVar[Template]
    """What `render` returns unless it is overridden: `template = heex(…)`, or the file beside the module."""

    flash: Mapping[str, str]
    """The flash messages by kind; put and cleared through the socket."""

    streams: Streams
    """The streams by name, `@streams.items`."""

    if TYPE_CHECKING:
        uploads: Uploads
        """The uploads by name, `@uploads.photos`; there are none before one is declared or allowed."""

    __uploads__: ClassVar[Mapping[str, Upload]] = {}
    __kept__: ClassVar[Mapping[str, msgspec.json.Decoder[Any]]] = {}
    """What the page keeps of a view, and how each value is read when it comes back."""
    __streams__: ClassVar[tuple[Mapping[str, Any], tuple[str, ...]]] = ({}, ())
    """What was declared when the streams in it were looked for, and their names."""
    __events__: ClassVar[EventTable] = EventTable(None)
    __root__: ClassVar[type[Stateful[Any]]]
    """LiveView or LiveComponent: whose callbacks the class has."""

    def __init_subclass__(cls, *, root: bool = False, **kwargs: Any) -> None:
        if root:
            cls.__root__ = cls
        else:
            check_class(cls, cls.__root__)
        super().__init_subclass__(**kwargs)
        if root:
            return
        cls.__kept__ = decoders(annotations_of(cls))
        cls.__uploads__ = uploads_of(cls)
        if cls.__uploads__:
            cls.__declared__ = {**cls.__declared__, "uploads": Uploads}
        events = _event_argument(cls)
        check_events(cls, events)
        cls.__events__ = EventTable(events)
        cls._find_templates()

    def __init__(self) -> None:
        super().__init__()
        values = self.__dict__
        values["flash"] = NO_FLASH
        values["streams"] = NO_STREAMS
        for name in stream_names(type(self)):
            values[name] = Stream[Any].idle()

    async def handle_event(self, event: E, socket: Socket) -> Mapping[str, Any] | None:
        """An event of the client. What it returns is the reply to the client's `pushEvent` (`handle_event/3`)."""
        raise CallbackError(
            f"{type(self).__qualname__} received the event {event!r} but has no handle_event;"
            f" write `async def handle_event(self, event, socket)`{near_callback(type(self), 'handle_event')}"
        )

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        """The end of a `socket.start_async(name, …)`: `Ok(value)` or `Exit(reason)` (`handle_async/3`)."""
        raise CallbackError(
            f"{type(self).__qualname__} started the async task {name!r} but has no handle_async;"
            f" write `async def handle_async(self, name, result, socket)`{near_callback(type(self), 'handle_async')}"
        )

    async def handle_stale(self, stale: Stale[Any], socket: Socket) -> None:
        """A handler raised `Stale`: show the row as it is now.

        By default it goes into every stream and assign that is declared for exactly its type.
        """
        for name, annotation in type(self).__declared__.items():
            if annotation is type(stale.fresh):
                setattr(self, name, stale.fresh)
            elif is_stream(annotation) and type(stale.fresh) in get_args(annotation):
                socket.stream_insert(name, stale.fresh)

    def render(self) -> Template:
        """The template of the current state. Runs after every callback that changed an assign."""
        template: Template | None = getattr(type(self), "template", None)
        if template is None:
            check_complete(type(self), type(self).__root__)
            return type(self).template
        return template

    @classmethod
    def _find_templates(cls) -> list[Template]:
        """Check the class's own templates against its assigns, the one beside the module too; returns them."""
        template = vars(cls).get("template")
        if template is None and "render" not in vars(cls):
            template = _load_beside(cls)
        declared = template_names(cls)
        events = None if cls.__events__.raw else cls.__events__.names
        myself = "myself" in cls.__declared__
        found: list[Template] = []
        if isinstance(template, Template):
            template.check(declared, owner=cls.__qualname__, special=(), events=events, myself=myself)
            found.append(template)
        if "render" in vars(cls):
            found += compile_function(
                cls.render,
                declared=declared,
                owner=cls.__qualname__,
                special=(),
                events=events,
                myself=myself,
            )
        return found


def near_callback(cls: type[Stateful[Any]], callback: str) -> str:
    """The tail of a message about a callback that a class lacks: the nearest of its own methods, if one is near."""
    own = {name for base in cls.__mro__ for name, of in vars(base).items() if callable(of)}
    near = did_you_mean(callback, own - set(dir(cls.__root__)))
    return f".{near}" if near else ""


def template_names(cls: type[Assigns]) -> list[str]:
    """What a template of the class may read; uploads may be allowed at run time."""
    return list(dict.fromkeys((*cls.__declared__, *cls.__properties__, "uploads")))


def template_of(stateful: Stateful[Any]) -> Template:
    """What `render` returns. Raises `CallbackError` for anything but a template."""
    cls = type(stateful)
    if cls.render is Stateful.render and type(template := getattr(cls, "template", None)) is Template:
        return template  # what `render` returns then, without two calls for every event
    return _as_template(cls, stateful.render())


def _as_template(cls: type[Stateful[Any]], made: object) -> Template:
    if not isinstance(made, Template):
        raise fault(
            CallbackError,
            f"{cls.__qualname__}.render returned {made!r:.80}",
            place_of(cls.render),
            'return a template, `heex("""…""")`',
        )
    return made


def stream_names(cls: type[Stateful[Any]]) -> tuple[str, ...]:
    """The declared streams of a class; looked for again when it declares something else."""
    declared, names = cls.__streams__
    if declared is not cls.__declared__:
        names = tuple(name for name, annotation in cls.__declared__.items() if is_stream(annotation))
        cls.__streams__ = cls.__declared__, names
    return names


def is_stream(annotation: object) -> bool:
    """True for the annotation `Stream[…]`."""
    if isinstance(annotation, str):
        return annotation.startswith("Stream[") or annotation == "Stream"
    return annotation is Stream or getattr(annotation, "__origin__", None) is Stream


def _event_argument(cls: type) -> object:
    """The events that the class names, itself or by a base; None where nobody has, or a type variable stands."""
    found = _argument(cls)
    return None if isinstance(found, TypeVar) else found


def _argument(cls: type) -> Any:
    """The type argument of LiveView or LiveComponent as `cls` sees it: what it says itself, else what a base says,
    whose own type variables stand for what `cls` puts in their place."""
    bases = get_original_bases(cls)
    for base in bases:
        if _is_root(get_origin(base)):
            return get_args(base)[0]
    for base in bases:
        origin = get_origin(base) or base
        if isinstance(origin, type) and issubclass(origin, Stateful) and not _is_root(cast("type", origin)):
            found = _substituted(_argument(cast("type", origin)), origin, get_args(base))
            if found is not None:
                return found
    return None


def _is_root(origin: object) -> bool:
    return isinstance(origin, type) and vars(origin).get("__root__") is origin


def _substituted(argument: Any, generic: Any, given: tuple[Any, ...]) -> Any:
    """The argument with the parameters of a generic class replaced, where any are given."""
    put = dict(zip(generic.__parameters__, given, strict=False))
    if isinstance(argument, TypeVar):
        return put.get(argument, argument)
    free = getattr(argument, "__parameters__", ())
    return argument[tuple(put.get(each, each) for each in free)] if free and put else argument


def _load_beside(cls: type[Stateful[Any]]) -> Template | None:
    namespace = vars(inspect.getmodule(cls) or object())
    module_file = cast("str | None", namespace.get("__file__"))
    if module_file is None:
        return None
    path = Path(module_file).with_name(f"{snake_case(cls.__name__)}.heex")
    if not path.is_file():
        return None
    cls.template = load_template(path, namespace)
    return cls.template

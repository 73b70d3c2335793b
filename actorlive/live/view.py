"""LiveView: a page's process, as its author writes it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, cast, get_args, get_origin

from typing_extensions import TypeVar, get_original_bases

from actorlive.errors import CallbackError
from actorlive.live.assigns import Assigns
from actorlive.live.declaration import check_class, check_complete, check_events
from actorlive.live.events import EventTable, RawEvent
from actorlive.live.rejection import Stale
from actorlive.live.streams import Stream, Streams
from actorlive.runtime import Caller
from actorlive.template import Template, compile_function, load_template
from actorlive.template.names import snake_case

if TYPE_CHECKING:
    from actorlive.live.socket import Socket

__all__ = ["LiveView", "check_view"]

_log = logging.getLogger("actorlive.live")


E = TypeVar("E", default=RawEvent)


class LiveView(Assigns, Generic[E]):
    """A page that is alive: a process with one mailbox, whose state is its attributes.

    The annotated attributes of the class are its assigns: typed, tracked, `@name` in the template; so are its
    properties, which are worked out anew when anything changed. Defaults are each view's own. Every
    callback runs alone: the next message waits until it has returned, its awaits included, and until what it
    changed is rendered and sent. A callback that raises ends this view and nothing else; the client mounts it
    afresh. The type argument names the events, `LiveView[Go | Cancel]`; without one, `handle_event` receives
    `RawEvent`.

    A class has two lives (LiveView's rule): once for the first HTTP response, with `socket.connected` False,
    where nothing that acts on the world runs, and once over the socket.
    """

    __slots__ = ()

    template: ClassVar[Template]
    """What `render` returns unless it is overridden: `template = heex(…)`, or the file beside the module."""

    on_mount: ClassVar[tuple[Callable[..., Awaitable[Any]], ...]] = ()
    """Hooks that stand before `mount`, after those of the live session."""

    flash: Mapping[str, str]
    """The flash messages by kind; put and cleared through the socket."""

    live_action: str | None
    """The action of the route that led here."""

    page_title: str | None = None
    """The document's title; setting it sends it."""

    streams: Streams
    """The streams by name, `@streams.items`."""

    __events__: ClassVar[EventTable] = EventTable(None)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        check_class(cls, LiveView)
        super().__init_subclass__(**kwargs)
        events = _event_argument(cls)
        check_events(cls, events)
        cls.__events__ = EventTable(events)
        _find_template(cls)

    def __init__(self) -> None:
        super().__init__()
        values = self.__dict__
        values["flash"] = {}
        values["live_action"] = None
        values["streams"] = Streams()
        for name in stream_names(type(self)):
            values[name] = Stream[Any].idle()

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        """Set the first state. Runs in both lives, before anything else (`mount/3`).

        `params` are the path's and the query's, `session` the signed cookie session; both come from outside.
        """

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        """After mount, and again whenever the URL changes by a patch (`handle_params/3`)."""

    async def handle_event(self, event: E, socket: Socket) -> Mapping[str, Any] | None:
        """An event of the client. What is returned answers the client's `pushEvent` (`handle_event/3`)."""
        raise CallbackError(
            f"{type(self).__qualname__} received the event {event!r} but has no handle_event;"
            " write `async def handle_event(self, event, socket)`"
        )

    async def handle_info(self, message: Any, socket: Socket) -> None:
        """Any other message: `send`, timers, pubsub, monitors (`handle_info/2`). Here it is dropped, with a warning for
        the first of each type."""
        dropped = cast("set[type]", socket.private.setdefault("actorlive.dropped", set[type]()))
        kind: type = message.__class__
        if kind not in dropped:
            dropped.add(kind)
            _log.warning(
                "%s handles no message of the type %s and dropped %.200r; take it in"
                " `async def handle_info(self, message, socket)`",
                type(self).__qualname__,
                kind.__qualname__,
                message,
            )

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        """The end of a `socket.start_async(name, …)`: `Ok(value)` or `Exit(reason)` (`handle_async/3`)."""
        raise CallbackError(
            f"{type(self).__qualname__} started the async task {name!r} but has no handle_async;"
            " write `async def handle_async(self, name, result, socket)`"
        )

    async def handle_call(self, request: Any, caller: Caller, socket: Socket) -> Any:
        """A `runtime.call` of another process; what is returned is the answer, sent after the render (`handle_call/3`).

        `NO_REPLY` answers later, with `runtime.reply(caller, value)`.
        """
        raise CallbackError(f"{type(self).__qualname__} was called with {request!r} but has no handle_call")

    async def handle_cast(self, request: Any, socket: Socket) -> None:
        """A `runtime.cast` of another process (`handle_cast/2`)."""
        raise CallbackError(f"{type(self).__qualname__} was cast {request!r} but has no handle_cast")

    async def handle_stale(self, stale: Stale[Any], socket: Socket) -> None:
        """A handler raised `Stale`: show the row as it stands.

        By default it goes into every stream and assign that is declared for exactly its type.
        """
        for name, annotation in type(self).__declared__.items():
            if annotation is type(stale.fresh):
                setattr(self, name, stale.fresh)
            elif _is_stream(annotation) and type(stale.fresh) in get_args(annotation):
                socket.stream_insert(name, stale.fresh)

    async def terminate(self, reason: object, socket: Socket) -> None:
        """The view ends: the client left, the socket closed, a callback raised (`terminate/2`)."""

    def render(self) -> Template:
        """The template of the current state. Runs after every callback that changed an assign."""
        template: Template | None = getattr(type(self), "template", None)
        if template is None:
            check_view(type(self))
            return type(self).template
        return template


def check_view(cls: type[LiveView[Any]]) -> None:
    """Raise `CallbackError` or `AssignError` for a class that cannot be opened as a view: it lacks a template, say."""
    check_complete(cls, LiveView)


def template_of(view: LiveView[Any]) -> Template:
    """What `render` returns. Raises `CallbackError` for anything but a template."""
    return _as_template(type(view), view.render())


def _as_template(cls: type, made: object) -> Template:
    if not isinstance(made, Template):
        raise CallbackError(
            f'{cls.__qualname__}.render returned {made!r:.80}; return a template, `heex("""…""")`'
        )
    return made


def stream_names(cls: type[LiveView[Any]]) -> list[str]:
    """The declared streams of a view class."""
    return [name for name, annotation in cls.__declared__.items() if _is_stream(annotation)]


def overrides(view: LiveView[Any], callback: str) -> bool:
    """True when the view's class has its own version of a callback."""
    return getattr(type(view), callback) is not getattr(LiveView, callback)


def _is_stream(annotation: object) -> bool:
    if isinstance(annotation, str):
        return annotation.startswith("Stream[") or annotation == "Stream"
    return annotation is Stream or get_origin(annotation) is Stream


def _event_argument(cls: type) -> object:
    """The events that the class names, itself or by a base; None where nobody has, or a type variable stands."""
    found = _argument(cls)
    return None if isinstance(found, TypeVar) else found


def _argument(cls: type) -> Any:
    """LiveView's type argument as `cls` sees it: what it says itself, else what a base says, whose own type variables
    stand for what `cls` puts in their place."""
    bases = get_original_bases(cls)
    for base in bases:
        if get_origin(base) is LiveView:
            return get_args(base)[0]
    for base in bases:
        origin = get_origin(base) or base
        if isinstance(origin, type) and issubclass(origin, LiveView) and origin is not LiveView:
            found = _substituted(_argument(cast("type", origin)), origin, get_args(base))
            if found is not None:
                return found
    return None


def _substituted(argument: Any, generic: Any, given: tuple[Any, ...]) -> Any:
    """The argument with the parameters of a generic class replaced, where any are given."""
    put = dict(zip(generic.__parameters__, given, strict=False))
    if isinstance(argument, TypeVar):
        return put.get(argument, argument)
    free = getattr(argument, "__parameters__", ())
    return argument[tuple(put.get(each, each) for each in free)] if free and put else argument


def _find_template(cls: type[LiveView[Any]]) -> None:
    """Check the class's template against its assigns, or load the one beside the module."""
    template = vars(cls).get("template")
    if template is None and "render" not in vars(cls):
        template = _load_beside(cls)
    declared = [*cls.__declared__, *cls.__properties__]
    events = None if cls.__events__.raw else cls.__events__.names
    if isinstance(template, Template):
        template.check(declared, owner=cls.__qualname__, events=events)
    if "render" in vars(cls):
        compile_function(cls.render, declared=declared, owner=cls.__qualname__, events=events)


def _load_beside(cls: type[LiveView[Any]]) -> Template | None:
    namespace = vars(inspect.getmodule(cls) or object())
    module_file = cast("str | None", namespace.get("__file__"))
    if module_file is None:
        return None
    path = Path(module_file).with_name(f"{snake_case(cls.__name__)}.heex")
    if not path.is_file():
        return None
    cls.template = load_template(path, namespace)
    return cls.template

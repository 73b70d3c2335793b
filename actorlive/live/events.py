"""Events of the client: from a frame's payload to a typed struct.

A view names the events it understands in its type argument, `LiveView[Add | Remove]`. What the client sends
is converted to the struct of that name at the edge; a handler never sees a half-parsed dict (INV-14).

A form's event is converted exactly as `validate()` converts (`conversion`); only required text may be empty there,
and the marks of a form's fields stay in a dict of text. Other events are JSON: a text is a text, and a text where
something else is declared is read as a form's control would be. What fits at first sight is decoded at once, JSON by
msgspec alone and forms by what `forms.form_reader` made of the class; all else takes the careful way, which returns the
same value, or says which field does not fit.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Union, cast, get_args, get_origin

import msgspec

from actorlive.errors import ActorLiveError, CallbackError, did_you_mean
from actorlive.forms.conversion import (
    BINDING,
    FAULTY,
    FORM,
    PUSHED,
    Manner,
    ParamsReader,
    TooManyFaults,
    declaration,
)
from actorlive.forms.form_reader import form_reader
from actorlive.forms.misfits import Misfit, misfits_of, sentence
from actorlive.forms.numbers import is_bounded
from actorlive.forms.quick import suspicious
from actorlive.places import fault, place_of_class
from actorlive.template.names import snake_case
from actorlive.wire.params import form_params

__all__ = [
    "NO_UPLOADS",
    "OF_FRAMEWORK",
    "ONLINE_ONLY",
    "Envelope",
    "Event",
    "EventError",
    "EventTable",
    "RawEvent",
    "UnknownEvent",
    "event_name",
    "members",
    "parse_event",
]

OF_FRAMEWORK = "lv:"
"""What the names of events begin with that the framework itself handles."""

ONLINE_ONLY = "al:online"
"""What the page is told by which events do not wait for a connection: in the answer to a join, and as an event."""

MAX_NAME = 255
"""The longest name of an event, in characters."""


class EventError(ActorLiveError):
    """An event whose payload does not fit its struct. `misfits` are the fields that do not, where it got so far."""

    def __init__(self, message: str, misfits: tuple[Misfit, ...] = ()) -> None:
        super().__init__(message)
        self.misfits = misfits


class UnknownEvent(CallbackError):
    """An event whose name the view does not declare."""


class _EventMeta(type(msgspec.Struct)):
    """Takes `name=` and `offline=` of `class Go(Event, name="go!")`, which msgspec does not know."""

    def __new__(
        mcls,
        clsname: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        /,
        *,
        name: str | None = None,
        offline: bool | None = None,
        **kw: Any,
    ) -> Any:
        cls = super().__new__(mcls, clsname, bases, namespace, **kw)
        _check_declared(cls, namespace, name)
        if offline is not None:
            setattr(cls, "__offline__", offline)  # noqa: B010 - as below
        setattr(cls, "__event_name__", name or snake_case(clsname))  # noqa: B010 - the metaclass has no such name
        return cls


def _check_declared(cls: type, namespace: Mapping[str, object], name: object) -> None:
    """Raise `CallbackError` for a name that is not a text, and for what looks like a field and is a constant."""
    if name is not None and not (isinstance(name, str) and name):
        raise fault(
            CallbackError,
            f"the name of the event {cls.__qualname__} is {name!r}, and not a text",
            place_of_class(cls),
            f'write `class {cls.__name__}(Event, name="…")`, as the page sends it',
        )
    for attribute, value in namespace.items():
        if (
            attribute.startswith("_")
            or attribute.isupper()
            or callable(value)
            or hasattr(type(value), "__get__")
        ):
            continue
        if attribute in cast("Any", namespace.get("__annotations__", {})):
            continue
        kind = type(value).__name__
        raise fault(
            CallbackError,
            f"{cls.__qualname__}.{attribute} has no annotation, so it is not a field of the event",
            place_of_class(cls, attribute),
            f"write `{attribute}: {kind} = …`, or `{attribute}: ClassVar[{kind}] = …` for a constant of the class",
        )


class Event(msgspec.Struct, metaclass=_EventMeta):
    """The base of a view's events: a msgspec struct whose class name in snake_case is the event's name.

    `class AddItem(Event): title: str` is what `phx-click="add_item"` or a form with a field `title` sends.
    Strings are converted to the declared types. `class Go(Event, name="go!")` names it by hand. `class Pay(Event,
    offline=False)`, and what is derived from it, does not wait in the page while the connection is broken: the browser
    refuses it at once, and says so.
    """

    __event_name__: ClassVar[str] = "event"
    __offline__: ClassVar[bool] = True
    """False for what the page may not keep for a connection that is broken when it is begun."""

    def __init_subclass__(
        cls, *, name: str | None = None, offline: bool | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)


class RawEvent(msgspec.Struct, frozen=True):
    """An event as it came: the name and the params. What `handle_event` hooks and untyped views receive.

    `params` is whatever JSON value the client sent; for forms the decoded, nested fields.
    `kind` is the client's type of the event ("click", "form", "keydown", "hook", …) or None.
    """

    name: str
    params: Any = msgspec.field(default_factory=dict[str, Any])
    kind: str | None = None


NO_UPLOADS = msgspec.Raw(b"{}")
"""What stands in an envelope that came without files."""


class Envelope(msgspec.Struct, dict=True):
    """One event of the client: its frame's payload, decoded once, whoever looks at it and however often.

    The table of the view's events makes of it what `handle_event` receives; `raw` is what its hooks do, `stamp` what
    the browser's optimistic changes go by. The value stays JSON until one of them needs it.
    """

    event: str
    type: str | None = None
    value: msgspec.Raw = msgspec.Raw(b"{}")
    meta: dict[str, Any] | None = None
    cid: int | None = None
    uploads: msgspec.Raw = NO_UPLOADS

    @property
    def raw(self) -> RawEvent:
        """The event with its params decoded but untyped, its numbers bounded. Raises `EventError`."""
        params = self.params
        if (self.meta or _LONG_NUMBER.search(self.value)) and not is_bounded(params):
            raise EventError(f"event {self.event!r:.80}: it holds a number outside of 64 bits")
        return RawEvent(self.event, params, self.type)

    @property
    def params(self) -> Any:
        """The value, decoded once; of a form its fields. Not bounded yet. Raises `EventError`."""
        known = vars(self)  # not `cached_property`: its lock costs more than all of a small event's decoding
        if "params" not in known:
            known["params"] = self._decoded()
        return known["params"]

    def _decoded(self) -> Any:
        try:
            value = _decode(self.value)
            return form_params(value, self.meta) if self.type == "form" and type(value) is str else value
        except (msgspec.MsgspecError, RecursionError, ActorLiveError) as error:
            raise EventError(f"event {self.event!r:.80}: {error}") from error

    @property
    def stamp(self) -> str | int | None:
        """The mark by which the browser knows what it showed in advance for this event; None for nothing."""
        try:
            if self.type == "form":
                return msgspec.convert(self.meta, _Stamped | None, strict=False).al if self.meta else None
            return msgspec.json.decode(self.value, type=_Stamped).al
        except (msgspec.MsgspecError, AttributeError):
            return None


class _Stamped(msgspec.Struct):
    al: str | int | None = msgspec.field(default=None, name="_al")


_LONG_NUMBER = re.compile(rb"\d{19}")

_decode = msgspec.json.Decoder().decode
_decode_envelope = msgspec.json.Decoder(Envelope).decode


def event_name(event: type[Event] | Event) -> str:
    """The name on the wire of an event class or instance."""
    return event.__event_name__


def parse_event(payload: msgspec.Raw) -> Envelope:
    """The event of an `event` frame. Raises `EventError`."""
    try:
        envelope = _decode_envelope(payload)
    except msgspec.MsgspecError as error:
        raise EventError(f"malformed event payload: {error}") from error
    if len(envelope.event) > MAX_NAME:
        name, length = envelope.event[:60], len(envelope.event)
        raise EventError(f"an event's name, {name!r}…, has {length} characters; the limit is {MAX_NAME}")
    return envelope


class _Typed:
    """How to make one event: at once, if nothing in it asks for a closer look, or with care."""

    __slots__ = ("_decode", "_node", "_read_form", "_suspicious")

    def __init__(self, cls: type[Event]) -> None:
        self._decode = msgspec.json.Decoder(cls, strict=False).decode
        self._node = declaration(cls)
        self._read_form = form_reader(self._node)
        self._suspicious = suspicious(self._node)

    def at_once(self, envelope: Envelope) -> Any:
        """The event, or None where the careful way has to tell."""
        if envelope.type == "form":
            return self._read_form(envelope.params) if self._read_form is not None else None
        if self._suspicious is not None and self._suspicious.search(envelope.value):
            return None
        try:
            return self._decode(envelope.value)
        except (msgspec.MsgspecError, RecursionError):
            return None

    def with_care(self, name: str, params: object, kind: str | None) -> Any:
        """The event, field by field. Raises `EventError` with every misfit."""
        reader = ParamsReader(_manner(kind))
        try:
            made = reader.read(self._node, params, "")
        except TooManyFaults:
            made = FAULTY
        except RecursionError as error:
            raise EventError(f"event {name!r:.80}: it is nested too deep") from error
        if made is FAULTY:
            misfits = misfits_of(reader.faults)
            told = sentence(misfits, len(reader.faults))
            raise EventError(f"event {name!r:.80}: {told}", misfits)
        return made


def _manner(kind: str | None) -> Manner:
    """`pushEvent` sends JSON as its author wrote it; bindings send attributes and controls."""
    if kind == "form":
        return FORM
    return PUSHED if kind == "hook" else BINDING


class EventTable:
    """The events of one view class: name → struct. Empty for a view of `RawEvent`s."""

    __slots__ = ("_typed", "online_only", "raw")

    def __init__(self, argument: object) -> None:
        classes = _event_types(argument)
        self._typed = {event_name(cls): _Typed(cls) for cls in classes}
        self.raw = not self._typed
        self.online_only = [event_name(cls) for cls in classes if not cls.__offline__]
        """The names of those that do not wait for a connection."""

    @property
    def names(self) -> list[str]:
        """The declared names."""
        return list(self._typed)

    def decode(self, envelope: Envelope) -> Any:
        """The typed event of an envelope. Raises `UnknownEvent`, `EventError`."""
        typed = self._typed.get(envelope.event)
        if typed is None:
            return self._typeless(envelope)
        made = typed.at_once(envelope)
        return typed.with_care(envelope.event, envelope.params, envelope.type) if made is None else made

    def convert(self, event: RawEvent) -> Any:
        """The typed event of a raw one. Raises `UnknownEvent`, `EventError`."""
        if self.raw:
            return event
        typed = self._typed.get(event.name)
        if typed is None:
            raise UnknownEvent(self._unknown(event.name))
        return typed.with_care(event.name, event.params, event.kind)

    def _typeless(self, envelope: Envelope) -> RawEvent:
        if self.raw:
            return envelope.raw
        raise UnknownEvent(self._unknown(envelope.event))

    def _unknown(self, name: str) -> str:
        hint = did_you_mean(name, self._typed)
        return (
            f"unknown event {name!r:.80}.{hint} Declared are: {', '.join(sorted(self._typed))}."
            " Add a struct for it to the view's type argument."
        )


def members(argument: object) -> Iterator[object]:
    """The members of a union, alone or behind the name of a `type` statement; anything else is its own only one."""
    argument = getattr(argument, "__value__", argument)
    if get_origin(argument) in (Union, types.UnionType):
        for part in get_args(argument):
            yield from members(part)
    else:
        yield argument


def _event_types(argument: object) -> list[type[Event]]:
    return [member for member in members(argument) if isinstance(member, type) and issubclass(member, Event)]

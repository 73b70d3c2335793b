"""Messages that may leave the process: what they are called, how they are written, and how they are read.

The problem: what arrives from a broker was written by whoever reaches it, perhaps by another release of the program,
perhaps by an attacker. Rule: **bytes become an object only of a class that was declared for it, by a name that was
given to it, and only where every field fits.** A class is found in a table of names; nothing is imported, called or
looked up by what the bytes say. Rejected: pickle, which runs what it reads; a union of all messages, which has to be
closed before the first is read and cannot name one that it does not know; the class's path as its name, which ties
the wire to the folders of a program.

The sender reads what it has written before anybody sees it. So a value that does not fit its annotation, or that has
no form, is an error where it was broadcast, with the name of its field, and not a line in the logs of other machines.

The body is a map of the fields by their names: in a rolling deploy one side may have a field more than the other. What
is unknown is ignored, what is missing has its default, and a field without one is a misfit.
"""

from __future__ import annotations

import reprlib
from typing import Any, ClassVar, TypeVar, cast
from weakref import WeakValueDictionary

import msgspec
from typing_extensions import dataclass_transform

from actorlive.errors import ActorLiveError, did_you_mean
from actorlive.pubsub.refusals import MessageRefused

__all__ = ["Message", "MessageError", "name_of", "pack", "read_fields", "unpack"]

MAX_NAME = 255
"""The longest name of a message, in characters."""

_classes: WeakValueDictionary[str, type[Message]] = WeakValueDictionary()
_encode = msgspec.msgpack.Encoder().encode


M = TypeVar("M", bound="Message")


class MessageError(ActorLiveError):
    """A message that cannot leave the process, or a name that two classes want."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class _MessageMeta(type(msgspec.Struct)):
    """Takes the `name=` of `class Said(Message, name="chat.said")`, which msgspec does not know."""

    def __new__(
        mcls,
        clsname: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        /,
        *,
        name: str | None = None,
        **kw: Any,
    ) -> Any:
        kw.setdefault("frozen", True)
        cls = super().__new__(mcls, clsname, bases, namespace, **kw)
        if any(isinstance(base, _MessageMeta) for base in bases):
            _list(cast("type[Message]", cls), clsname if name is None else name)
        return cls


class Message(msgspec.Struct, frozen=True, metaclass=_MessageMeta):
    """The base of what may be broadcast to other processes and machines: a frozen msgspec struct with a name.

    `class Said(Message): text: str` is known as "Said" to all nodes; `class Said(Message, name="chat.said")` names it
    by hand. Raises `MessageError` where the name belongs to another class.
    """

    __message_name__: ClassVar[str] = ""
    __message_decoder__: ClassVar[msgspec.msgpack.Decoder[Any] | None] = None

    def __init_subclass__(cls, *, name: str | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)


def _list(cls: type[Message], name: str) -> None:
    """Enter a class under its name. A class that is defined again, as by a reload, takes the place of the earlier."""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise MessageError(
            f"{_path(cls)}: the name of a message is a text of at most {MAX_NAME} characters, not {name!r:.80}"
        )
    holder = _classes.get(name)
    if holder is not None and _path(holder) != _path(cls):
        raise MessageError(
            f"two messages are named {name!r}: {_path(holder)} and {_path(cls)}."
            f' Give one of them a name of its own: class {cls.__name__}(Message, name="….{name}")'
        )
    setattr(cls, "__message_name__", name)  # noqa: B010 - the metaclass has no such name
    _classes[name] = cls


def _path(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def name_of(cls: type[Message]) -> str:
    """The name that other nodes know a class of messages by."""
    return cls.__message_name__


# -- writing -------------------------------------------------------------------


def pack(message: object) -> tuple[str, bytes]:
    """The name of a message and its body. Raises `MessageError` for what would not be the same on another node."""
    if not isinstance(message, Message) or type(message) is Message:
        raise MessageError(_foreign(message))
    cls = type(message)
    try:
        body = _encode(message)
    except (TypeError, ValueError, OverflowError, RecursionError, msgspec.MsgspecError) as error:
        raise MessageError(_unwritable(message, error)) from None
    decode = _decoder(cls).decode
    try:
        decode(body)
    except Exception as error:  # whatever `__post_init__` raises
        raise MessageError(f"{_where(cls, error)} would be refused by other nodes: {error}") from error
    return cls.__message_name__, body


def _foreign(message: object) -> str:
    cls = type(message)
    suggested = cls.__name__ if cls.__module__ != "builtins" else "Changed"
    return (
        f"{reprlib.repr(message):.80} cannot be broadcast: with a broker a broadcast goes to other processes as well,"
        f" and {_path(cls)} is not a Message. Declare one: class {suggested}(Message): …"
    )


def _unwritable(message: Message, error: Exception) -> str:
    """Which field it is that has no form that travels."""
    cls = type(message)
    for name in cls.__struct_fields__:
        value: object = getattr(message, name)
        try:
            _encode(value)
        except Exception as fault:  # the same as of the whole
            return (
                f"{_path(cls)}.{name} holds {reprlib.repr(value):.80}, which cannot leave the process: {fault}."
                " A message is made of texts, numbers, times, containers, dataclasses and structs; of a row or a"
                " process send its id"
            )
    return f"{_path(cls)} cannot leave the process: {error}"


def _where(cls: type, error: Exception) -> str:
    """The class, with the field that msgspec's error points at ("… - at `$.text`")."""
    _, _, place = str(error).rpartition("at `$.")
    return f"{_path(cls)}.{place.rstrip('`')}" if place != str(error) else _path(cls)


# -- reading -------------------------------------------------------------------


def _decoder(cls: type[M]) -> msgspec.msgpack.Decoder[M]:
    """What reads a class; made when the first of them is written or read, so that its annotations may name what is
    defined below it. A class has its own, never its base's."""
    known = cls.__dict__.get("__message_decoder__")
    if known is None:
        try:
            known = msgspec.msgpack.Decoder(cls)
        except (TypeError, NameError) as error:
            raise MessageError(f"{_path(cls)} cannot be read from bytes: {error}") from error
        setattr(cls, "__message_decoder__", known)  # noqa: B010 - see `_list`
    return known


def unpack(name: str, body: msgspec.Raw | bytes) -> Message:
    """The message of that name and body. Raises `MessageRefused`."""
    cls = _classes.get(name)
    if cls is None:
        raise MessageRefused(
            "unknown", f"no message is named {name!r:.80} here.{did_you_mean(name[:80], _classes)}"
        )
    return read_fields(cls, body)


def read_fields(cls: type[M], body: msgspec.Raw | bytes) -> M:
    """A message of a class that is known. Raises `MessageRefused`."""
    decode = _decoder(cls).decode
    try:
        return decode(body)
    except RecursionError:
        raise MessageRefused("misfit", f"{cls.__message_name__} is nested too deeply") from None
    except Exception as error:  # whatever `__post_init__` raises
        raise MessageRefused("misfit", f"{cls.__message_name__}: {error}") from error

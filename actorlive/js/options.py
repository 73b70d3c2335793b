"""The options of JS commands: checked, and turned into the values that the client reads.

Every function takes one option as a person writes it and returns what goes on the wire, or raises
`CommandError`. A fault is found where the command is built, in Python, not later in a visitor's browser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import msgspec

from actorlive.errors import ActorLiveError
from actorlive.rendered import WHITE_SPACE, runs_script

__all__ = ["CommandError", "Names", "RelativeSelector", "Target", "Transition"]

_LONGEST = 60.0
_SPACE = re.compile(f"[{WHITE_SPACE}]+")
_IGNORED_BY_BROWSERS = re.compile(r"[\t\r\n]")
_SCHEME = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.\-]*):")


class CommandError(ActorLiveError):
    """A JS command built with arguments that the client would ignore or choke on."""


@dataclass(frozen=True, slots=True)
class RelativeSelector:
    """A selector relative to the element that the command runs on. Made by `JS.closest` and `JS.inner`."""

    kind: Literal["closest", "inner"]
    selector: str


Target: TypeAlias = "str | RelativeSelector"
"""A CSS selector over the whole document, or a `RelativeSelector`."""

Names: TypeAlias = "str | Sequence[str]"
"""Class names: one string with spaces, or a sequence of strings."""

Transition: TypeAlias = "str | tuple[Names, Names, Names]"
"""Classes for the whole transition, or (during, start, end)."""


def required(what: str, value: object) -> str:
    """`value` if it is a non-blank string: a plain one, where a template gave what it has literally as `Markup`."""
    if isinstance(value, str) and value.strip():
        return str(value)
    raise CommandError(f"{what} must be a non-empty string, not {value!r}.")


def target(to: Target | None) -> str | dict[str, str] | None:
    """`to=`: a selector stays itself, a scope becomes `{"closest": …}` or `{"inner": …}`."""
    if isinstance(to, RelativeSelector):
        return {to.kind: to.selector}
    if to is None:
        return None
    if not isinstance(to, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise CommandError(f'to= must be a selector, JS.closest("…") or JS.inner("…"), not {to!r}.')
    return required("to=", to)


def receiver(value: str | int | None) -> str | int | None:
    """`target=` of a push: a selector, or a component's number."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    return required("target= (a selector, or @myself)", value)


def names(value: Names) -> list[str]:
    """Class names, split on spaces."""
    parts = [name for item in ([value] if isinstance(value, str) else value) for name in _SPACE.split(item)]
    parts = [name for name in parts if name]
    if not parts:
        raise CommandError("Class names are missing: give at least one, as in JS.add_class('open').")
    return parts


def transition(value: Transition | None) -> list[list[str]] | None:
    """Three lists of classes: during the transition, at its start, at its end."""
    if value is None:
        return None
    if isinstance(value, str):
        return [names(value), [], []]
    if len(value) != 3:
        raise CommandError(
            f"A transition is a string of classes or three of them (during, start, end), not {value!r}."
        )
    return [_optional_names(part) for part in value]


def _optional_names(value: Names) -> list[str]:
    return names(value) if value else []


def milliseconds(seconds: float | None) -> int | None:
    """`time=`: seconds here, whole milliseconds on the wire.

    Zero is refused because the client takes it for its default of 200 ms, and more than a minute because
    that is nearly always a number of milliseconds.
    """
    if seconds is None:
        return None
    if 0 < seconds <= _LONGEST:
        return max(1, round(seconds * 1000))
    if seconds > _LONGEST:
        raise CommandError(
            f"time={seconds!r} is in seconds, at most {_LONGEST:g}. "
            f"For {seconds:g} ms write time={seconds / 1000:g}."
        )
    raise CommandError(
        f"time={seconds!r} must be more than zero seconds. To let patches through write blocking=False."
    )


def payload(what: str, value: object) -> dict[str, object] | None:
    """`value=` or `detail=`: whatever encodes to a JSON object (a mapping, a msgspec struct, a dataclass)."""
    if value is None:
        return None
    try:
        plain = msgspec.to_builtins(value, str_keys=True, enc_hook=_encodable)
    except (TypeError, ValueError) as error:
        raise CommandError(f"{what} cannot be encoded as JSON: {error}") from error
    if not isinstance(plain, dict):
        raise CommandError(
            f"{what} must be a mapping or a struct (the client needs an object), not {value!r}."
        )
    return plain  # pyright: ignore[reportUnknownVariableType]


def _encodable(value: object) -> object:
    encode = getattr(value, "to_encodable", None)
    if encode is None:
        raise TypeError(f"{type(value).__name__} is not a JSON value")
    return encode()


def detail(event: str, value: object, *, blocking: bool) -> dict[str, object] | None:
    """The `detail=` of a dispatched DOM event."""
    if value is not None and event == "click":
        raise CommandError(
            'A dispatched "click" is a native click: it carries no detail=. Use another event name.'
        )
    encoded = payload("detail=", value)
    if blocking and encoded is not None and "done" in encoded:
        raise CommandError(
            'With blocking=True the client sets detail.done itself: rename the key "done" in detail=.'
        )
    return encoded


def attribute(name: str, *values: str) -> list[str]:
    """`[name, value, …]`; attribute values are strings, also `"true"` and `"3"`.

    What a template refuses to write into that attribute from plain text is refused here too.
    """
    for value in values:
        if not isinstance(value, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise CommandError(f'The values of attribute "{name}" must be strings, not {value!r}.')
        if not hasattr(value, "__html__") and runs_script(name.lower(), value):
            raise CommandError(
                f"The attribute {name} would run {value!r:.80} as a script. Mark it with Markup(…) if it is your own."
            )
    return [required("The attribute's name", name), *map(str, values)]


def attributes(value: Names) -> list[str]:
    """Attribute names or patterns, one or several."""
    listed = [value] if isinstance(value, str) else list(value)
    if not listed:
        raise CommandError(
            'Attribute names are missing: give one at least, as in JS.ignore_attributes("open").'
        )
    return [required("An attribute's name", name) for name in listed]


def href(value: str) -> str:
    """A path or an http(s) URL. `javascript:` and its like are refused, however they are disguised."""
    value = required("href", value)
    found = _SCHEME.match(_IGNORED_BY_BROWSERS.sub("", value))
    if found and found[1].lower() not in ("http", "https"):
        raise CommandError(f'href {value!r} has the scheme "{found[1]}". Use a path or an http or https URL.')
    return value

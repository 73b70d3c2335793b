"""What a view, a route or an application may say of how views are served: which values fit, and what to write instead.

Each check returns what a value is not, and a help, or None for one that fits. Whoever asks says where it was given: a
class by its own line, a call by the exception that it raises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite
from types import EllipsisType
from typing import Final, Literal, get_args

from actorlive.errors import did_you_mean
from actorlive.live.container import Container
from actorlive.template import Component

__all__ = [
    "SETTINGS",
    "LogLevel",
    "SettingCheck",
    "hooks_fault",
    "layout_fault",
    "log_level_fault",
    "seconds_fault",
]

SettingCheck = Callable[[object], "tuple[str, str] | None"]

LogLevel = Literal["debug", "info", "warning", "error"]
LEVELS: Final[tuple[str, ...]] = get_args(LogLevel)


def hooks_fault(value: object) -> tuple[str, str] | None:
    """For what has to be several `on_mount` hooks; each of them is looked at when they are brought along."""
    if isinstance(value, tuple | list):
        return None
    name = getattr(value, "__name__", "hook").replace("on_mount", "hook")
    return (
        f"is {_kind(value)}, and not a tuple of hooks",
        f"write `on_mount = ({name},)`; a hook is `async def {name}(params, session, socket)` of the module",
    )


def layout_fault(value: object) -> tuple[str, str] | None:
    """For what has to be a layout, a live one or that of the document."""
    if value is None or isinstance(value, Component | EllipsisType):
        return None
    if callable(value) and not isinstance(value, type):
        return "is a function, and not a component", "write `@component` above it"
    return (
        f"is {_kind(value)}, and not a component",
        "write one, `@component` above `def layout(*, inner_block: Slot) -> Template`, and give its name",
    )


def log_level_fault(value: object) -> tuple[str, str] | None:
    """For what has to be the level of the log of views."""
    if value is None or value in LEVELS:
        return None
    near = did_you_mean(value, LEVELS) if isinstance(value, str) else ""
    return f"is {value!r}, and not a level", f"there are {', '.join(map(repr, LEVELS))}.{near}"


def seconds_fault(value: object) -> tuple[str, str] | None:
    """For what has to be a time in seconds, from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not (isfinite(value) and value >= 0):
        return f"is {value!r}, and not a number of seconds", "write seconds from 0 on, such as `5.0`"
    return None


def _adopt_fault(value: object) -> tuple[str, str] | None:
    found = seconds_fault(value)
    return found and (f"is {value!r}, and not the seconds that a page has to join", "write `adopt = 5.0`")


def _container_fault(value: object) -> tuple[str, str] | None:
    if isinstance(value, Container):
        return None
    given = repr(value) if isinstance(value, str) else '"section"'
    return f"is {_kind(value)}, and not a Container", f"write `container = Container({given})`"


def _view_level_fault(value: object) -> tuple[str, str] | None:
    return None if value == "default" else log_level_fault(value)


def _kind(value: object) -> str:
    """A short value as it is written, a large one by its kind."""
    if isinstance(value, str | int | float | type(None)):
        return f"{value!r:.80}"
    if isinstance(value, type):
        return f"the class {value.__qualname__}"
    return "a function" if callable(value) else f"a {type(value).__name__}"


SETTINGS: Final[Mapping[str, SettingCheck]] = {
    "adopt": _adopt_fault,
    "container": _container_fault,
    "layout": layout_fault,
    "log_level": _view_level_fault,
    "on_mount": hooks_fault,
}
"""What a class may say of all its views, by the name of the attribute."""

"""What the arguments of `ActorLive` and of a live session may be, told where they are given.

Here is what a value is. What a text in it says (a host, a network, an origin, the address of a broker) is looked at by
the module that reads it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, cast

from actorlive.live.view_settings import (
    SettingCheck,
    hooks_fault,
    layout_fault,
    log_level_fault,
    seconds_fault,
)
from actorlive.web.errors import ConfigurationError
from actorlive.web.limits import Limits

__all__ = ["check_options", "check_session_options"]

OptionChecks = Mapping[str, SettingCheck]


def check_options(given: Mapping[str, object]) -> None:
    """Raise `ConfigurationError` for the first argument of `ActorLive` that is of no use."""
    _check("ActorLive", given, OPTIONS)


def check_session_options(given: Mapping[str, object]) -> None:
    """Raise `ConfigurationError` for the first argument of `ActorLive.session` that is of no use."""
    _check("live.session", given, SESSION_OPTIONS)


def _check(call: str, given: Mapping[str, object], checks: OptionChecks) -> None:
    for name, check in checks.items():
        found = check(given[name])
        if found is not None:
            reason, hint = found
            raise ConfigurationError(f"{call}({name}=…) {reason}; {hint}")


def _switch(value: object) -> tuple[str, str] | None:
    if isinstance(value, int) and value in (0, 1):
        return None
    hint = "write one of the two"
    if isinstance(value, str):
        hint += ', such as `os.environ.get("…") == "1"`: any text but the empty one would be true'
    return f"is {value!r:.80}, and not True or False", hint


def _maybe_switch(value: object) -> tuple[str, str] | None:
    return None if value is None else _switch(value)


def _text(value: object) -> tuple[str, str] | None:
    return None if isinstance(value, str) else (f"is {value!r:.80}, and not a text", "write it in quotes")


def _policy(value: object) -> tuple[str, str] | None:
    return _text(value) and (
        f"is {value!r:.80}, and not a text",
        "write a policy, such as \"default-src 'self'\"",
    )


def _maybe_text(value: object) -> tuple[str, str] | None:
    return None if value is None else _text(value)


def _texts(value: object) -> tuple[str, str] | None:
    if isinstance(value, str):
        return f"is {value!r:.80}, and not a list of texts", f"write [{value!r:.80}]"
    if isinstance(value, Sequence) and all(isinstance(each, str) for each in cast("Sequence[object]", value)):
        return None
    return f"is {value!r:.80}, and not a list of texts", 'write ["…", "…"]'


def _modules(value: object) -> tuple[str, str] | None:
    if isinstance(value, str) or _texts(value) is None:
        return None
    return (
        f"is {value!r:.80}, and not the URL of a module, or a list of them",
        'write "/static/hooks.js", each export of which is a hook',
    )


def _key(value: object) -> tuple[str, str] | None:
    """A secret is not shown."""
    if value is None or isinstance(value, str | bytes):
        return None
    return f"is of the type {type(value).__name__}, and not text or bytes", "give it as a string"


def _limits(value: object) -> tuple[str, str] | None:
    if value is None or isinstance(value, Limits):
        return None
    return f"is {value!r:.80}, and not Limits", "write `Limits(max_frame=…)`, with Limits of actorlive.web"


def _path(value: object) -> tuple[str, str] | None:
    if value is None or (isinstance(value, str) and value.startswith("/")):
        return None
    return f"is {value!r:.80}, and not a path", 'write one that begins with "/", or None for none'


OPTIONS: Final[OptionChecks] = {
    "secret_key": _key,
    "https": _switch,
    "title": _maybe_text,
    "stylesheets": _texts,
    "default_style": _switch,
    "root_layout": layout_fault,
    "layout": layout_fault,
    "hooks": _modules,
    "limits": _limits,
    "protect_forms": _switch,
    "csp": _policy,
    "alive": _path,
    "ready": _path,
    "longpoll": _switch,
    "linger": seconds_fault,
    "debug": _maybe_switch,
    "log_level": log_level_fault,
    "filter_parameters": _texts,
}
SESSION_OPTIONS: Final[OptionChecks] = {
    "name": _text,
    "on_mount": hooks_fault,
    "layout": layout_fault,
    "root_layout": layout_fault,
}

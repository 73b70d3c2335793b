"""From `module:app` on the command line to the application."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

from quart import Quart

from actorlive.errors import ActorLiveError, did_you_mean
from actorlive.web.app import ActorLive

__all__ = ["ImportFailed", "TargetError", "load_app", "load_live", "load_or_explain"]

T = TypeVar("T")


class TargetError(ActorLiveError):
    """`module:app` does not lead to an application."""


class ImportFailed(ActorLiveError):
    """The application's module raised while it was imported. `trace` are the lines that say where."""

    def __init__(self, module_name: str, error: Exception) -> None:
        missing = isinstance(error, ModuleNotFoundError) and error.name
        hint = f"install {missing}, or mend the import" if missing else "mend what is above"
        super().__init__(f"{module_name} raises {type(error).__name__} when it is imported: {hint}")
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename != __file__ and "importlib" not in frame.filename]
        self.trace: list[str] = [
            "Traceback (most recent call last):\n",
            *traceback.format_list(own),
            *traceback.format_exception_only(error),
        ]


def load_or_explain(load: Callable[[str], T], target: str) -> T:
    """What `load` finds at the target. Raises `ImportFailed` in place of what the module raises.

    A fault that is ours to tell, such as that of a template, is told better than by where it was imported.
    """
    try:
        return load(target)
    except ActorLiveError:
        raise
    except Exception as error:
        raise ImportFailed(target.partition(":")[0], error) from error


def load_live(target: str) -> ActorLive:
    """What makes the application that `module:app` names live. Raises `TargetError`."""
    live: ActorLive | None = load_app(target).extensions.get("actorlive")
    if live is None:
        raise TargetError(f"{target} has no live routes: it was not given to ActorLive(app)")
    return live


def load_app(target: str) -> Quart:
    """The application that `module:app` names (`app` may be left out). Raises `TargetError` or the module's own."""
    module_name, _, name = target.partition(":")
    name = name or "app"
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - sys.path holds strings
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise TargetError(f"there is no module {module_name!r} here or on the path") from error
    found = getattr(module, name, None)
    if not isinstance(found, Quart):
        apps = [key for key, value in vars(module).items() if isinstance(value, Quart)]
        raise TargetError(f"{module_name} has no application {name!r}.{did_you_mean(name, apps)}")
    return found

"""From `module:app` on the command line to the application."""

from __future__ import annotations

import importlib
import os
import sys

from quart import Quart

from actorlive.errors import ActorLiveError, did_you_mean
from actorlive.web.app import ActorLive

__all__ = ["TargetError", "load_app", "load_live"]


class TargetError(ActorLiveError):
    """`module:app` does not lead to an application."""


def load_live(target: str) -> ActorLive:
    """What makes the application that `module:app` names live. Raises `TargetError`."""
    live: ActorLive | None = load_app(target).extensions.get("actorlive")
    if live is None:
        raise TargetError(f"{target} has no live routes: it was not given to ActorLive(app)")
    return live


def load_app(target: str) -> Quart:
    """The application that `module:app` names (`app` may be left out). Raises `TargetError`."""
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

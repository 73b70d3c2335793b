"""What a part is to do, and on which element."""

from __future__ import annotations

from typing import TypeAlias

from actorlive.js.commands import JS, JSCommands

__all__ = ["EventOrCommands", "by_id", "commands"]

EventOrCommands: TypeAlias = "str | JSCommands"
"""The name of an event of the view, or JS commands."""


def commands(given: EventOrCommands) -> JSCommands:
    """What is given as commands: an event is pushed."""
    return JS.push(given) if isinstance(given, str) else given


def by_id(id: str) -> str:
    """A selector of the element with that id, which may hold any character."""
    escaped = id.replace("\\", "\\\\").replace('"', '\\"')
    return f'[id="{escaped}"]'

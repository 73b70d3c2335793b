"""Flash messages: short words to the person, by kind ("info", "error"), until cleared or gone."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["NO_FLASH", "Flash", "exact"]

NO_FLASH: Mapping[str, str] = MappingProxyType({})
"""No messages: one for all views, most of which have none."""


def exact(value: object) -> str:
    """Its text, as a `str` and no subclass: markup, a lazy translation and an exception are only text here."""
    return str.__str__(str(value))


class Flash:
    """The messages that are shown, and those that this callback put: only these survive a redirect, or a patch.

    Mount and the first `handle_params` are one callback: what came along with the visitor counts as put there, for
    nobody has seen it yet.
    """

    __slots__ = ("fresh", "shown")

    def __init__(self, shown: Mapping[str, str] = NO_FLASH, fresh: Mapping[str, str] = NO_FLASH) -> None:
        self.shown = shown
        self.fresh = fresh

    def put(self, kind: str, message: object) -> Mapping[str, str]:
        """Add a message, as text, so that it can be shown, signed and stored. Returns the new mapping to assign."""
        kind, message = exact(kind), exact(message)
        self.fresh = {**self.fresh, kind: message}
        self.shown = {**self.shown, kind: message}
        return self.shown

    def clear(self, kind: str | None) -> Mapping[str, str]:
        """Drop one kind or all; returns the new mapping to assign."""
        self.fresh = NO_FLASH if kind is None else without(self.fresh, kind)
        self.shown = NO_FLASH if kind is None else without(self.shown, kind)
        return self.shown

    def keep_fresh(self) -> Mapping[str, str]:
        """Only what this callback put stays: what a server-side patch does to the flash."""
        self.shown = self.fresh
        return self.shown

    def end_of_callback(self) -> None:
        """Nothing is fresh any more."""
        if self.fresh:
            self.fresh = NO_FLASH


def without(messages: Mapping[str, str], kind: str) -> Mapping[str, str]:
    """The messages of the other kinds."""
    return {other: text for other, text in messages.items() if other != kind} or NO_FLASH

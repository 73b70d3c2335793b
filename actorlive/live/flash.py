"""Flash messages: short words to the person, by kind ("info", "error"), until cleared or gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Flash", "exact"]


def exact(value: object) -> str:
    """Its text, as a `str` and no subclass: markup, a lazy translation and an exception are only text here."""
    return str.__str__(str(value))


@dataclass(slots=True)
class Flash:
    """The messages that are shown, and those that this callback put: only these survive a redirect, or a patch.

    Mount and the first `handle_params` are one callback: what came along with the visitor counts as put there, for
    nobody has seen it yet.
    """

    shown: dict[str, str] = field(default_factory=dict[str, str])
    fresh: dict[str, str] = field(default_factory=dict[str, str])

    def put(self, kind: str, message: object) -> Mapping[str, str]:
        """Add a message, as text, so that it can be shown, signed and stored. Returns the new mapping to assign."""
        kind, message = exact(kind), exact(message)
        self.fresh = {**self.fresh, kind: message}
        self.shown = {**self.shown, kind: message}
        return self.shown

    def clear(self, kind: str | None) -> Mapping[str, str]:
        """Drop one kind or all; returns the new mapping to assign."""
        self.fresh = {} if kind is None else {k: v for k, v in self.fresh.items() if k != kind}
        self.shown = {} if kind is None else {k: v for k, v in self.shown.items() if k != kind}
        return self.shown

    def keep_fresh(self) -> Mapping[str, str]:
        """Only what this callback put stays: what a server-side patch does to the flash."""
        self.shown = dict(self.fresh)
        return self.shown

    def end_of_callback(self) -> None:
        """Nothing is fresh any more."""
        if self.fresh:
            self.fresh = {}

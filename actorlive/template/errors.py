"""What can be wrong with a template, and how it is told."""

from __future__ import annotations

from actorlive.errors import ActorLiveError
from actorlive.places import quoted

__all__ = ["TemplateError", "TemplateWarning"]


class TemplateError(ActorLiveError):
    """A fault in a template: what, where (file, line, column from 1, the line with a caret), and what to do.

    `reason` is the first line alone.
    """

    def __init__(
        self,
        reason: str,
        *,
        filename: str = "",
        lineno: int = 0,
        column: int = 0,
        line: str = "",
        width: int = 1,
        hint: str = "",
    ) -> None:
        self.reason = reason
        self.filename = filename
        self.lineno = lineno
        self.column = column
        self.hint = hint
        super().__init__(_message(reason, filename, lineno, column, line, width, hint))


class TemplateWarning(TemplateError):
    """What works now, and will not for long. It is told by `actorlive check`, and never raised."""


def _message(reason: str, filename: str, lineno: int, column: int, line: str, width: int, hint: str) -> str:
    parts = [reason]
    if filename:
        parts += quoted(filename, lineno, column, line, width)
    if hint:
        parts.append(f"  help: {hint}")
    return "\n".join(parts)

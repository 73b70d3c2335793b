"""What can be wrong with a template, and how it is told."""

from __future__ import annotations

from actorlive.errors import ActorLiveError

__all__ = ["TemplateError", "TemplateWarning"]

MAX_LINE = 100


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
        parts.append(f"  --> {filename}:{lineno}:{column}")
    if line.strip():
        shown, caret = _quote(line, column, width)
        number = str(lineno)
        parts += [f"{number} | {shown}", f"{' ' * len(number)} | {caret}"]
    if hint:
        parts.append(f"  help: {hint}")
    return "\n".join(parts)


def _quote(line: str, column: int, width: int) -> tuple[str, str]:
    """The line with a caret under it; of a long line the part around the fault."""
    shown = "".join(
        " " if char == "\t" else char if char.isprintable() else "\ufffd" for char in line.rstrip("\n")
    )
    if len(shown) > MAX_LINE:
        start = max(0, min(column - MAX_LINE // 2, len(shown) - MAX_LINE))
        part = shown[start : start + MAX_LINE]
        shown = ("…" if start else "") + part + ("…" if start + MAX_LINE < len(shown) else "")
        column -= start - (1 if start else 0)
    return shown, " " * (column - 1) + "^" * max(1, min(width, len(shown) - column + 1))

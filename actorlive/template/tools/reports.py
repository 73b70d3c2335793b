"""The faults that `actorlive check` found, as a person, a program or a code review reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from actorlive.template.errors import TemplateError, TemplateWarning

__all__ = ["FORMATS"]


def as_text(faults: Sequence[TemplateError]) -> str:
    """Each as the import would have it, with the line and a caret; a warning says that it is one."""
    marks = {"error": "", "warning": "warning: "}
    return "".join(f"{marks[_severity(fault)]}{fault}\n\n" for fault in faults)


def as_json(faults: Sequence[TemplateError]) -> str:
    """One array of objects; `line` and `column` count from 1, `severity` is "error" or "warning"."""
    told = [
        {
            "severity": _severity(fault),
            "file": _relative(fault.filename),
            "line": fault.lineno,
            "column": fault.column,
            "message": fault.reason,
            "help": fault.hint,
        }
        for fault in faults
    ]
    return f"{msgspec.json.format(msgspec.json.encode(told)).decode()}\n"


def as_github(faults: Sequence[TemplateError]) -> str:
    """Workflow commands, which GitHub shows beside the line in a pull request."""
    return "".join(f"{_command(fault)}\n" for fault in faults)


def _command(fault: TemplateError) -> str:
    place = {"file": _relative(fault.filename), "line": str(fault.lineno), "col": str(fault.column)}
    properties = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in place.items())
    words = f"{fault.reason}. {fault.hint}" if fault.hint else fault.reason
    return f"::{_severity(fault)} {properties}::{_escaped(words)}"


def _severity(fault: TemplateError) -> str:
    return "warning" if isinstance(fault, TemplateWarning) else "error"


def _escaped(text: str, more: str = "") -> str:
    """What would end a command, or one of its properties, percent-encoded."""
    for char in f"%\r\n{more}":
        text = text.replace(char, f"%{ord(char):02X}")
    return text


def _relative(filename: str) -> str:
    """The path from here, as a review names a file; one that lies elsewhere as it is."""
    path = Path(filename)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


FORMATS: dict[str, Callable[[Sequence[TemplateError]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
}
"""How `actorlive check --format=…` may print."""

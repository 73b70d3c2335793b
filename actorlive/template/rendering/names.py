"""A plain name in a template that its module does not have: mostly an assign without its `@`.

Whether the module has a name is known only when the template runs, since it may be defined further down. Then Python
says where; what to write is said here, in a note on its own exception.
"""

from __future__ import annotations

from collections.abc import Container
from types import TracebackType

__all__ = ["advise"]


def advise(error: NameError, filename: str, assigns: Container[str]) -> None:
    """Note on `error` what to write, if it was raised by an expression of the template in that file."""
    name: str = error.name or ""
    if getattr(error, "__notes__", None) or _raised_in(error.__traceback__) != filename:
        return
    if name == "self":
        error.add_note("a template reads the assigns of its view: write @name for self.name")
    elif name in assigns:
        error.add_note(f"{name} is an assign: write @{name}")


def _raised_in(trace: TracebackType | None) -> str | None:
    filename = None
    while trace is not None:
        filename, trace = trace.tb_frame.f_code.co_filename, trace.tb_next
    return filename

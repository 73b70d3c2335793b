"""Which files an upload accepts, by what the browser says of them.

Both the name and the type are the visitor's word: nobody has looked into the file. What must be an image is opened as
one, off the loop, before it is shown to others (docs/uploads.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from actorlive.errors import CallbackError

__all__ = ["Accept"]

_EXTENSION = re.compile(r"(\.[A-Za-z0-9_+-]+)+")
_TYPE = re.compile(r"[A-Za-z0-9][\w.+-]*/(\*|[A-Za-z0-9][\w.+-]*)", re.ASCII)


class Accept:
    """The accepted extensions and media types; `"any"` accepts every file."""

    __slots__ = ("_extensions", "_types", "attribute")

    def __init__(self, accepted: str | Iterable[str]) -> None:
        names = [] if accepted == "any" else _names(accepted)
        self._extensions = tuple(name for name in names if name.startswith("."))
        self._types = frozenset(name for name in names if not name.startswith("."))
        self.attribute: str | None = ",".join(names) or None
        """The input's `accept`, by which a browser offers these files first; None for every file."""

    def admits(self, name: str, type: str) -> bool:
        """True when a file of that name and media type is accepted."""
        if self.attribute is None:
            return True
        type = type.lower()
        if type in self._types or f"{type.partition('/')[0]}/*" in self._types:
            return True
        return any(len(name) > len(end) and name.lower().endswith(end) for end in self._extensions)


def _names(accepted: str | Iterable[str]) -> list[str]:
    if isinstance(accepted, str):
        raise CallbackError(f'accept={accepted!r}: it is "any", or a list such as [".jpg", "image/webp"]')
    names = [name.lower() for name in accepted]
    if not names:
        raise CallbackError('accept=[] accepts no file; "any" accepts every one')
    for name in names:
        if not (_EXTENSION.fullmatch(name) or _TYPE.fullmatch(name)):
            raise CallbackError(
                f'accept: {name!r} is not an extension (".jpg"), a media type ("image/png") or a kind of them'
                ' ("image/*")'
            )
    return names

"""Files that a visitor has chosen, as the client keeps them: beside their input, each with a number of its own."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actorlive.testing.browser.dom import DomNode

__all__ = ["ChosenFile", "LocalFile", "refs_in"]


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the visitor. `type` is guessed from the name; `size` is what is announced, by default the truth.

    `relative_path` is where it lay in the folder that was chosen, `meta` what the page's script adds to it.
    """

    name: str
    content: bytes = b""
    type: str | None = None
    last_modified: int = 0
    relative_path: str = ""
    meta: Any = None
    size: int | None = None

    @classmethod
    def read(cls, path: str | Path) -> LocalFile:
        """A file of this machine."""
        path = Path(path)
        modified = int(path.stat().st_mtime * 1000)
        return cls(path.name, path.read_bytes(), last_modified=modified)


@dataclass(slots=True, eq=False)
class ChosenFile:
    """One that was chosen: its number on the page, what the server has allowed, and how much of it is sent."""

    ref: str
    file: LocalFile
    announced_once: bool = False
    """True once the server has been told of it."""
    allowed: Any = None
    """The token, or what the application said about an external upload; None before."""
    chunk_size: int = 64_000
    sent: int = 0
    join_ref: str | None = None

    @property
    def topic(self) -> str:
        """Where its bytes go."""
        return f"lvu:{self.ref}"

    @property
    def is_external(self) -> bool:
        """True when its bytes do not go through the socket."""
        return isinstance(self.allowed, dict)

    def announced(self) -> dict[str, Any]:
        """What the client says of it."""
        file = self.file
        guessed = file.type if file.type is not None else mimetypes.guess_type(file.name)[0]
        said: dict[str, Any] = {
            "ref": self.ref,
            "name": file.name,
            "size": len(file.content) if file.size is None else file.size,
            "type": guessed or "",
            "last_modified": file.last_modified,
            "relative_path": file.relative_path,
        }
        return said if file.meta is None else {**said, "meta": file.meta}


def refs_in(node: DomNode, kind: str) -> list[str]:
    """The refs in an attribute of a file input: "active", "preflighted", "done" or "error"."""
    return [ref for ref in node.attrs.get(f"data-phx-{kind}-refs", "").split(",") if ref]

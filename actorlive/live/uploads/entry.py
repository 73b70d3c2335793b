"""UploadEntry: one selected file, and how it comes from the client.

What a client says of a file is hostile. `SelectedFile` is what its message must look like; the name is made one that
can be shown, and could stand in a folder of a Unix: no path, no characters that control, end a line or turn the
direction of text around, and as many bytes at most as a file system takes. An honest browser sends no other. It is not
a name to store a file by: other systems have names of their own for devices and streams (`CON`, `a:b`), and
two visitors the same name.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeAlias
from uuid import uuid4

import msgspec

__all__ = ["SelectedFile", "UploadEntry", "clean_name", "clean_path", "new_entry"]

LONGEST_NAME = 255
LONGEST_SUFFIX = 20
LONGEST_PATH = 1024
"""In bytes of UTF-8, as file systems count."""

_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTROLLING = frozenset(("Cc", "Cs", "Zl", "Zp"))
_NO_NAMES = frozenset(("", ".", ".."))

EntryRef: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,16}$")]
"""The client's number of a file on its page, as text. It stands between commas in attributes."""


class SelectedFile(msgspec.Struct, frozen=True):
    """A file as the client announces it."""

    ref: EntryRef
    name: str
    size: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    type: Annotated[str, msgspec.Meta(max_length=255)] = ""
    last_modified: Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)] | None = None
    relative_path: str | None = None
    meta: Any = None


class UploadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One selected file. A value: whatever happens to the file makes a new one (`Phoenix.LiveView.UploadEntry`).

    What begins with `client_` is the client's word: the name is to be shown, and neither name nor type says what is in
    the file. `ref` is the client's number for the file, `uuid` one that is unique, to store it by.
    """

    ref: str
    uuid: str
    upload_config: str
    """The name of the upload that it is selected in."""
    upload_ref: str
    client_name: str
    client_size: int
    """Bytes. More than these are refused, and with fewer it is never done."""
    client_type: str = ""
    client_last_modified: int | None = None
    """In milliseconds since 1970."""
    client_relative_path: str | None = None
    """The path below the folder that was selected."""
    client_meta: Any = None
    """What the page's script has added: `file.meta()`."""
    progress: int = 0
    """0 to 100."""
    valid: bool = True
    preflighted: bool = False
    """True once the client was allowed to send it."""
    done: bool = False
    """True when all of it is here, or, of an external upload, when the client says so."""


def new_entry(file: SelectedFile, name: str, upload_ref: str) -> UploadEntry:
    """The entry of a file that has just been selected in the upload of that name."""
    return UploadEntry(
        ref=file.ref,
        uuid=str(uuid4()),
        upload_config=name,
        upload_ref=upload_ref,
        client_name=clean_name(file.name),
        client_size=file.size,
        client_type=clean_text(file.type),
        client_last_modified=file.last_modified,
        client_relative_path=clean_path(file.relative_path) if file.relative_path else None,
        client_meta=file.meta,
    )


def clean_name(name: str) -> str:
    """The name of a file, without the path; "file" where nothing is left.

    >>> clean_name("../../etc/passwd")
    'passwd'
    """
    name = clean_text(re.split(r"[/\\]", name)[-1]).strip()
    if _size(name) > LONGEST_NAME:
        suffix = PurePosixPath(name).suffix
        suffix = suffix if _size(suffix) <= LONGEST_SUFFIX else ""
        name = (_cut(name, LONGEST_NAME - _size(suffix)) + suffix).strip()
    return "file" if name in _NO_NAMES else name


def clean_path(path: str) -> str:
    """A relative path that leads down only; one that is too long is its last name alone.

    >>> clean_path("/holidays/../beach/1.jpg")
    'holidays/beach/1.jpg'
    """
    parts = [clean_text(part).strip() for part in re.split(r"[/\\]", path)]
    cleaned = "/".join(clean_name(part) for part in parts if part not in _NO_NAMES)
    return cleaned if 0 < _size(cleaned) <= LONGEST_PATH else clean_name(path)


def clean_text(text: str) -> str:
    """The text without characters that control, end a line, or turn its direction around."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c not in _DIRECTIONS and unicodedata.category(c) not in _CONTROLLING)


def _size(text: str) -> int:
    return len(text.encode())


def _cut(text: str, size: int) -> str:
    """The whole characters at its beginning that fit into so many bytes; a mark goes with the letter that it is on."""
    kept = text.encode()[:size].decode(errors="ignore")
    end = len(kept)
    while 0 < end < len(text) and unicodedata.combining(text[end]):
        end -= 1
    return text[:end]

"""Names of classes as the wire, files and templates write them."""

from __future__ import annotations

import re

__all__ = ["snake_case"]

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """`AddItem` → `add_item`, `HTTPError` → `http_error`."""
    return _WORD.sub("_", name).lower()

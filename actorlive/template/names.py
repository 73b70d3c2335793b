"""Names of classes as the wire, files and templates write them."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["snake_case", "title_words"]

_KIND = re.compile(r"(?<=.)(Live)?(View)?$")
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def snake_case(name: str) -> str:
    """`AddItem` → `add_item`, `HTTPError` → `http_error`."""
    return _WORD.sub("_", name).lower()


@lru_cache(maxsize=256)
def title_words(name: str) -> str:
    """What a page is called that has no title: `CounterLive` → `Counter`, `sign_up` → `Sign up`.

    Words in capitals stay, `RSSFeed` → `RSS feed`. That it is a view goes without saying, unless the name says nothing
    else.
    """
    words = _WORD.sub(" ", _KIND.sub("", name.strip("_"))).replace("_", " ").split()
    first, *rest = words or [name]
    later = (word if len(word) > 1 and word.isupper() else word.lower() for word in rest)
    return " ".join([first[:1].upper() + first[1:], *later])

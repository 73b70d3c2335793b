"""Tree → HTML, and what HTML calls white space."""

from __future__ import annotations

from typing import Final

from actorlive.rendered.nodes import SlotValue

__all__ = ["WHITE_SPACE", "to_html"]

WHITE_SPACE: Final = " \t\n\f\r"
"""White space in HTML: these five. All other spaces (no-break, ideographic, …) are text, and show."""


def to_html(value: SlotValue) -> str:
    """The HTML of a tree, as the client would put it together.

    A node's statics are kept as one format string, and its slots are strings or nodes, which format
    themselves through `str()`: a whole page is one walk at the speed of C.
    """
    return str(value)

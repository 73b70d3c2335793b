"""Tree → HTML."""

from __future__ import annotations

from actorlive.rendered.nodes import SlotValue

__all__ = ["to_html"]


def to_html(value: SlotValue) -> str:
    """The HTML of a tree, as the client would put it together.

    A node's statics are kept as one format string, and its slots are strings or nodes, which format
    themselves through `str()`: a whole page is one walk at the speed of C.
    """
    return str(value)

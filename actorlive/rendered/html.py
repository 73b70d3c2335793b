"""Tree → HTML, and the facts about HTML that both ends need."""

from __future__ import annotations

from typing import Final

from actorlive.rendered.nodes import Dynamic

__all__ = ["EATS_LINE_BREAK", "RAW_TEXT", "VOID", "WHITE_SPACE", "to_html"]

WHITE_SPACE: Final = " \t\n\f\r"
"""White space in HTML: these five. All other spaces (no-break, ideographic, …) are text, and show."""

VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())
"""Elements that have no content and no end tag."""

RAW_TEXT: Final = frozenset("script style iframe noembed noframes xmp plaintext".split())
"""Elements whose content is text as it stands: no tags in it, no entities."""

EATS_LINE_BREAK: Final = frozenset(("textarea", "pre", "listing"))
"""Elements whose first line break a browser drops. So a value that stands first in one gets one in front."""


def to_html(value: Dynamic) -> str:
    """The HTML of a tree, as the client would put it together.

    A node's statics are kept as one format string, and its dynamics are strings or nodes, which format
    themselves through `str()`: a whole page is one walk at the speed of C.
    """
    return str(value)

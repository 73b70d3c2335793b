"""Data and pure functions: the tree that a template yields, escaping, tree → HTML, tree → wire diff."""

from __future__ import annotations

from actorlive.rendered.diff import (
    Diff,
    diff_component,
    diff_root,
    full_component,
    full_root,
    share_component,
)
from actorlive.rendered.escape import (
    Markup,
    NotTextError,
    UnsafeMarkupError,
    attribute,
    attribute_value,
    attributes,
    escape,
    escape_str,
    runs_script,
    script_json,
    text,
)
from actorlive.rendered.html import EATS_LINE_BREAK, RAW_TEXT, VOID, WHITE_SPACE, to_html
from actorlive.rendered.nodes import (
    Attribute,
    Comprehension,
    Delta,
    Dynamic,
    Dynamics,
    PlacedComponent,
    Rendered,
    Statics,
    StreamItems,
)
from actorlive.rendered.places import placed_in, rows_with

__all__ = [
    "EATS_LINE_BREAK",
    "RAW_TEXT",
    "VOID",
    "WHITE_SPACE",
    "Attribute",
    "Comprehension",
    "Delta",
    "Diff",
    "Dynamic",
    "Dynamics",
    "Markup",
    "NotTextError",
    "PlacedComponent",
    "Rendered",
    "Statics",
    "StreamItems",
    "UnsafeMarkupError",
    "attribute",
    "attribute_value",
    "attributes",
    "diff_component",
    "diff_root",
    "escape",
    "escape_str",
    "full_component",
    "full_root",
    "placed_in",
    "rows_with",
    "runs_script",
    "script_json",
    "share_component",
    "text",
    "to_html",
]

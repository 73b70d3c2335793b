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
    UnsafeMarkupError,
    attribute,
    attribute_value,
    attributes,
    escape,
    escape_str,
    script_json,
    text,
)
from actorlive.rendered.html import to_html
from actorlive.rendered.nodes import (
    Attribute,
    Comprehension,
    Delta,
    LiveComponent,
    Rendered,
    SlotValue,
    Statics,
    StreamItems,
)

__all__ = [
    "Attribute",
    "Comprehension",
    "Delta",
    "Diff",
    "LiveComponent",
    "Markup",
    "Rendered",
    "SlotValue",
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
    "script_json",
    "share_component",
    "text",
    "to_html",
]

"""Attributes that do nothing as they are named: a misspelt binding, or the name that React has for an attribute.

No browser says anything of them, and a button that does nothing is found by its visitors. A name that begins with
`phx-` and is near to none of the client's is left alone: an application's own scripts may read it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from actorlive.template.syntax.nodes import Attr
from actorlive.template.syntax.source import Source

__all__ = ["check_attribute_names"]

_PREFIX = "phx-"
_BINDINGS = frozenset(
    (
        "auto-recover blur change click click-away connected debounce disable-with disconnected drop-target focus hook "
        "key keydown keyup mounted no-unused-field patch-focused progress remove submit target throttle track-static "
        "trigger-action update viewport-bottom viewport-overrun-target viewport-top window-blur window-focus "
        "window-keydown window-keyup"
    ).split()
)
_NEAR = 0.8
"""How much of two names has to be alike, from 0 to 1, for one to be the other misspelt."""
_OF_REACT = {
    "className": 'class="…", or class={[…]} for several',
    "dangerouslySetInnerHTML": "the HTML between the tags, as {Markup(…)}",
    "defaultChecked": "checked={…}",
    "defaultValue": "value={…}",
    "htmlFor": 'for="…"',
}


def check_attribute_names(source: Source, tag: str, attributes: Iterable[Attr]) -> None:
    """Raise `TemplateError` for the first attribute of an element or a component that does nothing."""
    is_html = "-" not in tag and "." not in tag
    for attr in attributes:
        if is_html and attr.name in _OF_REACT:
            hint = f"write {_OF_REACT[attr.name]}"
            raise source.error(f"HTML has no attribute {attr.name}", attr.start, attr.end, hint=hint)
        meant = _misspelt(attr.name.lower())
        if meant is not None:
            hint = f"Did you mean {meant}?"
            raise source.error(f"the client knows no binding {attr.name}", attr.start, attr.end, hint=hint)


def _misspelt(name: str) -> str | None:
    binding = name.removeprefix(_PREFIX)
    if binding == name or binding in _BINDINGS or binding.startswith("value-"):
        return None
    near = difflib.get_close_matches(binding, _BINDINGS, n=1, cutoff=_NEAR)
    return f"{_PREFIX}{near[0]}" if near else None

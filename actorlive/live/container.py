"""Container: the element that a view is in (LiveView's `container:`).

The element is the client's: it stands in the first page with the view's id and tokens, and a live navigation dresses it
as the next view's. So what a view says of it is its tag and its plain attributes, as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape

from actorlive.errors import CallbackError
from actorlive.rendered import VOID, attribute_value, attributes

__all__ = ["Container"]

_TAG = re.compile(r"[a-z][a-z0-9-]*")
_OWN = re.compile(r"id|data-phx-.*")


class Container:
    """`container = Container("section", class_="page")` in a view's class.

    Keyword arguments are attributes: `class_` is `class`, `data_role` is `data-role`; values as in a template. Raises
    `CallbackError` for what is not a tag, and for the attributes that the framework gives it (`id`, `data-phx-…`).
    """

    __slots__ = ("attributes", "tag")

    def __init__(self, tag: str = "div", /, **attributes: object) -> None:
        if not _TAG.fullmatch(tag) or tag in VOID:
            raise CallbackError(f'a view cannot be in <{tag}>; name an element with content, as "section"')
        named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        for name in named:
            if _OWN.fullmatch(name):
                raise CallbackError(f"the attribute {name!r} of a view's container belongs to the framework")
        self.tag: str = tag
        self.attributes: Mapping[str, str] = {
            name: _text(name, value)
            for name, value in named.items()
            if value is not None and value is not False
        }

    def __repr__(self) -> str:
        return f"Container({self.tag!r}{''.join(f', {name}={text!r}' for name, text in self.attributes.items())})"

    def open(self, more: str) -> str:
        """The start tag as HTML; `more` are attributes that are written already."""
        return f"<{self.tag} {more}{attributes(self.attributes)}>"

    def close(self) -> str:
        """The end tag."""
        return f"</{self.tag}>"

    def wire(self) -> list[object]:
        """What a live navigation tells the client."""
        return [self.tag, self.attributes]


def _text(name: str, value: object) -> str:
    return "" if value is True else unescape(attribute_value(name, value))

"""The default document without being rendered for each page: what all pages of an application share, in four pieces.

To render the document costs more than the page in it, and all that differs between two pages are the CSRF token, the
title, and the page itself. So it is rendered once with marks in their places, and cut there. Whoever fills it escapes
as its template does. It is cut again when anything else in it has changed.

Rejected: to do so with an application's own layout, which may look at whatever it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from actorlive.rendered import WHITE_SPACE, Markup, Rendered, Statics, attribute_value, text, to_html
from actorlive.template import Slot, SlotEntry, root_layout
from actorlive.template.builtins.documents import in_main
from actorlive.template.rendering.renderer import render_tree

__all__ = ["DefaultDocument", "cut_document", "slot_of"]


@dataclass(frozen=True, slots=True)
class DefaultDocument:
    """The pieces: up to the token, up to the title, up to the page, and behind it."""

    head: str
    before_title: str
    before_page: str
    end: str

    def fill(self, csrf_token: str, title: str, page: Markup) -> str:
        """The document of a page, whose title is not blank."""
        return (
            f"{self.head}{attribute_value('content', csrf_token)}{self.before_title}{text(title)}"
            f"{self.before_page}{in_main(page)}{self.end}"
        )


def cut_document(document: Mapping[str, Any]) -> DefaultDocument | None:
    """The pieces of what the default layout makes of `document`, all that a page has beside its content.

    None where it has to be rendered: for a page with a nonce, which is another each time, and for one with a blank
    title, in whose place stands the application's.
    """
    if document["csp_nonce"] is not None or not text(document["page_title"]).strip(WHITE_SPACE):
        return None
    own = ("page_title", "csrf_token", "stylesheets")
    shared = {name: value for name, value in document.items() if name not in own}
    return _cut(*document["stylesheets"], **shared)


@lru_cache(maxsize=16, typed=True)  # "&amp;" as text is not what it is as Markup, though they are equal
def _cut(*stylesheets: str, **shared: Any) -> DefaultDocument:
    token, title, page = (uuid4().hex for _ in range(3))
    main = f"<main>{page}</main>"
    filled = root_layout(
        **shared,
        stylesheets=stylesheets,
        csrf_token=token,
        page_title=title,
        inner_block=slot_of(Markup(main)),
    )
    head, rest = to_html(render_tree(filled, {})).split(token)
    before_title, rest = rest.split(title)
    before_page, end = rest.split(main)
    return DefaultDocument(head, before_title, before_page, end)


def slot_of(content: Markup) -> Slot:
    """A slot that holds finished HTML."""
    tree = Rendered(Statics((str(content),)), ())
    return Slot((SlotEntry({}, lambda *_: tree, ({},)),))

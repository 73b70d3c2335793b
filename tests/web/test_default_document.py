"""The default document that is filled in is the one that its layout renders, byte by byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from actorlive.rendered import Markup, to_html
from actorlive.template import root_layout
from actorlive.template.rendering.renderer import render_tree
from actorlive.web.default_document import cut_document, slot_of

TEXTS = st.text(max_size=8) | st.sampled_from(["", " ", "&amp;", "<b>\"'", "\xa0"])
MARKED = TEXTS | TEXTS.map(Markup)
URLS = st.sampled_from(["/a.css", "/b.css?v=1&w=2", Markup("/b.css?v=1&amp;w=2"), "javascript:1"])
DOCUMENTS = st.fixed_dictionaries(
    {
        "page_title": MARKED,
        "title": st.none() | MARKED,
        "icon": st.sampled_from(["/icon.svg", "/other.svg"]),
        "csrf_token": TEXTS,
        "stylesheet": URLS,
        "stylesheets": st.lists(URLS, max_size=2),
        "color_scheme": st.sampled_from([None, "light dark"]),
        "script": st.sampled_from(["/client.js", "/other.js"]),
        "colocated": st.sampled_from([Markup(""), Markup("<script>1</script>")]),
        "csp_nonce": st.none() | st.just("abc"),
    }
)
PAGES = st.sampled_from(["", "<p>", '<main class="own">', "<mainly>", "<MAIN\n>"]).map(Markup)


def rendered(document: dict[str, Any], page: Markup) -> str:
    """What the layout makes of it."""
    return to_html(render_tree(root_layout(**document, inner_block=slot_of(page)), {}))


@given(DOCUMENTS, PAGES)
def test_what_is_filled_in_is_what_would_be_rendered(document: dict[str, Any], page: Markup) -> None:
    pieces = cut_document(document)
    if pieces is not None:
        filled = pieces.fill(document["csrf_token"], document["page_title"], page)
        assert filled == rendered(document, page)


def document_with(**changes: Any) -> dict[str, Any]:
    """An ordinary one, with something changed."""
    urls = {"icon": "/icon.svg", "stylesheet": "/a.css", "script": "/client.js", "stylesheets": ["/&amp;"]}
    plain: dict[str, Any] = {"csrf_token": "t", "page_title": "T", "title": None, "csp_nonce": None}
    return {**urls, **plain, "color_scheme": None, "colocated": Markup(""), **changes}


@pytest.mark.parametrize(
    "changes", [{"csp_nonce": "abc"}, {"page_title": ""}, {"page_title": "\n"}, {"page_title": Markup(" ")}]
)
def test_a_page_with_a_nonce_or_a_blank_title_is_rendered(changes: dict[str, Any]) -> None:
    assert cut_document(document_with(**changes)) is None


def test_it_is_cut_once_for_all_pages_and_again_for_what_looks_equal_and_is_not() -> None:
    pieces = cut_document(document_with())
    assert pieces is not None
    assert cut_document(document_with(page_title="Another", csrf_token="another")) is pieces
    assert cut_document(document_with(stylesheets=[Markup("/&amp;")])) not in (pieces, None)
    assert cut_document(document_with(title=Markup("/"))) not in (pieces, None)

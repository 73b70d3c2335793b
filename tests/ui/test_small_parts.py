"""Progress, pagination, avatars, empty states: what they show, and to whom."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from actorlive import heex, ui, use_in_templates
from actorlive.testing import render_component, rendered_to_string
from actorlive.ui import ProgressError
from actorlive.ui.avatars import initials_of
from actorlive.ui.page_links import pages_shown, path_of
from tests.support.narrow import present

use_in_templates(ui)


def node(html: str, selector: str) -> LexborNode:
    return present(LexborHTMLParser(html).css_first(selector))


# -- progress ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "most", "bar", "said"),
    [
        (0.25, 1, "0.25", "25 %"),
        (3, 12, "0.25", "25 %"),
        (1, 3, "0.3333", "33 %"),
        (12, 12, "1", "100 %"),
        (13, 12, "1", "100 %"),
        (-1, 12, "0", "0 %"),
        (1e308, 1e-308, "1", "100 %"),
    ],
)
def test_progress_is_a_part_of_the_whole(value: float, most: float, bar: str, said: str) -> None:
    found = node(render_component(ui.progress, label="Files", value=value, max=most), "progress")
    assert (found.attributes["value"], found.attributes["aria-valuetext"]) == (bar, said)
    assert found.attributes["aria-label"] == "Files"


def test_progress_that_is_not_known_has_no_value() -> None:
    found = node(render_component(ui.progress, label="Files", value=None), "progress")
    assert "value" not in found.attributes
    assert "aria-valuetext" not in found.attributes


def test_progress_says_what_its_author_says() -> None:
    html = render_component(ui.progress, label="Files", value=3, max=12, text="3 of 12 files", id="files")
    assert node(html, "#files").attributes["aria-valuetext"] == "3 of 12 files"
    assert "3 of 12 files" in node(html, ".al-progress").text()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"value": float("nan")}, "has value=nan; write None while it is not known"),
        ({"value": float("inf")}, "has value=inf"),
        ({"value": 1, "max": 0}, "has max=0; what is whole is a finite number above zero"),
        ({"value": 1, "max": -1}, "has max=-1"),
        ({"value": 1, "max": float("nan")}, "has max=nan"),
    ],
)
def test_progress_of_nothing_is_refused(given: dict[str, float], told: str) -> None:
    with pytest.raises(ProgressError) as caught:
        render_component(ui.progress, label="Files", **given)
    assert f"the progress 'Files' {told}" in str(caught.value)


# -- pagination ----------------------------------------------------------------


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 4))
def test_pages_shown_are_the_ends_and_those_around(page: int, pages: int, around: int) -> None:
    page = min(page, pages)
    shown = pages_shown(page, pages, around)
    numbers = [number for number in shown if number is not None]
    assert {1, pages, *range(max(1, page - around), min(pages, page + around) + 1)} <= set(numbers)
    assert numbers == sorted(set(numbers))
    assert len(numbers) <= 2 * around + 5
    assert not any(a is b is None for a, b in pairwise(shown))
    for left, here, right in zip(shown, shown[1:], shown[2:], strict=False):
        if here is None:
            assert present(right) - present(left) > 2  # it stands for more than one


@pytest.mark.parametrize(
    ("patch", "path"),
    [
        ("/items", "/items?page=3"),
        ("/items?page=7", "/items?page=3"),
        ("/items?sort=-name&page=7&q=", "/items?sort=-name&q=&page=3"),
        ("/items?q=a%26b%20c#top", "/items?q=a%26b+c&page=3#top"),
        ("?tag=a&tag=b", "?tag=a&tag=b&page=3"),
    ],
)
def test_a_page_is_set_in_a_path_and_all_else_stays(patch: str, path: str) -> None:
    assert path_of(patch, 3) == path


def test_a_function_says_where_a_page_is() -> None:
    assert path_of("/items/{}".format, 3) == "/items/3"


def test_pagination_is_a_row_of_links() -> None:
    html = render_component(ui.pagination, page=5, pages=20, patch="/items", label="Pages of items")
    tree = LexborHTMLParser(html)
    assert [link.text() for link in tree.css("a")] == ["Previous", "1", "4", "5", "6", "20", "Next"]
    assert node(html, "nav").attributes["aria-label"] == "Pages of items"
    assert node(html, "a[aria-current=page]").text() == "5"
    assert node(html, "a[rel=next]").attributes["href"] == "/items?page=6"
    assert all(link.attributes["data-phx-link"] == "patch" for link in tree.css("a"))


@pytest.mark.parametrize(("page", "missing"), [(1, "prev"), (0, "prev"), (3, "next"), (99, "next")])
def test_at_an_end_nothing_leads_beyond_it(page: int, missing: str) -> None:
    tree = LexborHTMLParser(render_component(ui.pagination, page=page, pages=3, patch="/items"))
    assert tree.css(f"[rel={missing}]") == []
    assert len(tree.css("[aria-current]")) == 1


@pytest.mark.parametrize("pages", [0, 1, -3])
def test_one_page_needs_no_links(pages: int) -> None:
    assert render_component(ui.pagination, page=1, pages=pages, patch="/items").strip() == ""


# -- avatar --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Ada King", "AK"),
        ("ada", "A"),
        ("Ada King, Countess of Lovelace", "AL"),
        ("Ole-Johan Dahl", "OD"),
        ("e\u0301milie", "É"),
        ("李小龙", "李"),
        ("علي حسن", "عح"),
        ("“Bo” (the second)", "BS"),
        ("ßen", "S"),
        ("42", "4"),
        ("🦀", "?"),
        ("", "?"),
        (" - ", "?"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_word_and_the_last(name: str, initials: str) -> None:
    assert initials_of(name) == initials


@given(st.text(max_size=30))
def test_everybody_has_initials_and_a_colour(name: str) -> None:
    assert 1 <= len(initials_of(name)) <= 2
    html = render_component(ui.avatar, name=name)
    assert html == render_component(ui.avatar, name=name)
    assert "al-p" in html


def test_a_picture_lies_over_the_initials_and_says_nothing_itself() -> None:
    html = render_component(ui.avatar, name="Ada King", src="/ada.jpg", size="large")
    avatar = node(html, "[role=img]")
    assert avatar.attributes["aria-label"] == "Ada King"
    assert "al-avatar-large" in str(avatar.attributes["class"])
    assert avatar.text() == "AK"
    picture = node(html, "img")
    assert (picture.attributes["src"], picture.attributes["alt"]) == ("/ada.jpg", "")


def test_a_picture_from_nowhere_good_is_refused() -> None:
    assert "javascript" not in render_component(ui.avatar, name="x", src="javascript:alert(1)")


# -- empty state ---------------------------------------------------------------


def test_an_empty_state_says_what_is_missing_and_what_to_do() -> None:
    html = rendered_to_string(
        heex("""
          <ui.empty_state title="No loaves yet" id="none" class="tall">
            The oven is warm.
            <:action><button phx-click="bake">Bake one</button></:action>
          </ui.empty_state>
        """)
    )
    assert node(html, "#none.al-empty.tall strong").text() == "No loaves yet"
    assert node(html, "[role=group] > button").text() == "Bake one"


def test_an_empty_state_may_have_nothing_to_do() -> None:
    html = render_component(ui.empty_state, title="No loaves yet")
    assert LexborHTMLParser(html).css("[role=group]") == []

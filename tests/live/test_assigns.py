"""Assigns: declared by annotation, tracked when set, equal values change nothing."""

import io
from typing import Any, ClassVar

import pytest

from actorlive.errors import AssignError
from actorlive.live.assigns import (
    MISSING,
    Assigns,
    assign,
    changes,
    clear_changes,
    touch,
)
from actorlive.template.rendering.updating import TOUCHED
from tests.support.narrow import untyped


class Page(Assigns):
    limit: ClassVar[int] = 3
    count: int = 0
    items: list[int] = [1]
    title: str
    _hidden: int = 0


def test_declared_are_the_public_annotations_but_class_variables() -> None:
    assert list(Page.__declared__) == ["count", "items", "title"]


def test_setting_remembers_the_first_old_value() -> None:
    page = Page()
    page.count = 1
    page.count = 2
    page.title = "x"
    assert changes(page) == {"count": 0, "title": MISSING}
    clear_changes(page)
    assert changes(page) == {}


def test_an_equal_value_changes_nothing() -> None:
    page = Page()
    page.count = 0
    page.items = [1]
    assert changes(page) == {}


def test_a_default_list_is_not_shared() -> None:
    Page().items.append(2)
    assert Page().items == [1]


def test_an_undeclared_name_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(AssignError, match='Did you mean "count"'):
        Page().coutn = 1


def test_reading_one_without_a_value_says_what_to_do() -> None:
    with pytest.raises(AttributeError, match="give it a default"):
        Page().title  # noqa: B018


def test_touch_marks_what_was_changed_in_place() -> None:
    page = Page()
    page.items.append(2)
    touch(page, "items")
    assert changes(page) == {"items": TOUCHED}
    with pytest.raises(AssignError):
        touch(page, "nothing")


def test_assign_by_name_is_the_same_as_by_attribute() -> None:
    page = Page()
    assign(page, "count", 5)
    assert page.count == 5
    assert changes(page) == {"count": 0}


def test_set_back_within_one_callback_is_no_change() -> None:
    page = Page()
    rows, other = page.items, [2]
    page.items = other
    page.items = rows
    page.count = 7
    page.count = 0
    assert changes(page) == {}


def test_set_back_after_a_touch_is_still_touched() -> None:
    page = Page()
    rows = page.items
    touch(page, "items")
    page.items = [2]
    page.items = rows
    assert changes(page) == {"items": TOUCHED}


def test_a_private_name_is_told_where_to_go() -> None:
    with pytest.raises(AssignError, match=r"socket\.private\['hidden'\]"):
        untyped(Page())._hidden = 1


@pytest.mark.parametrize(
    "iterator",
    [iter([1]), map(str, [1]), zip([1]), reversed([1]), (x for x in [1]), enumerate([1]), io.StringIO("a")],
    ids=lambda iterator: type(iterator).__name__,
)
def test_an_iterator_is_refused(iterator: Any) -> None:
    page = Page()
    with pytest.raises(AssignError, match="only once"):
        page.items = iterator
    assert page.items == [1]


@pytest.mark.parametrize("lasting", [range(3), {"a": 1}.keys(), {"a": 1}.items(), (1,)], ids=str)
def test_what_can_be_gone_through_again_is_taken(lasting: Any) -> None:
    page = Page()
    page.items = lasting
    assert page.items is lasting

"""Assigns: declared by annotation, tracked when set, equal values change nothing."""

from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actorlive.errors import AssignError
from actorlive.live.assigns import (
    MISSING,
    Assigns,
    assign,
    changes,
    clear_changes,
    declared_assigns,
    strictly_equal,
    touch,
)
from actorlive.template.runtime import TOUCHED


class Page(Assigns):
    limit: ClassVar[int] = 3
    count: int = 0
    items: list[int] = [1]
    title: str
    _hidden: int = 0


Page.__declared__ = declared_assigns(Page)


class Loose:
    """Equal to everything, as a careless `__eq__` may be; and one that raises."""

    def __eq__(self, other: object) -> Any:
        return "yes"

    __hash__ = None  # type: ignore[assignment]


class Raising:
    def __eq__(self, other: object) -> bool:
        raise ValueError("ambiguous")

    __hash__ = None  # type: ignore[assignment]


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
        Page().coutn = 1  # type: ignore[attr-defined]


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (1, True),
        (1, 1.0),
        ([1], [True]),
        ({"a": 0}, {"a": False}),
        ((1,), (1.0,)),
        (Loose(), Loose()),
        (Raising(), Raising()),
    ],
)
def test_python_equality_is_not_enough(old: object, new: object) -> None:
    assert not strictly_equal(old, new)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)


@given(values, values)
def test_equal_values_have_equal_reprs(old: object, new: object) -> None:
    if strictly_equal(old, new) and 0.0 not in (old, new):
        assert type(old) is type(new)
        assert old == new


@given(values)
def test_a_value_equals_its_copy(value: object) -> None:
    import copy

    assert strictly_equal(value, copy.deepcopy(value))


def test_assign_by_name_is_the_same_as_by_attribute() -> None:
    page = Page()
    assign(page, "count", 5)
    assert page.count == 5
    assert changes(page) == {"count": 0}

"""What decoded form params tell beside their values."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, strategies as st

from actorlive.forms.params import as_params, indexed, is_used, sort_and_drop
from actorlive.wire.params import decode_query


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ({"0": "a", "1": "b"}, ["a", "b"]),
        ({"10": "b", "2": "a"}, ["a", "b"]),
        (["a", "b"], ["a", "b"]),
        ([], []),
        ({"0": "a", "_unused_0": "", "_persistent_id": "7"}, ["a"]),
        ({}, None),
        ({"_unused_0": ""}, None),
        ({"city": "a"}, None),
        ({"0": "a", "city": "b"}, None),
        ({"٣": "a"}, None),
        ({"9" * 5000: "a"}, None),
        ({"-1": "a"}, None),
        ("a", None),
        (None, None),
        (3, None),
    ],
)
def test_numbered_fields_are_a_list(value: object, items: list[Any] | None) -> None:
    assert indexed(value) == items


def test_params_have_strings_as_keys() -> None:
    assert as_params({"a": 1, 2: 3}) == {"a": 1}
    assert as_params([("a", 1)]) is None


@pytest.mark.parametrize(
    ("params", "used"),
    [
        ({"f": "x"}, True),
        ({"f": ""}, True),
        ({}, False),
        ({"f": None}, False),
        ({"f": "", "_unused_f": ""}, False),
        ({"f": ["x"], "_unused_f": [""]}, False),
        ({"f": {"city": "", "_unused_city": ""}}, False),
        ({"f": {"city": "", "_unused_city": "", "zip": ""}}, True),
        ({"f": {"0": {"city": "", "_unused_city": "", "_persistent_id": "0"}}}, False),
        ({"f": {"0": {"city": "x", "_persistent_id": "0"}}}, True),
        ({"f": {}}, False),
    ],
)
def test_a_field_is_used_once_somebody_was_in_it(params: dict[str, Any], used: bool) -> None:
    assert is_used(params, "f") is used


# -- sort and drop -------------------------------------------------------------

THREE = {"0": {"n": "a"}, "1": {"n": "b"}, "2": {"n": "c"}}


ORDERS: list[tuple[Any, ...]] = [
    (["2", "0", "1"], [], "cab"),
    (["0", "1", "2", "new"], [], "abc+"),
    (["new", "0", "1", "2"], [""], "+abc"),
    (["new", "new"], [], "++abc"),
    (["2"], [], "cab"),
    ([""], ["1"], "ac"),
    (["0", "1", "2"], ["1", "2", "7"], "a"),
    (["0", "0"], [], "abc"),
    ([], ["0", "1", "2"], ""),
    ({"0": "x"}, "1", "abc"),
    ([["1"], {}, None, "1"], [], "bac"),
]


@pytest.mark.parametrize(("sort", "drop", "left"), ORDERS)
def test_items_are_sorted_added_and_dropped(sort: Any, drop: Any, left: str) -> None:
    params = {"x": "1", "rows": THREE, "rows_sort": sort, "rows_drop": drop}
    result = sort_and_drop(params, "rows")
    assert "".join(item.get("n", "+") for item in indexed(result["rows"]) or []) == left
    assert set(result) == {"x", "rows"}
    assert params["rows_sort"] is sort


def test_a_first_item_is_added_to_nothing() -> None:
    assert sort_and_drop({"rows_sort": ["new"]}, "rows") == {"rows": [{}]}


def test_params_without_orders_are_left_alone() -> None:
    assert sort_and_drop({"rows": THREE, "rows_drop": [""]}, "rows") == {"rows": THREE}
    assert sort_and_drop({"rows": "junk"}, "rows.cells") == {"rows": "junk"}


def test_lists_inside_of_lists_and_forms_are_reached_by_path() -> None:
    params = {"order": {"lines": {"0": {"tags": ["a", "b"], "tags_drop": ["0"]}, "1": {}}}}
    assert sort_and_drop(params, "order.lines.tags") == {"order": {"lines": [{"tags": ["b"]}, {}]}}


@given(
    st.lists(st.text("abc"), max_size=6),
    st.permutations(range(6)),
    st.sets(st.integers(0, 7)),
    st.integers(0, 3),
)
def test_the_browser_s_orders_match_the_same_done_to_a_list(
    rows: list[str], order: list[int], drop: set[int], added: int
) -> None:
    order = [index for index in order if index < len(rows)]
    fields = [(f"u[rows][{index}][n]", row) for index, row in enumerate(rows)]
    fields += [("u[rows_sort][]", str(index)) for index in order] + [("u[rows_sort][]", "new")] * added
    fields += [("u[rows_drop][]", str(index)) for index in drop] + [("u[rows_drop][]", "")]
    params = decode_query(urlencode(fields))["u"]
    expected: list[dict[str, str]] = [{"n": rows[index]} for index in order if index not in drop] + [
        {}
    ] * added
    assert (indexed(sort_and_drop(params, "rows").get("rows")) or []) == expected

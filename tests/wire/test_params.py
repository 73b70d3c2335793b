from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, strategies as st

from actorlive.wire import ParamsError, decode_query, form_params, split_name


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2", {"a": "2"}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("=v", {"": "v"}),
        ("my+field=q%26%C3%A9", {"my field": "q&é"}),
        ("u[name]=Ada&u[age]=36", {"u": {"name": "Ada", "age": "36"}}),
        ("u%5Bname%5D=Ada", {"u": {"name": "Ada"}}),
        ("t[]=a&t[]=b", {"t": ["a", "b"]}),
        ("x[y][z][]=1&x[y][z][]=2", {"x": {"y": {"z": ["1", "2"]}}}),
        ("x[y][][z]=1", {"x": {"y": [{"z": "1"}]}}),
        ("x[y][][z][]=1", {"x": {"y": [{"z": ["1"]}]}}),
        ("l[][a]=1&l[][b]=2", {"l": [{"a": "1"}, {"b": "2"}]}),
        ("l[0][a]=1&l[1][a]=2", {"l": {"0": {"a": "1"}, "1": {"a": "2"}}}),
        # the later field wins where two disagree
        ("x[]=1&x[y]=1", {"x": {"y": "1"}}),
        ("x[y][][w]=2&x[y]=1", {"x": {"y": "1"}}),
        ("x=1&x[y]=1", {"x": {"y": "1"}}),
        # no closing bracket: a name like any other
        ("a[b=1", {"a[b": "1"}),
        ("a]=1", {"a]": "1"}),
        ("%FF=%FE", {"�": "�"}),
    ],
)
def test_fields(text: str, params: dict[str, Any]) -> None:
    assert decode_query(text) == params


def test_meta_is_merged_over_the_fields_and_the_target_split() -> None:
    assert form_params("user[name]=Jo&id=1", {"_target": "user[name]", "id": "7"}) == {
        "user": {"name": "Jo"},
        "id": "7",
        "_target": ["user", "name"],
    }
    assert form_params("l[]=", {"_target": "l[]"})["_target"] == ["l"]
    assert form_params("", {"_target": "undefined"})["_target"] == ["undefined"]


def test_limits() -> None:
    with pytest.raises(ParamsError, match="more than 3 fields"):
        decode_query("a=1&b=2&c=3&d=4", max_fields=3)
    with pytest.raises(ParamsError, match="5 levels deep; the limit is 4"):
        decode_query("a[b][c][d][e]=1", max_depth=4)
    assert decode_query("a[b][c][d]=1", max_depth=4) == {"a": {"b": {"c": {"d": "1"}}}}


names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4)
trees = st.recursive(
    st.text(max_size=5),
    lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3),
    max_leaves=10,
).filter(lambda tree: isinstance(tree, dict))


def flatten(tree: Any, name: str = "") -> list[tuple[str, str]]:
    if isinstance(tree, str):
        return [(name, tree)]
    return [pair for key, value in tree.items() for pair in flatten(value, f"{name}[{key}]" if name else key)]


@given(trees)
def test_a_tree_written_as_fields_is_read_back(tree: dict[str, Any]) -> None:
    assert decode_query(urlencode(flatten(tree))) == tree


@given(st.text(alphabet="ab[]=&%+", max_size=60))
def test_any_text_gives_nested_fields(text: str) -> None:
    decode_query(text, max_fields=1000, max_depth=1000)


@given(st.text())
def test_a_name_is_its_path(name: str) -> None:
    path = split_name(name)
    assert path
    assert path == [name] or path[0] + "".join(f"[{part}]" for part in path[1:]) == name

"""What an application may be called, and what is said of names that it may not have."""

from __future__ import annotations

import keyword
import re
import sys

import pytest
from hypothesis import given, strategies as st

from actorlive.new.naming import LONGEST, NewError, ProjectName, parse_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shop", ProjectName("shop", "shop", "Shop")),
        ("my-shop", ProjectName("my-shop", "my_shop", "My shop")),
        ("my_shop", ProjectName("my_shop", "my_shop", "My shop")),
        ("shop2go", ProjectName("shop2go", "shop2go", "Shop2go")),
        ("a", ProjectName("a", "a", "A")),
        (
            "match",
            ProjectName("match", "match", "Match"),
        ),  # a word of the language only where it means something
        ("my-app", ProjectName("my-app", "my_app", "My app")),
    ],
)
def test_a_name_as_its_places_want_it(text: str, name: ProjectName) -> None:
    assert parse_name(text) == name


SHAPE = "take lower-case letters, digits and single dashes, a letter first, as in"
HIDES = "which your package would hide: take another name, as"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("MyShop", f"'MyShop' is not a name for an application: {SHAPE} \"my-shop\""),
        ("my shop", f"'my shop' is not a name for an application: {SHAPE} \"my-shop\""),
        ("2nd-shop", f"'2nd-shop' is not a name for an application: {SHAPE} \"nd-shop\""),
        ("my--shop", f"'my--shop' is not a name for an application: {SHAPE} \"my-shop\""),
        ("-shop", f"'-shop' is not a name for an application: {SHAPE} \"shop\""),
        ("käse", f"'käse' is not a name for an application: {SHAPE} \"k-se\""),
        ("..", f"'..' is not a name for an application: {SHAPE} \"my-shop\""),
        ("", f"'' is not a name for an application: {SHAPE} \"my-shop\""),
        ("shop\n", f"'shop\\n' is not a name for an application: {SHAPE} \"shop\""),
        ("apps/shop", "'apps/shop' is a path: go to the folder first, and give the name alone"),
        ("shop\\", "'shop\\\\' is a path: go to the folder first, and give the name alone"),
        ("a" * 31, f"'{'a' * 31}' has 31 characters: take 30 at most"),
        ("class", "'class' is a word of the language: take another name, as \"class-app\""),
        ("http", f"'http' is a module of Python's standard library, {HIDES} \"http-app\""),
        ("tests", "'tests' is the name of a folder beside the package: take another name, as \"tests-app\""),
        ("trio", f"'trio' is a module that is installed, {HIDES} \"trio-app\""),
        ("quart-trio", f"'quart-trio' is a module that is installed, {HIDES} \"quart-trio-app\""),
        ("brand-new", f"'brand-new' is a module that is installed, {HIDES} \"brand-new-app\""),
    ],
)
def test_a_name_that_cannot_be_says_why_and_what_could(text: str, words: str) -> None:
    with pytest.raises(NewError) as refused:
        parse_name(text, {"brand_new"})
    assert str(refused.value) == words


@given(st.text(max_size=40) | st.from_regex(r"\A[A-Za-z0-9_ -]{1,40}\Z"))
def test_every_text_is_a_package_or_is_refused_with_a_name_that_is_one(text: str) -> None:
    try:
        name = parse_name(text)
    except NewError as refused:
        suggested = re.search(r' as(?: in)? "(.+)"$', str(refused))
        if suggested is not None and len(suggested[1]) <= LONGEST:
            assert re.fullmatch(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", suggested[1])
        return
    assert name.package.isidentifier()
    assert not keyword.iskeyword(name.package)
    assert name.package not in sys.stdlib_module_names
    assert name.folder == text
    assert re.fullmatch(r"[A-Z][a-z0-9 ]*", name.title)

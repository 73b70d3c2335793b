"""Forms and fields: names, values, errors, nesting, and which fields count as changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from actorlive.forms import Form, FormError, to_form, used_input
from actorlive.results import Error, Ok

NOTHING: dict[str, Any] = {}


class Address(msgspec.Struct):
    city: str = ""


class User(msgspec.Struct, rename="camel"):
    first_name: str = "Ada"
    born: date | None = date(1815, 12, 10)
    admin: bool = True
    tags: list[str] = msgspec.field(default_factory=list[str])
    address: Address = msgspec.field(default_factory=Address)
    addresses: list[Address] = msgspec.field(default_factory=list[Address])


@dataclass
class Plain:
    name: str = "x"
    parts: list[Any] = field(default_factory=list[Any])


def test_names_and_ids_carry_the_form_s() -> None:
    form = to_form({"email": "a@b"}, as_="user")
    assert (form.id, form.name) == ("user", "user")
    assert (form["email"].id, form["email"].name, form["email"].field) == (
        "user_email",
        "user[email]",
        "email",
    )
    other = to_form({}, as_="user", id="signup")
    assert (other.id, other["email"].id, other["email"].name) == ("signup", "signup_email", "user[email]")
    bare = to_form({})
    assert (bare.id, bare["email"].id, bare["email"].name) == (None, "email", "email")


def test_values_come_from_params_or_data_and_what_was_typed_wins() -> None:
    user = User()
    assert to_form(user)["born"].value == "1815-12-10"
    assert to_form(user)["firstName"].value == "Ada"
    assert to_form(user, params={"born": "tomorrow"})["born"].value == "tomorrow"
    assert to_form(user, params={"born": ""})["born"].value == ""
    assert to_form(user, params={"born": ""})["born"].data == date(1815, 12, 10)
    assert to_form({"n": 3}, params={})["n"].value == "3"
    assert to_form(Plain())["name"].value == "x"
    assert to_form(user)["unknown"].value is None
    assert to_form()["x"].value is None


def test_checkboxes_and_options() -> None:
    form = to_form(User(tags=["red", "blue"]))
    assert form["admin"].checked
    assert not to_form({"admin": "false"})["admin"].checked
    assert to_form({"admin": "on"})["admin"].checked
    assert form["tags"].selected("red")
    assert not form["tags"].selected("green")
    assert to_form({"n": "3"})["n"].selected(3)
    assert to_form({})["n"].selected("")
    assert not to_form({"n": "3"})["n"].selected(None)


@pytest.mark.parametrize(
    "errors",
    [
        {"email": "is taken", "": ["first", "second"], "addresses.0.city": ["is far"]},
        Error({"email": ["is taken"], "": ["first", "second"], "addresses.0.city": ["is far"]}),
    ],
)
def test_errors_are_taken_as_written_or_as_validated(errors: Any) -> None:
    form = to_form({"addresses": [NOTHING]}, errors=errors, as_="user")
    assert form["email"].errors == ("is taken",)
    assert form["name"].errors == ()
    assert form.base_errors == ("first", "second")
    assert form["addresses"].nested()[0]["city"].errors == ("is far",)


def test_a_good_result_is_no_errors() -> None:
    assert to_form({}, errors=Ok(User())).errors == {}


def test_a_form_can_be_changed() -> None:
    form = to_form({"a": "1"}, as_="user", errors={"a": "x"}, action="validate")
    assert to_form(form) == form
    saved = to_form(form, action="save", errors={}, id="f")
    assert (saved.action, saved.errors, saved.id, saved.name) == ("save", {}, "f", "user")
    assert saved["a"].value == "1"
    assert to_form(form, params={"a": "2"})["a"].value == "2"
    assert to_form(form, as_="other")["a"].name == "other[a]"


@pytest.mark.parametrize("data", ["text", 3, ["a"], b""])
def test_a_form_is_not_made_of_a_plain_value(data: Any) -> None:
    with pytest.raises(FormError, match=r"to_form\(\) takes params"):
        to_form(data)


def test_params_are_what_a_browser_sends() -> None:
    with pytest.raises(FormError, match="strings as keys"):
        to_form({1: "x"})


def test_used_inputs() -> None:
    form = to_form({"email": "", "_unused_email": "", "name": "x"})
    assert not used_input(form["email"])
    assert used_input(form["name"])
    assert not used_input(form["missing"])
    assert not used_input(to_form(User())["firstName"])


# -- nested forms --------------------------------------------------------------


def test_a_stored_list_gives_a_form_an_item() -> None:
    form = to_form(User(addresses=[Address("Rome"), Address("Oslo")]), as_="user", action="edit")
    first, second = form["addresses"].nested()
    assert (first.index, second.index) == (0, 1)
    assert (second.id, second.name, second.action) == ("user_addresses_1", "user[addresses][1]", "edit")
    assert second["city"].name == "user[addresses][1][city]"
    assert second["city"].id == "user_addresses_1_city"
    assert second["city"].value == "Oslo"
    assert second.hidden == (("user[addresses][1][_persistent_id]", "1"),)
    assert form["addresses"].nested(skip_persistent_id=True)[1].hidden == ()


def test_sent_items_keep_their_ids_wherever_they_are() -> None:
    sent = {"0": {"_persistent_id": "2", "city": "c"}, "1": {"_persistent_id": "0", "city": "a"}, "2": {}}
    forms = to_form({"rows": sent}, as_="f")["rows"].nested()
    assert [form.id for form in forms] == ["f_rows_2", "f_rows_0", "f_rows_3"]
    assert [form.name for form in forms] == ["f[rows][0]", "f[rows][1]", "f[rows][2]"]


def test_sent_items_replace_stored_ones() -> None:
    form = to_form(User(addresses=[Address("Rome")]), params={"addresses": ["junk", {"city": "Bonn"}]})
    assert [nested["city"].value for nested in form["addresses"].nested()] == [None, "Bonn"]
    assert to_form(User(addresses=[Address("Rome")]), params={"addresses": []})["addresses"].nested() == []


def test_an_object_gives_one_form_over_its_stored_value() -> None:
    form = to_form(User(address=Address("Rome")), as_="user", errors={"address.city": "is far"})
    [nested] = form["address"].nested()
    assert (nested.id, nested.name, nested.index, nested.hidden) == (
        "user_address",
        "user[address]",
        None,
        (),
    )
    assert nested["city"].value == "Rome"
    assert nested["city"].errors == ("is far",)
    [typed] = to_form(User(address=Address("Rome")), params={"address": {"zip": "1"}})["address"].nested()
    assert (typed["city"].value, typed["zip"].value) == ("Rome", "1")


def test_defaults_and_items_around_a_stored_list() -> None:
    rows = to_form({}, as_="f")["rows"]
    assert rows.nested() == []
    assert [form.id for form in rows.nested(default=[NOTHING, Address("x")])] == ["f_rows_0", "f_rows_1"]
    assert rows.nested(default=Address("x"))[0]["city"].value == "x"
    stored = to_form(Plain(parts=["b"]))["parts"]
    assert [form.data for form in stored.nested(prepend=["a"], append=["c"])] == ["a", "b", "c"]
    sent = to_form(Plain(parts=["b"]), params={"parts": [NOTHING]})["parts"]
    assert len(sent.nested(prepend=["a"], append=["c"])) == 1


def test_prefixes_of_nested_forms_can_be_given() -> None:
    [nested] = to_form({"rows": [NOTHING]}, as_="f")["rows"].nested(id="line", as_="lines")
    assert (nested.id, nested.name) == ("line_0", "lines[0]")


@given(
    st.lists(st.none() | st.text(max_size=2) | st.integers(0, 9).map(str) | st.integers(0, 9), max_size=12)
)
def test_no_two_nested_forms_share_an_id(sent: list[Any]) -> None:
    rows = [{} if given is None else {"_persistent_id": given} for given in sent]
    forms = to_form({"rows": rows}, as_="f")["rows"].nested()
    ids = [form.id for form in forms]
    assert len(set(ids)) == len(rows)
    kept = [given for given in dict.fromkeys(sent) if isinstance(given, str)]
    assert {f"f_rows_{given}" for given in kept} <= set(ids)


# -- what counts as changed ----------------------------------------------------

BASE: dict[str, Any] = {"params": {"a": "1", "b": "2", "n": [{"x": "1"}]}, "errors": {"a": "wrong"}}


def changed(**by: Any) -> set[str]:
    before, after = (to_form(as_="f", **given) for given in (BASE, BASE | by))
    return {name for name in ("a", "b", "n") if before[name] != after[name]}


def test_a_field_is_changed_when_its_input_is() -> None:
    params, errors = BASE["params"], BASE["errors"]
    assert changed() == set()
    assert changed(params=params | {"a": "9"}) == {"a"}
    assert changed(params=params | {"_unused_b": ""}) == {"b"}
    assert changed(params=params | {"n": [{"x": "2"}]}) == {"n"}
    assert changed(params=params | {"c": "3"}) == set()
    assert changed(errors=errors | {"b": "wrong"}) == {"b"}
    assert changed(errors=errors | {"n.0.x": "wrong"}) == {"n"}
    assert changed(data=Plain(), action="save") == {"a", "b", "n"}
    assert changed(id="other") == {"a", "b", "n"}


def test_equal_fields_hash_equal_and_fields_differ_from_other_things() -> None:
    one, other = Form()["a"], Form()["a"]
    assert one == other
    assert hash(one) == hash(other)
    assert one != "a"
    assert repr(to_form({"a": "1"})["a"]) == "Field(name='a', value='1', errors=())"

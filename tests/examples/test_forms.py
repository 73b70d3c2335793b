from __future__ import annotations

from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import Error
from actorlive.testing import View, live
from examples.forms.account import sign_up

ADDRESS = {"street": "1 Quay", "city": "Brest"}
FILLED: dict[str, Any] = {
    "name": "Grace",
    "email": "grace@example.org",
    "age": "36",
    "country": "Kenya",
    "topics": ["Kites"],
    "addresses": {"0": ADDRESS},
    "terms": "true",
}


async def error(view: View, field: str) -> str:
    return " ".join(await view.element(f"#account_{field}-error").texts())


async def test_a_complete_form_is_welcome(app: QuartTrio) -> None:
    async with live(app, "/forms") as view:
        await view.form("#account", {"account": FILLED}).submit()
        assert await view.element("#welcome").text() == "Welcome, Grace! We will write to grace@example.org."
        await view.element("button", "Somebody else").click()
        assert await view.element("#account_name").value() == ""


async def test_a_field_is_blamed_once_somebody_was_in_it(app: QuartTrio) -> None:
    async with live(app, "/forms") as view:
        await view.element("#account_name").change("G")
        assert await error(view, "name") == "should be at least 2 characters"
        assert await view.element("#account_name").attribute("aria-invalid") == "true"
        assert await error(view, "email") == ""
        await view.element("#account_name").change("Grace")
        assert await error(view, "name") == ""


async def test_a_submit_shows_every_fault(app: QuartTrio) -> None:
    async with live(app, "/forms") as view:
        faulty = {**FILLED, "email": "Ada@example.org", "terms": False}
        await view.form("#account", {"account": faulty}).submit()
        assert await error(view, "email") == "has signed up already"
        assert await error(view, "terms") == "must be accepted"
        await view.form("#account", {"account": {"email": "nonsense", "age": "7"}}).submit()
        assert await error(view, "email") == "must be an e-mail address"
        assert await error(view, "age") != ""


async def test_addresses_are_added_and_removed(app: QuartTrio) -> None:
    async with live(app, "/forms") as view:
        await view.form("#account", {"account": {"addresses": {"0": ADDRESS}}}).change()
        await view.element("button", "Add an address").click()
        assert await view.element(".address legend").texts() == ["Address 1", "Address 2"]
        second = {"account": {"addresses": {"1": {"street": "2 Quay", "city": "Brest"}}}}
        await view.form("#account", second).change()
        await view.element("button", "Remove address 1").click()
        assert await view.element(".address legend").texts() == ["Address 1"]
        assert await view.element(".address input[name$='[street]']").value() == "2 Quay"


async def test_what_was_typed_outlives_the_view(app: QuartTrio) -> None:
    async with live(app, "/forms") as view:
        await view.form("#account", {"account": {"name": "Grace", "topics": ["Kites"]}}).change()
        await view.element("button", "Add an address").click()
        with pytest.raises(RuntimeError, match="killed"):
            await view.element("button", "Kill the view").click()
        await view.advance(1)
        assert await view.element("#account_name").value() == "Grace"
        assert await view.has_element("input[value=Kites][checked]")
        assert await view.element(".address legend").texts() == ["Address 1", "Address 2"]


def test_nothing_typed_is_one_long_list_of_faults() -> None:
    refused = sign_up({})
    assert isinstance(refused, Error)
    assert set(refused.reason) == {"name", "email", "age", "country"}

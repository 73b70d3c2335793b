from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import Redirected, live
from examples.admin import accounts
from examples.admin.accounts import DEMO, MEMBERS
from examples.admin.view import back_to

EMAIL, PASSWORD = DEMO


@pytest.fixture(autouse=True)
def nobody_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "_logins", {})


async def sign_in(app: QuartTrio, visitor: object, to: str = "/admin") -> str:
    async with live(app, f"/admin/login?to={to}", client=visitor) as login:
        answer = await login.form("#login", {"email": EMAIL, "password": PASSWORD}).submit_form()
        return answer.headers["location"]


async def test_a_stranger_is_led_to_the_door_and_then_to_where_they_wanted(app: QuartTrio) -> None:
    visitor = app.test_client()
    with pytest.raises(Redirected) as sent:
        async with live(app, "/admin/members?sort=name", client=visitor):
            pass
    assert sent.value.to == "/admin/login?to=%2Fadmin%2Fmembers%3Fsort%3Dname"
    assert await sign_in(app, visitor, "%2Fadmin%2Fmembers%3Fsort%3Dname") == "/admin/members?sort=name"
    async with live(app, "/admin/members", client=visitor) as view:
        assert await view.element("h1").text() == "Members"


async def test_a_wrong_password_keeps_the_e_mail_and_says_no_more(app: QuartTrio) -> None:
    visitor = app.test_client()
    async with live(app, "/admin/login", client=visitor) as login:
        answer = await login.form("#login", {"email": EMAIL, "password": "correct"}).submit_form()
    async with live(app, answer.headers["location"], client=visitor) as login:
        assert await login.has_element("[role=alert]", "do not belong together")
        assert await login.has_element(f'input[value="{EMAIL}"]')


async def test_signing_out_in_one_tab_shuts_all_tabs_of_the_browser_and_no_other(app: QuartTrio) -> None:
    here, there = app.test_client(), app.test_client()
    await sign_in(app, here)
    await sign_in(app, there)
    async with (
        live(app, "/admin", client=here) as one,
        live(app, "/admin/members", client=here) as two,
        live(app, "/admin", client=there) as other,
    ):
        await one.element("a", "Sign out").click()
        await one.follow_redirect("/admin/login")
        await two.advance(1)
        with pytest.raises(Redirected) as door:  # the page is loaded again, which leads to the door
            await two.follow_redirect("/admin/members")
        assert door.value.to.startswith("/admin/login")
        assert await other.element("h1").text() == "Where you are signed in"


async def test_another_browser_can_be_signed_out_from_here(app: QuartTrio) -> None:
    here, there = app.test_client(), app.test_client()
    await sign_in(app, there)
    await sign_in(app, here)
    async with live(app, "/admin", client=here) as mine, live(app, "/admin/members", client=there) as theirs:
        await mine.element("button", "End").click()
        assert (await theirs.assert_redirect()).to == "/admin/login"
        assert await mine.has_element("li", "this one")
        assert not await mine.has_element("button", "End")


async def test_a_copied_cookie_is_worth_nothing_after_the_logout(app: QuartTrio) -> None:
    visitor = app.test_client()
    await sign_in(app, visitor)
    [login] = accounts.logins(MEMBERS[EMAIL])
    copied = {"admin": login.token}
    async with live(app, "/admin", session=copied) as view:
        assert await view.has_element("h1", "Where you are signed in")
    async with live(app, "/admin", client=visitor) as view:
        await view.element("a", "Sign out").click()
        await view.follow_redirect("/admin/login")
    with pytest.raises(Redirected):
        async with live(app, "/admin", session=copied):
            pass


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "/shop", "", "/administrator"]
)
def test_the_login_leads_nowhere_else(path: str) -> None:
    assert back_to(path) == "/admin"


@pytest.mark.parametrize("path", ["/admin", "/admin/members", "/admin?x=1"])
def test_the_login_leads_back(path: str) -> None:
    assert back_to(path) == path

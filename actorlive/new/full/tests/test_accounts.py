import pytest
from actorlive.testing import Redirected, live

from my_app import accounts
from my_app.app import app

ADA = {"user": {"email": "ada@example.org", "password": "correct horse battery"}}


async def test_from_the_sign_up_to_the_logout() -> None:
    visitor = app.test_client()
    async with live(app, "/sign-up", client=visitor) as page:
        form = page.form("#user", ADA)
        await form.submit()
        await form.follow_trigger_action()
    async with live(app, "/", client=visitor) as page:
        assert await page.has_element("header", text="ada@example.org")
        await page.element("a", text="Log out").click()
        await page.follow_redirect("/login")
    with pytest.raises(Redirected, match="/login"):
        async with live(app, "/", client=visitor):
            pass


async def test_a_sign_up_says_what_is_wrong(ada: dict[str, str]) -> None:
    async with live(app, "/sign-up") as page:
        await page.form("#user", {"user": {"email": "ada", "password": "short"}}).submit()
        assert await page.element("#user_email-error").text() == "must be an e-mail address"
        assert await page.element("#user_password-error").text() == "should be at least 12 characters"
        await page.form("#user", ADA).submit()
        assert await page.element("#user_email-error").text() == "has an account already"


async def test_only_the_right_password_opens_the_door(ada: dict[str, str]) -> None:
    assert await accounts.authenticate("Ada@example.org", "correct horse battery")
    assert not await accounts.authenticate("ada@example.org", "correct horse")
    assert not await accounts.authenticate("bob@example.org", "correct horse battery")


async def test_a_copied_cookie_is_worth_nothing_after_the_logout(ada: dict[str, str]) -> None:
    await accounts.log_out(ada["token"])
    with pytest.raises(Redirected, match="/login"):
        async with live(app, "/", session=ada):
            pass

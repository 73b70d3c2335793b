from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive.pubsub import local
from actorlive.testing import Redirected, View, live
from examples.gallery import examples as gallery
from examples.tracker import accounts, app as tracker
from examples.tracker.auth import back_to
from examples.tracker.database import new_session
from examples.tracker.issues import Filter, comment, open_issue

PASSWORD = accounts.DEMO[1]


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "TRACKER", f"sqlite:///{tmp_path / 'tracker.sqlite3'}")
    tracker.prepare(gallery.TRACKER)


async def enter(app: QuartTrio, name: str = "ada") -> Any:
    visitor = app.test_client()
    async with live(app, "/tracker/login", client=visitor) as login:
        sent = {"email": f"{name}@example.org", "password": PASSWORD}
        answer = await login.form("#login", sent).submit_form()
        assert answer.headers["location"] == "/tracker"
    return visitor


async def titles(view: View) -> list[str]:
    return await view.element("#issues th a").texts()


async def test_a_stranger_is_led_to_the_door_and_then_to_where_they_wanted(app: QuartTrio) -> None:
    visitor = app.test_client()
    with pytest.raises(Redirected) as sent:
        async with live(app, "/tracker?status=open", client=visitor):
            pass
    assert sent.value.to == "/tracker/login?to=%2Ftracker%3Fstatus%3Dopen"
    async with live(app, sent.value.to, client=visitor) as login:
        wrong = await login.form("#login", {"email": "ada@example.org", "password": "?"}).submit_form()
    async with live(app, wrong.headers["location"], client=visitor) as login:
        assert await login.has_element("#login", "do not belong together")
        right = await login.form("#login", {"password": PASSWORD}).submit_form()
    assert right.headers["location"] == "/tracker?status=open"


async def test_an_issue_is_opened_and_everybody_sees_it(app: QuartTrio) -> None:
    ada, bo = await enter(app), await enter(app, "bo")
    async with live(app, "/tracker", client=ada) as here, live(app, "/tracker", client=bo) as there:
        await here.form("#new-issue", {"title": "Sweep the yard"}).submit()
        assert (await titles(here))[0] == (await titles(there))[0] == "Sweep the yard"
        assert await here.element("#new-issue input").attribute("value") == ""


async def test_filters_are_in_the_url(app: QuartTrio) -> None:
    visitor = await enter(app)
    async with live(app, "/tracker", client=visitor) as view:
        await view.form("#filter", {"q": "KILN", "status": "open"}).change()
        assert await view.assert_patch() == "/tracker?q=KILN&status=open"
        assert await titles(view) == ["The kiln does not reach 1,200 °C"]
    async with live(app, "/tracker?q=%25&status=nonsense&page=-3", client=visitor) as view:
        assert await view.has_element("#nothing", "Nothing fits")
        await view.element("#nothing a").click()
        assert len(await titles(view)) == 4


async def test_long_lists_have_pages(app: QuartTrio) -> None:
    visitor = await enter(app)
    with new_session.begin() as session:
        author = accounts.everybody(session)[0]
        for number in range(40):
            open_issue(session, author, f"No. {number}")
    async with live(app, "/tracker", client=visitor) as view:
        assert await titles(view) == [f"No. {number}" for number in range(39, 19, -1)]
        await view.element("nav[aria-label=Pages] a", "3").click()
        assert await view.assert_patch() == "/tracker?page=3"
        assert len(await titles(view)) == 4
    async with live(app, "/tracker?page=99", client=visitor) as view:
        assert len(await titles(view)) == 4


async def test_a_status_that_may_not_be_is_taken_back_and_said(app: QuartTrio) -> None:
    visitor = await enter(app)
    async with live(app, "/tracker/1", client=visitor) as view:
        await view.element("#status-1-done").click()
        assert await view.has_element("[role=alert]", "Assign it to somebody first")
        assert await view.element("#status-1-open").attribute("aria-pressed") == "true"
        await view.form("#assign", {"assignee": "1"}).change()
        await view.element("#status-1-done").click()
        assert await view.element("#status-1-done").attribute("aria-pressed") == "true"
        await view.form("#assign", {"assignee": ""}).change()
        assert await view.has_element("[role=alert]", "somebody did it")


async def test_who_comes_second_sees_what_the_first_has_done(
    app: QuartTrio, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = await enter(app)
    async with live(app, "/tracker/1", client=visitor) as one, live(app, "/tracker", client=visitor) as list_:
        await one.click("move", {"id": 1, "status": "doing", "seen": 1})
        await one.click("move", {"id": 1, "status": "open", "seen": 1})
        assert await one.has_element("[role=alert]", "Updated by someone else.")
        assert await one.element("#status-1-doing").attribute("aria-pressed") == "true"
        await list_.click("move", {"id": 1, "status": "open", "seen": 1})
        assert await list_.has_element("[role=alert]", "Updated by someone else.")
        assert await list_.element("#status-1-doing").attribute("aria-pressed") == "true"


async def test_a_deletion_may_be_undone_for_five_seconds(app: QuartTrio) -> None:
    visitor = await enter(app)
    async with (
        live(app, "/tracker", client=visitor) as view,
        live(app, "/tracker/1", client=visitor) as issue,
    ):
        await view.element("#issues-1 button", text="×").click()
        await view.element("#issues-2 button", text="×").click()
        assert len(await titles(view)) == 2
        await view.element("#undo button", text="Undo").click()
        assert len(await titles(view)) == 3
        assert await view.has_element("#undo", "kiln")
        await view.advance(5.1)
        assert len(await titles(view)) == 3
        assert not await view.has_element("#undo button")
        assert await issue.has_element("[role=alert]", "deleted")


async def test_comments_come_to_all_who_look_and_can_be_taken_back_by_who_wrote(app: QuartTrio) -> None:
    ada, bo = await enter(app), await enter(app, "bo")
    async with live(app, "/tracker/1", client=ada) as here, live(app, "/tracker/1", client=bo) as there:
        await here.form("#say", {"comment": "It did <yesterday>"}).submit()
        assert await there.element("#comments li p").texts() == ["It did <yesterday>"]
        assert not await there.has_element("#comments button")
        await there.click("take_back", {"id": 1})
        assert await here.element("#comments li p").texts() == ["It did <yesterday>"]
        await here.element("#comments button").click()
        assert await there.element("#comments li p").texts() == []


async def test_a_title_is_edited_while_others_look(app: QuartTrio) -> None:
    visitor = await enter(app)
    async with live(app, "/tracker/1", client=visitor) as one, live(app, "/tracker/1", client=visitor) as two:
        await one.element("button", "Edit").click()
        await one.form("#edit", {"title": "The kiln is cold", "text": "Since Monday"}).submit()
        assert await two.element("h1").text() == "The kiln is cold"
        await one.element("button", "Edit").click()
        await one.form("#edit", {"title": "   "}).submit()
        assert await one.has_element("[role=alert]", "needs a title")
        await one.element("button", "Cancel").click()
        assert await one.element("h1").text() == "The kiln is cold"


async def test_after_a_gap_pages_read_anew(app: QuartTrio) -> None:
    visitor = await enter(app)
    async with (
        live(app, "/tracker/1", client=visitor) as one,
        live(app, "/tracker", client=visitor) as listed,
    ):
        with new_session.begin() as session:
            author = accounts.everybody(session)[0]
            open_issue(session, author, "Unheard of")
            comment(session, 1, author, "Unheard")
        for name in ("tracker", "tracker:1"):
            local.pubsub().deliver_gap(name)
        await one.settle()
        await listed.settle()
        assert await one.element("#comments li p").texts() == ["Unheard"]
        assert "Unheard of" in await titles(listed)


async def test_what_is_not_there_is_not_found(app: QuartTrio) -> None:
    visitor = await enter(app)
    response = await visitor.get("/tracker/99", headers={"host": "localhost"})
    assert response.status_code == 404


async def test_logging_out_shuts_every_tab(app: QuartTrio) -> None:
    visitor = await enter(app)
    async with live(app, "/tracker", client=visitor) as one, live(app, "/tracker/1", client=visitor) as two:
        await one.element("a", "Log out").click()
        await one.follow_redirect("/tracker/login")
        await two.advance(1)
        with pytest.raises(Redirected) as door:
            await two.follow_redirect("/tracker/1")
        assert door.value.to.startswith("/tracker/login")


@pytest.mark.parametrize("path", ["//evil.example", "/trackers", "/admin", "", None, 3])
def test_the_login_leads_nowhere_else(path: object) -> None:
    assert back_to(path) == "/tracker"


@pytest.mark.parametrize(
    ("asked", "page"), [("2", 2), ("0", 1), ("-1", 1), ("1e3", 1), ("999999999", 1), (["2"], 1), ("²", 1)]
)
def test_a_page_is_a_number(asked: object, page: int) -> None:
    assert Filter.read(page=asked).page == page

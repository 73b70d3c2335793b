from actorlive.testing import live

from my_app.app import app


async def test_a_list_is_the_same_in_every_tab(ada: dict[str, str]) -> None:
    async with live(app, "/", session=ada) as here, live(app, "/", session=ada) as there:
        await here.form("#add", {"title": "Milk"}).submit()
        await there.settle()
        assert await there.element("main li label").text() == "Milk"
        await there.element("main li input[type=checkbox]").click()
        await here.settle()
        assert await here.element("main li s").text() == "Milk"
        assert await here.element("p[role=status]").text() == "0 of 1 to do."


async def test_what_is_on_the_list_can_be_renamed_and_removed(ada: dict[str, str]) -> None:
    async with live(app, "/", session=ada) as page:
        await page.form("#add", {"title": "Milk"}).submit()
        await page.element("main li button", text="✎").click()
        await page.form("main li form", {"title": "Oat milk"}).submit()
        assert await page.element("main li label").text() == "Oat milk"
        await page.element("main li button", text="×").click()
        assert not await page.has_element("main li")


async def test_nobody_sees_the_list_of_another(ada: dict[str, str], bob: dict[str, str]) -> None:
    async with live(app, "/", session=ada) as hers, live(app, "/", session=bob) as his:
        await hers.form("#add", {"title": "Milk"}).submit()
        await his.settle()
        assert not await his.has_element("main li")

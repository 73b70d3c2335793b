from __future__ import annotations

import pytest
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.shop import catalogue
from examples.shop.view import cents_of


@pytest.fixture(autouse=True)
def as_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_products", dict(vars(catalogue)["_products"]))
    monkeypatch.setattr(catalogue, "_carts", {})


async def names(view: View) -> list[str]:
    return await view.element('[aria-label="Products"] li a').texts()


async def cart(view: View) -> View:
    child = await view.find_live_child("cart")
    assert child is not None
    return child


async def test_the_filter_is_in_the_url_and_the_url_is_the_filter(app: QuartTrio) -> None:
    async with live(app, "/shop") as view:
        await view.form("#choose", {"kind": "cup", "sort": "dear"}).change()
        assert view.path == "/shop?kind=cup&sort=dear"
        assert await names(view) == ["Mug", "Tea cup", "Small cup"]
    async with live(app, "/shop?kind=cup&sort=dear&q=UP") as view:
        assert await names(view) == ["Tea cup", "Small cup"]


@pytest.mark.parametrize("query", ["kind=gun", "sort=", "kind[]=cup", "sort[x]=y", "q[]=a"])
async def test_a_query_that_means_nothing_is_none(app: QuartTrio, query: str) -> None:
    async with live(app, f"/shop?{query}") as view:
        assert len(await names(view)) == 8


async def test_a_product_is_a_patch_that_keeps_the_filter(app: QuartTrio) -> None:
    async with live(app, "/shop?kind=vase") as view:
        pid = view.pid
        await view.element("a", "Bud vase").click()
        assert (view.path, await view.page_title()) == ("/shop/7?kind=vase", "Bud vase")
        await view.element("a", "Back to the catalogue").click()
        assert (view.path, view.pid) == ("/shop?kind=vase", pid)


async def test_what_is_not_sold_is_not_found(app: QuartTrio) -> None:
    assert (await app.test_client().get("/shop/99")).status_code == 404


async def test_the_cart_stays_over_navigation_and_hears_of_prices(app: QuartTrio) -> None:
    async with live(app, "/shop") as view:
        await view.element("button", text="Put Mug into the cart").click()
        before = await cart(view)
        await before.element("button", "Cart: 1, € 24.00").click()
        stock = await view.live_redirect("/shop/stock")
        after = await cart(stock)
        assert after.pid == before.pid
        await stock.element("#stock-6 button").click()
        await stock.form("#stock-form-6", {"name": "Big mug", "price": "30"}).submit()
        assert await after.has_element("#line-6", "Big mug")
        assert await after.has_element("button", "Cart: 1, € 30.00")
        await after.element('#line-6 [aria-label="One less"]').click()
        assert await after.has_element("button", "Cart: 0, € 0.00")


async def test_two_rows_are_edited_at_once_and_keep_what_is_typed(app: QuartTrio) -> None:
    async with live(app, "/shop/stock") as view, live(app, "/shop/stock") as other:
        await view.element("#stock-1 button").click()
        await view.element("#stock-2 button").click()
        await view.form("#stock-form-1", {"name": "Storm bowl"}).change()
        await other.element("#stock-2 button").click()
        await other.form("#stock-form-2", {"name": "Porridge bowl"}).submit()
        assert await view.has_element('#stock-form-1 input[value="Storm bowl"]')
        assert await view.has_element("#stock-form-2")


async def test_a_price_that_is_none_is_told_at_its_field(app: QuartTrio) -> None:
    async with live(app, "/shop/stock") as view:
        await view.element("#stock-1 button").click()
        await view.form("#stock-form-1", {"price": "a lot"}).submit()
        assert await view.has_element("#stock-error-1", "like 18.50")
        assert await view.has_element('input[aria-invalid="true"]')


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("18.50", 1850),
        ("18,5", 1850),
        (" 7 ", 700),
        ("0.001", None),
        ("-1", None),
        ("NaN", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_a_price_is_an_amount(typed: str, cents: int | None) -> None:
    assert cents_of(typed) == cents


async def test_the_catalogue_is_there_for_programs_too(app: QuartTrio) -> None:
    client = app.test_client()
    answer = await client.get("/shop/products.json")
    assert answer.content_type == "application/json"
    products = await answer.get_json()
    assert len(products) == 8
    assert products[0].keys() == {"id", "name", "kind", "cents", "about"}
    assert [product["name"] for product in products] == sorted(product["name"] for product in products)


async def test_the_tag_at_the_shelf_shows_the_price_of_now(app: QuartTrio) -> None:
    async with live(app, "/shop/1/tag") as tag:
        assert await tag.element("h1").text() == "Rain bowl"
        assert await tag.element("b").text() == "€ 38.00"
        catalogue.change(2, "Breakfast bowl", 100)
        catalogue.change(1, "Rain bowl", 3650)
        assert await tag.element("b").text() == "€ 36.50"


async def test_there_is_no_tag_for_what_is_not_sold(app: QuartTrio) -> None:
    assert (await app.test_client().get("/shop/99/tag")).status_code == 404

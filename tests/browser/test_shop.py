"""/shop: every state has a URL, and the cart stays."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

Live = Callable[[str], Page]


def test_the_way_through_the_shop_is_the_browsers_history(live: Live) -> None:
    page = live("/shop")
    products = page.get_by_role("list", name="Products").get_by_role("listitem")
    page.get_by_label("Kind").select_option("Cups")
    expect(products).to_have_count(3)
    page.get_by_label("Order").select_option("Dearest first")
    expect(products.first).to_contain_text("Mug")
    expect(page).to_have_url(re.compile(r"/shop\?kind=cup&sort=dear$"))
    page.get_by_role("link", name="Tea cup").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tea cup")
    expect(page).to_have_title("Tea cup · actorlive")
    page.go_back()
    expect(products.first).to_contain_text("Mug")
    expect(page.get_by_label("Kind")).to_have_value("cup")
    page.reload()
    expect(products).to_have_count(3)


def test_the_cart_is_one_process_over_navigation(live: Live) -> None:
    page = live("/shop")
    page.evaluate("window.stays = true")
    page.get_by_role("button", name="Put Mug into the cart").click()
    cart = page.get_by_role("region", name="Cart")
    cart.get_by_role("button", name="Cart: 1, € 24.00").click()
    expect(cart.get_by_text("Mug")).to_be_visible()
    page.get_by_role("link", name="Stock room").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Stock room")
    expect(cart.get_by_text("Mug")).to_be_visible()
    assert page.evaluate("window.stays") is True
    cart.get_by_role("button", name="One more").click()
    expect(cart).to_contain_text("Cart: 2, € 48.00")
    page.get_by_role("link", name="Catalogue").click()
    expect(cart).to_contain_text("Cart: 2, € 48.00")
    cart.get_by_role("button", name="One less").click()
    expect(cart).to_contain_text("Cart: 1, € 24.00")
    cart.get_by_role("button", name="One less").click()
    expect(cart).to_contain_text("There is nothing in it yet.")


def test_a_row_is_edited_by_keyboard_and_everybody_sees_the_price(live: Live) -> None:
    page, other = live("/shop/stock"), live("/shop")
    page.get_by_role("button", name="Edit Bud vase").press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    page.get_by_label("Price in €").fill("much")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="like 18.50")).to_be_visible()
    page.get_by_label("Price in €").fill("18,50")
    page.keyboard.press("Enter")
    bud = other.get_by_role("listitem").filter(has_text="Bud vase")
    expect(bud).to_contain_text("€ 18.50")
    page.get_by_role("button", name="Edit Bud vase").click()
    page.get_by_label("Price in €").fill("17")
    page.keyboard.press("Enter")
    expect(bud).to_contain_text("€ 17.00")


def test_the_shop_fits_a_phone(live: Live) -> None:
    for path in ("/shop", "/shop/3", "/shop/stock"):
        page = live(path)
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

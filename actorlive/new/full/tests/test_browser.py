from playwright.sync_api import Browser, Page, expect


def sign_up(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("To do")


def test_from_the_sign_up_to_a_list_that_two_tabs_show(browser: Browser, url: str) -> None:
    with browser.new_context() as context:
        here, there = context.new_page(), context.new_page()
        sign_up(here, url)
        there.goto(url)
        here.get_by_label("What needs doing?").fill("Milk")
        here.get_by_role("button", name="Add").click()
        expect(here.get_by_label("What needs doing?")).to_have_value("")
        there.get_by_label("Milk", exact=True).check()
        expect(here.get_by_role("status").filter(has_text="to do")).to_have_text("0 of 1 to do.")
        here.get_by_role("link", name="Log out").click()
        for tab in (here, there):
            expect(tab.get_by_role("heading", level=1)).to_have_text("Log in")

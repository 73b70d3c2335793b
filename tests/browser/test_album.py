"""/album with a mouse, by drag and drop and by keyboard: what a visitor sees of an upload in a real browser."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import FileChooser, FilePayload, Locator, Page, TimeoutError, expect

from examples.album.view import SHELF
from tests.browser.pages import Faults
from tests.support.uploads import nothing_is_left

Live = Callable[[str], Page]

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def png(name: str, size: int = 0) -> FilePayload:
    """A picture, of `size` bytes if that is more than it needs."""
    return {"name": name, "mimeType": "image/png", "buffer": PNG + b"\0" * max(0, size - len(PNG))}


@pytest.fixture(autouse=True)
def _empty_album(faults: Faults) -> Iterator[None]:
    """The server is another process, with the same folder. A tab that is closed as soon as photos are there may have
    their progress still to tell."""
    faults.expect("Failed to push file progress .*no connection")
    for photo in SHELF.photos():
        SHELF.remove(photo.id)
    yield
    nothing_is_left()


def chosen(page: Page) -> Locator:
    return page.get_by_role("list", name="Chosen").get_by_role("listitem")


def album(page: Page) -> Locator:
    return page.get_by_role("list", name="Album").locator("> li")


def choose(page: Page, *files: FilePayload) -> None:
    page.get_by_label("Choose up to five photos").set_input_files(list(files))


PASTE = """() => {
  const clipboardData = new DataTransfer();
  const picture = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
  clipboardData.items.add(new File([picture], "pasted.png", { type: "image/png" }));
  window.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
}"""


def test_a_photo_is_pasted(live: Live) -> None:
    page = live("/album")
    page.evaluate(PASTE % base64.b64encode(PNG).decode())
    expect(chosen(page)).to_have_count(1)
    page.get_by_role("button", name="Add to the album").click()
    expect(album(page).locator("img")).to_have_attribute("alt", "pasted.png")


def test_photos_are_shown_before_they_are_sent_and_added_in_order(live: Live) -> None:
    page = live("/album")
    choose(page, png("one.png"), png("two.png", 200_000))
    expect(chosen(page)).to_have_count(2)
    preview = chosen(page).first.locator("img")
    assert preview.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    expect(chosen(page).first.get_by_role("progressbar")).to_have_attribute("value", "0")
    page.get_by_role("button", name="Add to the album").click()
    expect(album(page)).to_have_count(2)
    expect(chosen(page)).to_have_count(0)
    expect(album(page).first.locator("img")).to_have_attribute("alt", "one.png")
    assert (
        album(page).first.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")
        == 1
    )


def test_captions_order_and_removal_are_shown_in_every_tab(live: Live) -> None:
    page, other = live("/album"), live("/album")
    choose(page, png("one.png"), png("two.png"))
    page.get_by_role("button", name="Add to the album").click()
    expect(album(other)).to_have_count(2)
    page.get_by_label("Caption of one.png").fill("The first")
    album(page).first.get_by_role("button", name="Save").click()
    expect(other.get_by_label("Caption of The first")).to_have_value("The first")
    page.get_by_role("group", name="Place of The first").get_by_role("button", name="Later").click()
    expect(album(other).nth(1).locator("img")).to_have_attribute("alt", "The first")
    page.get_by_role("group", name="Place of two.png").get_by_role("button", name="Remove").click()
    expect(album(other)).to_have_count(1)


def test_what_is_refused_says_why_and_can_be_taken_back(live: Live) -> None:
    page = live("/album")
    choose(page, png("big.png", 5_000_001), {"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    expect(chosen(page).first.get_by_role("alert")).to_have_text(
        "The file is too large: at most 5 MB can be uploaded."
    )
    expect(chosen(page).nth(1).get_by_role("alert")).to_contain_text(
        "Files of this type are not accepted, only .jpg"
    )
    page.get_by_role("button", name="Add to the album").click()
    expect(album(page)).to_have_count(0)
    page.get_by_role("button", name="Don't add big.png").click()
    page.get_by_role("button", name="Don't add a.txt").click()
    expect(chosen(page)).to_have_count(0)
    choose(page, png("good.png"))
    page.get_by_role("button", name="Add to the album").click()
    expect(album(page)).to_have_count(1)


def test_too_many_files_say_so_until_enough_are_taken_back(live: Live) -> None:
    page = live("/album")
    choose(page, *[png(f"{number}.png") for number in range(6)])
    alert = page.get_by_role("region", name="New photos").locator("> [role=alert]")
    expect(alert).to_have_text("Too many files: at most 5 can be uploaded.")
    page.get_by_role("button", name="Don't add 3.png").click()
    expect(alert).to_have_count(0)
    page.get_by_role("button", name="Add to the album").click()
    expect(album(page)).to_have_count(5)


def test_a_file_that_is_no_picture_is_found_out(live: Live) -> None:
    page = live("/album")
    choose(page, {"name": "fake.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"})
    page.get_by_role("button", name="Add to the album").click()
    expect(page.get_by_text("1 of the files are not pictures")).to_be_visible()
    expect(album(page)).to_have_count(0)
    expect(chosen(page)).to_have_count(0)


DRAG = """
([kinds, name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
  const region = document.querySelector(".drop");
  for (const kind of kinds)
    region.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }));
}
"""


def test_photos_are_dropped(live: Live) -> None:
    page = live("/album")
    region = page.get_by_role("region", name="New photos")
    for name in ("one.png", "two.png"):
        page.evaluate(DRAG, [["dragenter", "dragover"], name, list(PNG)])
        expect(region).to_contain_class("phx-drop-target-active")
        page.evaluate(DRAG, [["drop"], name, list(PNG)])
        expect(region).not_to_contain_class("phx-drop-target-active")
    expect(chosen(page)).to_have_count(2)
    page.get_by_role("button", name="Add to the album").click()
    expect(album(page)).to_have_count(2)


def opened_by_keyboard(page: Page, label: str) -> FileChooser:
    """The chooser of a file input. A window that is not the front one opens none, and on a busy machine it may have the
    key before it is: then the key is pressed again, as a person would."""
    page.bring_to_front()
    for _ in range(3):
        try:
            with page.expect_file_chooser(timeout=10_000) as chooser:
                page.get_by_label(label).press("Space")
        except TimeoutError:
            continue
        return chooser.value
    raise AssertionError(f"no chooser of {label!r} opens")


def test_it_works_by_keyboard_alone(live: Live) -> None:
    page = live("/album")
    opened_by_keyboard(page, "Choose up to five photos").set_files([png("one.png"), png("two.png")])
    expect(chosen(page)).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Don't add one.png")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chosen(page)).to_have_count(1)
    page.get_by_role("button", name="Add to the album").focus()
    page.keyboard.press("Enter")
    expect(album(page)).to_have_count(1)
    page.get_by_label("Caption of two.png").focus()
    page.keyboard.type("By keyboard")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Caption of By keyboard")).to_have_value("By keyboard")

"""Uploads of the official client, of every kind that it knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.pages import Faults, connected
from tests.browser.relay import Relay
from tests.browser.server import Server
from tests.support.uploads import nothing_is_left


@pytest.fixture(scope="module")
def app() -> Iterator[Server]:
    with Server("tests.browser.apps.uploads:app") as running:
        yield running
    nothing_is_left()


@pytest.fixture(autouse=True)
def _closed_early(faults: Faults) -> None:
    """A tab that is closed as soon as the files are saved may have their progress still to tell."""
    faults.expect("Failed to push file progress .*no connection")


def open_page(app: Server, page: Page, path: str) -> Page:
    page.goto(app.url + path)
    connected(page)
    return page


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def entry(page: Page, name: str) -> Locator:
    return page.locator(".entry", has_text=name)


def test_a_submit_waits_for_what_is_on_its_way(app: Server, page: Page) -> None:
    open_page(app, page, "/slow")
    page.get_by_label("Files").set_input_files([file("a.txt", b"x" * 300_000), file("b.txt", b"y" * 10)])
    expect(page.locator(".entry")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("a.txt=300000, b.txt=10")
    expect(page.locator(".entry")).to_have_count(0)


def test_a_file_goes_on_over_a_cut_of_the_line(app: Server, page: Page, faults: Faults) -> None:
    faults.expect("WebSocket connection|ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE")
    with Relay(app.port) as relay:
        page.goto(relay.url + "/slow")
        connected(page)
        page.get_by_label("Files").set_input_files([file("long.txt", b"x" * 3_000_000)])
        for _ in range(3):
            page.wait_for_timeout(200)
            relay.cut()
            page.wait_for_selector("html.al-away", state="attached")
            relay.mend()
            page.wait_for_selector("html:not(.al-away)", state="attached")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#saved")).to_have_text("long.txt=3000000")


def test_a_file_is_cancelled_in_flight_and_another_goes_on(app: Server, page: Page) -> None:
    open_page(app, page, "/slow")
    page.get_by_label("Files").set_input_files(
        [file("long.txt", b"x" * 5_000_000), file("b.txt", b"y" * 500_000)]
    )
    expect(entry(page, "long.txt")).not_to_contain_text("long.txt 0")
    entry(page, "long.txt").get_by_role("button", name="Cancel").click()
    expect(entry(page, "long.txt")).to_have_count(0)
    expect(page.locator("#ended")).to_contain_text("cancel")
    expect(entry(page, "b.txt")).to_contain_text("b.txt 100")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("b.txt=500000")


def test_a_lost_connection_loses_the_files_and_new_ones_can_be_chosen(
    app: Server, page: Page, faults: Faults
) -> None:
    faults.expect("Failed to push file progress")
    open_page(app, page, "/slow")
    page.get_by_label("Files").set_input_files([file("long.txt", b"x" * 5_000_000)])
    expect(entry(page, "long.txt")).not_to_contain_text("long.txt 0")
    page.evaluate("liveSocket.disconnect(() => liveSocket.connect())")
    expect(page.locator(".entry")).to_have_count(0)
    connected(page)
    page.get_by_label("Files").set_input_files([file("b.txt", b"y")])
    expect(entry(page, "b.txt")).to_contain_text("b.txt 100")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("b.txt=1")


def test_a_folder_and_another_input_in_one_form(app: Server, page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "beach"
    (folder / "far").mkdir(parents=True)
    (folder / "a.txt").write_text("1")
    (folder / "far" / "b.txt").write_text("2")
    open_page(app, page, "/many")
    page.get_by_label("Folder").set_input_files(folder)
    expect(page.locator("#count")).to_have_text("2 0")
    page.get_by_label("Cover").set_input_files([file("c.txt", b"3")])
    expect(page.locator("#count")).to_have_text("2 1")
    page.get_by_role("button", name="Save both").click()
    expect(page.locator("#saved")).to_have_text("beach/a.txt=1, beach/far/b.txt=2, c.txt=3")
    expect(page.locator("#count")).to_have_text("0 0")


def test_a_live_component_has_an_upload_of_its_own(app: Server, page: Page) -> None:
    open_page(app, page, "/many")
    page.get_by_label("Picture").set_input_files([file("me.txt", b"me")])
    expect(page.locator("#avatar-a input")).to_have_attribute("data-phx-active-refs", "0")
    page.locator("#avatar-a button").click()
    expect(page.locator("#avatar-a b")).to_have_text("me.txt=me")


CLIPBOARD = """
  const pasted = (...texts) => texts.map((text, n) => new File([text], `pasted-${n}.txt`, { type: "text/plain" }));
  const Clipboard = {
    mounted() {
      window.paste = (name, ...texts) => this.upload(name, pasted(...texts));
      window.pasteTo = (target, name, ...texts) => this.uploadTo(target, name, pasted(...texts));
    },
  };
  window.actorlive = { hooks: { Clipboard } };
"""


def test_a_hook_brings_files_for_its_view_and_for_a_component(app: Server, page: Page) -> None:
    page.add_init_script(CLIPBOARD)
    open_page(app, page, "/hooked")
    page.evaluate("paste('files', 'one', 'two')")
    expect(page.locator(".entry")).to_have_text(["pasted-0.txt", "pasted-1.txt"])
    page.get_by_role("button", name="Save all").click()
    expect(page.locator("#saved")).to_have_text("pasted-0.txt=one, pasted-1.txt=two")
    page.evaluate("pasteTo('#avatar-a', 'picture', 'me')")
    expect(page.locator("#avatar-a input")).not_to_have_attribute("data-phx-active-refs", "")
    page.locator("#avatar-a button").click()
    expect(page.locator("#avatar-a b")).to_have_text("pasted-0.txt=me")


def test_a_hook_is_told_of_an_upload_that_is_not_there(app: Server, page: Page, faults: Faults) -> None:
    faults.expect('no live file inputs found matching the name "picture_of_me"')
    page.add_init_script(CLIPBOARD)
    open_page(app, page, "/hooked")
    page.evaluate("paste('picture_of_me', 'one')")
    expect(page.locator(".entry")).to_have_count(0)


S3 = """
  window.aborted = 0;
  const S3 = (entries, onViewError) => entries.forEach((entry) => {
    const { url, fields } = entry.meta;
    const form = new FormData();
    Object.entries(fields).forEach(([name, value]) => form.append(name, value));
    form.append("file", entry.file);
    const request = new XMLHttpRequest();
    const abort = () => { window.aborted++; request.abort(); };
    onViewError(abort);
    entry.onCancel(abort);
    request.onload = () => request.status < 300 ? entry.progress(100) : entry.error(String(request.status));
    request.onerror = () => entry.error();
    request.open("POST", url);
    if (entry.file.name === "held.txt") entry.progress(10);
    else request.send(form);
  });
  window.actorlive = { options: { uploaders: { S3 } } };
"""


def test_files_go_past_the_server_by_presigned_forms(app: Server, page: Page) -> None:
    page.add_init_script(S3)
    open_page(app, page, "/outside")
    page.get_by_label("Files").set_input_files([file("a.txt", b"one"), file("b.txt", b"two")])
    expect(page.locator(".entry")).to_have_count(2)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#saved")).to_have_text("a.txt=one, b.txt=two")


def test_the_stores_refusal_is_shown(app: Server, page: Page, faults: Faults) -> None:
    faults.expect("status of 507")
    page.add_init_script(S3)
    open_page(app, page, "/outside")
    page.get_by_label("Files").set_input_files([file("a.txt", b"refuse")])
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("button", name="Save").click()
    expect(entry(page, "a.txt").locator("i")).to_have_text("The upload failed.")
    expect(page.locator("#saved")).to_have_text("")


def test_cancel_reaches_the_uploader(app: Server, page: Page) -> None:
    page.add_init_script(S3)
    open_page(app, page, "/outside")
    page.get_by_label("Files").set_input_files([file("held.txt", b"x")])
    expect(page.locator(".entry")).to_have_count(1)
    page.get_by_role("button", name="Save").click()
    expect(entry(page, "held.txt")).to_contain_text("held.txt 10")
    entry(page, "held.txt").get_by_role("button", name="Cancel").click()
    expect(page.locator(".entry")).to_have_count(0)
    page.wait_for_function("window.aborted === 1")

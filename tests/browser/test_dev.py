"""`actorlive dev` on an application of its own, whose files are edited while its page is open."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.axe import is_clean
from tests.browser.pages import Faults, connected
from tests.browser.server import Server

SHOP = """
from dataclasses import dataclass

from quart_trio import QuartTrio
from actorlive import ActorLive, Event, LiveView, Socket, Stream, component, heex


class Add(Event):
    by: int = 1


class Boom(Event):
    pass


class Typed(Event):
    name: str = ""


class Shop(LiveView[Add | Boom | Typed]):
    count: int = 0
    rows: list[int] = []

    async def handle_event(self, event: Add | Boom | Typed, socket: Socket) -> None:
        match event:
            case Add():
                self.count += event.by
                self.rows.append(1)
            case Boom():
                raise ValueError("it went boom")
            case Typed():
                pass


@component
def layout(*, csrf_token, script, colocated, inner_block):
    return heex(\"\"\"
      <!DOCTYPE html>
      <html lang="en">
        <head>
          <title>Shop</title>
          <link rel="icon" href="data:,">
          <meta name="csrf-token" content={@csrf_token}>
          <link rel="stylesheet" href="/static/shop.css">
          {@colocated}
          <script defer src={@script}></script>
        </head>
        <body>{render_slot(@inner_block)}</body>
      </html>
    \"\"\")


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests of development only", root_layout=layout)
live.route("/", Shop)
"""

PAGE = """\
<main>
  <h1>Shop {@count}</h1>
  <button phx-click="add">Add</button>
  <button phx-click="boom">Boom</button>
  <form id="typing" phx-change="typed"><input name="name" aria-label="Name" value=""></form>
  <input aria-label="Loose" value="">
  <p>{len(@rows)} rows</p>
  <div class="tall"></div>
</main>
"""

STYLE = "h1 { color: rgb(1, 2, 3) } .tall { height: 3000px }\n"

ROW = """
@dataclass
class Cup:
    id: int


@component
def cup_row(*, cup):
    return heex("<li>{@cup.id}</li>")
"""

FILL = """
    async def mount(self, params, session, socket: Socket) -> None:
        socket.stream("cups", [Cup(1)])
"""

CUPS = """<ul id="cups" phx-update="stream"><.cup_row :for={_, cup in @streams.cups} cup={cup} /></ul>"""

Edit = Callable[[str, str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The application's files."""
    (tmp_path / "static").mkdir()
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "shop.heex").write_text(PAGE)
    (tmp_path / "static" / "shop.css").write_text(STYLE)
    return tmp_path


@pytest.fixture
def dev(folder: Path) -> Iterator[Server]:
    with Server("shop", command="dev", cwd=folder) as running:
        wait_until_served(running)
        yield running


def wait_until_served(server: Server) -> None:
    """The address is told at once, the application is loaded meanwhile."""
    with suppress(HTTPError):
        urlopen(server.url, timeout=120).close()


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace text in a file, as a person does: what is there is there."""

    def replace(name: str, old: str, new: str) -> None:
        file = folder / name
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return replace


@pytest.fixture
def shop(dev: Server, page: Page, faults: Faults) -> Page:
    """The page, connected, after two clicks. While one worker gives way to the next, sockets are refused."""
    faults.expect("WebSocket connection to .* failed")
    page.goto(dev.url)
    connected(page)
    for count in (1, 2):
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading")).to_have_text(f"Shop {count}")
    return page


def overlay(page: Page) -> str:
    """The text of the overlay, once it is there."""
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog.inner_text()


@pytest.mark.parametrize("bypass_csp", [False])
def test_a_template_and_a_stylesheet_change_in_the_open_page_and_its_state_stays(
    shop: Page, edit: Edit, bypass_csp: bool
) -> None:
    shop.get_by_label("Loose").fill("typed")
    edit("shop.heex", "Shop {@count}", "Store with {@count}")
    expect(shop.get_by_role("heading")).to_have_text("Store with 2")
    edit("static/shop.css", "rgb(1, 2, 3)", "rgb(4, 5, 6)")
    expect(shop.get_by_role("heading")).to_have_css("color", "rgb(4, 5, 6)")
    shop.get_by_role("button", name="Add").click()
    expect(shop.get_by_role("heading")).to_have_text("Store with 3")


def test_code_that_changes_brings_the_page_back_with_fields_scroll_and_focus(
    shop: Page, edit: Edit, dev: Server
) -> None:
    shop.evaluate("window.isOld = true")
    shop.get_by_label("Loose").fill("typed")
    name = shop.get_by_label("Name")
    name.fill("Ada Lovelace")
    shop.evaluate("scrollTo(0, 400)")
    edit("shop.py", "self.count += event.by", "self.count += 10 * event.by")
    expect(shop.get_by_role("heading")).to_have_text("Shop 0")
    connected(shop)
    expect(name).to_have_value("Ada Lovelace")
    expect(name).to_be_focused()
    expect(shop.get_by_label("Loose")).to_have_value("typed")
    assert shop.evaluate("scrollY") == 400
    assert shop.evaluate("window.isOld"), "the page was loaded anew"
    shop.get_by_role("button", name="Add").click()
    expect(shop.get_by_role("heading")).to_have_text("Shop 10")


def test_fields_come_back_though_the_view_is_back_before_the_page_hears_of_the_new_server(
    dev: Server, page: Page, edit: Edit, faults: Faults
) -> None:
    faults.expect("WebSocket connection to .* failed")
    ended: list[WebSocketRoute] = []

    def hold(page_side: WebSocketRoute) -> None:
        page_side.connect_to_server().on_close(lambda code, reason: ended.append(page_side))

    page.route_web_socket(re.compile("/live/dev$"), hold)
    page.goto(dev.url)
    connected(page)
    page.get_by_label("Loose").fill("typed")
    page.get_by_label("Name").focus()
    edit("shop.py", "count: int = 0", "count: int = 5")
    expect(page.get_by_role("heading")).to_have_text("Shop 5")
    connected(page)
    expect(page.get_by_label("Loose")).to_have_value("typed")
    while not ended:
        page.evaluate("new Promise(requestAnimationFrame)")
    with page.expect_websocket():
        ended[0].close()
    expect(page.get_by_label("Loose")).to_have_value("typed")


def test_a_layout_that_changes_has_the_page_loaded_anew_as_it_was_left(shop: Page, edit: Edit) -> None:
    shop.get_by_label("Loose").fill("typed")
    shop.get_by_label("Name").fill("Ada")
    shop.evaluate("scrollTo(0, 300)")
    edit("shop.py", "<title>Shop</title>", "<title>Store</title>")
    expect(shop).to_have_title("Store")
    connected(shop)
    expect(shop.get_by_label("Loose")).to_have_value("typed")
    expect(shop.get_by_label("Name")).to_have_value("Ada")
    expect(shop.get_by_label("Name")).to_be_focused()
    assert shop.evaluate("scrollY") == 300


def test_a_crash_is_shown_over_its_page_until_the_file_is_saved(
    shop: Page, edit: Edit, faults: Faults
) -> None:
    other = shop.context.new_page()
    other.goto(shop.url)
    connected(other)
    shop.get_by_role("button", name="Boom").click()
    shown = overlay(shop)
    for part in (
        "Shop ended",
        "ValueError",
        "it went boom",
        "shop.py:30:17",
        "count",
        "event Boom()",
        "Add(by=1)",
    ):
        assert part in shown, part
    expect(other.get_by_role("dialog")).to_have_count(0)
    link = shop.get_by_role("link", name="Open in editor").get_attribute("href")
    assert link is not None
    assert re.fullmatch(r"vscode://file/.*/shop\.py:30:17", link)
    connected(shop)  # it is back already, below the overlay
    edit("shop.heex", "Shop {@count}", "Store {@count}")
    expect(shop.get_by_role("dialog")).to_have_count(0)
    expect(shop.get_by_role("heading")).to_have_text("Store 0")


def test_an_overlay_can_be_dismissed_and_copied(shop: Page) -> None:
    shop.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shop.get_by_role("button", name="Boom").click()
    overlay(shop)
    shop.get_by_role("button", name="Copy for a report").click()
    expect(shop.get_by_role("button", name="Copied")).to_be_visible()
    report = shop.evaluate("navigator.clipboard.readText()")
    assert report.startswith("ValueError: it went boom")
    assert "shop.py:30:17" in report
    shop.keyboard.press("Escape")
    expect(shop.get_by_role("dialog")).to_have_count(0)
    connected(shop)
    shop.get_by_role("button", name="Add").click()
    expect(shop.get_by_role("heading")).to_have_text("Shop 1")


def test_code_that_cannot_be_loaded_is_an_overlay_and_the_page_lives_on(shop: Page, edit: Edit) -> None:
    edit("shop.py", "self.count += event.by", "self.count += event.by +")
    shown = overlay(shop)
    assert "SyntaxError" in shown
    assert "shop.py:27" in shown
    shop.keyboard.press("Escape")
    shop.get_by_role("button", name="Add").click()
    expect(shop.get_by_role("heading")).to_have_text("Shop 3")
    shop.reload()
    assert "SyntaxError" in overlay(shop)
    edit("shop.py", "event.by +", "event.by + 1")
    expect(shop.get_by_role("dialog")).to_have_count(0)
    connected(shop)
    shop.get_by_role("button", name="Add").click()
    expect(shop.get_by_role("heading")).to_have_text("Shop 2")


def test_a_faulty_template_is_an_overlay_with_a_caret(shop: Page, edit: Edit) -> None:
    edit("shop.heex", "{@count}", "{@coutn}")
    shown = overlay(shop)
    assert "@coutn is not an assign of Shop" in shown
    assert "^^^^^^" in shown
    assert "shop.heex:2:13" in shown
    edit("shop.heex", "{@coutn}", "{@count}")
    expect(shop.get_by_role("dialog")).to_have_count(0)
    expect(shop.get_by_role("heading")).to_have_text("Shop 2")


@pytest.mark.parametrize("bypass_csp", [False])
def test_a_page_that_cannot_be_made_is_the_error_and_loads_again(
    dev: Server, page: Page, edit: Edit, faults: Faults, bypass_csp: bool
) -> None:
    faults.expect("500")
    edit("shop.heex", "{@count}", "{1 / @count}")
    page.goto(dev.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("division by zero")
    expect(page.get_by_text("500, while mounting GET /")).to_be_visible()
    edit("shop.heex", "{1 / @count}", "{@count}")
    expect(page.get_by_role("heading", name="Shop 0")).to_be_visible()
    connected(page)


def test_lesser_things_are_notes(shop: Page, edit: Edit, faults: Faults) -> None:
    faults.expect("have the id")
    notes = shop.get_by_role("group").filter(has_text="note")
    expect(notes).to_be_visible()
    notes.locator("summary").click()
    expect(notes).to_contain_text("Shop.rows was changed in place")
    edit("shop.heex", '<div class="tall">', '<i id="twin"></i><i id="twin"></i><div class="tall">')
    expect(notes).to_contain_text('2 elements have the id "twin"')
    notes.get_by_role("button", name="Clear").click()
    expect(notes).to_have_count(0)


def test_a_streams_row_without_id_that_a_component_draws_is_a_note(
    shop: Page, edit: Edit, faults: Faults
) -> None:
    faults.expect("with an id are allowed")
    edit("shop.py", "class Add(Event):", ROW + "\n\nclass Add(Event):")
    edit("shop.py", "    rows: list[int] = []\n", "    rows: list[int] = []\n    cups: Stream[Cup]\n" + FILL)
    edit("shop.heex", '<div class="tall">', CUPS + '<div class="tall">')
    expect(shop.locator("#cups")).to_be_attached()
    shop.reload()  # the client looks at the rows of a container that is there already
    notes = shop.get_by_role("group").filter(has_text="note")
    expect(notes).to_be_visible()
    notes.locator("summary").click()
    expect(notes).to_contain_text("only HTML element tags with an id are allowed")


def test_the_overlay_and_the_notes_are_clean(shop: Page, edit: Edit) -> None:
    notes = shop.get_by_role("group").filter(has_text="note")
    expect(notes).to_be_visible()
    notes.locator("summary").click()
    is_clean(shop)
    shop.get_by_role("button", name="Boom").click()
    overlay(shop)
    connected(shop)
    is_clean(shop)
    edit("shop.heex", "{@count}", "{@coutn}")
    expect(shop.get_by_role("dialog")).to_contain_text("coutn")
    is_clean(shop)


def test_an_error_page_is_clean(dev: Server, page: Page, edit: Edit, faults: Faults) -> None:
    faults.expect("500")
    edit("shop.heex", "{@count}", "{1 / @count}")
    page.goto(dev.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("division by zero")
    is_clean(page)


def test_an_application_that_cannot_be_loaded_at_the_start_is_served_as_the_reason(
    folder: Path, page: Page, edit: Edit, faults: Faults
) -> None:
    faults.expect("500")
    edit("shop.py", "class Add(Event):", "class Add(Evnt):")
    with Server("shop", command="dev", cwd=folder) as running:
        wait_until_served(running)
        page.goto(running.url + "/anywhere")
        expect(page.get_by_role("heading", level=1)).to_contain_text("name 'Evnt' is not defined")
        expect(page.get_by_text('Did you mean "Event"?')).to_be_visible()
        faults.expect("404")
        edit("shop.py", "class Add(Evnt):", "class Add(Event):")
        expect(page.get_by_text("Evnt")).to_have_count(0)
        page.goto(running.url)
        connected(page)
        page.goto("about:blank")
        assert running.stop() == 0
    assert any("could not be loaded" in line for line in running.log)

"""What a developer adds to an application, who may see it, and that without one there is nothing of it."""

from __future__ import annotations

import json
import logging
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import trio
from quart.testing import WebsocketResponseError
from quart_trio import QuartTrio
from trio_websocket import open_websocket_url

from actorlive import runtime
from actorlive.dev.control import Settings
from actorlive.dev.developer import PAGES_PATH
from actorlive.dev.gate import HostGate
from actorlive.dev.swapping import swap_templates
from actorlive.dev.worker import load
from actorlive.template import TemplateError
from actorlive.testing import live as visit
from actorlive.web import ActorLive
from actorlive.web.hosts import Hosts
from tests.dev.conftest import Develop, Developed
from tests.web.visitor import get, serving

LOGIN = """
class Login(Event):
    name: str
    password: str

class V(LiveView[Login]):
    name: str = ""
    secret_note: str = "x"

    async def mount(self, params, session, socket):
        if "fail" in params:
            raise ValueError("no luck")

    async def handle_event(self, event, socket):
        self.name = event.name
        if self.name == "boom":
            raise ValueError("boom")

    async def handle_info(self, message, socket):
        pass

    template = heex('''
      <form id="f" phx-submit="login"><input name="name"><input name="password"></form>{@name}{@secret_note}
    ''')

live.route("/", V)
"""


async def test_one_line_says_what_happened_without_secrets(
    develop: Develop, caplog: pytest.LogCaptureFixture
) -> None:
    developed = develop(LOGIN)
    async with visit(developed.live.app, "/?token=hunter2&page=1") as view:
        await view.form("#f", {"name": "ann", "password": "hunter2"}).submit()
        runtime.send(view.pid, {"tick": 1, "api_key": "hunter2"})
        await view.settle()
    lines = [record.getMessage() for record in caplog.records if record.name == "actorlive.dev"]
    told = [re.sub(r"[\d.e-]+ ms", "0 ms", line) for line in lines]
    assert told == [
        "GET /?token=[filtered]&page=1  200 in 0 ms",
        "V joined at /?token=[filtered]&page=1  in 0 ms",
        "V event Login(name='ann', password=[filtered])  in 0 ms",
        "V message {'tick': 1, 'api_key': [filtered]}  in 0 ms",
    ]


async def test_an_overlay_has_what_the_view_held_and_was_told(develop: Develop) -> None:
    developed = develop(LOGIN)
    async with visit(developed.live.app, "/") as view:
        with pytest.raises(ValueError, match="boom"):
            await view.form("#f", {"name": "boom", "password": "hunter2"}).submit()
    overlay = developed.told.overlay
    assert "hunter2" not in overlay
    assert "<dt>name</dt>" in overlay
    assert re.search(r"changed</em>\s*&#39;boom&#39;", overlay)
    assert "event <code>Login(name=&#39;boom&#39;, password=[filtered])</code>" in overlay
    assert "mount <code>/</code>" in overlay


async def test_the_error_page_has_the_request_and_the_script_that_loads_it_again(develop: Develop) -> None:
    developed = develop(LOGIN)
    async with serving(developed.live.app) as url:
        page = await get(url, "/?fail=1&token=hunter2")
        script = re.search(r'src="(/live/assets/dev-[^"]+)"', page.body)
        assert script is not None
        assert (await get(url, script[1])).status == 200
    assert page.status == 500
    assert "500, while mounting GET /?fail=1&amp;token=[filtered]" in page.body
    assert "hunter2" not in page.body
    assert "False: the first paint" in page.body
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|style=|onclick", page.body)


async def test_pages_are_greeted_and_told(develop: Develop, monkeypatch: pytest.MonkeyPatch) -> None:
    developed = develop(LOGIN)
    monkeypatch.undo()  # the hub itself, this time
    assert developed.developer is not None
    async with serving(developed.live.app) as url:
        async with open_websocket_url(url.replace("http", "ws") + PAGES_PATH) as page:
            hello = json.loads(await page.get_message())
            assert hello["kind"] == "hello"
            assert hello["overlay"] is None
            developed.developer.show("<p>broken</p>")
            assert json.loads(await page.get_message()) == {
                "kind": "fault",
                "view": None,
                "overlay": "<p>broken</p>",
            }
        async with open_websocket_url(url.replace("http", "ws") + PAGES_PATH) as page:
            assert json.loads(await page.get_message())["overlay"] == "<p>broken</p>"


def test_a_page_has_the_document_of_the_process_that_made_it_though_the_file_has_changed(
    develop: Develop,
) -> None:
    layout = """
from actorlive import component

@component
def layout(*, csrf_token, script, inner_block):
    return heex("<title>Shop</title>{render_slot(@inner_block)}")

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests of development only", root_layout=layout)
"""
    old = develop(layout)
    document = document_of(old)
    del sys.modules[old.live.app.import_name]  # the next process has loaded nothing
    new = develop(layout.replace("Shop", "Store"))
    assert document_of(old) == document
    assert document_of(new) != document


def document_of(developed: Developed) -> str:
    """What a page of this process says that it was made of."""
    assert developed.developer is not None
    found = re.search(r'data-document="(\w+)"', developed.developer.tags())
    assert found is not None
    return found[1]


async def test_no_page_of_another_site_is_told(develop: Develop) -> None:
    client = develop(LOGIN).live.app.test_client()
    origin = {"Origin": "http://evil.example"}
    async with client.websocket(PAGES_PATH, headers=origin) as page:  # pyright: ignore[reportUnknownMemberType]
        with pytest.raises(WebsocketResponseError) as refused:
            await page.receive()
    assert refused.value.response.status_code == 403


NAMES = [
    ("localhost:4000", True),
    ("shop.localhost", True),
    ("192.168.1.7:4000", True),
    ("[::1]", True),
    ("shop.test", True),
    ("evil.example", False),
    ("127.0.0.1.evil.example", False),
    ("", False),
]


@pytest.mark.parametrize(("host", "is_served"), NAMES)
@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_name_that_a_stranger_can_make_is_not_served(kind: str, host: str, is_served: bool) -> None:
    reached: list[str] = []
    sent: list[dict[str, Any]] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        reached.append(scope["type"])

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": [(b"host", host.encode())]}
    await HostGate(application, Hosts(["shop.test"]))(scope, None, send)
    assert bool(reached) == is_served
    assert bool(sent) != is_served


async def test_hosts_that_nobody_named_admit_no_stranger() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("reached")

    scope = {"type": "http", "headers": [(b"host", b"evil.example")]}
    await HostGate(application, Hosts(None))(scope, None, send)
    assert sent[0]["status"] == 421


async def test_without_a_developer_there_is_nothing_of_it(tmp_path: Path, develop: Develop) -> None:
    developed = develop(LOGIN)
    module = tmp_path / f"{developed.live.app.import_name}.py"
    namespace: dict[str, Any] = {"__name__": "plain"}
    exec(compile(module.read_text(), str(module), "exec"), namespace)
    app: QuartTrio = namespace["app"]
    async with serving(app) as url:
        page = await get(url, "/")
        failed = await get(url, "/?fail=1")
        assert (await get(url, PAGES_PATH)).status == 404
        assert (await get(url, script_of(developed))).status == 404
    assert page.status == 200
    assert not re.search(r"/live/dev|assets/dev", page.body)
    assert failed.status == 500
    for leaked in ("no luck", "ValueError", "mount", str(module), "Traceback"):
        assert leaked not in failed.body


def script_of(developed: Developed) -> str:
    assert developed.developer is not None
    found = re.search(r'src="([^"]+)"', developed.developer.tags())
    assert found is not None
    return found[1]


TEMPLATE = """
from pathlib import Path
from actorlive.template import load_template

class V(LiveView):
    count: int = 3
    template = load_template(Path(__file__).with_name("v.heex"), globals())

live.route("/", V)
"""


def test_a_template_is_exchanged_only_where_its_view_holds(develop: Develop, tmp_path: Path) -> None:
    file = tmp_path / "v.heex"
    file.write_text("<p>{@count}</p>")
    develop(TEMPLATE)
    file.write_text("<b>{@count}, {@page_title}</b>")
    assert swap_templates([file])
    file.write_text("<b>{@cuont}</b>")
    with pytest.raises(TemplateError, match="@cuont is not an assign of V"):
        swap_templates([file])
    unknown = tmp_path / "other.heex"
    unknown.write_text("<p>x</p>")
    assert not swap_templates([unknown])
    assert not swap_templates([file.with_name("none.heex")])


ITEM = """
from pathlib import Path
from actorlive import LiveComponent
from actorlive.template import load_template

class Item(LiveComponent):
    text: str = "one"
    template = load_template(Path(__file__).with_name("item.heex"), globals())

class V(LiveView):
    template = heex("<main><.live_component module={Item} id='a' text='one' /></main>")

live.route("/", V)
"""


async def test_a_live_components_template_is_exchanged_and_redrawn(develop: Develop, tmp_path: Path) -> None:
    file = trio.Path(tmp_path / "item.heex")
    await file.write_text("<p>{@text}</p>")
    developed = develop(ITEM)
    assert developed.developer is not None
    async with visit(developed.live.app, "/") as view:
        assert "<p" in await view.render()
        await file.write_text("<b>{@text}, {@myself}</b>")
        assert swap_templates([Path(file)])
        developed.developer.redraw()
        assert "one, 1</b>" in await view.render()
        await file.write_text("text without an element")
        with pytest.raises(TemplateError):
            swap_templates([Path(file)])
        assert "one, 1</b>" in await view.render()


def test_an_application_that_is_loaded_is_in_debug_mode(develop: Develop) -> None:
    assert develop(LOGIN).live.app.debug


def test_what_cannot_be_loaded_is_a_fault_and_not_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "developed_exit.py").write_text("raise SystemExit(3)\n")
    fault = load(Settings("developed_exit:app"))
    assert not isinstance(fault, ActorLive)
    assert fault.kind == "SystemExit"
    assert [record.levelno for record in caplog.records] == [logging.ERROR]

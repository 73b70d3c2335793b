"""Which scripts a page runs: the header, and the nonce in both of a page's lives."""

from __future__ import annotations

import re
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Event,
    LiveView,
    Socket,
    csp_nonce,  # noqa: F401  # pyright: ignore[reportUnusedImport] - the template calls it
    heex,
)
from actorlive.testing import live as visit
from actorlive.web.error_page import error_page
from actorlive.web.policy import DEFAULT_POLICY, told_nonce
from examples.gallery.app import EXAMPLES, POLICY, create_app
from tests.web.views import KEY


class Go(Event):
    pass


class Inline(LiveView[Go]):
    """A script that carries the page's nonce, and one more after a click."""

    more: bool = False
    template = heex("""
      <b nonce={csp_nonce()}>x</b><i :if={@more} title={csp_nonce()}>y</i><button phx-click="go">Go</button>
    """)

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.more = True


def make_app(**options: Any) -> QuartTrio:
    app = QuartTrio("policy")
    ActorLive(app, secret_key=KEY, **options).route("/", Inline)

    @app.get("/own")
    async def own() -> Any:
        return "own", 200, {"Content-Security-Policy": "sandbox"}

    return app


async def page(app: QuartTrio, path: str = "/") -> tuple[str, str]:
    answer = await app.test_client().get(path, follow_redirects=True)
    return answer.headers["content-security-policy"], await answer.get_data(as_text=True)


async def test_by_default_scripts_are_the_servers_own_files() -> None:
    policy, html = await page(make_app())
    assert policy == DEFAULT_POLICY
    assert "script-src 'self'" in policy.split("; ")
    assert "nonce" not in html


async def test_a_page_has_a_nonce_of_its_own_that_its_scripts_carry() -> None:
    app = make_app(csp="script-src 'self' 'nonce'")
    policy, html = await page(app)
    found = re.fullmatch(r"script-src 'self' 'nonce-([\w-]{22})'", policy)
    assert found
    assert html.count(f'nonce="{found[1]}"') == 2
    assert re.search(rf'<script defer [^>]*nonce="{found[1]}"', html)
    assert (await page(app))[0] != policy


async def test_an_answers_own_policy_stays() -> None:
    assert (await page(make_app(), "/own"))[0] == "sandbox"


async def test_the_nonce_lasts_over_the_socket() -> None:
    app = make_app(csp="script-src 'self' 'nonce'")
    async with visit(app, "/", connect_params={"_csp_nonce": "drawn-before"}) as view:
        await view.click("go")
        html = await view.render()
    assert html.count("drawn-before") == 2


@pytest.mark.parametrize("told", [None, 1, "", "a b", "'><script>", "x" * 65, ["a"]])
def test_what_is_no_nonce_is_none(told: object) -> None:
    assert told_nonce({"_csp_nonce": told}) is None
    assert told_nonce({}) is None


INLINE = re.compile(r"<script(?![^>]*(?: src=| type=.application/json))[^>]*>|\son\w+=", re.IGNORECASE)


@pytest.mark.parametrize("path", [example.path for example in EXAMPLES] + ["/"])
async def test_no_page_of_the_gallery_has_a_script_in_it(path: str) -> None:
    policy, html = await page(create_app(), path)
    assert policy == POLICY
    assert "<script" in html
    assert INLINE.findall(html) == []


@pytest.mark.parametrize("html", ["<script>run()</script>", "<SCRIPT defer>", "<p onclick='run()'>"])
def test_a_script_in_a_page_would_be_found(html: str) -> None:
    assert INLINE.search(html)


def test_the_page_of_a_failure_has_no_script_in_it() -> None:
    assert not INLINE.search(error_page(ValueError("broken")))

"""Which hosts are ours, and what the way over https takes: before pages, plain routes, assets and sockets alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st
from quart import request
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.web import ActorLive, ConfigurationError
from actorlive.web.headers import HSTS
from actorlive.web.hosts import Hosts, parse_host
from actorlive.web.proxies import Proxies
from tests.support.narrow import untyped
from tests.web.views import KEY, make_app
from tests.web.visitor import Page, connect, get, refused, serving

seen: list[str] = []


class Place(LiveView):
    """Notes where it is."""

    template = heex("<p>{@at}</p>")
    at: str = ""

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.at = uri
        seen.append(uri)


def site(**options: Any) -> QuartTrio:
    seen.clear()
    app, live = make_app(**{"debug": False, **options})
    live.route("/place", Place)

    @app.route("/plain", methods=["GET", "POST"])
    async def plain() -> str:
        return f"{request.scheme} {request.remote_addr}"

    return app


async def ask(app: QuartTrio, path: str = "/plain", host: str | None = "example.com", **options: Any) -> Any:
    headers = {**({} if host is None else {"Host": host}), **options.pop("headers", {})}
    return await untyped(app.test_client()).open(path, headers=headers, **{"method": "GET", **options})


# -- the list ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "host", "admitted"),
    [
        (["example.com"], "example.com", True),
        (["example.com"], "EXAMPLE.com.", True),
        (["example.com"], "example.com:8443", True),
        (["example.com:8443"], "example.com", False),
        (["example.com:8443"], "example.com:8443", True),
        (["example.com"], "www.example.com", False),
        (["example.com"], "badexample.com", False),
        (["example.com"], "example.com.evil.example", False),
        (["*.example.com"], "www.example.com", True),
        (["*.example.com"], "example.com", False),
        (["*.example.com"], "badexample.com", False),
        (["[::1]"], "[::1]:4000", True),
        (["127.0.0.1"], "127.0.0.1:4000", True),
        (["*"], "anything", True),
        ([], "example.com", False),
    ],
)
def test_a_host_is_one_of_the_list_or_not(names: list[str], host: str, admitted: bool) -> None:
    parsed = parse_host(host)
    assert parsed is not None
    assert Hosts(names).admits(parsed, debug=False) is admitted


@pytest.mark.parametrize(
    "header", ["", "a b", "a@example.com", "example.com/x", "example.com:x", "[::1", "é", "a,b"]
)
def test_what_is_no_host(header: str) -> None:
    assert parse_host(header) is None


@given(st.text(max_size=40))
def test_any_text_is_a_host_or_not_and_never_ours_by_accident(header: str) -> None:
    parsed = parse_host(header)
    if parsed is not None and Hosts(["example.com"]).admits(parsed, debug=False):
        assert header.lower().partition(":")[0].removesuffix(".") == "example.com"


@pytest.mark.parametrize(
    "host", ["localhost", "app.localhost:4000", "127.0.0.1", "127.9.9.9:80", "[::1]:4000"]
)
def test_the_names_of_this_machine_are_ours_in_debug_mode_only(host: str) -> None:
    parsed = parse_host(host)
    assert parsed is not None
    assert Hosts(["example.com"]).admits(parsed, debug=True)
    assert not Hosts(["example.com"]).admits(parsed, debug=False)


@pytest.mark.parametrize(
    "hosts", ["example.com", ["https://example.com"], ["example.com/"], [None], ["*.*.com"]]
)
def test_a_list_that_can_name_nobody_is_refused(hosts: Any) -> None:
    with pytest.raises(ConfigurationError, match="hosts"):
        ActorLive(hosts=hosts)


# -- before the application ----------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/plain", "/place", "/nowhere", "/live/assets/actorlive.js", "/live/websocket"]
)
async def test_another_host_gets_nothing(path: str, caplog: pytest.LogCaptureFixture) -> None:
    app = site(hosts=["example.com"])
    assert (await ask(app, path)).status_code != 421
    answer = await ask(app, path, "evil.example")
    assert (answer.status_code, answer.content_type) == (421, "text/plain; charset=utf-8")
    assert "evil" not in await answer.get_data(as_text=True)
    assert "refused a request for host 'evil.example'" in caplog.text


@pytest.mark.parametrize("host", ["", "a b", "exa\x00mple.com"])
async def test_a_host_that_is_none_is_a_bad_request(host: str) -> None:
    assert (await ask(site(hosts=["example.com"]), host=host)).status_code == 400


async def test_without_a_list_every_host_is_served_and_the_log_says_so_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = site()
    async with app.test_app():
        assert (await ask(app, host="evil.example")).status_code == 200
    assert [record.message for record in caplog.records if "every host" in record.message] == [
        'requests are served for every host name that they give: pass ActorLive(hosts=["example.com"])'
    ]
    caplog.clear()
    for options in ({"hosts": ["*"]}, {"debug": True}):
        async with site(**options).test_app():
            pass
    assert "every host" not in caplog.text


@pytest.mark.real_clock
async def test_a_socket_is_refused_as_a_page_is(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(site(hosts=["127.0.0.1"])) as url:
        page = await get(url, "/place")
        assert page.status == 200
        evil = Page("http://evil.example", "/place", 200, {}, page.body, page.cookie)
        assert (await get(url, "/place", Host="evil.example")).status == 421
        async with connect(page):
            pass
        handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        handshake |= {
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Host": "evil.example",
            "Origin": evil.url,
        }
        answer = await get(url, "/live/websocket?vsn=2.0.0", page.cookie, **handshake)
        assert answer.status == 421


@pytest.mark.real_clock
async def test_the_host_of_a_views_uri_is_the_handshakes() -> None:
    async with serving(site()) as url:
        page = await get(url, "/place?dead")
        async with connect(page) as wire:
            await wire.join(url="http://evil.example/place?join")
            await wire.push("live_patch", {"url": "http://evil.example:1/place?patch"})
            await wire.receive()
            await wire.push("live_patch", {"url": "/place?path"})
            await wire.receive()
    assert seen == [f"{url}/place?{way}" for way in ("dead", "join", "patch", "path")]


# -- https ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/plain", "https://example.com/plain"),
        ("/plain?a=%20b&c=1", "https://example.com/plain?a=%20b&c=1"),
        ("//evil.example/x", "https://example.com/evil.example/x"),
    ],
)
async def test_a_plain_page_is_led_over_to_https(path: str, place: str) -> None:
    app = site(hosts=["example.com"], https=True)
    raw = {"raw_path": path.partition("?")[0].encode()}
    for method in ("GET", "HEAD"):
        answer = await ask(app, path.replace("//", "/"), "example.com:8080", method=method, scope_base=raw)
        assert (answer.status_code, answer.headers["location"]) == (308, place)
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_what_may_carry_something_is_not_sent_twice(method: str) -> None:
    answer = await ask(site(hosts=["example.com"], https=True), method=method)
    assert (answer.status_code, await answer.get_data(as_text=True)) == (
        403,
        "This host is served over https only.",
    )


async def test_over_https_cookies_are_secure_and_browsers_are_told_to_stay() -> None:
    answer = await ask(site(hosts=["example.com"], https=True), "/place", scheme="https")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == HSTS
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ({}, "__Host-session"),
        ({"SESSION_COOKIE_NAME": "shop"}, "__Host-shop"),
        ({"SESSION_COOKIE_NAME": "__Secure-shop"}, "__Secure-shop"),
        ({"SESSION_COOKIE_DOMAIN": "example.com"}, "__Secure-session"),
        ({"SESSION_COOKIE_PATH": "/shop"}, "__Secure-session"),
    ],
)
async def test_the_name_of_a_cookie_promises_what_browsers_hold_it_to(
    config: dict[str, str], name: str
) -> None:
    app = site(https=True)
    untyped(app.config).update(config)
    for _ in range(2):
        await ask(app, scheme="https")
    assert app.config["SESSION_COOKIE_NAME"] == name


async def test_in_debug_mode_a_page_is_developed_over_http() -> None:
    answer = await ask(site(hosts=["example.com"], https=True, debug=True), "/place", "localhost:4000")
    assert answer.status_code == 200
    assert answer.headers["set-cookie"].startswith("session=")
    assert "strict-transport-security" not in answer.headers


@pytest.mark.real_clock
async def test_a_plain_socket_is_refused_where_https_is_wanted() -> None:
    async with serving(site(hosts=["127.0.0.1"])) as url:
        page = await get(url, "/place")
    async with serving(site(hosts=["127.0.0.1"], https=True)) as url:
        page.url = url
        assert await refused(page) == 403


# -- proxies -------------------------------------------------------------------

PROXY = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.mark.parametrize(
    ("peer", "headers", "seen_as"),
    [
        ("10.1.2.3", PROXY, "https 203.0.113.9"),
        ("::ffff:10.1.2.3", PROXY, "https 203.0.113.9"),
        ("192.0.2.1", PROXY, "http 192.0.2.1"),
        ("10.1.2.3", {}, "http 10.1.2.3"),
        ("10.1.2.3", {"X-Forwarded-Proto": "https, http"}, "http 10.1.2.3"),
        ("10.1.2.3", {"X-Forwarded-Proto": "gopher"}, "http 10.1.2.3"),
        ("10.1.2.3", {"X-Forwarded-For": "6.6.6.6, 203.0.113.9, 10.9.9.9"}, "http 203.0.113.9"),
        ("10.1.2.3", {"X-Forwarded-For": "6.6.6.6, what, 10.9.9.9"}, "http 10.1.2.3"),
        ("10.1.2.3", {"X-Forwarded-For": "[2001:db8::1]:44"}, "http 2001:db8::1"),
        ("10.1.2.3", {"X-Forwarded-For": "203.0.113.9:1234"}, "http 203.0.113.9"),
    ],
)
async def test_a_proxy_speaks_for_its_client_when_it_is_named(
    peer: str, headers: dict[str, str], seen_as: str
) -> None:
    app = site(proxies=["10.0.0.0/8"])
    answer = await ask(app, headers=headers, scope_base={"client": (peer, 1234)})
    assert await answer.get_data(as_text=True) == seen_as


async def test_nobody_is_believed_by_default() -> None:
    answer = await ask(site(https=True), headers=PROXY, scope_base={"client": ("127.0.0.1", 1)})
    assert answer.status_code == 308
    answer = await ask(
        site(https=True, proxies=["127.0.0.1"]), headers=PROXY, scope_base={"client": ("127.0.0.1", 1)}
    )
    assert answer.status_code == 200


def test_a_websocket_is_secure_behind_a_proxy_that_is() -> None:
    scope = {
        "type": "websocket",
        "scheme": "ws",
        "client": ("127.0.0.1", 1),
        "headers": [(b"X-Forwarded-Proto", b"https")],
    }
    assert Proxies(["127.0.0.1"]).rewrite(scope)["scheme"] == "wss"


@pytest.mark.parametrize("proxies", ["10.0.0.0/8", ["nginx"], ["10.0.0.1/8"], ["10.0.0.0/33"]])
def test_proxies_are_networks(proxies: Any) -> None:
    with pytest.raises(ConfigurationError, match="proxies"):
        ActorLive(QuartTrio("x"), secret_key=KEY, proxies=proxies)

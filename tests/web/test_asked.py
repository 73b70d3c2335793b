"""What is read of a scope is what Quart's `Request` says, but for the URL, which is as it came."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import quote

import pytest
from hypothesis import given, strategies as st
from quart import Request
from quart.asgi import ASGIHTTPConnection
from quart_trio import QuartTrio

from actorlive.web import csrf
from actorlive.web.asked import Asked

APP = QuartTrio("asked")

VALUES = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f"), max_size=12
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["host", "cookie", "origin", "user-agent", "x-one", "x-two", "accept", "remote-addr"]
        ),
        st.sampled_from(["example.com", "example.com:80", "[::1]:443", "a=1; b=2", "a=3", 'b="q\\"2"'])
        | VALUES,
    ),
    max_size=6,
)
QUERIES = st.lists(
    st.sampled_from(["", "vsn=2.0.0", "vsn", "=", "a=b=c", "v%73n=%32", "a+b=c+d", "%FF=%C3%A4"])
    | st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="#"), max_size=8),
    max_size=4,
).map("&".join)


def scope_of(headers: list[tuple[str, str]], query: str = "", **others: Any) -> dict[str, Any]:
    path = others.get("path", "/")
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "http_version": "1.1",
        "raw_path": quote(path).encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("192.0.2.1", 4711),
        "server": ("192.0.2.2", 80),
        "path": path,
        **others,
    }


def request_of(scope: dict[str, Any]) -> Request:
    return cast("Any", ASGIHTTPConnection(APP, cast("Any", scope)))._create_request_from_scope(None)


@given(HEADERS, st.sampled_from(["http", "https"]), st.sampled_from([("192.0.2.1", 4711), None]))
def test_headers_cookies_host_and_client_are_those_of_quart(
    headers: list[tuple[str, str]], scheme: str, client: tuple[str, int] | None
) -> None:
    scope = scope_of(headers, scheme=scheme, client=client)
    asked, request = Asked(scope), request_of(scope)
    assert asked.host == request.host
    assert asked.remote_addr == request.remote_addr
    assert asked.header(b"user-agent") == request.headers.get("user-agent")
    assert asked.headers(b"origin") == request.headers.getlist("origin")
    assert {name: asked.cookies.get(name) for name in "abc"} == {
        name: request.cookies.get(name) for name in "abc"
    }
    theirs = [(name, value) for name, value in request.headers if name.lower().startswith("x-")]
    assert asked.connect_info("/")["x_headers"] == theirs


@given(QUERIES)
def test_an_argument_is_the_first_of_its_name(query: str) -> None:
    scope = scope_of([], query)
    asked, request = Asked(scope), request_of(scope)
    for name in ("vsn", "a", "a b", "missing", csrf.CSRF_KEY):
        assert asked.argument(name) == request.args.get(name)


@pytest.mark.parametrize(
    ("path", "raw", "url"),
    [
        ("/a/b", b"/a/b", "http://example.com/a/b?x=%C3%A4"),
        ("/a b", b"/a%20b", "http://example.com/a%20b?x=%C3%A4"),
        ("/a/b", b"/a%2Fb", "http://example.com/a%2Fb?x=%C3%A4"),
        ("/ä", None, "http://example.com/%C3%A4?x=%C3%A4"),
        ("/ä", b"/of-another-path", "http://example.com/%C3%A4?x=%C3%A4"),
    ],
)
def test_the_url_is_as_it_came_or_encoded_again(path: str, raw: bytes | None, url: str) -> None:
    scope = scope_of([("host", "example.com")], "x=%C3%A4", path=path, raw_path=raw)
    assert Asked(scope).url == Asked(scope).uri == url


def test_what_names_no_host_is_at_the_address_of_the_server() -> None:
    assert Asked(scope_of([], server=("192.0.2.2", 8000))).url == "http://192.0.2.2:8000/"
    assert Asked(scope_of([("host", "no host")])).host == ""

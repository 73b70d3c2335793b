"""Only harmless targets become a redirect."""

import pytest
from hypothesis import given, strategies as st

from actorlive.errors import NavigationError
from actorlive.live.navigation import LiveRedirect, Redirect, external_url, local_path, on_host_of


@pytest.mark.parametrize("path", ["/", "/a?b=c#d", "/ümlaut", "/a//b"])
def test_local_paths(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "//evil.example",
        "/\\evil.example",
        "/%09/evil",
        "/\t/e",
        "/a\nb",
        "/a\r",
        "https://x",
        "/\x85x",
        "/\x9f",
        "/\ud800",
    ],
)
def test_what_may_leave_the_host_is_refused(path: str) -> None:
    with pytest.raises(NavigationError, match="unsafe path"):
        local_path(path)


@pytest.mark.parametrize("path", ["/\x85x", "/\x9f", "/\ud800"])
def test_what_no_header_and_no_frame_can_hold_is_refused(path: str) -> None:
    with pytest.raises(NavigationError, match="unsafe path"):
        local_path(path)


@pytest.mark.parametrize("url", ["https://example.org/x", "mailto:a@example.org"])
def test_external_urls(url: str) -> None:
    assert external_url(url) == url


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x", "/x", "JAVASCRIPT:x", "https://a\r\nb"]
)
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(NavigationError, match="unsafe URL"):
        external_url(url)


def test_wire_bodies() -> None:
    assert Redirect("/x").wire(None) == {"to": "/x", "status": 302}
    assert LiveRedirect("/x", "replace").wire("T") == {"to": "/x", "kind": "replace", "flash": "T"}


@pytest.mark.parametrize(
    ("uri", "url", "meant"),
    [
        ("http://ours:4000/a", "http://evil.example/b?c=1", "http://ours:4000/b?c=1"),
        ("https://ours/a", "http://ours/b", "https://ours/b"),
        ("https://ours/a", "/b", "https://ours/b"),
        ("ws://ours/live/websocket", "https://evil.example:1/b", "https://ours/b"),
        ("ws://ours/live/websocket", "http://u@evil.example/b", "http://ours/b"),
        ("wss://ours/live/websocket", "http://evil.example/b", "https://ours/b"),
        ("http://ours/a", "//evil.example/b", "http://ours/b"),
        ("http://ours/a", "javascript:alert(1)", "javascript:alert(1)"),
        ("http://ours/a", "b", "b"),
        ("http://ours/a", "http://[::1", "http://[::1"),
    ],
)
def test_a_client_does_not_say_which_host_it_is_at(uri: str, url: str, meant: str) -> None:
    assert on_host_of(uri, url, 100) == meant


@given(st.text(alphabet="/:[ü%a?", max_size=30), st.integers(0, 40))
def test_what_no_browser_can_have_loaded_leads_nowhere(text: str, longest: int) -> None:
    found = on_host_of("http://ours/a", f"/{text}", longest)
    assert found == ("" if len(text) + 1 > longest else on_host_of("http://ours/a", f"/{text}", 100))

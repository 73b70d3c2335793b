from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from actorlive.web.limits import Limits
from actorlive.web.router import Router
from tests.web.views import Counter, Other, make_app


def router() -> Router:
    return make_app()[1].endpoint.router


@pytest.mark.parametrize(
    ("uri", "params"),
    [
        ("/counter", {}),
        ("/counter?a=1&b[]=2", {"a": "1", "b": ["2"]}),
        ("http://localhost:4000/counter?a=1#top", {"a": "1"}),
        ("https://shop.example/counter/ada%20l?who=query", {"who": "ada l"}),
    ],
)
def test_a_path_or_a_url(uri: str, params: dict[str, object]) -> None:
    route = router().match(uri)
    assert route is not None
    assert (route.view, route.params) == (Counter, params)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "counter",
        "?a=1",
        "//",
        "/",
        "/counter/",
        "/COUNTER",
        "ftp://x/counter",
        "javascript:/counter",
        "http://[",
    ],
)
def test_what_leads_to_no_view(uri: str) -> None:
    assert router().match(uri) is None


def test_a_match_leaves_the_route_as_it_was() -> None:
    live = make_app()[1]
    first, second = live.endpoint.route_for("/counter?a=1"), live.endpoint.route_for("/counter")
    assert first is not None
    assert second is not None
    assert (first.params, second.params) == ({"a": "1"}, {})


def test_all_routes() -> None:
    listed = [(path, route.view, route.live_session) for path, route in router()]
    assert listed == [
        ("/counter", Counter, "default"),
        ("/counter/<who>", Counter, "default"),
        ("/other", Other, "default"),
        ("/admin", Counter, "admin"),
    ]


KNOWN = router()


@given(st.text() | st.text(alphabet="/counter?[]=&%:@.#", max_size=30).map(lambda tail: "/" + tail))
def test_any_text_is_a_route_or_none(uri: str) -> None:
    KNOWN.match(uri)


def test_a_url_that_is_no_head_of_a_request_leads_nowhere() -> None:
    live = make_app(limits=Limits(max_head=100))[1]
    router = live.endpoint.router
    short, long = ("/counter?" + "a" * (length - len("/counter?")) for length in (100, 101))
    assert router.match(short) is not None
    assert router.match(long) is None

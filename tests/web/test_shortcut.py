"""The short way past Quart's dispatch: whom it takes, and that an application cannot tell."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from itsdangerous import TimestampSigner
from quart import (
    Response,
    abort,
    after_this_request,
    ctx,
    current_app,
    flash,
    g,
    get_flashed_messages,
    request,
    session as quart_session,
    signals,
    url_for,
)
from quart.sessions import SecureCookieSessionInterface
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.web import ActorLive
from actorlive.web.shortcut import Shortcut
from tests.web.views import KEY, Counter
from tests.web.visitor import connect, get, refused, serving

seen: list[str] = []
"""What functions of the application saw."""

ways: list[bool] = []
"""For each request, whether it took the short way."""


async def see(*_: object, **__: object) -> None:
    seen.append("hook")


def see_values(_: str | None, __: dict[str, Any] | None) -> None:
    seen.append("hook")


async def see_answer(answer: Any) -> Any:
    seen.append("hook")
    return answer


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Note which way each request takes."""
    seen.clear()
    ways.clear()
    for name in ("page", "socket"):
        monkeypatch.setattr(Shortcut, name, noting(getattr(Shortcut, name)))


def noting(choose: Callable[..., Any]) -> Callable[..., Any]:
    def noted(*args: Any) -> Any:
        chosen = choose(*args)
        ways.append(chosen is not None)
        return chosen

    return noted


def app_with(
    view: type[LiveView[Any]] = Counter,
    kind: type[QuartTrio] = QuartTrio,
    before: Callable[[QuartTrio], object] = lambda app: None,
    **options: Any,
) -> QuartTrio:
    """An application, with what it had before it had us."""
    app = kind("shop")
    before(app)
    live = ActorLive(app, secret_key=KEY, **options)
    live.route("/page", view)
    live.route("/page/<int:n>", view)
    return app


async def status_of(app: QuartTrio, path: str = "/page", **options: Any) -> int:
    return (await cast("Any", app.test_client()).open(path, **options)).status_code


# -- who takes it --------------------------------------------------------------


async def test_the_page_of_an_application_without_hooks_takes_it(through_quart: bool) -> None:
    app = app_with()
    assert await status_of(app) == await status_of(app, "/page/1", method="HEAD") == 200
    assert ways == [not through_quart] * 2


@pytest.mark.parametrize(
    ("path", "options", "status"),
    [
        ("/page", {"method": "POST"}, 403),
        ("/page", {"method": "OPTIONS"}, 200),
        ("/page/one", {}, 404),
        ("/page/", {}, 404),
        ("/plain", {}, 404),
        ("/live/assets/colocated.json", {"method": "HEAD"}, 200),
        ("/page", {"root_path": "/below"}, 404),
    ],
)
async def test_what_is_not_a_live_page_goes_through_quart(
    path: str, options: dict[str, Any], status: int
) -> None:
    assert await status_of(app_with(), path, **options) == status
    assert ways == [False]


HOOKS: dict[str, Callable[[QuartTrio], object]] = {
    "before": lambda app: app.before_request(see),
    "after": lambda app: app.after_request(see_answer),
    "teardown": lambda app: app.teardown_request(see),
    "teardown of the context": lambda app: app.teardown_appcontext(see),
    "values of the URL": lambda app: app.url_value_preprocessor(see_values),
    "its own dispatch": lambda app: replace(app, "dispatch_request"),
    "its own view function": lambda app: wrap(app, "live:/page"),
}
SIGNALS = [
    signals.request_started,
    signals.request_finished,
    signals.request_tearing_down,
    signals.appcontext_pushed,
    signals.appcontext_popped,
    signals.appcontext_tearing_down,
]


def replace(app: QuartTrio, name: str) -> None:
    """The application's own method in place of Quart's."""
    quarts = getattr(app, name)

    async def own(*args: Any) -> Any:
        seen.append("hook")
        return await quarts(*args)

    setattr(app, name, own)


def wrap(app: QuartTrio, endpoint: str) -> None:
    """A function of the application's in front of a page, which may let nobody see it."""
    page = cast("Any", app.view_functions[endpoint])

    async def own(**values: Any) -> Any:
        seen.append("hook")
        return await page(**values)

    app.view_functions[endpoint] = own


@pytest.mark.parametrize("name", HOOKS)
async def test_a_hook_of_the_application_is_called(name: str) -> None:
    app = app_with()
    HOOKS[name](app)
    assert await status_of(app) == 200
    assert (seen, ways) == (["hook"], [False])


HOOKS_BEFORE: dict[str, Callable[[QuartTrio], object]] = {
    **{name: add for name, add in HOOKS.items() if name != "its own view function"},
    "what we put ours around": lambda app: replace(app, "full_dispatch_request"),
}


@pytest.mark.parametrize("name", HOOKS_BEFORE)
async def test_a_hook_that_the_application_had_before_us_is_called(name: str) -> None:
    assert await status_of(app_with(before=HOOKS_BEFORE[name])) == 200
    assert (seen, ways) == (["hook"], [False])


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
async def test_a_receiver_is_told_from_the_request_on_behind_which_it_was_connected(
    signal: Any, through_quart: bool
) -> None:
    app = app_with()
    assert await status_of(app) == 200
    with signal.connected_to(see, app):
        assert await status_of(app) == 200
    assert await status_of(app) == 200
    assert (seen, ways) == (["hook"], [not through_quart, False, not through_quart])


class OwnApplication(QuartTrio):
    """It may have overridden anything."""


async def test_an_application_of_a_class_of_its_own_goes_through_quart() -> None:
    assert await status_of(app_with(kind=OwnApplication)) == 200
    assert ways == [False]


async def test_sessions_and_names_of_its_own_go_through_quart() -> None:
    own, named, by_host, kept = [app_with() for _ in range(4)]
    own.session_interface = type("Own", (SecureCookieSessionInterface,), {})()
    named.config["SERVER_NAME"] = "localhost"
    by_host.url_map.host_matching = True
    kept.config["PRESERVE_CONTEXT_ON_EXCEPTION"] = True
    for app in (own, named, by_host, kept):
        await status_of(app)
    assert ways == [False] * 4


async def test_a_client_that_keeps_the_context_of_its_request_has_quarts() -> None:
    async with app_with().test_client() as client:
        await client.get("/page")
        assert request.path == "/page"
    assert ways == [False]


async def test_an_ordinary_route_that_takes_the_path_keeps_it() -> None:
    app = QuartTrio("shop")
    app.add_url_rule("/page", "plain", lambda: "plain")
    ActorLive(app, secret_key=KEY).route("/page", Counter)
    assert await (await app.test_client().get("/page")).get_data(as_text=True) == "plain"
    assert ways == [False]


# -- what it is like -----------------------------------------------------------


class Everything(LiveView):
    """Asks Quart for all that it has."""

    said: str = ""
    template = heex("<pre>{@said}</pre>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        quart_session["visits"] = quart_session.get("visits", 0) + 1
        g.name = "of the request"
        await flash("flashed")

        @after_this_request
        async def answered(response: Any) -> Any:
            response.headers["X-After"] = request.path
            return response

        async def path() -> str:
            return request.path

        copied: Any = cast("Any", ctx).copy_current_request_context(path)
        rule: object = request.url_rule.rule if request.url_rule else None
        everything: list[Any] = [
            *(request.method, request.url, request.endpoint, rule, request.view_args, request.args),
            *(request.headers["X-Asked"], request.cookies.get("c"), await cast("Any", request).get_data()),
            *(quart_session["visits"], g.name, current_app.name, url_for("live:/page", a=1)),
            *(get_flashed_messages(), await copied()),
        ]
        self.said = " ".join(map(str, everything))


class Absent(LiveView):
    """It is not there."""

    template = heex("<p></p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        abort(410, "it is gone")


class Elsewhere(LiveView):
    """It leads elsewhere."""

    template = heex("<p></p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.put_flash("info", "this way")
        socket.redirect(to="/page")


class Broken(LiveView):
    """It raises."""

    template = heex("<p></p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        raise LookupError("not found")


def timestamp(_: object) -> int:
    """Always the same."""
    return 1_800_000_000


async def answer_of(
    view: type[LiveView[Any]],
    path: str,
    *,
    is_short: bool,
    handled: bool = False,
    again: bool = False,
    **options: Any,
) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body, where all that is random or dated is the same each time; with `again` those of the
    visitor's next request."""
    app = app_with(view, **options)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    if handled:

        @app.errorhandler(LookupError)
        async def handle(error: LookupError) -> tuple[str, int]:
            quart_session["failed"] = request.path
            return f"handled {error} at {request.path}", 502

    headers = {"X-Asked": "1", "Cookie": "c=d"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shortcut, "is_open", is_short)
        patch.setattr(secrets, "token_bytes", bytes)
        patch.setattr(TimestampSigner, "get_timestamp", timestamp)
        ways.clear()
        client: Any = app.test_client()
        answer: Response = await client.get(path, headers=headers, scheme="https")
        if again:
            answer = await client.get(path, scheme="https")
    assert ways == [is_short] * (2 if again else 1)
    return answer.status_code, list(answer.headers), await answer.get_data(as_text=True)


@pytest.mark.parametrize("view", [Everything, Absent, Elsewhere, Counter, Broken])
@pytest.mark.parametrize("path", ["/page", "/page/7?a=%C3%A4&b", "/page?who=%22"])
async def test_an_answer_is_the_same_on_both_ways(view: type[LiveView[Any]], path: str) -> None:
    through, short = [await answer_of(view, path, is_short=is_short) for is_short in (False, True)]
    assert short == through


class Untitled(LiveView):
    """Its document has a title of nothing."""

    template = heex("<main>{@page_title}</main>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.page_title = " "


class Unsendable(LiveView):
    """Half of a surrogate pair has no bytes."""

    template = heex("<p>{chr(0xD800)}</p>")


class Lasting(LiveView):
    """Its session lives longer than the browser."""

    template = heex("<p></p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        quart_session.permanent = True


OPTIONS: list[dict[str, Any]] = [
    {"csp": "script-src 'nonce'"},
    {"https": True, "debug": False},
    {"title": "The <shop>", "stylesheets": ["/shop.css"], "default_style": False},
    {"longpoll": True},
]


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("view", [Counter, Untitled, Unsendable])
@pytest.mark.parametrize("options", OPTIONS)
async def test_an_answer_is_the_same_whatever_the_application_asks_of_it(
    options: dict[str, Any], view: type[LiveView[Any]], again: bool
) -> None:
    through, short = [
        await answer_of(view, "/page", is_short=is_short, again=again, **options)
        for is_short in (False, True)
    ]
    assert short == through
    assert short[0] == (500 if view is Unsendable else 200)


@pytest.mark.parametrize("again", [False, True])
async def test_a_session_that_lasts_is_kept_on_both_ways(again: bool) -> None:
    through, short = [
        await answer_of(Lasting, "/page", is_short=is_short, again=again) for is_short in (False, True)
    ]
    assert short[0] == through[0] == 200
    assert [name for name, _ in short[1]] == [name for name, _ in through[1]]
    assert short[2] == through[2]


async def test_an_error_goes_to_the_handlers_of_the_application_on_both_ways() -> None:
    through, short = [
        await answer_of(Broken, "/page", is_short=is_short, handled=True) for is_short in (False, True)
    ]
    assert short == through
    assert (short[0], short[2]) == (502, "handled not found at /page")
    assert any(name.lower() == "set-cookie" for name, _ in short[1])


async def test_nothing_of_quarts_is_left_behind() -> None:
    async with app_with().test_app() as served:
        assert (await served.test_client().get("/page")).status_code == 200
        with pytest.raises(RuntimeError):
            _ = request.path


# -- sockets -------------------------------------------------------------------


@pytest.mark.real_clock
async def test_a_handshake_takes_it_or_is_refused_on_it_as_on_the_other(through_quart: bool) -> None:
    async with serving(app_with()) as url:
        page = await get(url, "/page")
        ways.clear()
        async with connect(page) as wire:
            await wire.join()
        assert await refused(page, origin="https://evil.example") == 403
        assert await refused(page, vsn="1.0.0") == 403
    assert ways == [not through_quart] * 3


@pytest.mark.real_clock
@pytest.mark.parametrize("heard", [True, False])
async def test_a_hook_of_websockets_is_called(heard: bool) -> None:
    app = app_with()
    if heard:
        signals.websocket_started.connect(see, app)
    else:
        app.before_websocket(see)
    async with serving(app) as url:
        page = await get(url, "/page")
        ways.clear()
        async with connect(page) as wire:
            await wire.join()
    assert (seen, ways) == (["hook"], [False])

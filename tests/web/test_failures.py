"""What the browser and the log are given when a page cannot be rendered."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
import trio
from markupsafe import Markup
from quart import abort
from quart_trio import QuartTrio

from actorlive import LiveView, Socket, heex
from actorlive.redaction import Redactor
from actorlive.testing import live
from actorlive.web import ActorLive
from actorlive.web.error_page import error_page
from tests.web.views import KEY
from tests.web.visitor import Page, get, serving


class Missing(LookupError):
    """An exception of an application that says what it means over HTTP."""

    code = 404


class Odd(LookupError):
    code = 499


class Fails(LiveView):
    """Fails in `mount` as its path says."""

    template = heex("<p>fine</p>")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        match params["how"]:
            case "plain":
                raise ValueError("no <b>luck</b>")
            case "nursery":
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self.in_a_nursery)
            case "exit":
                raise SystemExit(404)
            case "missing":
                raise Missing
            case "odd":
                raise Odd
            case "abort":
                abort(403)
            case _:
                pass

    async def in_a_nursery(self) -> None:
        raise ValueError("no <b>luck</b>")


class Unrendered(LiveView):
    """Fails in its template."""

    rows: list[int] = []
    template = heex("<p>one</p>\n<p>{@rows[7]} & more</p>")


def make_app(*, debug: bool) -> QuartTrio:
    app = QuartTrio("failing")
    app.debug = debug
    extension = ActorLive(app, secret_key=KEY)
    extension.route("/fails/<how>", Fails)
    extension.route("/unrendered", Unrendered)

    @app.get("/plain")
    async def plain() -> str:
        raise ValueError("an ordinary route")

    return app


async def visit(app: QuartTrio, path: str, caplog: pytest.LogCaptureFixture) -> tuple[Page, list[str]]:
    """The page, and the tracebacks in the log."""
    async with serving(app) as url:
        page = await get(url, path)
    formatter = logging.Formatter()
    traces = [formatter.formatException(record.exc_info) for record in caplog.records if record.exc_info]
    return page, traces


FAULTS = [
    ("/fails/plain", "no <b>luck</b>", 'raise ValueError("no <b>luck</b>")'),
    ("/fails/nursery", "no <b>luck</b>", 'raise ValueError("no <b>luck</b>")'),
    ("/fails/exit", "404", "raise SystemExit(404)"),
    ("/unrendered", "list index out of range", "<p>{@rows[7]} & more</p>"),
    ("/plain", "an ordinary route", 'raise ValueError("an ordinary route")'),
]


@pytest.mark.parametrize(("path", "message", "line"), FAULTS)
@pytest.mark.parametrize("debug", [True, False])
async def test_a_page_and_one_traceback(
    path: str, message: str, line: str, debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    page, traces = await visit(make_app(debug=debug), path, caplog)
    assert page.status == 500
    (trace,) = traces
    assert line in trace
    assert not [file for file in ("/quart/", "/hypercorn/", "web/dead.py") if file in trace]
    assert "Exception Group" not in trace
    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert (escaped in page.body) == debug
    assert ("^^^^^^^^" in page.body) == (debug and path == "/unrendered")
    assert ("Something went wrong" in page.body or "Internal Server Error" in page.body) != debug
    assert "<b>luck" not in page.body


@pytest.mark.parametrize(("how", "status"), [("missing", 404), ("odd", 499), ("abort", 403), ("fine", 200)])
@pytest.mark.parametrize("debug", [True, False])
async def test_a_4xx_is_an_answer(
    how: str, status: int, debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    page, traces = await visit(make_app(debug=debug), f"/fails/{how}", caplog)
    assert (page.status, traces) == (status, [])
    assert "raise" not in page.body


@pytest.mark.parametrize("debug", [True, False])
async def test_the_applications_own_handlers_come_first(
    debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(debug=debug)

    @app.errorhandler(ValueError)
    async def value_error(error: ValueError) -> tuple[str, int]:
        return "ours", 418

    @app.errorhandler(404)
    async def not_found(error: Exception) -> tuple[str, int]:
        return "our 404", 404

    page, traces = await visit(app, "/fails/nursery", caplog)
    assert (page.status, page.body, traces) == (418, "ours", [])
    page, traces = await visit(app, "/fails/missing", caplog)
    assert (page.status, page.body, traces) == (404, "our 404", [])


async def test_a_500_of_the_applications_own(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(debug=False)

    @app.errorhandler(500)
    async def sorry(error: Exception) -> tuple[str, int]:
        return "sorry", 500

    page, traces = await visit(app, "/fails/nursery", caplog)
    assert (page.status, page.body, len(traces)) == (500, "sorry", 1)


async def test_a_test_gets_the_exception_itself() -> None:
    with pytest.raises(ValueError, match="luck"):
        async with live(make_app(debug=True), "/fails/plain"):
            pass


def test_a_page_for_what_was_never_raised() -> None:
    page = error_page(ValueError("<script>"))
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "<h2>Where" not in page


def test_a_page_keeps_the_secrets_of_an_exception_and_of_its_cause() -> None:
    cause = ValueError("cannot connect to postgresql://shop:hunter2@db/shop")
    cause.add_note("with token=hunter2")
    error = LookupError("no User(name='ada', password='hunter2', iban='DE1')")
    error.__cause__ = cause
    error.add_note("Authorization: Bearer hunter2")
    page = error_page(error, Redactor(["iban"]))
    assert "hunter2" not in page
    assert "DE1" not in page
    assert page.count("[filtered]") > 5
    assert "name=&#x27;ada&#x27;" in page


class Shown:
    """A development server, as small as it can be."""

    def tags(self) -> Markup:
        return Markup("<i>a tag of development</i>")

    def error_page(self, error: BaseException) -> str:
        return f"<h1>{type(error).__name__}, drawn elsewhere</h1>"


@pytest.mark.parametrize("debug", [True, False])
async def test_a_development_server_draws_the_pages_of_debug_mode_alone(
    debug: bool, caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(debug=debug)
    app.extensions["actorlive"].development = Shown()
    page, _ = await visit(app, "/fails/plain", caplog)
    assert page.status == 500
    assert ("ValueError, drawn elsewhere" in page.body) == debug


async def test_its_tags_are_in_every_page(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app(debug=True)
    assert "a tag of development" not in (await visit(app, "/fails/not", caplog))[0].body
    app = make_app(debug=True)
    app.extensions["actorlive"].development = Shown()
    assert "<i>a tag of development</i>" in (await visit(app, "/fails/not", caplog))[0].body

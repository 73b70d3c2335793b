"""Methods that HTML does not have, and the token that forms carry."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
import trio
from quart import request, session
from quart_trio import QuartTrio

from actorlive import LiveView, heex
from actorlive.testing import live
from actorlive.web import ActorLive, csrf, csrf_exempt
from actorlive.web.forms import PATIENCE, PEEK, MethodOverride
from tests.support.narrow import untyped
from tests.web.views import KEY

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Row(LiveView):
    """A row that can be deleted."""

    template = heex("""
      <.link href="/rows/1" method="delete" data-confirm="Sure?"><b>Delete</b></.link>
      <.link href="/rows/1" method="post">Copy</.link>
      <p>{@flash.get("info")}</p>
    """)


def make_app(**options: Any) -> QuartTrio:
    app = QuartTrio("rows")
    live_ = ActorLive(app, secret_key=KEY, **options)
    live_.route("/", Row)

    @app.get("/token")
    async def token() -> str:
        return csrf.masked_token(session)

    @app.route("/rows/<id>", methods=["POST", "PUT", "PATCH", "DELETE"])
    async def row(id: str) -> Any:
        form, files = await untyped(request).form, await request.files
        if request.method == "DELETE":
            session["_live_flash"] = {"info": f"{id} is deleted"}
            return "", 303, {"Location": "/"}
        return f"{request.method} {id} {form.get('name', '')}{''.join(files)}"

    @app.delete("/only")
    async def only() -> str:
        return "gone"

    @app.post("/hook")
    @csrf_exempt
    async def hook() -> str:
        return "taken"

    return app


async def visitor(app: QuartTrio) -> tuple[Any, str]:
    client = app.test_client()
    return client, await (await client.get("/token")).get_data(as_text=True)


async def post(client: Any, path: str, *fields: tuple[str, str], **headers: str) -> tuple[int, str]:
    response = await client.post(path, data=urlencode(fields), headers={**FORM, **headers})
    return response.status_code, await response.get_data(as_text=True)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "put", "pAtCh"])
async def test_a_first_field_names_the_method(method: str) -> None:
    client, token = await visitor(make_app())
    answer = await post(client, "/rows/7", ("_method", method), ("_csrf_token", token), ("name", "é" * PEEK))
    assert answer == (200, f"{method.upper()} 7 {'é' * PEEK}")


async def test_a_route_that_has_only_that_method_is_found() -> None:
    client, token = await visitor(make_app())
    assert await post(client, "/only", ("_method", "delete"), ("_csrf_token", token)) == (200, "gone")
    assert (await post(client, "/only", ("_csrf_token", token)))[0] == 405


async def test_a_multipart_form_as_a_browser_sends_it() -> None:
    client, token = await visitor(make_app())
    line, rule = "------WebKitFormBoundaryuZ0xT3", 'Content-Disposition: form-data; name="{}"'
    parts = [
        f"{rule.format('_method')}\r\n\r\nput",
        f"{rule.format('_csrf_token')}\r\n\r\n{token}",
        f'{rule.format("photo")}; filename="x.png"\r\nContent-Type: image/png\r\n\r\n{"x" * PEEK}',
    ]
    body = "".join(f"{line}\r\n{part}\r\n" for part in parts) + f"{line}--\r\n"
    headers = {"Content-Type": f"multipart/form-data; boundary={line[2:]}"}
    response = await client.post("/rows/7", data=body, headers=headers)
    assert await response.get_data(as_text=True) == "PUT 7 photo"


@pytest.mark.parametrize(
    "fields",
    [
        [("name", "x"), ("_method", "delete")],
        [("_method", "get")],
        [("_method", "connect")],
        [("_method", "deleted")],
        [("x_method", "delete")],
    ],
)
async def test_what_leaves_a_post_a_post(fields: list[tuple[str, str]]) -> None:
    client, token = await visitor(make_app())
    status, text = await post(client, "/rows/7", *fields, **{"X-CSRF-Token": token})
    assert (status, text.split()[:2]) == (200, ["POST", "7"])


async def test_only_a_form_names_a_method() -> None:
    client, token = await visitor(make_app())
    for kind in ("text/plain", "application/json", ""):
        body = urlencode({"_method": "delete", "_csrf_token": token})
        response = await client.post(
            "/rows/7", data=body, headers={"Content-Type": kind, "X-CSRF-Token": token}
        )
        assert (await response.get_data(as_text=True)).startswith("POST")


@pytest.mark.parametrize("token", ["", "forged", "AAAA"])
async def test_an_overridden_method_needs_the_sessions_token(token: str) -> None:
    client, _ = await visitor(make_app())
    status, text = await post(client, "/only", ("_method", "delete"), ("_csrf_token", token))
    assert status == 403
    assert "CSRF token" in text


async def test_the_token_of_another_session_is_not_good() -> None:
    app = make_app()
    (client, _), (_, other) = await visitor(app), await visitor(app)
    assert (await post(client, "/only", ("_method", "delete"), ("_csrf_token", other)))[0] == 403


async def test_plain_posts_are_checked_unless_the_application_does_it() -> None:
    client, _ = await visitor(make_app(protect_forms=False))
    assert (await post(client, "/rows/7"))[0] == 200
    assert (await post(client, "/only", ("_method", "delete")))[0] == 403
    client, token = await visitor(make_app())
    assert (await post(client, "/rows/7"))[0] == 403
    assert (await post(client, "/rows/7", ("_csrf_token", token)))[0] == 200
    assert (await post(client, "/rows/7", **{"X-CSRF-Token": token}))[0] == 200
    assert (await client.delete("/only")).status_code == 403
    assert (await client.delete("/only", headers={"X-CSRF-Token": token})).status_code == 200
    assert await post(client, "/hook") == (200, "taken")


async def test_a_body_in_single_bytes_arrives_whole() -> None:
    """As slow as a network can be: the layer reads no further than it must, and gives everything on."""
    body = b"_method=put&rest=of%20it"
    sent = [{"type": "http.request", "body": bytes([b]), "more_body": True} for b in body]
    sent.append({"type": "http.request", "body": b"", "more_body": False})
    arrived: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        arrived.append(scope["method"])
        arrived.extend([(await receive())["body"] for _ in range(len(body) + 1)])

    incoming = iter(sent)

    async def receive() -> Any:
        return next(incoming)

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", FORM["Content-Type"].encode())]}
    await MethodOverride(app)(scope, receive, None)
    assert arrived[0] == "PUT"
    assert b"".join(arrived[1:]) == body


async def test_a_body_that_never_begins_is_the_applications_affair() -> None:

    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["method"] == "POST"

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", FORM["Content-Type"].encode())]}
    before = trio.current_time()
    await MethodOverride(app)(scope, trio.sleep_forever, None)
    assert trio.current_time() - before == PATIENCE


async def test_a_click_on_a_link_with_a_method_sends_its_request() -> None:
    async with live(make_app(), "/") as view:
        await view.element("a", text="Delete").click()
        assert (await view.assert_redirect("/")).kind == "redirect"
        again = await view.follow_redirect()
        assert await again.element("p").text() == "1 is deleted"
        await again.element("a", text="Copy").click()
        assert (await again.follow_to_page()).html == "POST 1 "


async def test_a_click_inside_of_a_link_counts() -> None:
    async with live(make_app(), "/") as view:
        await view.element("a b").click()
        await view.assert_redirect("/")

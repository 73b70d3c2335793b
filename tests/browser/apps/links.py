"""Links that ask, and links that send a request; under a policy that runs no inline script or style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart import Response, request, session
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveView, Socket, heex

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self';"
    " img-src 'self'"
)


class Count(Event): ...


class Save(Event): ...


class LinksLive(LiveView[Count | Save]):
    """Counts clicks, and what was saved; the session says what was deleted."""

    count: int = 0
    saved: int = 0
    deleted: str = ""

    template = heex("""
      <output id="count">{@count}</output>
      <output id="saved">{@saved}</output>
      <output id="deleted">{@deleted}</output>

      <.link id="delete" href="/rows/7?soft=1" method="delete"><b>Delete</b></.link>
      <.link id="sure" href="/rows/8" method="delete" data-confirm="Really?">Delete</.link>
      <.link id="copy" href="/rows/9" method="post" target="_blank">Copy</.link>
      <.link id="plain" href="/plain" data-confirm="Leave?">Away</.link>
      <.link id="script" href="javascript:alert(1)" method="post">Script</.link>
      <button id="button" data-method="put" data-to="/rows/3" data-csrf="forged">Forged</button>
      <button id="counts" phx-click="count" data-confirm="Count?">Count</button>
      <.link id="both" href="/rows/5" method="delete" phx-click="count" data-confirm="Both?">Both</.link>
      <form id="form" phx-submit="save"><button data-confirm="Save?">Save</button></form>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.deleted = session.get("deleted", "")

    async def handle_event(self, event: Count | Save, socket: Socket) -> None:
        match event:
            case Count():
                self.count += 1
            case Save():
                self.saved += 1


app = QuartTrio(__name__)
app.secret_key = "a secret key that is for tests of links"
ActorLive(app).route("/", LinksLive)


@app.delete("/rows/<id>")
async def delete(id: str) -> Response:
    session["deleted"] = f"{id} {request.query_string.decode()}".strip()
    return Response("", 303, {"Location": "/"})


@app.route("/rows/<id>", methods=["POST", "PUT"])
async def row(id: str) -> str:
    return f"<p>{request.method} {id}</p>"


@app.get("/plain")
async def plain() -> str:
    return "<p>plain</p>"


@app.after_request
async def strict(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response

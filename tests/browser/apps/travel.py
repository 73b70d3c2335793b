"""Pages between which a visitor goes in every way, a live session behind a login, and one that says what happened."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from quart import Response, request, session
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Cont,
    Container,
    Event,
    Halt,
    LiveView,
    Slot,
    Socket,
    Template,
    component,
    heex,
)

mounts: list[str] = []
"""Every mount, dead or connected, of every page."""

logins: dict[str, str] = {}
"""Who is logged in, by the token in the session."""


@component
def frame(*, flash: Mapping[str, str], inner_block: Slot) -> Template:
    return heex("""
      <nav>
        <.link id="page-2" patch={url_for("page", number=2)}>two</.link>
        <.link id="page-3" patch={url_for("page", number=3)} replace>three</.link>
        <.link id="hop" patch="/pages/9">nine, which leads to ten</.link>
        <.link id="hall" navigate="/hall">hall</.link>
        <.link id="tower" navigate="/tower">tower</.link>
        <.link id="account" navigate="/account">account</.link>
        <.link id="plain" href="/plain">plain</.link>
        <.link id="logout" href="/logout" method="delete">log out</.link>
      </nav>
      <p id="flash">{@flash.get("info", "")}</p>
      {render_slot(@inner_block)}
    """)


class Go(Event):
    to: str
    how: str


def go(event: Go, socket: Socket) -> None:
    socket.put_flash("info", f"by {event.how}")
    match event.how:
        case "patch":
            socket.push_patch(event.to)
        case "navigate":
            socket.push_navigate(event.to)
        case _:
            socket.redirect(event.to)


class PageLive(LiveView[Go]):
    """One of many pages, high enough to scroll."""

    container = Container("main", class_="page", data_kind="page")
    number: int = 0
    seen: int = 0
    template = heex("""
      <h1>page {@number}</h1><output id="seen">{@seen}</output>
      <button
        :for={how in ("patch", "navigate", "redirect")}
        id={how}
        phx-click="go"
        phx-value-how={how}
        phx-value-to="/pages/4"
      >{how}</button>
      <div class="high"></div>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        mounts.append(f"page {'connected' if socket.connected else 'dead'}")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.number = params["number"]
        self.seen += 1
        self.page_title = f"Page {self.number}"
        if self.number == 9:
            socket.push_patch("/pages/10")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        go(event, socket)


class HallLive(LiveView):
    """Another view in the same live session, and an element of the same tag."""

    container = Container("main", class_="hall")
    template = heex('<h1>hall</h1><div class="high"></div>')

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        mounts.append(f"hall {'connected' if socket.connected else 'dead'}")


class TowerLive(LiveView):
    """In an element of another tag."""

    container = Container("section")
    template = heex("<h1>tower</h1>")


class WithUser:
    """Lets in who is logged in."""

    user: str

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont | Halt:
        user = logins.get(session.get("token", ""))
        if user is None:
            socket.put_flash("info", "please log in")
            socket.redirect("/pages/1")
            return Halt()
        socket.assign(user=user)
        return Cont()


class AccountLive(LiveView):
    """For who is logged in."""

    on_mount = (WithUser,)
    template = heex("<h1>account of {@user}</h1>")


app = QuartTrio(__name__)
app.secret_key = "a secret key that is for tests of navigation"
live = ActorLive(app, layout=frame, title="Travel", stylesheets=["/travel.css"])
live.route("/pages/<int:number>", PageLive, name="page")
live.route("/hall", HallLive)
live.route("/tower", TowerLive)
live.session("users", on_mount=[WithUser]).route("/account", AccountLive)


@app.get("/travel.css")
async def stylesheet() -> Response:
    return Response(".high { height: 3000px }", content_type="text/css")


@app.get("/plain")
async def plain() -> str:
    return "<p>plain</p>"


@app.get("/mounts")
async def mounted() -> Response:
    """What was mounted since the last time that this was asked."""
    text, mounts[:] = " ".join(mounts), []
    return Response(text, content_type="text/plain")


@app.get("/login/<user>")
async def login(user: str) -> Response:
    live.renew_session()
    token = session["token"] = secrets.token_urlsafe()
    logins[token] = user
    session["live_socket_id"] = f"user:{user}"
    return Response("", 303, {"Location": "/account"})


@app.delete("/logout")
async def logout() -> Response:
    logins.pop(session.get("token", ""), None)
    live.disconnect(session.get("live_socket_id"))
    session.clear()
    return Response("", 303, {"Location": request.args.get("to", "/pages/1")})

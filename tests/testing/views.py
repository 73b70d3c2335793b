"""The views that the kit's own tests look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, AsyncResult, Event, LiveView, Ok, Socket, Stream, heex, spawn
from actorlive.js import JS
from actorlive.live.rejection import Rejected
from tests.support.narrow import untyped

SECRET = "a secret for tests only, forty letters long"


class Inc(Event):
    by: int = 1


class Boom(Event): ...


class Slow(Event):
    seconds: float = 0.8


class Ask(Event):
    question: str = ""


class Go(Event):
    to: str
    how: str


class Stray(Event): ...


class BoomError(Exception):
    """What `boom` raises."""


class KitchenLive(LiveView[Inc | Boom | Slow | Ask | Go | Stray]):
    """A bit of everything that a click can do."""

    count: int = 0
    page: str = "none"
    params_seen: dict[str, Any] = {}

    template = heex("""
      <h1>Kitchen</h1>
      <output id="count">{@count}</output>
      <p id="page">{@page}</p>
      <p :if={@flash.get("info")} id="flash">{@flash["info"]}</p>
      <button id="inc" phx-click="inc">Inc</button>
      <button id="inc-5" phx-click="inc" phx-value-by="5">Inc 5</button>
      <button id="inc-js" phx-click={JS.push("inc", value={"by": 3}).add_class("clicked")}>Inc 3</button>
      <button id="off" disabled phx-click="inc">Off</button>
      <button id="boom" phx-click="boom">Boom</button>
      <button id="slow" phx-click="slow">Slow</button>
      <button id="stray" phx-click="stray">Stray</button>
      <button id="idle">Idle</button>
      <div id="hooked" phx-hook="Asker"></div>
      <a id="patch" data-phx-link="patch" data-phx-link-state="push" href="/kitchen?page=2">Page 2</a>
      <a id="navigate" data-phx-link="redirect" data-phx-link-state="push" href="/other">Other</a>
      <a id="href" href="/plain">Plain</a>
      <button id="js-patch" phx-click={JS.patch("/kitchen?page=3")}>Page 3</button>
      <button id="js-navigate" phx-click={JS.navigate("/other")}>Other by JS</button>
      <input id="keys" phx-keydown="inc" phx-key="Enter" phx-blur="inc" phx-focus="inc">
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.page_title = "Kitchen"

    async def handle_params(self, params: Any, uri: str, socket: Socket) -> None:
        self.page = params.get("page", "none")

    async def handle_event(
        self, event: Inc | Boom | Slow | Ask | Go | Stray, socket: Socket
    ) -> dict[str, Any] | None:
        match event:
            case Inc(by):
                self.count += by
            case Boom():
                raise BoomError("boom")
            case Slow(seconds):
                await trio.sleep(seconds)
                self.count += 100
            case Ask(question):
                socket.push_event("asked", {"question": question, "n": 1})
                self.page_title = "Asked"
                return {"answer": question.upper()}
            case Go(to, how):
                self._go(to, how, socket)
            case Stray():
                spawn(trio.sleep_forever)
        return None

    def _go(self, to: str, how: str, socket: Socket) -> None:
        if how == "patch":
            socket.push_patch(to)
            return
        socket.put_flash("info", f"Gone by {how}")
        if how == "navigate":
            socket.push_navigate(to)
        else:
            socket.redirect(to)


class OtherLive(LiveView):
    """Where redirects lead."""

    template = heex("""<h1>Other</h1><p id="flash">{@flash.get("info", "no flash")}</p>""")


class GuardLive(LiveView):
    """Sends everybody away."""

    template = heex("<p>never</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.put_flash("error", "Please sign in")
        if "late" not in params or socket.connected:
            socket.redirect("/other")


class FaultyLive(LiveView):
    """Fails in one of its two mounts, or never returns from the second."""

    template = heex("<p>fine</p>")

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        when = params.get("when")
        if when == "never" and socket.connected:
            await trio.sleep_forever()
        if when == ("connected" if socket.connected else "dead"):
            raise BoomError("mount")


@dataclass(frozen=True)
class Song:
    id: int
    title: str


class Add(Event):
    at: int = -1
    title: str = "new"


class Reset(Event): ...


class Drop(Event):
    id: int


class SongsLive(LiveView[Add | Reset | Drop]):
    """A stream."""

    songs: Stream[Song]
    added: int = 0

    template = heex("""
      <ol id="songs" phx-update="stream">
        <li :for={dom_id, song in @streams.songs} id={dom_id}>{song.title}</li>
      </ol>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.stream("songs", [Song(1, "one"), Song(2, "two")])

    async def handle_event(self, event: Add | Reset | Drop, socket: Socket) -> None:
        match event:
            case Add(at, title):
                self.added += 1
                socket.stream_insert("songs", Song(10 + self.added, title), at=at)
            case Reset():
                socket.stream("songs", [Song(2, "two again"), Song(1, "one again")], reset=True)
            case Drop(id):
                socket.stream_delete_by_dom_id("songs", f"songs-{id}")


class LoadLive(LiveView):
    """Async work, in a task and in a thread."""

    slow: AsyncResult[str] = AsyncResult.idle()
    threaded: AsyncResult[str] = AsyncResult.idle()
    named: str = ""

    template = heex("""
      <p id="slow">{@slow.result or "loading"}</p>
      <p id="threaded">{@threaded.result or "loading"}</p>
      <p id="named">{@named}</p>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.assign_async("slow", _slowly)
        socket.assign_async("threaded", _in_a_thread)
        socket.start_async("named", _slowly)

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        assert isinstance(result, Ok)
        self.named = untyped(result).value


async def _slowly() -> str:
    await trio.sleep(3)
    return "slept"


def _in_a_thread() -> str:
    return "from a thread"


class Validate(Event):
    name: str = ""


class Save(Event):
    name: str = ""
    color: str = ""
    agree: bool = False


class FormLive(LiveView[Validate | Save]):
    """A form that keeps nothing on the server but what was saved."""

    seen: str = ""
    saved: str = ""

    template = heex("""
      <form id="profile" phx-change="validate" phx-submit="save">
        <input type="hidden" name="agree" value="false">
        <input type="text" name="name" value="">
        <select name="color"><option>red</option><option>blue</option></select>
        <input type="checkbox" name="agree" value="true">
        <button name="how" value="quick">Quick</button>
        <button name="how" value="slow" disabled>Slow</button>
      </form>
      <p id="seen">{@seen}</p>
      <p id="saved">{@saved}</p>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        match event:
            case Validate(name):
                self.seen = name
            case Save(name, color, agree):
                self.saved = f"{name} {color} {agree}"


DIM = JS.add_class("dim", to="#row")


class Archive(Event):
    ok: bool


class OptimisticLive(LiveView[Archive]):
    """Optimistic pushes."""

    archived: bool = False

    template = heex("""
      <div id="row" class="row">{"archived" if @archived else "there"}</div>
      <button id="yes" phx-click={JS.push("archive", value={"ok": True}, optimistic=DIM)}>Yes</button>
      <button id="no" phx-click={JS.push("archive", value={"ok": False}, optimistic=DIM)}>No</button>
      <p :if={@flash.get("error")} id="flash">{@flash["error"]}</p>
    """)

    async def handle_event(self, event: Archive, socket: Socket) -> None:
        await trio.sleep(0.5)
        if not event.ok:
            raise Rejected("Archive failed")
        self.archived = True


def kitchen_app() -> QuartTrio:
    """All of them in one application."""
    app = QuartTrio(__name__)
    live = ActorLive(app, secret_key=SECRET)
    live.route("/kitchen", KitchenLive)
    live.route("/other", OtherLive)
    live.route("/guard", GuardLive)
    live.route("/faulty", FaultyLive)
    live.route("/songs", SongsLive)
    live.route("/load", LoadLive)
    live.route("/form", FormLive)
    live.route("/optimistic", OptimisticLive)
    admin = live.session("admin")
    admin.route("/admin", OtherLive)

    @app.get("/plain")
    async def plain() -> str:
        return "<p>plain</p>"

    @app.post("/post")
    async def post() -> str:
        from quart import request

        return repr(
            sorted(pair for pair in (await untyped(request).form).items() if pair[0] != "_csrf_token")
        )

    return app

"""One board that every tab shares, twice: as a live view, and as the usual endpoint that submits and refetches.

The second is the control. It does what such pages do: it changes the list at once, posts, and then replaces the
list by what a GET says, whenever that arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import trio
from quart import request
from quart_trio import QuartTrio

from actorlive import JS, ActorLive, Event, LiveView, Socket, heex
from actorlive.pubsub import broadcast


@dataclass(frozen=True)
class Row:
    id: int
    version: int = 0


class Board:
    """What is shared; every change makes a new version of it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.version = 0
        self.rows = {n: Row(n) for n in range(8)}
        self.drafts: dict[str, str] = {}

    def inc(self, id: int) -> None:
        if id in self.rows:
            self.rows[id] = replace(self.rows[id], version=self.rows[id].version + 1)
            self.version += 1

    def delete(self, id: int) -> None:
        if self.rows.pop(id, None):
            self.version += 1

    def as_json(self) -> dict[str, Any]:
        rows = [[row.id, row.version] for row in self.rows.values()]
        return {"version": self.version, "rows": rows, "drafts": dict(self.drafts)}


board = Board()


class Inc(Event):
    id: int


class Delete(Event):
    id: int


class Draft(Event):
    text: str


class BoardLive(LiveView[Inc | Delete | Draft]):
    version: int = 0
    rows: tuple[Row, ...] = ()
    tab: str = ""
    draft: str = ""
    template = heex("""
      <p id="version">{@version}</p>
      <form id="draft" phx-change="draft"><input name="text" value={@draft}></form>
      <ul id="rows">
        <li :for={row in @rows} :key={row.id} id={f"row-{row.id}"} data-version={row.version}>
          <button class="inc" phx-click="inc" phx-value-id={row.id}>{row.version}</button>
          <button class="delete" phx-click={remove(row)}>Delete</button>
        </li>
      </ul>
    """)

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        self.tab = params.get("tab", "")
        self.draft = board.drafts.get(self.tab, "")
        socket.subscribe("board")
        self._show()

    def _show(self) -> None:
        self.version, self.rows = board.version, tuple(board.rows.values())

    async def handle_event(self, event: Inc | Delete | Draft, socket: Socket) -> None:
        match event:
            case Inc(id=id):
                board.inc(id)
            case Delete(id=id):
                await trio.sleep(0.02)  # a database would take its time
                board.delete(id)
            case Draft(text=text):
                self.draft = board.drafts[self.tab] = text
        self._show()
        broadcast("board", "changed")

    async def handle_info(self, message: Any, socket: Socket) -> None:
        self._show()


def remove(row: Row) -> Any:
    return JS.push("delete", value={"id": row.id}, optimistic=JS.hide(to=f"#row-{row.id}"))


NAIVE = """<!DOCTYPE html><link rel="icon" href="data:,"><p id="version"></p>
<form id="draft"><input name="text"></form><ul id="rows"></ul>
<script>
  const tab = new URLSearchParams(location.search).get("tab");
  let random = Math.random;
  const seeded = (x) => () => (x = (x * 48271) % 2147483647) / 2147483647;
  window.actorlive = { latency: { set: ({ seed }) => { random = seeded(seed); } } };
  const wait = () => Math.floor(random() * 500);
  const show = (state) => {
    document.querySelector("#version").textContent = state.version;
    if (tab in state.drafts) document.querySelector("input").value = state.drafts[tab];
    document.querySelector("#rows").innerHTML = state.rows.map(([id, version]) => `
      <li id="row-${id}" data-version="${version}">
        <button class="inc">${version}</button><button class="delete">x</button>
      </li>`).join("");
  };
  const refetch = async () => show(await (await fetch(`/state?wait=${wait()}`)).json());
  window.underway = 0;
  const submit = async (body) => {
    underway += 1;
    await fetch(`/do?wait=${wait()}`, { method: "POST", body: JSON.stringify(body) });
    await refetch();
    underway -= 1;
  };
  document.querySelector("#rows").addEventListener("click", (event) => {
    const row = event.target.closest("li");
    if (event.target.className === "delete") row.style.display = "none";
    submit({ kind: event.target.className, id: +row.id.slice(4) });
  });
  document.querySelector("#draft").addEventListener("input", (event) => {
    submit({ kind: "draft", tab, text: event.target.value });
  });
  refetch();
</script>"""

app = QuartTrio(__name__)
live = ActorLive(
    app,
    secret_key="a secret key that is for tests only",
    csp="script-src 'self' 'unsafe-inline' 'unsafe-eval'",
)
live.route("/board", BoardLive)


@app.get("/naive")
async def naive() -> str:
    return NAIVE


@app.get("/state")
async def state() -> dict[str, Any]:
    now = board.as_json()
    await trio.sleep(float(request.args.get("wait", 0)) / 1000)
    return now


@app.post("/do")
@live.csrf_exempt
async def do() -> dict[str, Any]:
    await trio.sleep(float(request.args.get("wait", 0)) / 1000)
    body = await request.get_json(force=True)
    match body["kind"]:
        case "inc":
            board.inc(body["id"])
        case "delete":
            board.delete(body["id"])
        case _:
            board.drafts[body["tab"]] = body["text"]
    return {}


@app.post("/reset")
@live.csrf_exempt
async def reset() -> dict[str, Any]:
    board.reset()
    return {}

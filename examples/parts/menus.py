"""A menu behind a button; tabs that the page keeps, and tabs that the URL keeps."""

from collections.abc import Mapping
from typing import Any

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)


class Did(Event):
    what: str


class MenusLive(LiveView[Did]):
    page_title = "Menus and tabs"
    seconds: int
    last: str = "nothing yet"
    by: str = "train"

    template = heex("""
      <h1>Menus and tabs</h1>
      <p>
        <ui.dropdown id="page-menu" label="Page">
          <:item on_click={JS.push("did", value={"what": "renamed"})}>Rename</:item>
          <:item on_click={JS.push("did", value={"what": "copied"})}>Make a copy</:item>
          <:item on_click="did" disabled>Move</:item>
          <:item navigate="/parts/dialogs">Dialogs</:item>
          <:item kind="danger" on_click={JS.push("did", value={"what": "removed"})}>Remove</:item>
        </ui.dropdown>
        <span id="last">Last: {@last}.</span>
      </p>

      <h2>Kept by the page</h2>
      <ui.tabs id="bread" label="Rye bread">
        <:tab label="Flour"><p>Two thirds of it rye, as the page says for {@seconds} seconds.</p></:tab>
        <:tab label="Water"><p>As warm as your hand.</p></:tab>
        <:tab label="Salt"><p>A spoon, and not more.</p></:tab>
      </ui.tabs>

      <h2>Kept by the URL</h2>
      <ui.tabs id="way" label="How to get there" selected={@by}>
        <:tab label="By train" name="train" patch="?by=train"><p>Every half hour, from platform 3.</p></:tab>
        <:tab label="By ferry" name="ferry" patch="?by=ferry"><p>At high tide.</p></:tab>
        <:tab label="On foot" name="foot" patch="?by=foot"><p>Along the coast.</p></:tab>
      </ui.tabs>
    """)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        by = params.get("by")
        self.by = by if by in ("train", "ferry", "foot") else "train"

    async def handle_event(self, event: Did, socket: Socket) -> None:
        self.last = event.what

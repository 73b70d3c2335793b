"""What stands around each page of parts: its neighbours, and a clock that has the page rendered while one tries it."""

from collections.abc import Mapping
from typing import Any

from actorlive import Cont, Halt, Slot, Socket, Template, component, heex, use_in_templates

__all__ = ["PAGES", "Ticking", "parts_frame"]

PAGES = {
    "/parts": "Fields",
    "/parts/table": "Table",
    "/parts/dialogs": "Dialogs",
    "/parts/menus": "Menus and tabs",
    "/parts/toasts": "Toasts",
    "/parts/charts": "Charts",
    "/parts/text": "Markdown and code",
    "/parts/small": "Small parts",
}
"""The titles of the pages, by their paths."""

use_in_templates(PAGES)


class Tick:
    """A second has gone by."""


class Ticking:
    """A page that is rendered every second: what is open stays open, and the focus where it is."""

    seconds: int

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont:
        socket.assign(seconds=0)
        socket.attach_hook("handle_info", "clock", Ticking.hear)
        if socket.connected:
            socket.send_after(Tick(), 1.0)
        return Cont()

    @staticmethod
    async def hear(message: object, socket: Socket) -> Cont | Halt:
        if not isinstance(message, Tick):
            return Cont()
        socket.assign(seconds=socket.assigns["seconds"] + 1)
        socket.send_after(Tick(), 1.0)
        return Halt()


@component
def parts_frame(*, page_title: str, seconds: int, inner_block: Slot) -> Template:
    """The pages of parts, and the page itself."""
    return heex("""
      <nav aria-label="Parts">
        <ul>
          <li :for={path, title in PAGES.items()}>
            <.link navigate={path} aria-current={"page" if title == @page_title else None}>{title}</.link>
          </li>
        </ul>
      </nav>
      {render_slot(@inner_block)}
      <p><small>This page was rendered {@seconds} times while you looked at it.</small></p>
    """)

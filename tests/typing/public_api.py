"""What users write, and what pyright makes of it. Each comment holds the type that the line above reveals.

Never run: `tests/typing/test_types.py` gives it to pyright and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, reveal_type

from actorlive import (
    AsyncResult,
    Attrs,
    Error,
    Event,
    Exit,
    Kept,
    LiveView,
    Ok,
    RawEvent,
    Shutdown,
    Slot,
    Socket,
    Stream,
    Template,
    cancel_timer,
    component,
    heex,
    make_ref,
    monitor,
    send_after,
    spawn,
    spawn_monitor,
    whereis,
)
from actorlive.js import JS
from actorlive.runtime import open_node, receive
from actorlive.testing import connect, explore, live, live_isolated, render_component


class Add(Event):
    title: str
    count: int = 1


class Remove(Event, name="rm", offline=False):
    id: int


@dataclass(frozen=True)
class Item:
    id: int
    title: str


class ItemsLive(LiveView[Add | Remove]):
    items: Stream[Item]
    total: AsyncResult[int] = AsyncResult.idle()
    draft: Kept[str | None] = None

    async def handle_event(self, event: Add | Remove, socket: Socket) -> None:
        reveal_type(event)  # Add | Remove
        reveal_type(self.draft)  # str | None
        match event:
            case Add(title, count):
                reveal_type((title, count))  # tuple[str, int]
            case Remove(id):
                reveal_type(id)  # int
        reveal_type(self.total.result)  # int | None
        reveal_type(self.total.failed)  # Error[Any] | Exit | None
        reveal_type(socket.send_after(event, 1.0))  # Timer
        reveal_type(socket.connect_params)  # Mapping[str, Any] | None

    async def handle_async(self, name: object, result: Ok[int] | Exit, socket: Socket) -> None:
        match result:
            case Ok(value):
                reveal_type(value)  # int
            case Exit(Shutdown(detail)):
                reveal_type(detail)  # object
            case Exit(reason):
                reveal_type(reason)  # object


class UntypedLive(LiveView):
    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        reveal_type(event.params)  # Any


@component
def badge(
    *, label: str, kind: Literal["info", "danger"] = "info", inner_block: Slot = Slot.empty, rest: Attrs
) -> Template:
    """Declared by its signature."""
    return heex("<b class={@kind} {@rest}>{@label}{render_slot(@inner_block)}</b>")


def values() -> None:
    reveal_type(AsyncResult.of(3))  # AsyncResult[int]
    reveal_type(AsyncResult.of(3).to_loading())  # AsyncResult[int]
    reveal_type(Ok("x").value)  # str
    reveal_type(Error(3).reason)  # int
    reveal_type(JS.push("x").hide(to="#y"))  # JSCommands
    reveal_type(heex("<p></p>"))  # Template
    reveal_type(render_component(badge, label="x"))  # str


async def processes() -> None:
    async def work(number: int) -> str:
        return str(number)

    async with open_node() as node:
        reveal_type(node)  # Node
        reveal_type(spawn(work, 1))  # Pid
        reveal_type(spawn_monitor(work, 1))  # tuple[Pid, Ref]
        reveal_type(monitor("name"))  # Ref
        reveal_type(whereis("name"))  # Pid | None
        timer = send_after("name", make_ref(), 1.0)
        reveal_type(cancel_timer(timer))  # float | None
        reveal_type(await receive())  # object
        reveal_type(await receive(Item))  # Item
        reveal_type(await receive((Item, Add)))  # Item | Add


async def tests() -> None:
    async def scenario() -> None: ...

    async with live_isolated(ItemsLive) as view:
        reveal_type(view)  # View
        reveal_type(view.element("li", text="x"))  # Element
        reveal_type(await view.element("li").click())  # str
        reveal_type(await view.element("li").attribute("id"))  # str | None
        reveal_type(view.form("#f", {"a": 1}).put_submitter("#b"))  # FormElement
        reveal_type(await view.has_element("li"))  # bool
        reveal_type(await view.assert_push_event("x"))  # dict[str, Any]
        reveal_type((await view.assert_redirect()).flash)  # dict[str, str]
        reveal_type(await view.follow_redirect())  # View
        reveal_type(await view.live_children())  # list[View]
        reveal_type(view.pid)  # Pid
    async with live(object(), "/") as other, connect("http://x") as remote:
        reveal_type((other, remote))  # tuple[View, View]
    reveal_type(explore(scenario))  # int

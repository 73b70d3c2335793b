"""The kit's page and components that are rows of a stream: messages of components alone are patched in place."""

from __future__ import annotations

from actorlive import Event, LiveComponent, LiveView, Rejected, Socket, Stream, heex
from actorlive.testing import live_isolated


class Inc(Event): ...


class Add(Event): ...


class Item:
    def __init__(self, id: int) -> None:
        self.id = id


class Inner(LiveComponent[Inc]):
    n: int = 0
    template = heex("""<i phx-click="inc" phx-target={@myself}>{@n}</i>""")

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.n += 1


class Row(LiveComponent[Inc | Add]):
    n: int = 0
    notes: Stream[Item]
    template = heex("""<li id={f"r{@id}"} class={f"n{@n}"}>
      <button phx-click="inc" phx-target={@myself}>{@n}</button>
      <a phx-click="add" phx-target={@myself}>add</a>
      <ul id={f"of-{@id}"} phx-update="stream">
        <li :for={dom_id, note in @streams.notes} id={dom_id}>{note.id}</li>
      </ul>
      {% if @n < 3 %}<.live_component module={Inner} id={@id} />{% endif %}
    </li>""")

    async def handle_event(self, event: Inc | Add, socket: Socket) -> None:
        match event:
            case Inc():
                self.n += 1
                if self.n == 2:
                    raise Rejected("twice")
            case Add():
                socket.stream_insert("notes", Item(self.n))


class Rows(LiveView):
    rows: Stream[Item]
    template = heex("""<p>{@flash.get("error")}</p><ul id="rows" phx-update="stream">
      <.live_component :for={dom_id, item in @streams.rows} module={Row} id={item.id} /></ul>""")

    async def mount(self, params: object, session: object, socket: Socket) -> None:
        socket.stream("rows", [Item(1), Item(2)], dom_id=lambda item: f"r{item.id}")


async def test_a_streamed_component_shows_what_it_does() -> None:
    async with live_isolated(Rows) as view:
        row = view.element("#r1")
        await view.element("#r1 button").click()
        await view.element("#r1 i").click()
        await view.element("#r1 a").click()
        await view.element("#r1 button").click()
        await view.element("#r1 a").click()
        assert await view.element("#r1 button").text() == "2"
        assert await view.element("#r1 i").text() == "1"
        assert await view.element("p").text() == "twice"
        assert await view.element("#of-1 li").texts() == ["1", "2"]
        assert 'class="n2"' in await row.render()
        assert await view.element("#r2 button").text() == "0"


async def test_what_left_a_streamed_component_is_taken_leave_of() -> None:
    async with live_isolated(Rows) as view:
        for _ in range(3):
            await view.element("#r1 button").click()
        assert not await view.has_element("#r1 i")
        assert await view.has_element("#r2 i")
        assert view.client_view.tree is not None
        assert len(view.client_view.tree.components) == 3

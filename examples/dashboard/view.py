"""Four cards that load on their own, and a chart that moves: none waits for another, and one that fails fails alone."""

from collections.abc import Mapping
from typing import Any

from actorlive import (
    AsyncResult,
    Event,
    Exit,
    LiveView,
    Ok,
    Slot,
    Socket,
    Stream,
    Template,
    component,
    heex,
    ui,
    use_in_templates,
)
from examples.dashboard import bakery
from examples.dashboard.bakery import Favourite, Order, Takings

use_in_templates(ui)

SHOWN = 6
RECENT = 40
"""How many orders the chart shows."""


class Retry(Event): ...


@component
def card(*, id: str, title: str, busy: bool, inner_block: Slot) -> Template:
    """A box that says for itself whether it is still loading."""
    return heex("""
      <section
        id={@id}
        class="card"
        aria-labelledby={f"{@id}-title"}
        aria-busy={"true" if @busy else None}
      >
        <h2 id={f"{@id}-title"}>{@title}</h2>
        {render_slot(@inner_block)}
      </section>
    """)


class DashboardLive(LiveView[Retry]):
    takings: AsyncResult[Takings]
    favourites: AsyncResult[list[Favourite]]
    flour: AsyncResult[float]
    orders: Stream[Order]
    read: int = 0
    taken: list[float] = []
    reading: bool = True
    attempts: int = 0

    template = heex("""
      <h1>The bakery's books</h1>
      <div class="dashboard">
        <.card id="takings" title="Takings" busy={bool(@takings.loading)}>
          <.async_result :let={takings} assign={@takings}>
            <:loading><p>Counting…</p></:loading>
            <p><b>€ {f"{takings.euros:.2f}"}</b> in {takings.orders} orders</p>
          </.async_result>
        </.card>

        <.card id="favourites" title="Favourites" busy={bool(@favourites.loading)}>
          <.async_result :let={favourites} assign={@favourites}>
            <:loading><p>A slow report…</p></:loading>
            <ol>
              <li :for={favourite in favourites}>{favourite.name}: {favourite.pieces}</li>
            </ol>
          </.async_result>
        </.card>

        <.card id="flour" title="Flour" busy={bool(@flour.loading)}>
          <.async_result :let={euros} assign={@flour}>
            <:loading><p>Asking the mill…</p></:loading>
            <:failed :let={why}>
              <p role="alert">Could not load: {why.reason}</p>
              <button phx-click="retry">Retry</button>
            </:failed>
            <p><b>€ {f"{euros:.2f}"}</b> a kilogram</p>
          </.async_result>
        </.card>

        <.card id="ledger" title="Ledger" busy={@reading}>
          <p>{@read} of {bakery.ORDERS} orders read</p>
          <ul id="orders" phx-update="stream">
            <li :for={dom_id, order in @streams.orders} id={dom_id}>
              No. {order.id}: {order.pieces} × {order.product}, € {f"{order.euros:.2f}"}
            </li>
          </ul>
        </.card>
      </div>
      <ui.bar_chart
        id="taken"
        label="Taken, order by order"
        series={{"Euros": @taken}}
        labels={[f"No. {n}" for n in range(@first + 1, @first + RECENT + 1)]}
        high={25}
        span={RECENT}
        first={@first}
        format={euros}
      >Taken, order by order</ui.bar_chart>
    """)

    @property
    def first(self) -> int:
        """How many orders were before those in the chart."""
        return self.read - len(self.taken)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.assign_async("takings", bakery.takings)
        socket.assign_async("favourites", bakery.favourites)
        socket.start_async("ledger", bakery.read_ledger, socket.pid)
        self.ask_the_mill(socket)

    def ask_the_mill(self, socket: Socket) -> None:
        self.attempts += 1
        socket.assign_async("flour", bakery.price_of_flour, self.attempts)

    async def handle_event(self, event: Retry, socket: Socket) -> None:
        self.ask_the_mill(socket)

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Order():
                self.read += 1
                self.taken = [*self.taken, message.euros][-RECENT:]
                socket.stream_insert("orders", message, at=0, limit=SHOWN)
            case _:
                pass

    async def handle_async(self, name: object, result: Ok[object] | Exit, socket: Socket) -> None:
        match name, result:
            case "ledger", Ok():
                self.reading = False
            case _:
                raise RuntimeError(f"the ledger could not be read: {result!r}")


def euros(value: float) -> str:
    """A price, as it is written."""
    return f"€ {value:.2f}"

"""The cart: a view of its own in the shop's layout, which stays while the visitor goes from page to page."""

from collections.abc import Mapping
from typing import Any

from actorlive import (
    Event,
    LiveComponent,
    LiveView,
    Slot,
    Socket,
    Template,
    component,
    heex,
    use_in_templates,
)
from examples.shop import catalogue
from examples.shop.catalogue import CartChanged, Line, ProductChanged, money

use_in_templates(money)


class More(Event): ...


class Less(Event): ...


class CartLine(LiveComponent[More | Less]):
    """One line of the cart, which changes its own number."""

    shopper: str
    line: Line

    template = heex("""
      <li id={f"line-{@line.product.id}"}>
        <span class="grow">{@line.product.name}</span>
        <span role="group" aria-label={@line.product.name}>
          <button phx-click="less" phx-target={@myself} aria-label="One less">−</button>
          <output>{@line.count}</output>
          <button phx-click="more" phx-target={@myself} aria-label="One more">+</button>
        </span>
        <span class="num">{money(@line.cents)}</span>
      </li>
    """)

    async def handle_event(self, event: More | Less, socket: Socket) -> None:
        step = 1 if isinstance(event, More) else -1
        catalogue.set_count(self.shopper, self.line.product.id, self.line.count + step)


class Fold(Event): ...


class CartLive(LiveView[Fold]):
    """Sticky: it keeps its process, and whether it is open, over live navigation."""

    shopper: str = ""
    lines: list[Line] = []
    open: bool = False

    template = heex("""
      <section class="cart" aria-label="Cart">
        <.flash_group flash={@flash} />
        <button
          phx-click="fold"
          aria-expanded={"true" if @open else "false"}
          aria-controls="cart-lines"
        >
          Cart: {sum(line.count for line in @lines)}, {money(sum(line.cents for line in @lines))}
        </button>
        <div id="cart-lines" hidden={not @open}>
          <p :if={not @lines} class="soft">There is nothing in it yet.</p>
          <ul class="rows">
            <.live_component
              :for={line in @lines}
              :key={line.product.id}
              module={CartLine}
              id={line.product.id}
              shopper={@shopper}
              line={line}
            />
          </ul>
        </div>
      </section>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.shopper = session["shopper"]
        socket.subscribe(catalogue.cart_topic(self.shopper))
        socket.subscribe(catalogue.SHELVES)
        self.lines = catalogue.cart(self.shopper)

    async def handle_event(self, event: Fold, socket: Socket) -> None:
        self.open = not self.open

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, CartChanged | ProductChanged):
            self.lines = catalogue.cart(self.shopper)


@component
def shop_frame(*, shopper: str, inner_block: Slot) -> Template:
    """What stands around each page of the shop; the cart in it outlives them."""
    return heex("""
      <nav class="row" aria-label="Shop">
        <.link navigate="/shop">Catalogue</.link>
        <.link navigate="/shop/stock">Stock room</.link>
      </nav>
      <.live_render view={CartLive} id="cart" sticky session={{"shopper": @shopper}} />
      {render_slot(@inner_block)}
    """)

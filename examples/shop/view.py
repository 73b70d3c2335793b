"""A shop whose every state has a URL: filter and product are patches, the stock room is a live navigation away."""

import secrets
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, get_args

from msgspec import Meta
from quart import Quart, Request, abort, session

from actorlive import (
    ActorLive,
    Cont,
    Event,
    LiveComponent,
    LiveView,
    Socket,
    heex,
    ui,
    url_for,
    use_in_templates,
)
from examples.shop import catalogue
from examples.shop.cart import shop_frame
from examples.shop.catalogue import SHELVES, Kind, Product, ProductChanged, Sort
from examples.shop.shelf import add_shelf

KINDS = [(title, kind) for kind, title in catalogue.KINDS.items()]
SORTS = [(title, sort) for sort, title in catalogue.SORTS.items()]

use_in_templates(ui, KINDS, SORTS)


class WithShopper:
    """Whose cart it is: a random name from the cookie."""

    shopper: str

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont:
        socket.assign(shopper=session["shopper"])
        return Cont()


def shopper(request: Request) -> Mapping[str, Any]:
    """The session data of each page: who has no name gets one, in the cookie."""
    return {"shopper": session.setdefault("shopper", secrets.token_urlsafe(16))}


class Choose(Event):
    """The filter, as it stands."""

    q: Annotated[str, Meta(max_length=50)] = ""
    kind: str = ""
    sort: str = "name"


class Put(Event):
    id: int


class ShopLive(LiveView[Choose | Put]):
    """The catalogue, and a product of it."""

    on_mount = (WithShopper,)
    shopper: str
    page_title = "Shop"
    q: str = ""
    kind: Kind | None = None
    sort: Sort = "name"
    chosen: Product | None = None
    products: list[Product] = []

    template = heex("""
      {% if @chosen %}
        <p><.link patch={url_for(ShopLive, **@filter)}>Back to the catalogue</.link></p>
        <article>
          <h1>{@chosen.name}</h1>
          <p>{@chosen.about}</p>
          <p class="row">
            <b>{@chosen.price}</b>
            <button phx-click="put" phx-value-id={@chosen.id} phx-disable-with="Putting…">Put into the cart</button>
          </p>
        </article>
      {% else %}
        <h1>Shop</h1>
        <form id="choose" role="search" phx-change="choose" phx-submit="choose">
          <ui.field name="q" type="search" label="Find" value={@q} maxlength="50" phx-debounce="200" />
          <ui.field name="kind" type="select" label="Kind" options={KINDS} value={@kind} prompt="All" />
          <ui.field name="sort" type="select" label="Order" options={SORTS} value={@sort} />
        </form>
        <p :if={not @products} role="status">Nothing is called that here.</p>
        <ul class="rows" aria-label="Products">
          <li :for={product in @products} :key={product.id}>
            <.link class="grow" patch={url_for(ShopLive, id=product.id, **@filter)}>{product.name}</.link>
            <span class="num">{product.price}</span>
            <button phx-click="put" phx-value-id={product.id}>
              Put <span class="sr-only">{product.name}</span> into the cart
            </button>
          </li>
        </ul>
      {% endif %}
    """)

    @property
    def filter(self) -> dict[str, str | None]:
        """What the URL says beside the product; what goes without saying is left out."""
        return {"q": self.q or None, "kind": self.kind, "sort": None if self.sort == "name" else self.sort}

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(SHELVES)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        self.choose(params.get("q"), params.get("kind"), params.get("sort"))
        id = params.get("id")
        if id is not None and not catalogue.sells(id):
            abort(404)
        self.chosen = None if id is None else catalogue.product(id)
        self.page_title = self.chosen.name if self.chosen else "Shop"

    def choose(self, q: object, kind: object, sort: object) -> None:
        """Take what a URL or a form says, as far as it means anything."""
        self.q = q[:50] if isinstance(q, str) else ""
        self.kind = next((known for known in get_args(Kind) if known == kind), None)
        self.sort = next((known for known in get_args(Sort) if known == sort), "name")
        self.products = catalogue.products(self.kind, self.sort, self.q)

    async def handle_event(self, event: Choose | Put, socket: Socket) -> None:
        match event:
            case Choose(q=q, kind=kind, sort=sort):
                self.choose(q, kind, sort)
                socket.push_patch(url_for(ShopLive, **self.filter), replace=True)
            case Put(id=id):
                catalogue.put(self.shopper, id)
                socket.announce(f"{catalogue.product(id).name} is in the cart")

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, ProductChanged):
            self.products = catalogue.products(self.kind, self.sort, self.q)
            if self.chosen and self.chosen.id == message.product.id:
                self.chosen = message.product


class Edit(Event): ...


class Cancel(Event): ...


class Retype(Event):
    name: str = ""
    price: str = ""


class Save(Event):
    name: Annotated[str, Meta(max_length=60)]
    price: str


class StockRow(LiveComponent[Edit | Cancel | Retype | Save]):
    """One row of the stock room, which is edited in place: what is typed is the row's own."""

    product: Product
    typed: Retype | None = None
    fault: str = ""

    template = heex("""
      <tr id={f"stock-{@product.id}"}>
        {% if @typed is None %}
          <td>{@product.name}</td>
          <td data-type="number">{@product.price}</td>
          <td>
            <button phx-click="edit" phx-target={@myself} aria-label={f"Edit {@product.name}"}>Edit</button>
          </td>
        {% else %}
          <td colspan="3">
            <form
              id={f"stock-form-{@product.id}"}
              class="row"
              phx-change="retype"
              phx-submit="save"
              phx-target={@myself}
            >
              <label>
                Name <input
                  name="name"
                  value={@typed.name}
                  maxlength="60"
                  required
                  phx-mounted={JS.focus()}
                />
              </label>
              <label>
                Price in € <input
                  name="price"
                  value={@typed.price}
                  inputmode="decimal"
                  required
                  aria-invalid={"true" if @fault else None}
                  aria-describedby={f"stock-error-{@product.id}"}
                />
              </label>
              <p id={f"stock-error-{@product.id}"} class="error" role="alert">{@fault}</p>
              <button>Save</button>
              <button type="button" phx-click="cancel" phx-target={@myself}>Cancel</button>
            </form>
          </td>
        {% endif %}
      </tr>
    """)

    async def handle_event(self, event: Edit | Cancel | Retype | Save, socket: Socket) -> None:
        match event:
            case Edit():
                self.typed, self.fault = Retype(self.product.name, f"{self.product.cents / 100:.2f}"), ""
            case Cancel():
                self.typed = None
            case Retype():
                self.typed = event
            case Save(name=name, price=price):
                self.save(name.strip(), price)

    def save(self, name: str, price: str) -> None:
        cents = cents_of(price)
        if cents is None:
            self.fault = "A price is an amount up to 10,000, like 18.50."
        elif not name:
            self.fault = "A product needs a name."
        else:
            catalogue.change(self.product.id, name, cents)
            self.typed = None


def cents_of(price: str) -> int | None:
    """The cents of an amount that somebody typed, None when it is none."""
    try:
        amount = Decimal(price.strip().replace(",", "."))
    except InvalidOperation:
        return None
    cents = amount * 100
    return int(cents) if amount.is_finite() and 0 < cents <= 1_000_000 and cents == int(cents) else None


class StockLive(LiveView):
    """All products, each a row that can be edited, however many of them at once."""

    page_title = "Stock room"
    products: list[Product] = []

    template = heex("""
      <h1>Stock room</h1>
      <p class="lead">A price that is saved here is the price on every page, and in every cart.</p>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" data-type="number">Price</th>
            <th scope="col"><span class="sr-only">Actions</span></th>
          </tr>
        </thead>
        <tbody id="stock">
          <.live_component
            :for={product in @products}
            :key={product.id}
            module={StockRow}
            id={product.id}
            product={product}
          />
        </tbody>
      </table>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(SHELVES)
        self.products = catalogue.products()

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, ProductChanged):
            self.products = catalogue.products()


def add_shop(app: Quart, live: ActorLive) -> None:
    """The pages of the shop: one live session, so that one goes between them without loading a page. Beside them, the
    routes of the shelf."""
    shop = live.session("shop", on_mount=[WithShopper], layout=shop_frame, session=shopper)
    shop.route("/shop", ShopLive)
    shop.route("/shop/<int:id>", ShopLive)
    shop.route("/shop/stock", StockLive)
    add_shelf(app, live)

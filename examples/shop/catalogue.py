"""What the shop sells, and what is in whose cart. All in memory; it is as old as the server."""

from dataclasses import dataclass, replace
from typing import Literal

from actorlive import Message, Rejected, pubsub

SHELVES = "shop"
"""The topic of changes to the catalogue."""

Kind = Literal["bowl", "cup", "vase"]
Sort = Literal["name", "cheap", "dear"]
KINDS: dict[Kind, str] = {"bowl": "Bowls", "cup": "Cups", "vase": "Vases"}
SORTS: dict[Sort, str] = {"name": "By name", "cheap": "Cheapest first", "dear": "Dearest first"}


@dataclass(frozen=True)
class Product:
    id: int
    name: str
    kind: Kind
    cents: int
    about: str

    @property
    def price(self) -> str:
        return money(self.cents)


@dataclass(frozen=True)
class Line:
    """So many of one product in a cart."""

    product: Product
    count: int

    @property
    def cents(self) -> int:
        return self.product.cents * self.count


class ProductChanged(Message, name="shop.product_changed"):
    product: Product


class CartChanged(Message, name="shop.cart_changed"): ...


def money(cents: int) -> str:
    """An amount as people write it."""
    return f"€ {cents / 100:,.2f}"


_products = {
    product.id: product
    for product in (
        Product(1, "Rain bowl", "bowl", 3800, "Blue outside, white inside; holds a salad for four."),
        Product(2, "Breakfast bowl", "bowl", 2200, "Deep enough for milk to the last spoon."),
        Product(3, "Noodle bowl", "bowl", 2900, "A wide foot, so that it stays where it is put."),
        Product(4, "Small cup", "cup", 1400, "For an espresso, or for salt."),
        Product(5, "Tea cup", "cup", 1900, "Without a handle: too hot to hold is too hot to drink."),
        Product(6, "Mug", "cup", 2400, "With a handle, for everything else."),
        Product(7, "Bud vase", "vase", 1700, "For one stem."),
        Product(8, "Meadow vase", "vase", 5600, "For a whole armful."),
    )
}
_carts: dict[str, dict[int, int]] = {}


def products(kind: Kind | None = None, sort: Sort = "name", q: str = "") -> list[Product]:
    """The products of a kind, or of all, whose name has `q` in it."""
    found = [
        one for one in _products.values() if kind in (None, one.kind) and q.casefold() in one.name.casefold()
    ]
    match sort:
        case "name":
            return sorted(found, key=lambda one: one.name)
        case "cheap" | "dear":
            return sorted(found, key=lambda one: (one.cents, one.name), reverse=sort == "dear")


def sells(id: int) -> bool:
    """True for a product that there is."""
    return id in _products


def product(id: int) -> Product:
    """Raises `Rejected` for one that is not sold here."""
    if id not in _products:
        raise Rejected("We do not sell that.")
    return _products[id]


def change(id: int, name: str, cents: int) -> Product:
    """Give a product another name and price; every page that shows it hears of it."""
    changed = _products[id] = replace(product(id), name=name, cents=cents)
    pubsub.broadcast(SHELVES, ProductChanged(changed))
    return changed


def cart_topic(shopper: str) -> str:
    """Where changes to a cart are told."""
    return f"shop:cart:{shopper}"


def cart(shopper: str) -> list[Line]:
    """What somebody has in their cart, in the order in which it was put there."""
    return [Line(_products[id], count) for id, count in _carts.get(shopper, {}).items()]


def put(shopper: str, id: int, count: int = 1) -> None:
    """Put some more into the cart."""
    have = _carts.get(shopper, {}).get(id, 0)
    set_count(shopper, id, have + count)


def set_count(shopper: str, id: int, count: int) -> None:
    """Have so many of a product in the cart; 0 takes it out."""
    if not 0 <= count <= 99:
        raise Rejected("A cart holds up to 99 of a kind.")
    lines = _carts.setdefault(shopper, {})
    if count:
        lines[product(id).id] = count
    else:
        lines.pop(id, None)
    pubsub.broadcast(cart_topic(shopper), CartChanged())

"""Ordinary routes beside the live ones: the catalogue for programs, and a price tag for the screen at the shelf."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from quart import Quart, Response, abort

from actorlive import ActorLive, LiveView, Socket, heex
from examples.shop import catalogue
from examples.shop.catalogue import SHELVES, Product, ProductChanged


class PriceTagLive(LiveView):
    """One product and its price, as they are now. It has no URL: the route that answers with it hands down the id."""

    product: Product

    template = heex("""
      <h1>{@product.name}</h1>
      <p><b>{@product.price}</b></p>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(SHELVES)
        self.product = catalogue.product(session["id"])

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, ProductChanged) and message.product.id == self.product.id:
            self.product = message.product


def add_shelf(app: Quart, live: ActorLive) -> None:
    """The routes."""

    @app.get("/shop/products.json")
    async def products() -> list[dict[str, Any]]:
        return [asdict(product) for product in catalogue.products()]

    @app.get("/shop/<int:id>/tag")
    async def tag(id: int) -> Response:
        if not catalogue.sells(id):
            abort(404)
        return await live.render(PriceTagLive, session={"id": id})

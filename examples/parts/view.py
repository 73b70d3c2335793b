"""Parts, each on a page of its own: buttons and fields here, one of every kind that HTML has."""

from datetime import date, time
from enum import Enum
from typing import Annotated, Any

from msgspec import Meta, Struct
from quart import Quart

from actorlive import (
    ActorLive,
    Event,
    Form,
    LiveView,
    Ok,
    Socket,
    heex,
    to_form,
    ui,
    use_in_templates,
    validate,
)
from examples.parts.charts import ChartsLive
from examples.parts.dialogs import DialogsLive
from examples.parts.frame import Ticking, parts_frame
from examples.parts.menus import MenusLive
from examples.parts.small import SmallLive
from examples.parts.tables import TableLive
from examples.parts.text import TextLive
from examples.parts.toasts import ToastsLive


class Cup(Enum):
    SMALL = "s"
    LARGE = "l"
    FOR_TWO = "xl"


TEAS = {"Green": ["Sencha", "Gyokuro"], "Black": ["Assam", "Keemun"]}
EXTRAS = {"Milk": "milk", "Honey": "honey", "Lemon": "lemon"}

use_in_templates(ui, Cup, TEAS, EXTRAS)


class Order(Struct):
    """What a guest orders."""

    name: Annotated[str, Meta(min_length=3)]
    email: Annotated[str, Meta(pattern="@", extra={"message": "has an @"})]
    tea: str
    cup: Cup
    pots: Annotated[int, Meta(ge=1, le=9)]
    day: date
    at: time | None = None
    strength: int = 3
    colour: str = "#2a49d0"
    extras: list[str] = []
    wishes: str | None = None
    terms: bool = False

    def __validate__(self) -> dict[str, str] | None:
        return None if self.terms else {"terms": "has to be checked"}


EMPTY = to_form({"pots": "1", "strength": "3", "colour": "#2a49d0"}, as_="order")


class Change(Event):
    order: dict[str, Any]


class Save(Event):
    order: dict[str, Any]


class Again(Event): ...


class PartsLive(LiveView[Change | Save | Again]):
    """Fields of every kind, checked while they are filled in."""

    page_title = "Fields"
    form: Form = EMPTY
    order: Order | None = None

    template = heex("""
      <h1>Fields</h1>
      {% if @order %}
        <p role="status">Tea for {@order.name}: {@order.pots} × {@order.tea}, on {@order.day}.</p>
        <ui.button phx-click="again" pending="Clearing…">Order again</ui.button>
      {% else %}
        <.form for={@form} phx-change="change" phx-submit="save" novalidate>
          <ui.field field={@form["name"]} label="Name" hint="As on the card" autocomplete="name" />
          <ui.field field={@form["email"]} type="email" label="E-mail" phx-debounce="blur" />
          <ui.field
            field={@form["tea"]}
            type="select"
            label="Tea"
            options={TEAS}
            prompt="Choose a tea"
          />
          <ui.field field={@form["cup"]} type="radio" label="Cup" options={Cup} />
          <ui.field field={@form["extras"]} type="checkbox" label="Extras" options={EXTRAS} />
          <ui.field field={@form["pots"]} type="number" label="Pots" min="1" max="9" />
          <ui.field field={@form["day"]} type="date" label="Day" />
          <ui.field field={@form["at"]} type="time" label="Time" />
          <ui.field field={@form["strength"]} type="range" label="Strength" min="1" max="5" />
          <ui.field field={@form["colour"]} type="color" label="Colour of the cup" />
          <ui.field field={@form["wishes"]} type="textarea" label="Wishes" maxlength="200" />
          <ui.field field={@form["terms"]} type="checkbox" label="I have read that the tea is hot" />
          <ui.button type="submit" pending="Ordering…">Order</ui.button>
        </.form>
      {% endif %}
      <p><ui.button href="/docs/ui">Read about parts</ui.button></p>
    """)

    async def handle_event(self, event: Change | Save | Again, socket: Socket) -> None:
        match event:
            case Again():
                self.order, self.form = None, EMPTY
            case Change(params):
                self.form = to_form(params, errors=validate(Order, params), as_="order")
            case Save(params):
                result = validate(Order, params)
                self.form = to_form(params, errors=result, as_="order")
                self.order = result.value if isinstance(result, Ok) else None


def add_parts(app: Quart, live: ActorLive) -> None:
    """The pages of parts, in one live session, so that one goes between them without loading a page."""
    parts = live.session("parts", on_mount=[Ticking], layout=parts_frame)
    parts.route("/parts", PartsLive)
    parts.route("/parts/table", TableLive)
    parts.route("/parts/dialogs", DialogsLive)
    parts.route("/parts/menus", MenusLive)
    parts.route("/parts/toasts", ToastsLive)
    parts.route("/parts/charts", ChartsLive)
    parts.route("/parts/text", TextLive)
    parts.route("/parts/small", SmallLive)

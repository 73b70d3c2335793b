"""Every control of HTML in one form: what its typed event holds, and what `validate()` makes of the same fields."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

from msgspec import Struct
from quart_trio import QuartTrio

from actorlive import ActorLive, Error, Event, LiveView, Ok, RawEvent, Socket, heex, to_form, validate
from actorlive.forms import Form
from actorlive.live.events import EventTable


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Address(Struct, frozen=True):
    city: str = ""
    zip: int | None = None


class Fields(Struct):
    text: str | None = None
    search: str | None = None
    email: str | None = None
    url: str | None = None
    tel: str | None = None
    password: str | None = None
    notes: str | None = None
    whole: int | None = None
    pasted: int | None = None
    share: float | None = None
    price: Decimal | None = None
    range: int = 50
    day: date | None = None
    hour: time | None = None
    moment: datetime | None = None
    month: str | None = None
    week: str | None = None
    colour: str = "#000000"
    agreed: bool = False
    hobbies: list[str] = []
    numbers: set[int] = set()
    meal: Literal["fish", "fruit"] | None = None
    size: Size | None = None
    letters: list[Size] = []
    key: int = 0
    address: Address = Address()
    photo: str | None = None


class Change(Event):
    all: Fields


class Save(Event):
    all: Fields


TABLE = EventTable(Change | Save)


class ControlsLive(LiveView):
    form: Form = to_form({}, as_="all")
    event: str = ""
    validated: str = ""
    count: int = 0

    template = heex("""
      <output id="count">{@count}</output>
      <pre id="event">{@event}</pre>
      <pre id="validated">{@validated}</pre>
      <.form :let={f} for={@form} phx-change="change" phx-submit="save">
        <input
          :for={kind in ["text", "search", "email", "url", "tel", "password"]}
          type={kind}
          name={f[kind].name}
          value={f[kind].value}
          aria-label={kind}
        >
        <textarea name={f["notes"].name} aria-label="notes">{f["notes"].value}</textarea>
        <input
          :for={
            kind, name in [
              ("number", "whole"), ("text", "pasted"), ("number", "share"), ("number", "price"), ("range", "range"),
              ("date", "day"), ("time", "hour"), ("datetime-local", "moment"), ("month", "month"), ("week", "week"),
              ("color", "colour"),
            ]
          }
          type={kind}
          step={"any" if kind == "number" else None}
          name={f[name].name}
          value={f[name].value}
          aria-label={name}
        >
        <input
          type="checkbox"
          name={f["agreed"].name}
          checked={f["agreed"].checked}
          aria-label="agreed"
        >
        <input
          :for={hobby in ["chess", "go"]}
          type="checkbox"
          name={f["hobbies"].name + "[]"}
          value={hobby}
          checked={f["hobbies"].selected(hobby)}
          aria-label={hobby}
        >
        <input
          :for={n in range(2)}
          name={f"{f['numbers'].name}[{n}]"}
          value={(f["numbers"].raw or {}).get(str(n))}
          aria-label={f"number {n}"}
        >
        <input
          :for={meal in ["fish", "fruit"]}
          type="radio"
          name={f["meal"].name}
          value={meal}
          checked={f["meal"].selected(meal)}
          aria-label={meal}
        >
        <select name={f["size"].name} aria-label="size">
          <option value="">choose</option>
          <option :for={size in Size} value={size.value} selected={f["size"].selected(size)}>{size.name}</option>
        </select>
        <select name={f["letters"].name + "[]"} multiple aria-label="letters">
          <option :for={size in Size} value={size.value} selected={f["letters"].selected(size)}>{size.name}</option>
        </select>
        <input type="hidden" name={f["key"].name} value="7">
        {% for address in f["address"].nested(default={}) %}
          <input name={address["city"].name} value={address["city"].value} aria-label="city">
          <input type="number" name={address["zip"].name} value={address["zip"].value} aria-label="zip">
        {% endfor %}
        <input type="file" name={f["photo"].name} aria-label="photo">
        <button>Save</button>
      </.form>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        params: dict[str, Any] = event.params["all"]
        self.form = to_form(params, as_="all")
        self.event = repr(TABLE.convert(event).all)
        match validate(Fields, params):
            case Ok(fields):
                self.validated = repr(fields)
            case Error(errors):
                self.validated = repr(errors)
        self.count += 1


app = QuartTrio(__name__)
live = ActorLive(app, secret_key="controls of a form, all of them, for tests")
live.route("/", ControlsLive)


async def icon() -> tuple[str, int]:
    return "", 204


app.add_url_rule("/favicon.ico", "icon", icon)

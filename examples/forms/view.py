"""A form that says at once what is wrong, grows, and outlives its view."""

from typing import Any, get_args

from actorlive import Attrs, Error, Event, LiveView, Ok, Socket, Template, component, heex
from actorlive.forms import Field, Form, sort_and_drop, to_form, used_input
from examples.forms.account import Account, Country, Topic, sign_up

NOBODY: dict[str, Any] = {"addresses": [{}]}
FOR_INPUTS = Attrs.include("autocomplete", "inputmode")
COUNTRIES = get_args(Country)
TOPICS = get_args(Topic)
EMPTY = to_form(NOBODY, as_="account")


class Change(Event):
    account: dict[str, Any]


class Save(Event):
    account: dict[str, Any]


class Again(Event): ...


class Kill(Event): ...


@component
def errors(*, field: Field) -> Template:
    """What is wrong with a field, once somebody has been in it."""
    return heex(
        """
        <span id={f"{@field.id}-errors"} class="error">
          {% for message in @shown %}{message} {% endfor %}
        </span>
        """,
        shown=field.errors if used_input(field) else (),
    )


@component
def text_input(*, field: Field, label: str, type: str = "text", rest: Attrs = FOR_INPUTS) -> Template:
    """An input with its label and its errors."""
    return heex(
        """
        <div class="field">
          <label for={@field.id}>{@label}</label>
          <input
            type={@type}
            id={@field.id}
            name={@field.name}
            value={@field.value}
            aria-invalid={"true" if @wrong else None}
            aria-describedby={f"{@field.id}-errors"}
            {@rest}
          />
          <.errors field={@field} />
        </div>
        """,
        wrong=field.errors and used_input(field),
    )


class FormsLive(LiveView[Change | Save | Again | Kill]):
    page_title = "A form"
    form: Form = EMPTY
    account: Account | None = None

    template = heex("""
      <h1>Sign up</h1>
      {% if @account %}
        <p id="welcome">Welcome, {@account.name}! We will write to {@account.email}.</p>
        <button phx-click="again">Somebody else</button>
      {% else %}
        <.form for={@form} class="sign-up" phx-change="change" phx-submit="save" novalidate>
          <.text_input field={@form["name"]} label="Name" autocomplete="name" phx-debounce="200" />
          <.text_input
            field={@form["email"]}
            label="E-mail"
            type="email"
            autocomplete="email"
            phx-debounce="blur"
          />
          <.text_input field={@form["age"]} label="Age" inputmode="numeric" phx-debounce="200" />

          <div class="field">
            <label for={@form["country"].id}>Country</label>
            <select id={@form["country"].id} name={@form["country"].name}>
              <option value="">Choose…</option>
              <option :for={country in COUNTRIES} selected={@form["country"].selected(country)}>
                {country}
              </option>
            </select>
            <.errors field={@form["country"]} />
          </div>

          <fieldset>
            <legend>Topics</legend>
            <label :for={topic in TOPICS}>
              <input
                type="checkbox"
                name={f'{@form["topics"].name}[]'}
                value={topic}
                checked={@form["topics"].selected(topic)}
              />
              {topic}
            </label>
          </fieldset>

          <.inputs_for :let={address} field={@form["addresses"]}>
            <fieldset class="address">
              <legend>Address {address.index + 1}</legend>
              <input type="hidden" name="account[addresses_sort][]" value={address.index} />
              <.text_input field={address["street"]} label="Street" phx-debounce="200" />
              <.text_input field={address["city"]} label="City" phx-debounce="200" />
              <button
                type="button"
                class="quiet"
                name="account[addresses_drop][]"
                value={address.index}
                phx-click={JS.dispatch("change")}
              >Remove address {address.index + 1}</button>
            </fieldset>
          </.inputs_for>
          <input type="hidden" name="account[addresses_drop][]" />
          <button
            type="button"
            class="quiet"
            name="account[addresses_sort][]"
            value="new"
            phx-click={JS.dispatch("change")}
          >Add an address</button>

          <div class="field">
            <label>
              <input type="hidden" name={@form["terms"].name} value="false" />
              <input
                type="checkbox"
                name={@form["terms"].name}
                value="true"
                checked={@form["terms"].checked}
              />
              I accept that this is an example
            </label>
            <.errors field={@form["terms"]} />
          </div>

          <div class="row">
            <button phx-disable-with="Signing up…">Sign up</button>
            <button type="button" class="danger" phx-click="kill">Kill the view</button>
          </div>
        </.form>
      {% endif %}
    """)

    async def handle_event(self, event: Change | Save | Again | Kill, socket: Socket) -> None:
        match event:
            case Change(params):
                self.check(params)
            case Save(params):
                self.save(params, socket)
            case Again():
                self.account, self.form = None, EMPTY
            case Kill():
                raise RuntimeError("killed; what was typed comes back with the next view")

    def check(self, params: dict[str, Any]) -> None:
        params = sort_and_drop(params, "addresses")
        self.form = to_form(params, errors=sign_up(params), as_="account")

    def save(self, params: dict[str, Any], socket: Socket) -> None:
        match sign_up(params):
            case Ok(account):
                self.account = account
                socket.announce("You have signed up")
            case Error():
                self.check(params)

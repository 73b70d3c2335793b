"""A form that says at once what is wrong, grows, and outlives its view."""

from typing import Any, get_args

from actorlive import Error, Event, LiveView, Ok, Socket, heex, ui, use_in_templates
from actorlive.forms import Form, sort_and_drop, to_form
from examples.forms.account import Account, Country, Topic, sign_up

NOBODY: dict[str, Any] = {"addresses": [{}]}
COUNTRIES = get_args(Country)
TOPICS = get_args(Topic)
EMPTY = to_form(NOBODY, as_="account")

use_in_templates(ui, COUNTRIES, TOPICS)


class Change(Event):
    account: dict[str, Any]


class Save(Event):
    account: dict[str, Any]


class Again(Event): ...


class Kill(Event): ...


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
          <ui.field field={@form["name"]} label="Name" autocomplete="name" phx-debounce="200" />
          <ui.field
            field={@form["email"]}
            label="E-mail"
            type="email"
            autocomplete="email"
            phx-debounce="blur"
          />
          <ui.field field={@form["age"]} label="Age" inputmode="numeric" phx-debounce="200" />

          <ui.field
            field={@form["country"]}
            type="select"
            label="Country"
            options={COUNTRIES}
            prompt="Choose…"
          />
          <ui.field field={@form["topics"]} type="checkbox" label="Topics" options={TOPICS} />

          <.inputs_for :let={address} field={@form["addresses"]}>
            <fieldset class="address">
              <legend>Address {address.index + 1}</legend>
              <input type="hidden" name="account[addresses_sort][]" value={address.index} />
              <ui.field field={address["street"]} label="Street" phx-debounce="200" />
              <ui.field field={address["city"]} label="City" phx-debounce="200" />
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

          <ui.field field={@form["terms"]} type="checkbox" label="I accept that this is an example" />

          <div class="row">
            <ui.button type="submit" pending="Signing up…">Sign up</ui.button>
            <ui.button kind="danger" phx-click="kill">Kill the view</ui.button>
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

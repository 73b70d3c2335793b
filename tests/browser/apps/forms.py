"""Pages with forms: what a change and a submit send, and what comes back after a failure."""

from __future__ import annotations

import json
from typing import Annotated, Any, cast

from msgspec import Meta, Struct
from quart import request
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, RawEvent, Socket, heex, to_form
from actorlive.forms import Form, sort_and_drop, validate


class Address(Struct):
    city: Annotated[str, Meta(min_length=2)]


class User(Struct):
    email: Annotated[str, Meta(pattern="@", extra={"message": "must have an @"})]
    name: str
    addresses: list[Address] = []


class Logged(LiveView):
    """Keeps what it received, in order, for `#log`."""

    log: list[str] = []

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        self.log = [*self.log, json.dumps([event.name, event.params])]


class SignUpLive(Logged):
    """Validation as one types, nested forms, two ways to submit."""

    form: Form = to_form({}, as_="user")

    template = heex("""
      <ol id="log"><li :for={line in @log}>{line}</li></ol>
      <.form for={@form} phx-change="change" phx-submit="save">
        {% for name in ["email", "name"] %}
          <input
            id={@form[name].id}
            name={@form[name].name}
            value={@form[name].value}
            aria-label={name}
          >
          <em :for={message in @form[name].errors} :if={used_input(@form[name])} id={f"error-{name}"}>{message}</em>
        {% endfor %}
        <input name="coupon" phx-change="coupon" aria-label="coupon">
        <fieldset>
          <.inputs_for :let={address} field={@form["addresses"]}>
            <p class="address" id={address.id}>
              <input type="hidden" name="user[addresses_sort][]" value={address.index}>
              <input
                name={address["city"].name}
                value={address["city"].value}
                aria-label={f"city {address.index}"}
              >
              <em :for={message in address["city"].errors} :if={used_input(address["city"])}>{message}</em>
              <button
                type="button"
                name="user[addresses_drop][]"
                value={address.index}
                phx-click={JS.dispatch("change")}
              >Remove {address.index}</button>
            </p>
          </.inputs_for>
          <input type="hidden" name="user[addresses_drop][]">
          <button
            type="button"
            name="user[addresses_sort][]"
            value="new"
            phx-click={JS.dispatch("change")}
          >Add</button>
          <label><input type="checkbox" name="user[addresses_sort][]" value="new">More</label>
        </fieldset>
        <button name="via" value="draft">Keep</button>
        <button name="via" value="send">Send</button>
      </.form>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        await super().handle_event(event, socket)
        if "user" in event.params:
            params = sort_and_drop(event.params["user"], "addresses")
            self.form = to_form(params, errors=validate(User, params), as_="user")


class LogInLive(Logged):
    """Checked by the view, then posted by the browser: only HTTP can set a cookie."""

    form: Form = to_form({}, as_="login")
    trigger: bool = False

    template = heex("""
      <.form
        for={@form}
        action="/session"
        phx-change="change"
        phx-submit="log_in"
        phx-trigger-action={@trigger}
      >
        <input name={@form["name"].name} value={@form["name"].value} aria-label="Name">
        <p :if={@form["name"].errors} role="alert">unknown</p>
        <button name="via" value="button">Log in</button>
      </.form>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        login = event.params["login"]
        known = login["name"] == "ada"
        self.form = to_form(login, as_="login", errors={} if known else {"name": "is unknown"})
        self.trigger = known and event.name == "log_in"


COLOURS = ["red", "green", "blue"]


class RecoveryLive(Logged):
    """One form of each kind. Nothing that the view holds outlives it."""

    profile: Form = to_form({}, as_="profile")
    people: Form = to_form({"people": [{"name": ""}]}, as_="team")
    other: str = ""
    nameless: str = ""
    step: int = 1
    ignored: str = ""

    template = heex("""
      <ol id="log"><li :for={line in @log}>{line}</li></ol>
      <button id="crash" phx-click="crash">Crash</button>

      <.form :let={f} for={@profile} phx-change="profile">
        <input
          id="name"
          name={f["name"].name}
          value={f["name"].value}
          phx-debounce="600000"
          aria-label="Name"
        >
        <textarea id="bio" name={f["bio"].name} aria-label="Bio">{f["bio"].value}</textarea>
        <input id="born" type="date" name={f["born"].name} value={f["born"].value} aria-label="Born">
        <label :for={meal in ["fish", "fruit"]}>
          <input type="radio" name={f["meal"].name} value={meal} checked={f["meal"].selected(meal)}> {meal}
        </label>
        <select id="size" name={f["size"].name} aria-label="Size">
          <option :for={size in ["S", "M", "L"]} selected={f["size"].selected(size)}>{size}</option>
        </select>
        <select id="colours" name={f["colours"].name + "[]"} multiple aria-label="Colours">
          <option :for={colour in COLOURS} selected={f["colours"].selected(colour)}>{colour}</option>
        </select>
        <label :for={hobby in ["chess", "go", "tennis"]}>
          <input
            type="checkbox"
            name={f["hobbies"].name + "[]"}
            value={hobby}
            checked={f["hobbies"].selected(hobby)}
          > {hobby}
        </label>
        <label><input type="checkbox" name={f["news"].name} value="true" checked={f["news"].checked}> News</label>
      </.form>

      <.form :let={f} for={@people} phx-change="people">
        <.inputs_for :let={person} field={f["people"]}>
          <input type="hidden" name="team[people_sort][]" value={person.index}>
          <input
            class="person"
            name={person["name"].name}
            value={person["name"].value}
            aria-label={f"Person {person.index}"}
          >
        </.inputs_for>
        <button type="button" name="team[people_sort][]" value="new" phx-click={JS.dispatch("change")}>Add</button>
      </.form>

      <form id="other" phx-change="other"><input name="other" value={@other} aria-label="Other"></form>
      <form phx-change="nameless"><input name="nameless" value={@nameless} aria-label="Nameless"></form>
      <form id="ignored" phx-change="ignored" phx-auto-recover="ignore">
        <input name="ignored" value={@ignored} aria-label="Ignored">
      </form>
      <form id="wizard" phx-change="wizard" phx-auto-recover="recover_wizard">
        <input type="hidden" name="step" value={@step}>
        <output id="step">{@step}</output>
        <button type="button" name="next" value="1" phx-click={JS.dispatch("change")}>Next</button>
      </form>
      <form id="empty" phx-change="empty"></form>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        await super().handle_event(event, socket)
        match event:
            case RawEvent("profile", {"profile": profile}):
                self.profile = to_form(profile, as_="profile")
            case RawEvent("people", {"team": team}):
                self.people = to_form(sort_and_drop(team, "people"), as_="team")
            case RawEvent("wizard"):
                self.step += 1
            case RawEvent("recover_wizard", {"step": step}):
                self.step = int(step)
            case RawEvent("crash"):
                raise RuntimeError("crashed as asked")
            case RawEvent(name, params):
                setattr(self, name, params[name])


class PoisonLive(Logged):
    """Two forms, one of which its view does not survive."""

    good: str = ""

    template = heex("""
      <ol id="log"><li :for={line in @log}>{line}</li></ol>
      <form id="good" phx-change="good"><input name="good" value={@good} aria-label="Good"></form>
      <form id="poison" phx-change="poison"><input name="poison" value="" aria-label="Poison"></form>
    """)

    async def handle_event(self, event: RawEvent, socket: Socket) -> None:
        await super().handle_event(event, socket)
        if event.name == "poison":
            raise RuntimeError("poisoned")
        self.good = event.params["good"]


async def log_in() -> tuple[str, int]:
    form: Any = await cast("Any", request).form
    return f"<title>in</title><p>{form['login[name]']} by {form.get('via')}</p>", 200


async def icon() -> tuple[str, int]:
    return "", 204


app = QuartTrio(__name__)
live = ActorLive(
    app, linger=0, secret_key="a secret key that is for tests only"
)  # what is recovered is lost first: a view ends with its socket
live.route("/sign-up", SignUpLive)
live.route("/log-in", LogInLive)
live.route("/recovery", RecoveryLive)
live.route("/poison", PoisonLive)
app.add_url_rule("/session", "log_in", log_in, methods=["POST"])
app.add_url_rule("/favicon.ico", "icon", icon)

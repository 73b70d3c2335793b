"""The pages in front of the login."""

from collections.abc import Mapping
from typing import Any

from actorlive import (
    Attrs,
    Error,
    Event,
    Field,
    Form,
    LiveView,
    Ok,
    Socket,
    Template,
    component,
    heex,
    to_form,
    used_input,
    validate,
)

from my_app import accounts
from my_app.accounts import NewUser

FOR_INPUTS = Attrs.include("type", "autocomplete")


@component
def labelled_input(*, field: Field, label: str, rest: Attrs = FOR_INPUTS) -> Template:
    """An input with its label, and with what is wrong once somebody has been in it."""
    return heex(
        """
        <label>
          {@label}
          <input
            id={@field.id}
            name={@field.name}
            value={@field.value}
            aria-invalid={"true" if @errors else None}
            aria-describedby={f"{@field.id}-error" if @errors else None}
            phx-debounce="300"
            {@rest}
          />
          <span :if={@errors} id={f"{@field.id}-error"} class="error">{", ".join(@errors)}</span>
        </label>
        """,
        errors=field.errors if used_input(field) else (),
    )


class Change(Event):
    user: dict[str, Any]


class Save(Event):
    user: dict[str, Any]


class SignUpLive(LiveView[Change | Save]):
    """Makes an account, then has the browser send the same form to the login."""

    page_title = "Sign up"
    form: Form = to_form({}, as_="user")
    done: bool = False

    template = heex("""
      <h1>Sign up</h1>
      <.form
        for={@form}
        action="/login"
        phx-change="change"
        phx-submit="save"
        phx-trigger-action={@done}
      >
        <.labelled_input field={@form["email"]} label="E-mail" type="email" autocomplete="username" />
        <.labelled_input
          field={@form["password"]}
          label="Password"
          type="password"
          autocomplete="new-password"
        />
        <button phx-disable-with="Signing up…">Sign up</button>
      </.form>
      <p>Have an account? <.link navigate="/login">Log in</.link></p>
    """)

    async def handle_event(self, event: Change | Save, socket: Socket) -> None:
        result = validate(NewUser, event.user)
        match event, result:
            case Save(), Ok(new) if await accounts.sign_up(new):
                self.done = True
            case Save(), Ok():
                result = Error({"email": ["has an account already"]})
            case _:
                pass
        self.form = to_form(event.user, errors=result, as_="user")


class LoginLive(LiveView):
    """Only the form; it is sent over HTTP."""

    page_title = "Log in"
    wrong: bool = False

    template = heex("""
      <h1>Log in</h1>
      <p :if={@wrong} id="login-error" class="error" role="alert">E-mail and password do not belong together.</p>
      <.form id="login" action="/login" method="post" phx-update="ignore">
        <label>E-mail <input name="user[email]" type="email" autocomplete="username" required /></label>
        <label>
          Password <input name="user[password]" type="password" autocomplete="current-password" required />
        </label>
        <button>Log in</button>
      </.form>
      <p>No account yet? <.link navigate="/sign-up">Sign up</.link></p>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.wrong = "wrong" in params

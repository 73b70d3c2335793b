"""The pages in front of the login."""

from collections.abc import Mapping
from typing import Any

from actorlive import Error, Event, Form, LiveView, Ok, Socket, heex, to_form, ui, use_in_templates, validate

from my_app import accounts
from my_app.accounts import NewUser

use_in_templates(ui)


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
        <ui.field
          field={@form["email"]}
          type="email"
          label="E-mail"
          autocomplete="username"
          phx-debounce="300"
        />
        <ui.field
          field={@form["password"]}
          type="password"
          label="Password"
          value={@form["password"].value}
          autocomplete="new-password"
          phx-debounce="300"
        />
        <ui.button type="submit" pending="Signing up…">Sign up</ui.button>
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
        <ui.field name="user[email]" type="email" label="E-mail" autocomplete="username" required />
        <ui.field
          name="user[password]"
          type="password"
          label="Password"
          autocomplete="current-password"
          required
        />
        <ui.button type="submit">Log in</ui.button>
      </.form>
      <p>No account yet? <.link navigate="/sign-up">Sign up</.link></p>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.wrong = "wrong" in params

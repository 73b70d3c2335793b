"""Who may see a page, and the two plain routes that lead in and out: only HTTP sets cookies."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit

from quart import Quart, redirect, request, session
from quart.wrappers import Response
from werkzeug.wrappers import Response as AnyResponse

from actorlive import ActorLive, Cont, Halt, LiveView, Socket, heex, ui, use_in_templates

from . import accounts
from .accounts import User
from .database import transaction

HOME = "/tracker"

use_in_templates(ui)


def back_to(path: object) -> str:
    """Where to go after the login: a page of the tracker, whatever the visitor's URL says."""
    known = isinstance(path, str) and (path == HOME or path.startswith((f"{HOME}/", f"{HOME}?")))
    return path if isinstance(path, str) and known else HOME


class WithUser:
    """Lets in who is logged in, and brings along who that is. It asks the database, and does not believe the cookie."""

    user: User

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont | Halt:
        user = await transaction(partial(accounts.find, token=session.get("tracker")))
        if user is None:
            wanted = urlsplit(socket.uri)
            to = f"{wanted.path}?{wanted.query}" if wanted.query else wanted.path
            socket.redirect(f"{HOME}/login?{urlencode({'to': to})}")
            return Halt()
        socket.assign(user=user)
        return Cont()


class LoginLive(LiveView):
    """Only the form; it is sent over HTTP."""

    page_title = "Log in"
    to: str = HOME
    email: str = ""
    wrong: bool = False

    template = heex("""
      <h1>Log in</h1>
      <p>
        To look around: <code>{accounts.DEMO[0]}</code> or <code>bo@example.org</code>,
        with <code>{accounts.DEMO[1]}</code>
      </p>
      <.form id="login" action={f"{HOME}/login"} method="post">
        <input type="hidden" name="to" value={@to} />
        <ui.field
          type="email"
          name="email"
          label="E-mail"
          value={@email}
          autocomplete="username"
          required
        />
        <ui.field
          type="password"
          name="password"
          label="Password"
          autocomplete="current-password"
          errors={["That e-mail and password do not belong together."] if @wrong else []}
          required
        />
        <ui.button type="submit">Log in</ui.button>
      </.form>
    """)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        email = params.get("email")
        self.to, self.wrong = back_to(params.get("to")), "wrong" in params
        self.email = email if isinstance(email, str) else ""


def add_doors(app: Quart, live: ActorLive) -> None:
    """In and out."""
    live.route(f"{HOME}/login", LoginLive)

    @app.post(f"{HOME}/login")
    async def enter() -> AnyResponse | Response:
        asked: Any = request  # Quart does not say what its forms hold
        form: Mapping[str, str] = await asked.form
        email, password, to = form.get("email", ""), form.get("password", ""), back_to(form.get("to"))
        login = await transaction(partial(accounts.log_in, email=email, password=password))
        if login is None:
            return redirect(f"{HOME}/login?{urlencode({'email': email, 'to': to, 'wrong': 1})}", 303)
        user, token = login
        live.renew_session()  # nothing that was given out before the login is good after it
        session["tracker"], session["live_socket_id"] = token, user.socket_id
        return redirect(to, 303)

    @app.delete(f"{HOME}/login")
    async def leave() -> AnyResponse | Response:
        user = await transaction(partial(accounts.log_out, token=session.pop("tracker", None)))
        session.pop("live_socket_id", None)
        if user is not None:
            live.disconnect(user.socket_id)  # every tab, which then meets the hook
        live.renew_session()
        return redirect(f"{HOME}/login", 303)

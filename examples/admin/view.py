"""A back office behind a login: a hook lets members in, says who it is, and remembers where one wanted to go."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from actorlive import (
    Cont,
    Event,
    Halt,
    LiveView,
    Slot,
    Socket,
    Template,
    component,
    heex,
    ui,
    use_in_templates,
)
from examples.admin import accounts
from examples.admin.accounts import Login, LoginsChanged, Member

use_in_templates(ui)

HOME = "/admin"


def back_to(path: str) -> str:
    """Where to go after the login: a page of the back office, whatever the visitor's URL says."""
    return path if path == HOME or path.startswith((f"{HOME}/", f"{HOME}?")) else HOME


class WithLogin:
    """Lets in who is signed in. It asks the server, and does not believe the cookie, and goes on to listen: where the
    login is ended from elsewhere, the page leaves."""

    login: Login
    logins: list[Login] = []

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont | Halt:
        login = accounts.find(session.get("admin"))
        if login is None:
            wanted = urlsplit(socket.uri)
            to = f"{wanted.path}?{wanted.query}" if wanted.query else wanted.path
            socket.redirect(f"/admin/login?{urlencode({'to': to})}")
            return Halt()
        socket.assign(login=login, logins=accounts.logins(login.member))
        socket.subscribe(login.topic)
        socket.attach_hook("handle_info", "logins", WithLogin.hear)
        return Cont()

    @staticmethod
    async def hear(message: object, socket: Socket) -> Cont | Halt:
        if not isinstance(message, LoginsChanged):
            return Cont()
        login: Login = socket.assigns["login"]
        if accounts.find(login.token) is None:
            socket.redirect("/admin/login")
        else:
            socket.assign(logins=accounts.logins(login.member))
        return Halt()


@component
def admin_frame(*, login: Login, inner_block: Slot) -> Template:
    """What stands around each page of the back office."""
    return heex("""
      <nav class="row" aria-label="Back office">
        <.link navigate="/admin">Sessions</.link>
        <.link navigate="/admin/members">Members</.link>
        <span class="grow soft">Signed in as {@login.member.name}</span>
        <.link href="/admin/login" method="delete" class="button">Sign out</.link>
      </nav>
      {render_slot(@inner_block)}
    """)


class LoginLive(LiveView):
    """Only the form; it is sent over HTTP."""

    page_title = "Sign in"
    to: str = HOME
    email: str = ""
    wrong: bool = False

    template = heex("""
      <div class="door">
        <h1>Sign in</h1>
        <p class="soft">To try it: <code>{accounts.DEMO[0]}</code>, <code>{accounts.DEMO[1]}</code></p>
        <p :if={@wrong} id="login-error" class="error" role="alert">That e-mail and password do not belong together.</p>
        <.form id="login" action="/admin/login" method="post">
          <input type="hidden" name="to" value={@to} />
          <ui.field
            name="email"
            type="email"
            label="E-mail"
            value={@email}
            autocomplete="username"
            required
            aria-describedby={"login-error" if @wrong else None}
          />
          <ui.field
            name="password"
            type="password"
            label="Password"
            autocomplete="current-password"
            required
            aria-describedby={"login-error" if @wrong else None}
          />
          <ui.button type="submit">Sign in</ui.button>
        </.form>
      </div>
    """)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        to, email = params.get("to"), params.get("email")
        self.to = back_to(to) if isinstance(to, str) else HOME
        self.email = email if isinstance(email, str) else ""
        self.wrong = "wrong" in params


class End(Event):
    """Sign another browser out; `n` is its place in the list, since its token is nobody's to see."""

    n: int


class AdminLive(LiveView[End]):
    """Where one is signed in. Each browser can be signed out from any other."""

    page_title = "Sessions"
    login: Login
    logins: list[Login]

    template = heex("""
      <h1>Where you are signed in</h1>
      <p class="lead">Sign out in one tab, and all tabs of that browser are at the door.</p>
      <ul class="rows" aria-label="Sessions">
        <li :for={n, login in enumerate(@logins)} :key={login.token}>
          <span>
            {browser(login.agent)}, since <time datetime={login.since.isoformat()}>{f"{login.since:%H:%M} UTC"}</time>
            {% if login.token == @login.token %}<b>this one</b>{% endif %}
          </span>
          <button :if={login.token != @login.token} phx-click="end" phx-value-n={n}>End</button>
        </li>
      </ul>
    """)

    async def handle_event(self, event: End, socket: Socket) -> None:
        if 0 <= event.n < len(self.logins):
            accounts.end(self.logins[event.n])


class MembersLive(LiveView):
    """Who else may come in."""

    page_title = "Members"
    members: list[Member] = []

    template = heex("""
      <h1>Members</h1>
      <ui.table id="members" rows={@members} row_key={lambda member: member.email}>
        <:col :let={member} label="Name">{member.name}</:col>
        <:col :let={member} label="E-mail">{member.email}</:col>
      </ui.table>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.members = list(accounts.MEMBERS.values())


def browser(agent: str) -> str:
    """What kind of browser sends that header, roughly."""
    names = ("Edg", "Firefox", "Chrome", "Safari")
    return next((name for name in names if name in agent), "A browser").replace("Edg", "Edge")

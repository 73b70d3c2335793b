"""Who may see a page, and the two plain routes that lead in and out: only HTTP sets cookies."""

from collections.abc import Mapping
from typing import Any

from actorlive import ActorLive, Cont, Halt, Socket
from quart import Quart, redirect, request, session
from werkzeug import Response

from my_app import accounts
from my_app.accounts import User


class WithUser:
    """Lets in who is logged in, and brings along who that is. It asks the database, and does not believe the cookie."""

    user: User

    @staticmethod
    async def on_mount(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont | Halt:
        user = await accounts.find(session.get("token", ""))
        if user is None:
            socket.redirect("/login")
            return Halt()
        socket.assign(user=user)
        return Cont()


def add_routes(app: Quart, live: ActorLive) -> None:
    """In and out."""

    @app.post("/login")
    async def log_in() -> Response:
        asked: Any = request  # Quart does not say what its forms hold
        form: Mapping[str, str] = await asked.form
        user = await accounts.authenticate(form.get("user[email]", ""), form.get("user[password]", ""))
        if user is None:
            return redirect("/login?wrong=1", 303)
        live.renew_session()  # nothing that was given out before the login is good after it
        session["token"] = await accounts.log_in(user)
        session["live_socket_id"] = user.socket_id
        return redirect("/", 303)

    @app.delete("/login")
    async def log_out() -> Response:
        await accounts.log_out(session.get("token", ""))
        live.disconnect(session.get("live_socket_id"))  # every tab, which then meets the hook
        session.clear()
        return redirect("/login", 303)

"""In and out, over plain HTTP: only that sets cookies."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import trio
from quart import Quart, Response, redirect, request, session
from werkzeug.wrappers import Response as AnyResponse

from actorlive import ActorLive
from examples.admin import accounts
from examples.admin.view import AdminLive, LoginLive, MembersLive, WithLogin, admin_frame, back_to


def add_admin(app: Quart, live: ActorLive) -> None:
    """The pages of the back office, and the two plain routes that lead in and out."""
    live.route("/admin/login", LoginLive)
    office = live.session("admin", on_mount=[WithLogin], layout=admin_frame)
    office.route("/admin", AdminLive)
    office.route("/admin/members", MembersLive)

    @app.post("/admin/login")
    async def log_in() -> AnyResponse | Response:
        asked: Any = request  # Quart does not say what its forms hold
        form: Mapping[str, str] = await asked.form
        email, to = form.get("email", ""), back_to(form.get("to", ""))
        member = await trio.to_thread.run_sync(accounts.authenticate, email, form.get("password", ""))
        if member is None:
            return redirect(f"/admin/login?{urlencode({'email': email, 'to': to, 'wrong': 1})}", 303)
        login = accounts.begin(member, request.user_agent.string)
        live.renew_session()  # nothing that was given out before the login is good after it
        session["admin"] = login.token
        session["live_socket_id"] = login.socket_id
        return redirect(to, 303)

    @app.delete("/admin/login")
    async def log_out() -> AnyResponse | Response:
        login = accounts.find(session.get("admin"))
        if login is not None:
            accounts.end(login)  # what the hook asks for: no copy of the cookie gets in now
            live.disconnect(login.socket_id)  # every tab, which then meets the hook
        session.pop("admin", None)
        session.pop("live_socket_id", None)
        live.renew_session()
        return redirect("/admin/login", 303)

"""The application: what is served, where, and to whom."""

import os

from actorlive import ActorLive
from quart_trio import QuartTrio

from my_app import auth, database
from my_app.accounts_live import LoginLive, SignUpLive
from my_app.layout import frame
from my_app.todos_live import TodosLive

hosts = os.environ.get("HOSTS", "").split()
"""The names by which the world comes here, over https. Without them it is for this machine alone."""

app = QuartTrio(__name__)
live = ActorLive(
    app,
    # Nothing but `make dev` and the tests starts with this key.
    secret_key=os.environ.get("SECRET_KEY", "for development only"),
    hosts=hosts or ["localhost", "127.0.0.1"],
    https=bool(hosts),
    proxies=os.environ.get("PROXIES", "").split(),
    title="My app",
    layout=frame,
)
app.before_serving(database.migrate)

live.route("/sign-up", SignUpLive)
live.route("/login", LoginLive)
auth.add_routes(app, live)

users = live.session("users", on_mount=[auth.WithUser])
users.route("/", TodosLive)

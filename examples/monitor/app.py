"""The monitor as an application of its own: `actorlive dev monitor.app:app`, in the folder above this one."""

import os

from quart import Quart
from quart_trio import QuartTrio

from actorlive import ActorLive

from .sampler import start_sampler
from .view import MonitorLive


def add_monitor(app: Quart, live: ActorLive) -> None:
    """Put its page into an application."""
    live.route("/monitor", MonitorLive)
    app.before_serving(start_sampler)


app = QuartTrio(__name__)
live = ActorLive(
    app,
    # Nothing but `actorlive dev` and the tests starts with this key.
    secret_key=os.environ.get("SECRET_KEY", "for development only"),
    hosts=os.environ.get("HOSTS", "localhost 127.0.0.1").split(),
)
add_monitor(app, live)

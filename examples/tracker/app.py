"""The tracker as an application of its own: `actorlive dev tracker.app:app`, in the folder above this one."""

import os

from quart import Quart
from quart_trio import QuartTrio

from actorlive import ActorLive

from . import accounts, issues
from .auth import HOME, WithUser, add_doors
from .database import new_session, open_database
from .frame import frame
from .issue_live import IssueLive
from .list_live import ListLive

FIRST = ["The kiln does not reach 1,200 °C", "Order clay", "Label the glazes", "Mend the door of the shed"]


def prepare(url: str) -> None:
    """Open the database, and put the demo's users and issues into one that is empty."""
    open_database(url)
    with new_session.begin() as session:
        accounts.invite(session)
        session.flush()
        author = accounts.everybody(session)[0]
        if not issues.find_all(session, author, issues.Filter()).count:
            for title in FIRST:
                issues.open_issue(session, author, title)


def add_tracker(app: Quart, live: ActorLive, url: str) -> None:
    """Put the tracker's pages into an application. `url` is SQLAlchemy's, of its database."""
    add_doors(app, live)
    users = live.session("tracker", on_mount=[WithUser], layout=frame)
    users.route(HOME, ListLive)
    users.route(f"{HOME}/<int:id>", IssueLive)

    @app.before_serving
    async def open_tracker() -> None:
        prepare(url)


app = QuartTrio(__name__)
live = ActorLive(
    app,
    # Nothing but `actorlive dev` and the tests starts with this key.
    secret_key=os.environ.get("SECRET_KEY", "for development only"),
    hosts=os.environ.get("HOSTS", "localhost 127.0.0.1").split(),
)
add_tracker(app, live, os.environ.get("TRACKER_DATABASE", "sqlite:///tracker.sqlite3"))

"""The conversation as an application of its own: `actorlive dev llm.app:app`, in the folder above this one."""

import os
import secrets
from collections.abc import Mapping
from typing import Any

from quart import Quart, Request, session
from quart_trio import QuartTrio

from actorlive import ActorLive

from .view import LlmLive


def visitor(request: Request) -> Mapping[str, Any]:
    """Whose conversations these are: a random name from the cookie."""
    return {"llm": session.setdefault("llm", secrets.token_urlsafe(16))}


def add_llm(app: Quart, live: ActorLive) -> None:
    """Put its pages into an application."""
    pages = live.session("llm", session=visitor)
    pages.route("/llm", LlmLive)
    pages.route("/llm/<int:id>", LlmLive)


app = QuartTrio(__name__)
live = ActorLive(
    app,
    # Nothing but `actorlive dev` and the tests starts with this key.
    secret_key=os.environ.get("SECRET_KEY", "for development only"),
    hosts=os.environ.get("HOSTS", "localhost 127.0.0.1").split(),
)
add_llm(app, live)

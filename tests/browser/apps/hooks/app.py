"""Pages whose hooks come as modules, under a Content-Security-Policy that allows no inline script."""

from __future__ import annotations

import secrets

from quart import Response, g
from quart_trio import QuartTrio

from actorlive import ActorLive
from tests.browser.apps.hooks.left import LeftLive
from tests.browser.apps.hooks.nonce import NonceLive, keep_nonce
from tests.browser.apps.hooks.right import RightLive

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{}'; style-src 'self'; connect-src 'self'; img-src data:;"
    " base-uri 'none'; form-action 'self'"
)

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests only", hooks="/static/hooks.js")
live.route("/left", LeftLive)
live.route("/right", RightLive)
live.session("nonce", on_mount=[keep_nonce]).route("/nonce", NonceLive)


@app.before_request
async def draw_nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)


@app.after_request
async def set_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY.format(g.csp_nonce)
    return response

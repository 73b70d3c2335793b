"""Pages whose hooks come as modules, under a Content-Security-Policy that allows no inline script."""

from __future__ import annotations

from quart_trio import QuartTrio

from actorlive import ActorLive
from tests.browser.apps.hooks.left import LeftLive
from tests.browser.apps.hooks.nonce import NonceLive
from tests.browser.apps.hooks.right import RightLive

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " base-uri 'none'; form-action 'self'"
)

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests only", hooks="/static/hooks.js", csp=POLICY)
live.route("/left", LeftLive)
live.route("/right", RightLive)
live.route("/nonce", NonceLive)

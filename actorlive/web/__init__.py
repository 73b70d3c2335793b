"""Quart and Hypercorn around the views: routes, dead renders, sessions and tokens, the websocket, the server."""

from actorlive.web.app import ActorLive, LiveSession
from actorlive.web.csrf import csrf_token
from actorlive.web.errors import ConfigurationError
from actorlive.web.forms import csrf_exempt
from actorlive.web.limits import Limits
from actorlive.web.policy import csp_nonce
from actorlive.web.program import serve

__all__ = [
    "ActorLive",
    "ConfigurationError",
    "Limits",
    "LiveSession",
    "csp_nonce",
    "csrf_exempt",
    "csrf_token",
    "serve",
]

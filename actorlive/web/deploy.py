"""What an application lacks for the open internet, by what it says of itself (mirrors Django's `check --deploy`)."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import TYPE_CHECKING

from actorlive.web.errors import ConfigurationError
from actorlive.web.policy import DEFAULT_POLICY
from actorlive.web.tokens import check_strength

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["missing"]


def missing(live: ActorLive) -> list[str]:
    """One line for each thing, with what to do; empty when nothing is found."""
    return [*_key(live), *_reached(live), *_browsers(live), *_limits(live)]


def _key(live: ActorLive) -> Iterator[str]:
    try:
        check_strength(live.app.secret_key)
    except ConfigurationError as error:
        yield (
            str(error).partition(".")[0]
            + ": pass ActorLive(secret_key=os.environ[…]), kept out of the source"
        )


def _reached(live: ActorLive) -> Iterator[str]:
    if live.hosts.is_open:
        yield 'every host is served: pass ActorLive(hosts=["example.com"])'
    if not live.https:
        yield "cookies and pages travel over plain HTTP: pass ActorLive(https=True)"
    if live.endpoint.debug:
        yield "debug mode is on, which shows tracebacks to visitors: leave out app.debug, app.testing and debug=True"


def _browsers(live: ActorLive) -> Iterator[str]:
    if live.check_origin is False:
        yield "pages of any site may open a websocket: leave check_origin as it is, or name the sites"
    if not live.protect_forms:
        yield "plain POSTs are not checked for a CSRF token: leave out protect_forms=False"
    if "'unsafe-inline'" in _script_sources(live.csp):
        yield f"scripts in a page run, an attacker's too: leave csp as it is ({DEFAULT_POLICY})"


def _limits(live: ActorLive) -> Iterator[str]:
    limits = live.limits
    for name in limits.__dataclass_fields__:
        value = getattr(limits, name)
        if value is None or value == inf:
            yield f"nothing bounds {name}: leave out Limits({name}=…), or give it a number"


def _script_sources(csp: str) -> list[str]:
    """The sources of scripts; of everything, where the policy says nothing of scripts."""
    directives = {words[0].lower(): words[1:] for part in csp.split(";") if (words := part.split())}
    return directives.get("script-src", directives.get("default-src", ["'unsafe-inline'"]))

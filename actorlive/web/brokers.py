"""The broker that an application was given: as an argument, or by the environment of its process."""

from __future__ import annotations

import os
from collections.abc import Mapping

from actorlive.pubsub.broker import Broker
from actorlive.pubsub.opening import broker_at
from actorlive.pubsub.redis_address import BrokerAddressError
from actorlive.web.errors import ConfigurationError

__all__ = ["VARIABLE", "chosen_broker"]

VARIABLE = "ACTORLIVE_PUBSUB"


def chosen_broker(given: str | Broker | None, environ: Mapping[str, str] = os.environ) -> Broker | None:
    """The broker of that URL, or that object; without one what the environment names, or None. Raises
    `ConfigurationError`."""
    url = (environ.get(VARIABLE) or None) if given is None else given
    if url is not None and not isinstance(url, str) and not hasattr(url, "connect"):
        raise ConfigurationError(
            f'ActorLive(pubsub=…) is {url!r:.80}, and not a broker; write the URL of one, "redis://host:6379/0"'
        )
    if not isinstance(url, str):
        return url
    try:
        return broker_at(url)
    except BrokerAddressError as error:
        where = f"the environment variable {VARIABLE}" if given is None else "ActorLive(pubsub=…)"
        raise ConfigurationError(f"{error} (from {where})") from None

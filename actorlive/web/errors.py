"""What can be wrong with how an application is set up."""

from __future__ import annotations

from actorlive.errors import ActorLiveError

__all__ = ["ConfigurationError"]


class ConfigurationError(ActorLiveError):
    """The application lacks something, or asks for what cannot be; raised before anything is served."""

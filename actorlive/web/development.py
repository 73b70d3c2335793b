"""The seam between the web and what a development server brings along (`actorlive.dev`).

`web` knows no more of it than this: something that adds to every page, and that shows an exception. It registers itself
as `ActorLive.development`; in production nobody does, so nothing of it can be asked for.
"""

from __future__ import annotations

from typing import Protocol

from markupsafe import Markup

__all__ = ["Development"]


class Development(Protocol):
    """What stands behind an application while it is written."""

    def tags(self) -> Markup:
        """What every page carries in its head, in front of the client."""
        ...

    def error_page(self, error: BaseException) -> str:
        """The document that this request is answered with when it raised."""
        ...

"""The live routes that an extension was given, before it has an application and after.

A route declared before `init_app` waits for it. Each becomes a rule of the application's URL map, whose function is the
dead render, and a route of the endpoint's `Router`, by which a URL is told to be a view's when its page joins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from quart import Response, request

from actorlive.web.asked import Asked
from actorlive.web.containment import ungrouped
from actorlive.web.dead import respond
from actorlive.web.errors import ConfigurationError
from actorlive.web.live_session import LiveRoute
from actorlive.web.route_checks import refused_rule

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["LiveRoutes"]


class LiveRoutes:
    """All of one extension, of all its live sessions."""

    def __init__(self, live: ActorLive) -> None:
        self._live = live
        self._routes: list[LiveRoute] = []
        self._paths: set[str] = set()
        self._has_patterns = False
        self._pages: dict[str, tuple[LiveRoute, Callable[..., Any]]] = {}
        self._installed = False

    def add(self, found: LiveRoute) -> None:
        """Serve a route, from now on or from `install` on."""
        self._routes.append(found)
        if self._installed:
            self._serve(found)

    def install(self) -> None:
        """The extension has its application."""
        self._installed = True
        for found in self._routes:
            self._serve(found)

    def is_page(self, path: str) -> bool:
        """True for the path of a live route, by its rule alone: whether the application lets it be seen is another
        question."""
        if self._live.app.url_map.host_matching:
            return False  # which rule it is depends on more than the path
        return path in self._paths or (self._has_patterns and self._live.endpoint.router.is_live(path))

    def find(self, path: str) -> tuple[LiveRoute, Mapping[str, Any]] | None:
        """The live route that Quart answers a GET of that path with, and what the path gives it.

        None where it is another's, and where the application has put a function of its own in front of it.
        """
        endpoint, from_path = self._live.endpoint.router.find(path) or ("", {})
        if endpoint not in self._pages:
            return None
        found, page = self._pages[endpoint]
        return (found, from_path) if self._live.app.view_functions.get(endpoint) is page else None

    def check_uploads(self, max_frame: int) -> None:
        """Raise `ConfigurationError` for an upload that a view declares and no frame can carry.

        What components declare, and what is allowed later, is looked at then.
        """
        for view in {found.route.view for found in self._routes}:
            for name, upload in view.__uploads__.items():
                misfit = upload.misfit(f"the upload {name!r} of {view.__qualname__}", max_frame)
                if misfit is not None:
                    raise ConfigurationError(misfit)

    def _serve(self, found: LiveRoute) -> None:
        live = self._live

        async def page(**from_path: object) -> Response:
            with ungrouped():
                return await respond(live, Asked(request.scope), found, from_path)

        with refused_rule(found.path, found.route.view):
            live.app.add_url_rule(found.path, found.endpoint, page, methods=["GET"])
        live.endpoint.router.add(found.endpoint, found.route)
        self._pages[found.endpoint] = found, page
        if "<" in found.path:
            self._has_patterns = True
        else:
            self._paths.add(found.path)

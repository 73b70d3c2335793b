"""Which view a URL leads to.

The routes are rules of the application's own URL map, so Quart's converters and its precedence hold, and a
URL that an ordinary route of the application takes is no live route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from quart import Quart
from werkzeug.exceptions import HTTPException

from actorlive.live.endpoint import Route
from actorlive.live.navigation import location
from actorlive.wire import Params, ParamsError, decode_query

__all__ = ["Router", "with_params"]


def with_params(route: Route, uri: str, from_path: Mapping[str, Any]) -> Route:
    """The route for a URL whose path it has been matched with. Raises `ValueError` for a query that cannot be read."""
    try:
        query = decode_query(urlsplit(uri).query)
    except ParamsError as error:
        raise ValueError(str(error)) from error
    return replace(route, params={**query, **from_path})


class Router:
    """The live routes of one application, by the endpoint names of its URL map."""

    def __init__(self, app: Quart) -> None:
        self._app = app
        self._routes: dict[str, Route] = {}

    def add(self, endpoint: str, route: Route) -> None:
        """The URL map's `endpoint` leads to `route`."""
        self._routes[endpoint] = route

    def __iter__(self) -> Iterator[tuple[str, Route]]:
        """`(rule, route)` for every live route, in the order of the URL map."""
        for rule in self._app.url_map.iter_rules():
            route = self._routes.get(rule.endpoint)
            if route is not None:
                yield rule.rule, route

    def match(self, uri: str) -> Route | None:
        """The route of a path or http(s) URL, with `params` from its path and query; None when it is not live."""
        try:
            parts = urlsplit(location(uri))
            query = decode_query(parts.query)
        except (ValueError, ParamsError):
            return None
        if parts.scheme not in ("", "http", "https") or not parts.path.startswith("/"):
            return None
        return self._match_path("/" + unquote(parts.path).lstrip("/"), parts.netloc, query)

    def _match_path(self, path: str, host: str, query: Params) -> Route | None:
        url_map = self._app.url_map
        try:
            adapter = url_map.bind(host if url_map.host_matching else "localhost")
            endpoint, args = adapter.match(path, method="GET")
        except (HTTPException, ValueError):
            return None
        route = self._routes.get(endpoint)
        return None if route is None else replace(route, params={**query, **args})

"""Which view a URL leads to, and which URL leads to a view.

The routes are rules of the application's own URL map, so Quart's converters and its precedence hold, and a
URL that an ordinary route of the application takes is not a live route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from quart import Quart
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BuildError, MapAdapter, Rule

from actorlive.errors import NavigationError, did_you_mean
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
    return route.taking({**query, **from_path})


class Router:
    """The live routes of one application, by the endpoint names of its URL map. No URL is longer than `max_url`."""

    def __init__(self, app: Quart, max_url: int) -> None:
        self._app = app
        self._max_url = max_url
        self._routes: dict[str, Route] = {}
        self._by_view: dict[type, list[str]] = {}

    def add(self, endpoint: str, route: Route) -> None:
        """The URL map's `endpoint` leads to `route`."""
        self._routes[endpoint] = route
        self._by_view.setdefault(route.view, []).append(endpoint)

    def __iter__(self) -> Iterator[tuple[str, Route]]:
        """`(rule, route)` for every live route, in the order of the URL map."""
        for rule in self._app.url_map.iter_rules():
            route = self._routes.get(rule.endpoint)
            if route is not None:
                yield rule.rule, route

    def match(self, uri: str) -> Route | None:
        """The route of a path or http(s) URL, with `params` from its path and query; None when it is not live."""
        if len(uri) > self._max_url:
            return None
        try:
            parts = urlsplit(location(uri))
            query = decode_query(parts.query)
        except (ValueError, ParamsError):
            return None
        if parts.scheme not in ("", "http", "https") or not parts.path.startswith("/"):
            return None
        return self._match_path("/" + unquote(parts.path).lstrip("/"), parts.netloc, query)

    def is_live(self, path: str) -> bool:
        """True when a live route is at that path."""
        return self._match_path(path, "", {}) is not None

    def _match_path(self, path: str, host: str, query: Params) -> Route | None:
        found = self.find(path, host)
        if found is None or found[0] not in self._routes:
            return None
        return self._routes[found[0]].taking({**query, **found[1]})

    def find(
        self, path: str, host: str = "", *, websocket: bool = False
    ) -> tuple[str, Mapping[str, Any]] | None:
        """The name of the rule that a GET of that path is for, live or not, and what the path gives it."""
        try:
            return self._adapter(host).match(path, method="GET", websocket=websocket)
        except (HTTPException, ValueError):
            return None

    def _adapter(self, host: str = "localhost") -> MapAdapter:
        """One for all URLs, unless a rule depends on the host."""
        url_map = self._app.url_map
        return url_map.bind(host) if url_map.host_matching else self._hostless

    @cached_property
    def _hostless(self) -> MapAdapter:
        return self._app.url_map.bind("localhost")

    # -- the other way ---------------------------------------------------------

    def url_for(self, to: str | type, values: Mapping[str, Any]) -> str:
        """The path of a rule by its name, or of a view's route (see `actorlive.url_for`). Raises `NavigationError`.

        Of several routes of a view that one is meant whose action is given, and that names the most of the values.
        """
        given = {name: value for name, value in values.items() if value is not None}
        if isinstance(to, str):
            return self._build(to, given)
        action = given.pop("action", None)
        rules = [rule for rule in self._rules_of(to, action) if _arguments(rule) <= given.keys()]
        if not rules:
            raise NavigationError(self._no_route(to, action, given))
        return self._build(max(rules, key=lambda rule: len(_arguments(rule))).endpoint, given)

    def _rules_of(self, view: type, action: object) -> Iterator[Rule]:
        for endpoint in self._by_view.get(view, ()):
            if action in (None, self._routes[endpoint].action):
                yield from self._app.url_map.iter_rules(endpoint)

    def _build(self, endpoint: str, values: Mapping[str, Any]) -> str:
        try:
            return self._adapter().build(endpoint, values)
        except (BuildError, ValueError, TypeError) as error:
            known = {rule.endpoint for rule in self._app.url_map.iter_rules()}
            near = "" if endpoint in known else did_you_mean(endpoint, known)
            raise NavigationError(f"there is no route {_shown(endpoint, values)}.{near}") from error

    def _no_route(self, view: type, action: object, values: Mapping[str, Any]) -> str:
        asked = values if action is None else {**values, "action": action}
        paths = [rule.rule for rule in self._rules_of(view, None)]
        routes = f"its routes are {', '.join(paths)}" if paths else "it has none"
        return f"there is no route {_shown(view.__qualname__, asked)}: {routes}"


def _arguments(rule: Rule) -> set[str]:
    return cast("Any", rule).arguments


def _shown(name: str, values: Mapping[str, Any]) -> str:
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in values.items())})"

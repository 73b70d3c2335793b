"""`url_for`: the path of a route of the application, in callbacks, tasks and templates, with a request or without.

Which application that is stands in the context that a page is rendered in, and in that of each request; whoever knows
the routes sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

__all__ = ["UrlBuilder", "url_for", "url_variable"]

UrlBuilder = Callable[[str | type, Mapping[str, Any]], str]

url_variable: ContextVar[UrlBuilder | None] = ContextVar("url_for", default=None)


def url_for(to: str | type, /, **values: Any) -> str:
    """The path of a route: `url_for("item", id=3)` by its name, `url_for(ItemLive, id=3, action="edit")` by its view.

    Values that the rule does not name become the query; None leaves one out. Quart's function of that name knows
    requests only; this one is at home in both lives of a view. Raises `NavigationError` when there is no such route,
    and `RuntimeError` where there is neither a view nor a request.
    """
    build = url_variable.get()
    if build is None:
        raise RuntimeError(
            "url_for(): there is no view and no request here, so there is no application either"
        )
    return build(to, values)

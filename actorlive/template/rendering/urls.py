"""`url_for` and `static_path`: where the application's routes and files are, in callbacks, tasks and templates, with a
request or without.

Which application that is stands in the context that a page is rendered in, and in that of each request; whoever knows
the routes sets it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, Protocol

__all__ = ["AddressBook", "address_variable", "static_path", "url_for"]


class AddressBook(Protocol):
    """Who knows the routes and the static files of an application."""

    def url_for(self, to: str | type, values: Mapping[str, Any], /) -> str: ...

    def static_path(self, name: str, /) -> str: ...


address_variable: ContextVar[AddressBook | None] = ContextVar("addresses", default=None)


def url_for(to: str | type, /, **values: Any) -> str:
    """The path of a route: `url_for("item", id=3)` by its name, `url_for(ItemLive, id=3, action="edit")` by its view.

    Values that the rule does not name become the query; None leaves one out. Quart's function of that name knows
    requests only; this one is at home in both lives of a view. Raises `NavigationError` when there is no such route,
    and `RuntimeError` where there is neither a view nor a request.
    """
    return _addresses("url_for").url_for(to, values)


def static_path(name: str, /) -> str:
    """The path of a static file of the application, with the hash of its content: `static_path("logo.svg")` is
    `/static/logo.svg?v=3f9c0d51b27a8e64` (mirrors `static_path/1` of a Phoenix endpoint).

    Browsers keep what they get under it for a year, and a changed file has another path. A file that is not there has
    none of this, and is told in the log. Raises `RuntimeError` where there is neither a view nor a request.
    """
    return _addresses("static_path").static_path(name)


def _addresses(function: str) -> AddressBook:
    known = address_variable.get()
    if known is None:
        raise RuntimeError(
            f"{function}(): there is no view and no request here, so there is no application either"
        )
    return known

"""The link: to another view, to another URL of this one, or out."""

from __future__ import annotations

import re

from actorlive.template.component import component
from actorlive.template.heex import heex
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.csrf import token_for
from actorlive.template.rendering.signature import Attrs
from actorlive.template.rendering.slots import Slot

__all__ = ["link"]

_URL_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_LINK_ATTRIBUTES = Attrs.include("download", "hreflang", "ping", "referrerpolicy", "rel", "target", "type")


@component
def link(
    *,
    navigate: str | None = None,
    patch: str | None = None,
    href: str | None = None,
    replace: bool = False,
    method: str = "get",
    csrf_token: str | bool = True,
    inner_block: Slot,
    rest: Attrs = _LINK_ATTRIBUTES,
) -> Template:
    """A link: `navigate` to another view over the same socket, `patch` this one, or a plain `href`.

    `navigate` and `patch` take a path or a web address; anything else is a plain link, such as to `mailto:`.

    `replace` replaces the browser's history entry. A `method` other than "get" is sent by a form that the
    client makes, with the page's CSRF token, or `csrf_token`, or without one if that is False; the token stays
    on this site. With `data-confirm="Sure?"` the visitor is asked first.
    """
    live = navigate if navigate is not None else patch
    if live is not None and not _is_web_address(live):
        href, live = live, None
    if live is not None:
        kind, state = ("redirect" if navigate is not None else "patch"), ("replace" if replace else "push")
        return heex(
            "<a href={@to} data-phx-link={@kind} data-phx-link-state={@state} {@rest}>{render_slot(@inner_block)}</a>",
            to=live,
            kind=kind,
            state=state,
        )
    to = "#" if href is None else href
    if method.lower() == "get":
        return heex("<a href={@to} {@rest}>{render_slot(@inner_block)}</a>", to=to)
    return heex(
        "<a href={@to} data-method={@method} data-csrf={@token} data-to={@to} {@rest}>{render_slot(@inner_block)}</a>",
        to=to,
        token=token_for(csrf_token, to),
    )


def _is_web_address(to: str) -> bool:
    """True for a path, and for a URL that a live view can be at."""
    scheme = _URL_SCHEME.match(to)
    return scheme is None or scheme[1].lower() in ("http", "https")

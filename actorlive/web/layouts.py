"""The document around a page: head, body, and the client's script.

An application may bring its own root layout: a `@component` that takes the attributes it wants of
`RootAttrs` and an `inner_block`, which is the live page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from actorlive.live.dead import DeadPage

if TYPE_CHECKING:
    from actorlive.web.app import ActorLive

__all__ = ["render_document", "root_layout"]


def root_layout(**attrs: object) -> Markup:
    return Markup(
        """<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="csrf-token" content="{csrf_token}">
    <title data-default="">{page_title}</title>
    <link phx-track-static rel="stylesheet" href="{stylesheet}">
    <script defer phx-track-static src="{script}"></script>
  </head>
  <body>{inner_block}</body>
</html>
"""
    ).format(**attrs)


def render_document(live: ActorLive, container: Markup, page: DeadPage, csrf_token: str) -> str:
    """The whole document of a dead render."""
    return root_layout(
        csrf_token=csrf_token,
        page_title=page.page_title or "",
        stylesheet=live.assets.url("actorlive.css"),
        script=live.assets.url("actorlive.js"),
        inner_block=container,
    )

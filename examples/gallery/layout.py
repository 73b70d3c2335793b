"""The document around the gallery's pages."""

from __future__ import annotations

from markupsafe import Markup

from actorlive import Slot, Template, component, heex


@component
def gallery_layout(
    *, csrf_token: str, page_title: str, stylesheet: str, script: str, colocated: Markup, inner_block: Slot
) -> Template:
    """Head, masthead, and the live page."""
    return heex("""
      <!DOCTYPE html>
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <meta name="csrf-token" content={@csrf_token}>
          <title data-suffix=" · actorlive" data-default="actorlive">{@page_title or "actorlive"}</title>
          <link rel="icon" href="data:,">
          <link phx-track-static rel="stylesheet" href={@stylesheet}>
          <link rel="stylesheet" href="/static/gallery.css">
          {@colocated}
          <script defer phx-track-static src={@script}></script>
        </head>
        <body>
          <div class="page">
            <header class="masthead"><a class="brand" href="/">actorlive</a></header>
            <main>{render_slot(@inner_block)}</main>
          </div>
          <div id="al-status" class="sr-only" role="status" aria-live="polite"></div>
        </body>
      </html>
    """)

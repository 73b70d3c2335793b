"""What the gallery and the guide have in common: a masthead, and a last line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import Slot, Template, component, heex

__all__ = ["site"]


@component
def site(
    *,
    document: Mapping[str, Any],
    current: str = "",
    stage: bool = False,
    inner_block: Slot,
    search: Slot = Slot.empty,
) -> Template:
    """The document around a page of the site; `current` is "examples" or "guide", `stage` says
    that the frames of the page are shown in it."""
    return heex("""
      <.root_layout {@document} title_suffix=" · actorlive">
        <:scripts>
          <link rel="stylesheet" href="/static/site.css">
          <link rel="stylesheet" href="/static/examples.css">
          <script src="/static/theme.js"></script>
          <script defer src="/static/site.js"></script>
        </:scripts>
        <:head><script :if={@stage} type="module" src="/static/stage.js"></script></:head>
        <div class="site">
          <a class="skip" href="#main">Skip to the content</a>
          <header class="masthead">
            <div class="wrap">
              <a class="brand" href="/" aria-label="actorlive"><span>actor</span>live</a>
              {render_slot(@search)}
              <nav aria-label="Site">
                <a href="/" aria-current={"page" if @current == "examples" else None}>Examples</a>
                <a href="/docs" aria-current={"page" if @current == "guide" else None}>Guide</a>
              </nav>
              <button id="site-theme" class="icon" type="button" aria-label="Light or dark">
                <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true">
                  <circle cx="9" cy="9" r="7" fill="none" stroke="currentColor" stroke-width="1.5" />
                  <path d="M9 2a7 7 0 0 1 0 14z" fill="currentColor" />
                </svg>
              </button>
            </div>
          </header>
          {render_slot(@inner_block)}
          <footer class="foot">
            <div class="wrap"><p>Every page here is drawn by actorlive, on Phoenix’s own browser client.</p></div>
          </footer>
        </div>
      </.root_layout>
    """)

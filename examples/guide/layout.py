"""The document around the guide's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import Slot, Template, component, heex

__all__ = ["guide_layout"]


@component
def guide_layout(*, document: Mapping[str, Any], inner_block: Slot) -> Template:
    """Masthead, page, and a last line."""
    return heex("""
      <.root_layout {@document}>
        <:scripts>
          <link rel="stylesheet" href="/static/guide.css">
          <script src="/static/theme.js"></script>
          <script defer src="/static/guide.js"></script>
        </:scripts>
        <div class="site">
          <a class="skip" href="#guide-main">Skip to the content</a>
          <header class="masthead">
            <div class="wrap">
              <a class="brand" href="/" aria-label="actorlive"><span>actor</span>live</a>
              <button class="find" id="guide-find" type="button"><span>Search the guide</span> <kbd>/</kbd></button>
              <nav aria-label="Site"><a href="/">Examples</a><a href="/docs" aria-current="page">Guide</a></nav>
              <button id="guide-theme" class="icon" type="button" aria-label="Light or dark">
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

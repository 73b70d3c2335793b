"""The document around the guide's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive import Slot, Template, component, heex, use_in_templates
from examples.gallery.site import site

__all__ = ["guide_layout"]

use_in_templates(site)


@component
def guide_layout(*, document: Mapping[str, Any], inner_block: Slot) -> Template:
    """The site, with a search box."""
    return heex("""
      <.site document={@document} current="guide">
        <:search>
          <button class="find" id="guide-find" type="button"><span>Search the guide</span> <kbd>/</kbd></button>
        </:search>
        {render_slot(@inner_block)}
      </.site>
    """)

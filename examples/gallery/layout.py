"""The document around the gallery's pages: an example stands beside its source, and between its neighbours.

The shell is of the document, not of the view: no patch reaches it, and what stands in it is none of the example's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quart import request

from actorlive import Slot, Template, component, heex, use_in_templates
from examples.gallery.examples import GROUPS, Example, example_at, neighbours
from examples.gallery.site import site

__all__ = ["gallery_layout"]


@component
def shell(*, example: Example, inner_block: Slot) -> Template:
    """An example: where one is, what to try, the page itself, how it is made, and where one goes from here."""
    group = next(group for group in GROUPS if example in group.examples)
    previous, following = neighbours(example)
    return heex(
        """
        <div class="example-bar">
          <div class="wrap">
            <p class="where">
              <a href={f"/#{@group.anchor}"}>{@group.title}</a>
              <span class="soft" aria-hidden="true">/</span>
              <strong>{@example.title}</strong>
            </p>
            <div class="latency">
              <label>Slow network <input id="site-latency" type="range" min="0" max="1000" step="50" value="0"></label>
              <span class="num">0 ms</span>
            </div>
          </div>
        </div>
        <div class={["wrap bench", @example.wide and "wide"]}>
          <div>
            <p class="try"><b>Try this:</b> {@example.try_this} <a href={f"/docs/{@example.guide}"}>How it works</a></p>
            <div class="window">{render_slot(@inner_block)}</div>
          </div>
          {% if @example.wide %}
            <details class="made">
              <summary>How it is made</summary>
              <iframe
                class="how"
                src={f"/source/{@example.folder}"}
                title={f"How it is made: {@example.title}"}
                loading="lazy"
              ></iframe>
            </details>
          {% else %}
            <iframe
              class="how"
              src={f"/source/{@example.folder}"}
              title={f"How it is made: {@example.title}"}
            ></iframe>
          {% endif %}
          <nav class="pager" aria-label="Examples">
            <a :if={@previous} rel="prev" href={@previous.path}><small>Before</small>{@previous.title}</a>
            <a :if={@following} rel="next" href={@following.path}><small>Next</small>{@following.title}</a>
          </nav>
        </div>
        """,
        group=group,
        previous=previous,
        following=following,
    )


use_in_templates(site, shell)


@component
def gallery_layout(*, document: Mapping[str, Any], assigns: Mapping[str, Any], inner_block: Slot) -> Template:
    """The site around an example, or around the first page."""
    example = example_at(request.path)
    title = assigns.get("page_title") or (example.title if example else document["page_title"])
    return heex(
        """
        <.site document={@document} current="examples" stage={@example is None}>
          <main id="main">
            {% if @example %}
              <.shell example={@example}>{render_slot(@inner_block)}</.shell>
            {% else %}
              {render_slot(@inner_block)}
            {% endif %}
          </main>
        </.site>
        """,
        document={**document, "page_title": title},
        example=example,
    )

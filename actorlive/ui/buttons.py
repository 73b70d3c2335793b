"""Buttons, and links that look like them."""

from __future__ import annotations

from typing import Literal

from actorlive.template import Attrs, Slot, Template, component, heex

__all__ = ["button"]

_ATTRIBUTES = Attrs.include(
    "disabled", "download", "form", "formaction", "formmethod", "formnovalidate", "hreflang", "name", "rel",
    "target", "value",
)  # fmt: skip


@component
def button(
    *,
    type: Literal["button", "submit", "reset"] = "button",
    kind: Literal["primary", "danger"] | None = None,
    pending: str | None = None,
    navigate: str | None = None,
    patch: str | None = None,
    href: str | None = None,
    class_: object = None,
    inner_block: Slot,
    rest: Attrs = _ATTRIBUTES,
) -> Template:
    """A button, which says `pending` from the click until the server has answered; with an address, a link.

    One of the type "submit" is dark, as one of the kind "primary" is, for it sends its form. Text alone may stand in
    one that has `pending`: the client puts the one text in place of the other. `navigate`, `patch` and `href` are those
    of `link`. Mirrors `button` of Phoenix's core components.
    """
    if navigate is None and patch is None and href is None:
        return heex(
            """
            <button type={@type} phx-disable-with={@pending} {@look} {@rest}>{render_slot(@inner_block)}</button>
            """,
            look={"class": [kind, class_]} if kind or class_ else {},
        )
    return heex("""
      <.link
        navigate={@navigate}
        patch={@patch}
        href={@href}
        class={["al-button", @kind, @class]}
        {@rest}
      >{render_slot(@inner_block)}</.link>

      <style :type={ColocatedCSS}>
        @layer actorlive {
          .al-button {
            display: inline-flex;
            align-items: center;
            min-height: 2.5rem;
            padding: 0.4rem 0.9rem;
            border: 1px solid var(--al-line);
            border-radius: var(--al-radius);
            background: var(--al-surface);
            color: var(--al-ink);
            font: 550 0.9375rem/1.4 var(--al-sans);
            text-decoration: none;
          }

          .al-button:hover {
            border-color: var(--al-edge);
          }

          .al-button.primary {
            border-color: var(--al-ink);
            background: var(--al-ink);
            color: var(--al-ground);
          }

          .al-button.danger {
            border-color: var(--al-stop);
            background: var(--al-stop);
            color: #fff;
          }
        }
      </style>
    """)

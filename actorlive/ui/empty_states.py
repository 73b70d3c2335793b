"""What stands where there is nothing to show."""

from __future__ import annotations

from actorlive.template import Attrs, Slot, Template, component, heex

__all__ = ["empty_state"]


@component
def empty_state(
    *,
    title: str,
    inner_block: Slot = Slot.empty,
    action: Slot = Slot.empty,
    class_: object = None,
    rest: Attrs,
) -> Template:
    """Says that there is nothing yet (`title`), why (the inner content), and what to do about it (`:action`)."""
    return heex("""
      <div class={["al-empty", @class]} {@rest}>
        <p><strong>{@title}</strong></p>
        {render_slot(@inner_block)}
        <div :if={@action} role="group">{render_slot(@action)}</div>
      </div>

      <style :type={ColocatedCSS}>
        @layer actorlive {
          .al-empty {
            margin: 0 0 1rem;
            padding: 2.5rem 1rem;
            border: 1px dashed var(--al-line);
            border-radius: var(--al-radius);
            color: var(--al-soft);
            text-align: center;
          }

          .al-empty strong {
            color: var(--al-ink);
            font-size: 1.125rem;
          }

          .al-empty > :last-child {
            justify-content: center;
            margin-bottom: 0;
          }
        }
      </style>
    """)

"""How far something has come."""

from __future__ import annotations

from math import isfinite

from actorlive.errors import ActorLiveError
from actorlive.template import Attrs, Template, component, heex

__all__ = ["ProgressError", "progress"]


class ProgressError(ActorLiveError, ValueError):
    """A progress that is not a number, or is part of nothing."""


@component
def progress(
    *, label: str, value: float | None, max: float = 1.0, text: str | None = None, rest: Attrs
) -> Template:
    """A bar with its `label` and how far it has come: `value` of `max`, None while that is not known.

    `text` is said of it in place of the per cent, such as "3 of 12 files". A value below zero or above `max` is drawn
    as the end that it is beyond. Raises `ProgressError` for NaN, infinity, and a `max` that is not above zero.
    """
    if not (isfinite(max) and max > 0):
        raise ProgressError(
            f"the progress {label!r} has max={max}; what is whole is a finite number above zero"
        )
    if value is not None and not isfinite(value):
        raise ProgressError(f"the progress {label!r} has value={value}; write None while it is not known")
    part = None if value is None else min(1.0, value / max if value > 0 else 0.0)
    return heex(
        """
        <div class="al-progress">
          <span aria-hidden="true">{@label}</span>
          <span aria-hidden="true">{@said}</span>
          <progress aria-label={@label} aria-valuetext={@said} value={@shown} {@rest}></progress>
        </div>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-progress {
              display: grid;
              grid-template-columns: 1fr auto;
              gap: 0.35rem 1rem;
              margin: 0 0 1rem;
              font-variant-numeric: tabular-nums;
            }

            .al-progress > progress {
              grid-column: 1 / -1;
            }

            .al-progress > progress:indeterminate {
              background: linear-gradient(90deg, var(--al-sunken) 40%, var(--al-live), var(--al-sunken) 60%) 0 / 300%;
              animation: al-progress 1.8s linear infinite;
            }

            .al-progress > progress:indeterminate::-webkit-progress-bar {
              background: none;
            }

            @keyframes al-progress {
              from {
                background-position-x: 100%;
              }
              to {
                background-position-x: 0%;
              }
            }
          }
        </style>
        """,
        said=text if text is not None or part is None else f"{part * 100:.0f} %",
        shown=None if part is None else f"{part:.4g}",
    )

"""A message from whoever has changed a template in the running program: show it."""

from __future__ import annotations

__all__ = ["Redraw"]


class Redraw:
    """Render the whole view again and send all of it; the view itself is not told."""

    __slots__ = ()

"""The names that every template knows without an import; the built-in components are known likewise.

They come last: a local, and what the module has when the template is compiled, are meant first. An import that only
a template uses looks unused to a linter, and would be taken out by one.
"""

from __future__ import annotations

from typing import Final

from actorlive.rendered import Markup
from actorlive.template.slots import render_slot

__all__ = ["NAMES", "known"]

NAMES: Final = frozenset(("JS", "Markup", "render_slot", "used_input"))
"""All of them. Those that are not in `known` from the beginning, the live layer adds."""


class _Known(dict[str, object]):
    def __missing__(self, name: str) -> object:
        raise NameError(f"name {name!r} is not defined before actorlive.LiveView is imported", name=name)


known: Final[dict[str, object]] = _Known(Markup=Markup, render_slot=render_slot)
"""What they mean."""

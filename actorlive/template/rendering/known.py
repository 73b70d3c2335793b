"""The names that every template knows without an import; the built-in components are known likewise.

They come last: a local, and what the module has when the template is compiled, are meant first. An import that only
a template uses looks unused to a linter, and would be taken out by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from actorlive.forms.form import used_input
from actorlive.js.commands import JS
from actorlive.rendered import Markup
from actorlive.template.rendering.slots import render_slot
from actorlive.template.rendering.upload_errors import upload_errors
from actorlive.template.rendering.urls import static_path, url_for

__all__ = ["BUILTINS", "KNOWN"]

KNOWN: Final[Mapping[str, object]] = {
    "JS": JS,
    "Markup": Markup,
    "render_slot": render_slot,
    "static_path": static_path,
    "upload_errors": upload_errors,
    "url_for": url_for,
    "used_input": used_input,
}
"""Name → what it means."""

BUILTINS: Final[dict[str, object]] = {}
"""The components that every template knows, unless its module has one of the same name above it.

`actorlive.template.builtins`, which is made of templates itself, fills it in.
"""

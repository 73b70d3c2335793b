"""Text → Python code: HEEx templates compiled to functions that yield trees, and what renders them."""

from __future__ import annotations

from actorlive.template.component import Attrs, Component, Slot, SlotEntry, component, render_slot
from actorlive.template.errors import TemplateError
from actorlive.template.renderer import Renderer, render_to_string
from actorlive.template.runtime import DuplicateKeyError
from actorlive.template.template import Template, compile_function, heex

__all__ = [
    "Attrs",
    "Component",
    "DuplicateKeyError",
    "Renderer",
    "Slot",
    "SlotEntry",
    "Template",
    "TemplateError",
    "compile_function",
    "component",
    "heex",
    "render_slot",
    "render_to_string",
]

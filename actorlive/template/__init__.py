"""Text → Python code: HEEx templates compiled to functions that yield trees, and what renders them."""

from __future__ import annotations

from actorlive.template.annotations import annotate_templates
from actorlive.template.builtins.documents import flash_group, json_script, live_title, root_layout
from actorlive.template.builtins.inputs import form, inputs_for, live_file_input, live_img_preview
from actorlive.template.builtins.links import link
from actorlive.template.builtins.wrappers import (
    async_result,
    busy,
    dynamic_tag,
    focus_wrap,
    intersperse,
    portal,
)
from actorlive.template.colocated.kinds import ColocatedCSS, ColocatedHook, ColocatedJS
from actorlive.template.component import component
from actorlive.template.errors import TemplateError, TemplateWarning
from actorlive.template.heex import compile_function, compile_template, heex
from actorlive.template.loader import embed_templates, load_template
from actorlive.template.macros import DynamicValue, MacroComponent, MacroContent, MacroElement
from actorlive.template.rendering.calls import Component
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.matching import DuplicateKeyError
from actorlive.template.rendering.renderer import Renderer, render_to_string
from actorlive.template.rendering.signature import Attrs
from actorlive.template.rendering.slots import Slot, SlotEntry, render_slot
from actorlive.template.rendering.upload_errors import upload_errors
from actorlive.template.rendering.urls import static_path, url_for
from actorlive.template.tools.format import format_source, format_template
from actorlive.template.tools.project import check_project
from actorlive.template.usage import use_in_templates

__all__ = [
    "Attrs",
    "ColocatedCSS",
    "ColocatedHook",
    "ColocatedJS",
    "Component",
    "DuplicateKeyError",
    "DynamicValue",
    "MacroComponent",
    "MacroContent",
    "MacroElement",
    "Renderer",
    "Slot",
    "SlotEntry",
    "Template",
    "TemplateError",
    "TemplateWarning",
    "annotate_templates",
    "async_result",
    "busy",
    "check_project",
    "compile_function",
    "compile_template",
    "component",
    "dynamic_tag",
    "embed_templates",
    "flash_group",
    "focus_wrap",
    "form",
    "format_source",
    "format_template",
    "heex",
    "inputs_for",
    "intersperse",
    "json_script",
    "link",
    "live_file_input",
    "live_img_preview",
    "live_title",
    "load_template",
    "portal",
    "render_slot",
    "render_to_string",
    "root_layout",
    "static_path",
    "upload_errors",
    "url_for",
    "use_in_templates",
]

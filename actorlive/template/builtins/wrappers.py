"""Components that decide how their inner content is shown: when, how often, in which element, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from actorlive.rendered import EATS_LINE_BREAK, RAW_TEXT, VOID, Markup, attributes
from actorlive.template.component import component
from actorlive.template.errors import TemplateError
from actorlive.template.heex import heex
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.signature import Attrs
from actorlive.template.rendering.slots import Slot

__all__ = ["async_result", "busy", "dynamic_tag", "focus_wrap", "intersperse", "portal"]

_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NOT_DYNAMIC = (
    VOID | RAW_TEXT | frozenset("applet frame frameset noscript object template textarea title".split())
)
_NAMED = Attrs.include("name")


class _AsyncResult(Protocol):
    """What `async_result` reads: `actorlive.AsyncResult`, or anything alike."""

    @property
    def ok(self) -> bool: ...
    @property
    def loading(self) -> object: ...
    @property
    def failed(self) -> object: ...
    @property
    def result(self) -> object: ...


@component
def async_result(
    *,
    assign: _AsyncResult,
    inner_block: Slot,
    loading: Slot = Slot.empty,
    failed: Slot = Slot.empty,
    idle: Slot = Slot.empty,
) -> Template:
    """The inner content with `:let` as the result once there is one; else `:loading`, `:failed` or `:idle`.

    An earlier result stays while a new one loads, or after that failed. `:loading` receives the loading
    state, `:failed` the reason.
    """
    return heex(
        "{% if @assign.ok %}{render_slot(@inner_block, @assign.result)}"
        "{% elif @assign.loading %}{render_slot(@loading, @assign.loading)}"
        "{% elif @assign.failed %}{render_slot(@failed, @assign.failed)}"
        "{% else %}{render_slot(@idle)}{% endif %}"
    )


@component
def busy(*, when: object, inner_block: Slot, rest: Attrs) -> Template:
    """A region that is being worked on: `aria-busy` while `when` is true, so that it is not read out half done."""
    return heex("""<div aria-busy={"true" if @when else "false"} {@rest}>{render_slot(@inner_block)}</div>""")


@component
def focus_wrap(*, id: str, inner_block: Slot, rest: Attrs) -> Template:
    """Keeps the focus inside: tabbing past the last element comes back to the first. For dialogs."""
    return heex("""
      <div id={@id} phx-hook="Phoenix.FocusWrap" {@rest}>
        <div id={f"{@id}-start"} tabindex="0" aria-hidden="true"></div>
        {render_slot(@inner_block)}
        <div id={f"{@id}-end"} tabindex="0" aria-hidden="true"></div>
      </div>
    """)


@component
def intersperse(*, enum: Iterable[object], separator: Slot, inner_block: Slot) -> Template:
    """The inner content for each item (`:let`), with `:separator` between them."""
    return heex(
        "{% for i, item in enumerate(@enum) %}"
        "{% if i %}{render_slot(@separator)}{% endif %}{render_slot(@inner_block, item)}"
        "{% endfor %}"
    )


@component
def dynamic_tag(*, tag_name: str, inner_block: Slot = Slot.empty, rest: Attrs = _NAMED) -> Template:
    """An element whose name is known at run time only.

    Raises `TemplateError` for what is not a tag name, for void elements, for those whose content is not markup
    (`script`, `iframe`, `textarea`, …), and for those that load a document of their own (`object`, `frame`, …).
    """
    if not _TAG_NAME.fullmatch(tag_name):
        raise TemplateError(f"{tag_name!r} is not a tag name", hint="letters, digits and hyphens")
    if tag_name.lower() in _NOT_DYNAMIC:
        hint = "it holds no markup, or loads a document: write the tag itself into the template"
        raise TemplateError(f"<{tag_name}> cannot be a dynamic tag", hint=hint)
    line_break = "\n" if inner_block and tag_name.lower() in EATS_LINE_BREAK else ""
    return heex(
        "{@opening}{render_slot(@inner_block)}{@closing}",
        opening=Markup(f"<{tag_name}{attributes(rest)}>{line_break}"),
        closing=Markup(f"</{tag_name}>"),
    )


@component
def portal(
    *, id: str, target: str, container: str = "div", class_: object = None, inner_block: Slot
) -> Template:
    """Content that the client moves into the element that the selector `target` finds."""
    wrapper: dict[str, object] = {"id": f"_lv_portal_wrap_{id}"}
    if class_:
        wrapper["class"] = class_
    return heex(
        "<template id={@id} data-phx-portal={@target}>"
        "<.dynamic_tag tag_name={@container} {@wrapper}>{render_slot(@inner_block)}</.dynamic_tag>"
        "</template>",
        wrapper=wrapper,
    )

"""The components that every template may use without importing them. They mirror `Phoenix.Component`'s.

They are ordinary components; a module's own component of the same name, defined above the template, wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol, cast

from actorlive.rendered import (
    EATS_LINE_BREAK,
    RAW_TEXT,
    VOID,
    WHITE_SPACE,
    Markup,
    attributes,
    script_json,
    text,
)
from actorlive.template.component import component
from actorlive.template.errors import TemplateError
from actorlive.template.heex import heex
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.csrf import token_for
from actorlive.template.rendering.known import BUILTINS
from actorlive.template.rendering.nesting import Nested, ViewClass
from actorlive.template.rendering.placing import LIVE_COMPONENT
from actorlive.template.rendering.signature import Attrs
from actorlive.template.rendering.slots import Slot, render_slot

__all__ = [
    "async_result",
    "busy",
    "dynamic_tag",
    "flash_group",
    "focus_wrap",
    "form",
    "inputs_for",
    "intersperse",
    "json_script",
    "link",
    "live_file_input",
    "live_img_preview",
    "live_render",
    "live_title",
    "portal",
    "root_layout",
]

_URL_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
_MAIN = re.compile(r"<main[\s>]", re.IGNORECASE)
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_NOT_DYNAMIC = (
    VOID | RAW_TEXT | frozenset("applet frame frameset noscript object template textarea title".split())
)
_LINK_ATTRIBUTES = Attrs.include("download", "hreflang", "ping", "referrerpolicy", "rel", "target", "type")
_FORM_ATTRIBUTES = Attrs.include(
    "autocomplete", "name", "rel", "enctype", "novalidate", "target", "accept-charset"
)
_FILE_ATTRIBUTES = Attrs.include("capture", "disabled", "form", "required", "webkitdirectory")
_IMAGE_ATTRIBUTES = Attrs.include("alt", "decoding", "height", "loading", "sizes", "width")
_NAMED = Attrs.include("name")
_NO_SESSION: Mapping[str, object] = MappingProxyType({})


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


class _Form(Protocol):
    """What `form` and `inputs_for` read of a form."""

    @property
    def id(self) -> str | None: ...
    @property
    def hidden(self) -> Sequence[tuple[str, str]]: ...


class _FileEntry(Protocol):
    """What is read of an entry of an upload."""

    @property
    def ref(self) -> str: ...
    @property
    def upload_ref(self) -> str: ...
    @property
    def preflighted(self) -> bool: ...
    @property
    def done(self) -> bool: ...


class _Failure(Protocol):
    """What is read of the error of an upload."""

    @property
    def ref(self) -> str: ...


class _Upload(Protocol):
    """What `live_file_input` reads of an upload: `@uploads.photos`, or anything alike."""

    @property
    def ref(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def accept(self) -> str | None: ...
    @property
    def max_entries(self) -> int: ...
    @property
    def auto_upload(self) -> bool: ...
    @property
    def entries(self) -> Sequence[_FileEntry]: ...
    @property
    def errors(self) -> Sequence[_Failure]: ...


@component
def link(
    *,
    navigate: str | None = None,
    patch: str | None = None,
    href: str | None = None,
    replace: bool = False,
    method: str = "get",
    csrf_token: str | bool = True,
    inner_block: Slot,
    rest: Attrs = _LINK_ATTRIBUTES,
) -> Template:
    """A link: `navigate` to another view over the same socket, `patch` this one, or a plain `href`.

    `navigate` and `patch` take a path or a web address; anything else is a plain link, such as to `mailto:`.

    `replace` replaces the browser's history entry. A `method` other than "get" is sent by a form that the
    client makes, with the page's CSRF token, or `csrf_token`, or without one if that is False; the token stays
    on this site. With `data-confirm="Sure?"` the visitor is asked first.
    """
    live = navigate if navigate is not None else patch
    if live is not None and not _is_web_address(live):
        href, live = live, None
    if live is not None:
        kind, state = ("redirect" if navigate is not None else "patch"), ("replace" if replace else "push")
        return heex(
            "<a href={@to} data-phx-link={@kind} data-phx-link-state={@state} {@rest}>{render_slot(@inner_block)}</a>",
            to=live,
            kind=kind,
            state=state,
        )
    to = "#" if href is None else href
    if method.lower() == "get":
        return heex("<a href={@to} {@rest}>{render_slot(@inner_block)}</a>", to=to)
    return heex(
        "<a href={@to} data-method={@method} data-csrf={@token} data-to={@to} {@rest}>{render_slot(@inner_block)}</a>",
        to=to,
        token=token_for(csrf_token, to),
    )


def _is_web_address(to: str) -> bool:
    """True for a path, and for a URL that a live view can be at."""
    scheme = _URL_SCHEME.match(to)
    return scheme is None or scheme[1].lower() in ("http", "https")


@component
def live_title(
    *, prefix: str | None = None, default: str | None = None, suffix: str | None = None, inner_block: Slot
) -> Template:
    """The page's `<title>`, which the client keeps up with `page_title`; `default` where that is blank."""
    content = str(render_slot(inner_block))
    return heex(
        "<title data-prefix={@prefix} data-default={@default} data-suffix={@suffix}>{@prefix}{@title}{@suffix}</title>",
        title=Markup(content) if content.strip(WHITE_SPACE) else default,
    )


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
def flash_group(*, flash: Mapping[str, str], id: str = "flash-group") -> Template:
    """The flash messages, each with a button that closes it. Belongs into every page, or into the live layout."""
    return heex("""
      <div id={@id} class="al-flash-group">
        <div
          :for={kind, message in @flash.items()}
          :key={kind}
          class="al-flash"
          data-kind={kind}
          role="alert"
        >
          <span>{message}</span>
          <button type="button" phx-click="lv:clear-flash" phx-value-key={kind} aria-label="Close">×</button>
        </div>
      </div>
    """)


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


@component
def form(
    *,
    for_: _Form | None = None,
    as_: str | None = None,
    action: str | None = None,
    method: str | None = None,
    csrf_token: str | bool = True,
    multipart: bool = False,
    inner_block: Slot,
    rest: Attrs = _FORM_ATTRIBUTES,
) -> Template:
    """A form; `:let` receives the form object, `for`, which a form without data leaves out.

    With `action` it is also a plain HTTP form: methods other than get and post travel in a hidden `_method`,
    and the page's CSRF token, or `csrf_token`, in a hidden `_csrf_token`; False leaves that out.
    """
    verb = (method or ("post" if action is not None else "")).lower()
    hidden: list[tuple[str, str]] = list(getattr(for_, "hidden", ()))
    if verb not in ("", "get", "post"):
        hidden.append(("_method", verb))
    if verb not in ("", "get") and (token := token_for(csrf_token, action or "")):
        hidden.append(("_csrf_token", token))
    return heex(
        """
        <form id={@id} action={@action} method={@verb or None} enctype={@enctype} {@rest}>
          <input :for={name, value in @hidden} type="hidden" name={name} value={value}>
          {render_slot(@inner_block, @for)}
        </form>
        """,
        id=None if "id" in rest else getattr(for_, "id", None),
        verb=verb if verb in ("", "get") else "post",
        enctype="multipart/form-data" if multipart else None,
        hidden=hidden,
    )


@component
def inputs_for(
    *,
    field: Any,
    id: str | None = None,
    as_: str | None = None,
    default: object = None,
    prepend: Sequence[object] = (),
    append: Sequence[object] = (),
    skip_hidden: bool = False,
    skip_persistent_id: bool = False,
    inner_block: Slot,
) -> Template:
    """The inner content for each form nested in `field` (`:let`), after its hidden inputs."""
    forms = field.nested(
        id=id,
        as_=as_,
        default=default,
        prepend=prepend,
        append=append,
        skip_persistent_id=skip_persistent_id,
    )
    return heex(
        """
        {% for form in @forms %}
          {% if not @skip_hidden %}
            <input :for={name, value in form.hidden} type="hidden" name={name} value={value}>
          {% endif %}
          {render_slot(@inner_block, form)}
        {% endfor %}
        """,
        forms=forms,
    )


@component
def live_file_input(
    *, upload: _Upload, accept: str | None = None, rest: Attrs = _FILE_ATTRIBUTES
) -> Template:
    """The input of an upload: `<.live_file_input upload={@uploads.photos} />`, in a form with `phx-change`.

    Its id is the upload's `ref`, to which an element with `phx-drop-target={@uploads.photos.ref}` gives the files that
    are dropped on it. `accept` replaces what the browser offers first; what is accepted is said by the upload.
    """
    entries = upload.entries
    return heex(
        """
        <input
          id={@upload.ref}
          type="file"
          name={@upload.name}
          accept={@accept or @upload.accept}
          multiple={@upload.max_entries > 1}
          data-phx-hook="Phoenix.LiveFileUpload"
          data-phx-upload-ref={@upload.ref}
          data-phx-active-refs={@active}
          data-phx-done-refs={@done}
          data-phx-preflighted-refs={@preflighted}
          data-phx-error-refs={@failed or None}
          data-phx-auto-upload={@upload.auto_upload}
          {@rest}
        />
        """,
        active=",".join(entry.ref for entry in entries),
        done=",".join(entry.ref for entry in entries if entry.done),
        preflighted=",".join(entry.ref for entry in entries if entry.preflighted),
        failed=",".join(dict.fromkeys(error.ref for error in upload.errors)),
    )


@component
def live_img_preview(
    *, entry: _FileEntry, id: str | None = None, rest: Attrs = _IMAGE_ATTRIBUTES
) -> Template:
    """The selected picture itself, which the browser shows without having sent it; give it an `alt`.

    Its `id` is by default made of the entry's ref; a second one of the same entry needs its own.
    """
    return heex(
        """
        <img
          id={@id or f"phx-preview-{@entry.ref}"}
          data-phx-upload-ref={@entry.upload_ref}
          data-phx-entry-ref={@entry.ref}
          data-phx-hook="Phoenix.LiveImgPreview"
          data-phx-update="ignore"
          {@rest}
        >
        """
    )


@component
def live_render(
    *,
    view: ViewClass,
    id: str,
    session: Mapping[str, object] = _NO_SESSION,
    container: object = None,
    sticky: bool = False,
) -> Template:
    """Another view within this one, or within a layout: a process of its own (`live_render/3`).

    `session` is what its `mount` receives beside the visitor's own: plain values as JSON has them, and pids.
    `container` is its element, by default the view's own. A `sticky` one lives on when the visitor navigates to
    another view.
    """
    return heex("{@nested}", nested=Nested(cast("Any", view), id, session, container, sticky))


@component
def root_layout(
    *,
    page_title: str = "",
    title: str | None = None,
    title_suffix: str | None = None,
    icon: str | None = None,
    csrf_token: str,
    stylesheet: str,
    stylesheets: Sequence[str] = (),
    color_scheme: str | None = None,
    script: str,
    colocated: Markup,
    csp_nonce: str | None,
    lang: str = "en",
    head: Slot = Slot.empty,
    scripts: Slot = Slot.empty,
    inner_block: Slot,
) -> Template:
    """The default document. `#al-status` is where `socket.announce` speaks; it lives outside of every view.

    `:head` goes to the end of the head, `:scripts` in front of the client's script, which both run before: an own
    layout that only adds something is `<.root_layout {@document}>` with these. The page stands in a `<main>`, unless it
    brings one.
    """
    page = str(render_slot(inner_block))
    return heex(
        """
        <!DOCTYPE html>
        <html lang={@lang}>
          <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta :if={@color_scheme} name="color-scheme" content={@color_scheme}>
            <meta name="csrf-token" content={@csrf_token}>
            <.live_title default={@title} suffix={@title_suffix}>{@page_title}</.live_title>
            <link :if={@icon} rel="icon" href={@icon}>
            <link phx-track-static rel="stylesheet" href={@stylesheet}>
            <link :for={url in @stylesheets} phx-track-static rel="stylesheet" href={url}>
            {@colocated}
            {render_slot(@scripts)}
            <script defer phx-track-static src={@script} nonce={@csp_nonce}></script>
            {render_slot(@head)}
          </head>
          <body>
            {@page}
            <div id="al-status" class="sr-only" role="status" aria-live="polite"></div>
          </body>
        </html>
        """,
        page=Markup(page if _MAIN.search(page) else f"<main>{page}</main>"),
    )


@component
def json_script(*, id: str, value: object) -> Template:
    """Data for a script, as JSON in a `<script type="application/json">`: nothing in it can end the element."""
    return heex(
        "{@opening}{@json}{@closing}", opening=_opening(id), json=script_json(value), closing=_CLOSING
    )


_CLOSING = Markup("</script>")


def _opening(id: str) -> Markup:
    return Markup(f'<script type="application/json" id="{text(id)}">')


def _install() -> Mapping[str, object]:
    return {name: globals()[name] for name in __all__}


BUILTINS.update(_install(), live_component=LIVE_COMPONENT)

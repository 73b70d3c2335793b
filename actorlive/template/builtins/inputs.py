"""Forms and what stands in them: nested forms, and the files of an upload.

The protocols say what is read of a form and of an upload. Those of `actorlive.forms` and `actorlive.live` have it, and
so may others: a template knows neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from actorlive.template.component import component
from actorlive.template.heex import heex
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.csrf import token_for
from actorlive.template.rendering.signature import Attrs
from actorlive.template.rendering.slots import Slot

__all__ = ["form", "inputs_for", "live_file_input", "live_img_preview"]

_FORM_ATTRIBUTES = Attrs.include(
    "autocomplete", "name", "rel", "enctype", "novalidate", "target", "accept-charset"
)
_FILE_ATTRIBUTES = Attrs.include("capture", "disabled", "form", "required", "webkitdirectory")
_IMAGE_ATTRIBUTES = Attrs.include("alt", "decoding", "height", "loading", "sizes", "width")


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

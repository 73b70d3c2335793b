"""A field of a form: its label, a control of any kind that HTML has, a hint, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from actorlive.forms.form import Field, used_input
from actorlive.forms.inputs import input_value
from actorlive.template import Attrs, Slot, Template, component, heex
from actorlive.ui.options import Choice, ChoiceGroup, Options, flat, options_for_select

__all__ = ["FieldType", "field"]

FieldType: TypeAlias = Literal[
    "text", "email", "url", "tel", "search", "password", "number", "range", "color",
    "date", "time", "datetime-local", "month", "week",
    "textarea", "select", "checkbox", "radio", "file", "hidden",
]  # fmt: skip

_ATTRIBUTES = Attrs.include(
    "accept", "autocomplete", "capture", "cols", "disabled", "form", "list", "max", "maxlength", "min", "minlength",
    "pattern", "placeholder", "readonly", "required", "rows", "size", "step",
)  # fmt: skip


_DESCRIBED = "aria-describedby"
_NEVER_SENT_BACK = frozenset(("password", "file"))
"""Kinds whose value is not for the page: a secret, and what no page can set."""


@dataclass(frozen=True, slots=True)
class _Control:
    """What all kinds of controls have in common."""

    id: str | None
    name: str | None
    value: object
    label: str | None
    hint: str | None
    errors: tuple[str, ...]
    described: str
    """What else describes it: ids, as the caller gives them."""

    @property
    def invalid(self) -> str | None:
        """For `aria-invalid`."""
        return "true" if self.errors else None

    @property
    def hint_id(self) -> str:
        return f"{self.id}-hint"

    @property
    def error_id(self) -> str:
        return f"{self.id}-error"

    @property
    def described_by(self) -> str | None:
        """For `aria-describedby`: the error first, for it is what one wants to know."""
        told = [self.error_id if self.errors else "", self.hint_id if self.hint else "", self.described]
        return " ".join(filter(None, told)) or None


# -- what stands around a control ----------------------------------------------


@component
def notes(*, control: _Control) -> Template:
    """The hint, and what is wrong."""
    return heex("""
      <small :if={@control.hint} id={@control.hint_id}>{@control.hint}</small>
      <span :if={@control.errors} id={@control.error_id} class="error">{", ".join(@control.errors)}</span>
    """)


@component
def labelled(*, control: _Control, inner_block: Slot) -> Template:
    """A control below its label."""
    return heex("""
      <div class="al-field">
        <label :if={@control.label} for={@control.id}>{@control.label}</label>
        {render_slot(@inner_block)}
        <.notes control={@control} />
      </div>

      <style :type={ColocatedCSS}>
        @layer actorlive {
          .al-field:not(fieldset) {
            display: grid;
            gap: 0.3rem;
          }

          fieldset.al-field > :is(small, .error) {
            flex-basis: 100%;
          }
        }
      </style>
    """)


# -- the kinds of controls -----------------------------------------------------


@component
def text_input(
    *, control: _Control, type: str, multiple: bool = False, rest: Attrs = _ATTRIBUTES
) -> Template:
    """Everything that is an `<input>` of its own."""
    return heex("""
      <.labelled control={@control}>
        <input
          type={@type}
          id={@control.id}
          name={@control.name}
          value={@control.value}
          multiple={@multiple}
          aria-invalid={@control.invalid}
          aria-describedby={@control.described_by}
          {@rest}
        />
      </.labelled>
    """)


@component
def upload_field(*, control: _Control, upload: Any, rest: Attrs = _ATTRIBUTES) -> Template:
    """The input of an upload, which names itself."""
    return heex("""
      <.labelled control={@control}>
        <.live_file_input
          upload={@upload}
          aria-invalid={@control.invalid}
          aria-describedby={@control.described_by}
          {@rest}
        />
      </.labelled>
    """)


@component
def text_area(*, control: _Control, rest: Attrs = _ATTRIBUTES) -> Template:
    """Text of several lines."""
    return heex("""
      <.labelled control={@control}>
        <textarea
          id={@control.id}
          name={@control.name}
          aria-invalid={@control.invalid}
          aria-describedby={@control.described_by}
          {@rest}
        >{@control.value}</textarea>
      </.labelled>
    """)


@component
def select(
    *,
    control: _Control,
    choices: Sequence[Choice | ChoiceGroup],
    multiple: bool = False,
    prompt: str | None = None,
    rest: Attrs = _ATTRIBUTES,
) -> Template:
    """A select, whose name is that of a list where several may be chosen."""
    return heex(
        """
        <.labelled control={@control}>
          <select
            id={@control.id}
            name={@sent_as}
            multiple={@multiple}
            aria-invalid={@control.invalid}
            aria-describedby={@control.described_by}
            {@rest}
          >
            <option :if={@prompt is not None} value="">{@prompt}</option>
            {% for entry in @choices %}
              {% if isinstance(entry, ChoiceGroup) %}
                <optgroup label={entry.label}>
                  <.option :for={choice in entry.choices} choice={choice} />
                </optgroup>
              {% else %}
                <.option choice={entry} />
              {% endif %}
            {% endfor %}
          </select>
        </.labelled>
        """,
        sent_as=_name_of(control, listed=multiple),
    )


@component
def option(*, choice: Choice) -> Template:
    """One option of a select."""
    return heex("""
      <option value={@choice.text} selected={@choice.selected} disabled={@choice.disabled}>{@choice.label}</option>
    """)


@component
def checkbox(*, control: _Control, checked: bool, rest: Attrs = _ATTRIBUTES) -> Template:
    """A checkbox that means yes or no. "No" is sent, too: a field that is not would have its default."""
    return heex("""
      <div class="al-field">
        <label>
          <input type="hidden" name={@control.name} value="false" disabled={"disabled" in @rest} />
          <input
            type="checkbox"
            id={@control.id}
            name={@control.name}
            value="true"
            checked={@checked}
            aria-invalid={@control.invalid}
            aria-describedby={@control.described_by}
            {@rest}
          />
          {@control.label}
        </label>
        <.notes control={@control} />
      </div>
    """)


@component
def choices(
    *,
    type: Literal["radio", "checkbox"],
    control: _Control,
    choices: Sequence[Choice | ChoiceGroup],
    rest: Attrs = _ATTRIBUTES,
) -> Template:
    """Radio buttons, of which one is chosen, or checkboxes, of which any are."""
    return heex(
        """
        <fieldset
          class="al-field"
          id={@control.id}
          role={"radiogroup" if @type == "radio" else None}
          aria-invalid={@control.invalid if @type == "radio" else None}
          aria-describedby={@control.described_by}
        >
          <legend :if={@control.label}>{@control.label}</legend>
          <label :for={choice in @flat}>
            <input
              type={@type}
              name={@sent_as}
              value={choice.text}
              checked={choice.selected}
              disabled={choice.disabled}
              {@rest}
            />
            {choice.label}
          </label>
          <.notes control={@control} />
        </fieldset>
        """,
        flat=flat(choices),
        sent_as=_name_of(control, listed=type == "checkbox"),
    )


def _name_of(control: _Control, *, listed: bool) -> str | None:
    """The name of the control, or that of a list of values."""
    return f"{control.name}[]" if listed and control.name else control.name


# -- the field -----------------------------------------------------------------


@component
def field(
    *,
    field: Field | None = None,
    type: FieldType = "text",
    label: str | None = None,
    hint: str | None = None,
    options: Options = (),
    multiple: bool = False,
    prompt: str | None = None,
    id: str | None = None,
    name: str | None = None,
    value: object = None,
    checked: bool | None = None,
    errors: Sequence[str] = (),
    upload: Any = None,
    rest: Attrs = _ATTRIBUTES,
) -> Template:
    """A field of a form, `field={@form["email"]}`: label, control, hint, and its errors once somebody has been in it.

    `type` is that of an input, or "textarea", "select", "radio", "checkbox". `options` (see `options_for_select`) are
    those of a select and of radio buttons, and make one checkbox a group, whose values come as a list; so do those of a
    select that is `multiple`. `prompt` is a select's first option, of the value "". A "file" is that of
    `upload={@uploads.photos}`.

    Without a form it takes `name` and `value`, `checked`, and the `errors` to show; an `id` where there is more than
    one of a name. A password is not sent back to the page, unless `value` does it. Mirrors `input` of Phoenix's core
    components.
    """
    control = _Control(
        id=upload.ref if upload is not None else id or (field.id if field else _id_of(name)),
        name=name or (field.name if field else None),
        value=_value_of(field, type) if value is None else input_value(value),
        label=label,
        hint=hint,
        errors=tuple(errors) or (field.errors if field and used_input(field) else ()),
        described=str(rest.get(_DESCRIBED) or ""),
    )
    return heex(
        """
        {% if @shape == "hidden" %}
          <input type="hidden" id={@control.id} name={@control.name} value={@control.value} {@more} />
        {% elif @shape == "textarea" %}
          <.text_area control={@control} {@more} />
        {% elif @shape == "select" %}
          <.select control={@control} choices={@choices} multiple={@multiple} prompt={@prompt} {@more} />
        {% elif @shape == "choices" %}
          <.choices type={@type} control={@control} choices={@choices} {@more} />
        {% elif @shape == "checkbox" %}
          <.checkbox control={@control} checked={@is_checked} {@more} />
        {% elif @shape == "upload" %}
          <.upload_field control={@control} upload={@upload} {@more} />
        {% else %}
          <.text_input control={@control} type={@type} multiple={@multiple} {@more} />
        {% endif %}
        """,
        shape=_shape(type, options, upload),
        more={name: value for name, value in rest.items() if name != _DESCRIBED},
        control=control,
        choices=options_for_select(options, control.value),
        is_checked=checked if checked is not None else bool(field and field.checked),
    )


def _id_of(name: str | None) -> str | None:
    """The id of a control that stands in no form of ours: as a form would have it, "user[email]" is "user_email"."""
    return None if name is None else name.replace("[", "_").replace("]", "")


def _value_of(field: Field | None, type: FieldType) -> object:
    return None if field is None or type in _NEVER_SENT_BACK else field.value


_Shape: TypeAlias = Literal["hidden", "textarea", "select", "choices", "checkbox", "upload", "input"]


def _shape(type: FieldType, options: Options, upload: object) -> _Shape:
    """Which of the components above draws it."""
    match type:
        case "hidden" | "textarea" | "select":
            return type
        case "radio" | "checkbox" if options:
            return "choices"
        case "checkbox":
            return "checkbox"
        case "file" if upload is not None:
            return "upload"
        case _:
            return "input"

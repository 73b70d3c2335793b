"""Forms as data: what a template needs to draw one, and nothing about where its values come from.

A `Form` holds what the person typed (`params`: nested strings, as sent), what the application has
(`data`: a struct, a dataclass, a model, a mapping), and the errors to show. A value typed wins over one
stored, so a form shows an impossible date as it was typed. `form["email"]` is a `Field`, the view of
one input: two fields are equal when their inputs would be drawn the same, and that is what
`@form["email"]` is tracked by. Mirrors Phoenix.HTML.Form, Phoenix.HTML.FormField and `to_form/2`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, TypeAlias, cast

import msgspec

from actorlive.errors import ActorLiveError
from actorlive.forms.inputs import input_value
from actorlive.forms.params import as_params, indexed, is_used
from actorlive.rendered.equality import looks_equal
from actorlive.results import Error, Ok

__all__ = ["ErrorsLike", "Field", "Form", "FormError", "to_form", "used_input"]

PERSISTENT_ID = "_persistent_id"

ErrorsLike: TypeAlias = "Mapping[str, str | Sequence[str]] | Ok[Any] | Error[Any] | None"
"""What `validate` returned, or messages by path: `{"email": "is taken", "lines.0.qty": ["is missing"]}`."""


class FormError(ActorLiveError):
    """A form made of something that no form can be made of."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form, or one nested in another. Made by `to_form` and `Field.nested`.

    `name` is the prefix of its fields' names (`user` gives `user[email]`), `id` that of their ids and the
    id of the form's tag. `errors` maps paths below the form to messages; those at `""` are about the
    form as a whole. `action` is the event that it stands after, as the application calls it
    ("validate", "save"). `index` is the position among its siblings of a form nested in a list.
    `hidden` holds names and values of the hidden inputs that the form needs.
    """

    id: str | None = None
    name: str | None = None
    data: object = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    action: str | None = None
    index: int | None = None
    hidden: tuple[tuple[str, str], ...] = ()

    def __getitem__(self, name: str) -> Field:
        """The field of that name. A name that neither params nor data have is a field without a value."""
        return Field(self, name)

    @property
    def base_errors(self) -> tuple[str, ...]:
        """The messages about the form as a whole."""
        return self.errors.get("", ())


class Field:
    """One input of a form.

    `field` is its key, `name` and `id` are those of the tag. `data` is the stored value, `raw` the typed
    one if there is one, else the stored one; `value` is `raw` for a `value=` attribute (`input_value`).
    `errors` are its messages, to be shown once `used_input(field)`.
    """

    __slots__ = ("data", "errors", "field", "form", "id", "name", "raw", "used", "value")

    def __init__(self, form: Form, name: str) -> None:
        self.form: Form = form
        self.field: str = name
        self.id: str = f"{form.id}_{name}" if form.id else name
        self.name: str = f"{form.name}[{name}]" if form.name else name
        self.data: object = _read(form.data, name)
        self.raw: object = form.params.get(name, self.data)
        self.value: Any = input_value(self.raw)
        self.errors: tuple[str, ...] = form.errors.get(name, ())
        self.used: bool = is_used(form.params, name)

    def _shown(self) -> tuple[object, ...]:
        below = _below(self.form.errors, self.field)
        return (self.id, self.name, self.data, self.raw, self.errors, below, self.used, self.form.action)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Field) and self._shown() == other._shown()

    def __looks_equal__(self, other: Field) -> bool:
        return looks_equal(self._shown(), other._shown())

    def __hash__(self) -> int:
        return hash((self.id, self.name))

    def __repr__(self) -> str:
        return f"Field(name={self.name!r}, value={self.value!r}, errors={self.errors!r})"

    @property
    def checked(self) -> bool:
        """Whether a checkbox for a yes or no is checked."""
        return self.value in ("true", "on", "1")

    def selected(self, option: object) -> bool:
        """Whether `option` is the value, or one of several: for options, radio buttons, checkbox groups."""
        value: object = self.value
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        return _text(option) in map(_text, values)

    def nested(
        self,
        *,
        id: str | None = None,
        as_: str | None = None,
        default: object = None,
        prepend: Sequence[object] = (),
        append: Sequence[object] = (),
        skip_persistent_id: bool = False,
    ) -> list[Form]:
        """The forms nested in this field: one per item of a list, or a single one for an object.

        `default` (a list, a struct, a mapping) stands in where there is neither a typed nor a stored
        value; `prepend` and `append` are items around a stored list, until the person has sent
        something. `id` and `as_` replace the field's id and name as prefixes. Each form of a list keeps
        its id while items are added, dropped and moved, by a hidden `_persistent_id`, which
        `skip_persistent_id` leaves out. What `<.inputs_for>` draws.
        """
        place = Form(id or self.id, as_ or self.name, action=self.form.action)
        errors = _below(self.form.errors, self.field)
        params = self.form.params.get(self.field)
        sent = indexed(params)
        if sent is not None:
            return _listed(
                place,
                [replace(place, params=as_params(item) or {}) for item in sent],
                errors,
                skip_persistent_id,
            )
        if (typed := as_params(params)) is not None:
            return [replace(place, data=self.data, params=typed, errors=errors)]
        stored = default if self.data is None else self.data
        if isinstance(stored, list | tuple):
            items: Iterable[object] = [*prepend, *cast("list[object]", stored), *append]
            return _listed(place, [replace(place, data=item) for item in items], errors, skip_persistent_id)
        return [] if stored is None else [replace(place, data=stored, errors=errors)]


def to_form(
    data: object = None,
    *,
    params: Mapping[str, Any] | None = None,
    errors: ErrorsLike = None,
    as_: str | None = None,
    id: str | None = None,
    action: str | None = None,
) -> Form:
    """Make a form of params, of stored data, or of both.

    A mapping alone is taken as params; anything else as data, with `params` typed over it. A `Form` is
    taken over with what is given here replaced. `as_` is the key that the form's params arrive under,
    `id` defaults to it. `errors` are messages by path, or what `validate` returned. Raises `FormError`
    if `data` is a plain value or has keys that are not strings. Mirrors `Phoenix.Component.to_form/2`.
    """
    if isinstance(data, Form):
        form = data
    elif params is None and isinstance(data, Mapping):
        form = Form(params=_checked_params(cast("Mapping[str, Any]", data)))
    else:
        form = Form(data=_checked_data(data))
    return replace(
        form,
        id=id or as_ or form.id,
        name=as_ or form.name,
        params=form.params if params is None else _checked_params(params),
        errors=form.errors if errors is None else _messages(errors),
        action=action or form.action,
    )


def used_input(field: Field) -> bool:
    """Whether the person has been in the input, so that its errors do not come as a surprise.

    False for a field that was not sent, or sent together with its `_unused_` mark; for nested fields,
    true as soon as one of them is used. Mirrors `Phoenix.Component.used_input?/1`.
    """
    return field.used


def _checked_data(data: object) -> object:
    if isinstance(data, str | bytes | int | float | list | tuple | set):
        raise FormError(
            f"to_form() takes params (a mapping) or an object with the form's values, "
            f"not {type(cast('object', data)).__name__}: {data!r}"
        )
    return data


def _checked_params(params: Mapping[str, Any]) -> dict[str, Any]:
    for key in params:
        if not isinstance(key, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise FormError(f"Form params have strings as keys, as a browser sends them, not {key!r}")
    return dict(params)


def _messages(errors: ErrorsLike) -> dict[str, tuple[str, ...]]:
    match errors:
        case None | Ok():
            return {}
        case Error(reason):
            return _messages(reason)
        case _:
            return {
                path: (given,) if isinstance(given, str) else tuple(given) for path, given in errors.items()
            }


def _below(errors: Mapping[str, tuple[str, ...]], name: str) -> dict[str, tuple[str, ...]]:
    """The errors of what is nested in `name`, by their paths below it."""
    prefix = name + "."
    return {path[len(prefix) :]: messages for path, messages in errors.items() if path.startswith(prefix)}


def _read(data: object, name: str) -> object:
    """The stored value of the field `name`, which a msgspec struct may keep under another attribute."""
    if isinstance(data, Mapping):
        return cast("Mapping[str, object]", data).get(name)
    if isinstance(data, msgspec.Struct) and name in data.__struct_encode_fields__:
        name = data.__struct_fields__[data.__struct_encode_fields__.index(name)]
    return getattr(data, name, None)


def _text(value: object) -> str:
    value = input_value(value)
    return "" if value is None else str(value)


def _listed(
    place: Form, forms: list[Form], errors: Mapping[str, tuple[str, ...]], skip_persistent_id: bool
) -> list[Form]:
    """Give each form of a list its place: name and errors by position, id by identity."""
    placed: list[Form] = []
    for index, (form, identity) in enumerate(zip(forms, _identities(forms), strict=True)):
        name = f"{place.name}[{index}]"
        hidden = () if skip_persistent_id else ((f"{name}[{PERSISTENT_ID}]", identity),)
        placed.append(
            replace(
                form,
                id=f"{place.id}_{identity}",
                name=name,
                errors=_below(errors, str(index)),
                index=index,
                hidden=hidden,
            )
        )
    return placed


def _identities(forms: Sequence[Form]) -> list[str]:
    """The `_persistent_id` of each form: the one that was sent, for a new form one that no other has."""
    sent = [form.params.get(PERSISTENT_ID) for form in forms]
    taken = {identity for identity in sent if isinstance(identity, str)}
    free = (number for number in map(str, count(len(taken))) if number not in taken)
    identities: dict[str, None] = {}
    for given in sent:
        identity = given if isinstance(given, str) and given not in identities else next(free)
        identities[identity] = None
    return list(identities)

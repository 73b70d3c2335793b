"""Forms as the browser sees them: which controls there are, what they hold, what they send.

`fill` puts values into controls, but only such as a visitor could: the field must exist and be enabled, an option must
be among those of the page. `serialize` writes what LiveView's client sends, with `_unused_` marks and the submitter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from actorlive.errors import did_you_mean
from actorlive.testing.browser.dom import Document, DomNode
from actorlive.testing.errors import FormError, hide_frames

__all__ = [
    "controls",
    "encode",
    "enter",
    "fill",
    "is_disabled",
    "pairs",
    "serialize",
    "submitters",
    "used_names",
]

__tracebackhide__ = hide_frames

CONTROLS = frozenset(("input", "select", "textarea", "button"))
TOGGLES = frozenset(("checkbox", "radio"))
BUTTONS = frozenset(("submit", "image", "button", "reset"))


def kind(control: DomNode) -> str:
    """The control's type: "text", "checkbox", …, "select", "textarea"."""
    if control.tag in ("select", "textarea"):
        return control.tag
    default = "submit" if control.tag == "button" else "text"
    return control.attrs.get("type", default).lower() or default


def name_of(control: DomNode) -> str:
    """The `name` attribute, or ""."""
    return control.attrs.get("name", "")


def controls(document: Document, form: DomNode) -> list[DomNode]:
    """The controls that belong to a form, in document order; those outside that name it by `form=` included."""
    return [node for node in document.root.walk() if node.tag in CONTROLS and _owner(node, document) is form]


def _owner(control: DomNode, document: Document) -> DomNode | None:
    named = control.attrs.get("form")
    if named is not None:
        return document.root.by_id(named)
    return next((node for node in control.bubbles() if node.tag == "form"), None)


def is_disabled(node: DomNode) -> bool:
    """True for a disabled control, or one inside of a disabled fieldset, but not in that fieldset's first legend."""
    if "disabled" in node.attrs:
        return True
    inner = node
    for ancestor in node.ancestors():
        if ancestor.tag == "fieldset" and "disabled" in ancestor.attrs:
            legend = next((child for child in ancestor.elements if child.tag == "legend"), None)
            if inner is not legend:
                return True
        inner = ancestor
    return False


def submitters(document: Document, form: DomNode) -> list[DomNode]:
    """The buttons that submit the form."""
    return [node for node in controls(document, form) if kind(node) in ("submit", "image")]


# -- what controls hold --------------------------------------------------------


def values(control: DomNode) -> list[str]:
    """What a control sends: what was entered, else what the page says. Empty when it sends nothing."""
    entered = control.state.entered if control.state else None
    if entered is not None:
        return entered
    match kind(control):
        case "checkbox" | "radio":
            return [toggle_value(control)] if "checked" in control.attrs else []
        case "select":
            return _selected(control)
        case "textarea":
            return [control.raw_text()]
        case "submit" | "image" | "button" | "reset" | "file":
            return []
        case _:
            return [control.attrs.get("value", "")]


def toggle_value(control: DomNode) -> str:
    """What a checkbox or radio button sends when it is on."""
    return control.attrs.get("value", "on")


def options(select: DomNode) -> list[DomNode]:
    """The options of a select that can be chosen."""
    return [node for node in select.walk() if node.tag == "option" and not _option_disabled(node)]


def _option_disabled(option: DomNode) -> bool:
    return any("disabled" in node.attrs for node in option.ancestors() if node.tag in ("option", "optgroup"))


def option_value(option: DomNode) -> str:
    """What an option sends."""
    return option.attrs.get("value", option.text())


def _selected(select: DomNode) -> list[str]:
    """What the page says is chosen; a single select without a word chooses its first option that can be."""
    chosen = [node for node in select.walk() if node.tag == "option" and "selected" in node.attrs]
    if "multiple" not in select.attrs:
        chosen = chosen[-1:] or options(select)[:1]
    return [option_value(option) for option in chosen if not _option_disabled(option)]


def check_radio(document: Document, radio: DomNode) -> None:
    """Switch a radio button on, and the others of its group off."""
    form = _owner(radio, document)
    for other in document.root.walk():
        if kind(other) == "radio" and name_of(other) == name_of(radio) and _owner(other, document) is form:
            other.client.entered = []
    radio.client.entered = [toggle_value(radio)]


# -- filling in ----------------------------------------------------------------


def fill(document: Document, form: DomNode, data: Mapping[str, Any]) -> list[DomNode]:
    """Enter `data`, nested or with names as the page has them; the controls that were filled, in the order of `data`.

    Raises `FormError` for what a visitor could not enter.
    """
    every = controls(document, form)
    filled: list[DomNode] = []
    for name, value in _flatten(every, data):
        filled += _fill_field(form, every, name, value)
    return filled


def enter(control: DomNode, value: Any) -> None:
    """Put a value into one control. Raises `FormError` for what a visitor could not enter."""
    if is_disabled(control):
        raise FormError(f"{control!r} is disabled")
    first = kind(control)
    if first in TOGGLES:
        _fill_toggles(name_of(control), [control], [control], value)
    elif first == "select":
        _fill_select(control, value)
    else:
        _fill_texts(name_of(control), [control], value)


def _flatten(every: list[DomNode], data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    names = {name_of(control) for control in every}
    for key, value in data.items():
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, Mapping):
            yield from _flatten(every, cast("Mapping[str, Any]", value), name)
        elif isinstance(value, dt.date | dt.time) and name not in names:
            yield from _flatten(every, _date_parts(names, name, value), name)
        elif isinstance(value, list | tuple) and name not in names:
            yield f"{name}[]", cast("Sequence[Any]", value)
        else:
            yield name, value


def _date_parts(names: set[str], name: str, value: dt.date | dt.time) -> dict[str, int]:
    """A date over several fields: `birthday[year]`, `birthday[month]`, …"""
    parts = ("year", "month", "day", "hour", "minute", "second")
    return {part: getattr(value, part) for part in parts if f"{name}[{part}]" in names}


def _fill_field(form: DomNode, every: list[DomNode], name: str, value: Any) -> list[DomNode]:
    field = [control for control in every if name_of(control) == name]
    if not field:
        known = dict.fromkeys(name_of(control) for control in every if name_of(control))
        raise FormError(
            f"{form!r} has no field {name!r}.{did_you_mean(name, known)} Its fields: {', '.join(known) or 'none'}."
        )
    enabled = [control for control in field if not is_disabled(control)]
    if not enabled:
        raise FormError(f"the field {name!r} is disabled: {field[0]!r}")
    toggles = [control for control in enabled if kind(control) in TOGGLES]
    if toggles:
        return _fill_toggles(name, enabled, toggles, value)
    first = kind(enabled[0])
    if first in BUTTONS:
        raise FormError(
            f"{name!r} is a button: press it with put_submitter({enabled[0].start_tag()!r}'s selector)"
        )
    if first == "file":
        raise FormError(f"{name!r} takes files: choose them with view.file_input(selector, files)")
    if first == "hidden":
        return _check_hidden(name, enabled, value)
    return _fill_select(enabled[0], value) if first == "select" else _fill_texts(name, enabled, value)


def _fill_toggles(name: str, enabled: list[DomNode], toggles: list[DomNode], value: Any) -> list[DomNode]:
    if isinstance(value, bool) and len(toggles) == 1:
        wanted = [toggle_value(toggles[0])] if value else []
    else:
        wanted = [_text(item) for item in _many(value)]
    offered = [toggle_value(control) for control in toggles]
    hidden = [control.attrs.get("value", "") for control in enabled if kind(control) == "hidden"]
    for item in wanted:
        if item not in offered and item not in hidden:
            raise _not_offered(name, item, [*offered, *hidden])
    for control in toggles:
        control.client.entered = [toggle_value(control)] if toggle_value(control) in wanted else []
    return toggles


def _check_hidden(name: str, enabled: list[DomNode], value: Any) -> list[DomNode]:
    offered = [control.attrs.get("value", "") for control in enabled]
    for item in _many(value):
        if _text(item) not in offered:
            raise FormError(
                f"{name!r} is hidden and holds {' or '.join(map(repr, offered))}; a visitor cannot enter {item!r}."
                " To send what a script would have put there, give it to submit(…) or change(…)."
            )
    return []


def _fill_select(select: DomNode, value: Any) -> list[DomNode]:
    wanted = [_text(item) for item in _many(value)]
    offered = [option_value(option) for option in options(select)]
    if len(wanted) > 1 and "multiple" not in select.attrs:
        raise FormError(f"{select!r} takes one value, not {wanted!r}")
    for item in wanted:
        if item not in offered:
            raise _not_offered(name_of(select), item, offered)
    select.client.entered = wanted
    return [select]


def _fill_texts(name: str, enabled: list[DomNode], value: Any) -> list[DomNode]:
    entered = _many(value)
    if len(entered) > len(enabled):
        raise FormError(f"{len(entered)} values for {name!r}, of which the form has {len(enabled)}")
    for control, item in zip(enabled, entered, strict=False):
        control.client.entered = [_text(item)]
    return enabled[: len(entered)]


def _not_offered(name: str, value: str, offered: list[str]) -> FormError:
    return FormError(
        f"{name!r} does not offer {value!r}.{did_you_mean(value, offered)} It offers {', '.join(map(repr, offered))}."
    )


def _many(value: Any) -> list[Any]:
    return (
        list(cast("Sequence[Any]", value)) if isinstance(value, list | tuple | set | frozenset) else [value]
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S" if value.second else "%Y-%m-%dT%H:%M")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


# -- sending -------------------------------------------------------------------


def pairs(
    document: Document, form: DomNode, *, submitter: DomNode | None = None, only: str | None = None
) -> list[tuple[str, str]]:
    """What the form sends: names and values in document order, the submitter's at its place."""
    found: list[tuple[str, str]] = []
    every = controls(document, form)
    radios = {name_of(control): control for control in every if kind(control) == "radio" and values(control)}
    for control in every:
        name = name_of(control)
        if kind(control) == "radio" and radios.get(name) is not control:
            continue
        if control is submitter and name:
            found.append((name, control.attrs.get("value", "")))
        elif name and not is_disabled(control) and (only is None or name == only):
            found += [(name, value) for value in values(control)]
    return found


def used_names(document: Document, form: DomNode) -> set[str]:
    """The fields that carry no `_unused_` mark: touched, hidden, or exempt."""
    every = [control for control in controls(document, form) if name_of(control)]
    used = {
        name_of(node)
        for node in every
        if "phx-no-unused-field" in node.attrs or (node.state and node.state.used)
    }
    visible = {name_of(node) for node in every if kind(node) != "hidden"}
    return used | {name_of(node) for node in every if name_of(node) not in visible}


def serialize(
    document: Document, form: DomNode, *, submitter: DomNode | None = None, only: str | None = None
) -> str:
    """The form as LiveView's client sends it, url-encoded, with `_unused_` before each untouched field."""
    found = pairs(document, form, submitter=submitter, only=only)
    if "phx-no-unused-field" in form.attrs:
        return urlencode(found)
    used = used_names(document, form)
    if submitter is not None:
        used.add(name_of(submitter))
    marked: list[tuple[str, str]] = []
    for name, value in found:
        if name not in used:
            marked.append((_unused(name), ""))
        marked.append((name, value))
    return urlencode(marked)


def _unused(name: str) -> str:
    """`_unused_` before the last segment of the name that says something: `user[_unused_email]`, `_unused_l[]`."""
    many = "[]" if name.endswith("[]") else ""
    head, bracket, last = name.removesuffix("[]").rpartition("[")
    return f"{head}{bracket}_unused_{last}{many}"


def encode(data: Mapping[str, Any]) -> str:
    """Nested data as a form would send it, checked against nothing."""
    return urlencode([(name, _text(item)) for name, value in _flatten([], data) for item in _many(value)])

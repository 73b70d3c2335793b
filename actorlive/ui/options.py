"""The options of a select, of radio buttons and of groups of checkboxes.

Options are said as it is shortest: values, (label, value) pairs, a mapping of labels to values, an enum. A label whose
value is a list or a mapping is the heading of a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias, TypeGuard, cast

from actorlive.forms.inputs import input_value
from actorlive.template import TemplateError

__all__ = ["Choice", "ChoiceGroup", "Options", "flat", "options_for_select"]

Options: TypeAlias = "Iterable[object] | Mapping[str, object] | type[Enum]"
"""Whatever `options_for_select` takes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option: `value` is what is sent, as the control has it."""

    label: str
    value: object
    disabled: bool = False
    selected: bool = False

    @property
    def text(self) -> str:
        """The value for the `value=` attribute."""
        return _text(self.value)


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Options below a heading."""

    label: str
    choices: tuple[Choice, ...]


def options_for_select(options: Options, value: object = None) -> list[Choice | ChoiceGroup]:
    """The options in one form, with those selected that are `value`, or one of its items.

    An option is a value, a `(label, value)` pair, an enum's member, or a `Choice`; a pair or an item of a mapping whose
    value is itself a list, a tuple, a mapping or an enum is a group. Values are compared as a browser sends them, so 5
    is "5". Raises `TemplateError` for a group in a group. Mirrors `Phoenix.HTML.Form.options_for_select/2`.
    """
    chosen = frozenset(map(_text, _several(value)))
    return [_marked(entry, chosen) for entry in _entries(options)]


def flat(entries: Iterable[Choice | ChoiceGroup]) -> list[Choice]:
    """The choices without their headings."""
    return [
        choice
        for entry in entries
        for choice in (entry.choices if isinstance(entry, ChoiceGroup) else (entry,))
    ]


def _several(value: object) -> Iterable[object]:
    if isinstance(value, list | tuple | set | frozenset):
        return cast("Iterable[object]", value)
    return (value,)


def _marked(entry: Choice | ChoiceGroup, chosen: frozenset[str]) -> Choice | ChoiceGroup:
    if isinstance(entry, ChoiceGroup):
        return ChoiceGroup(entry.label, tuple(_chosen(choice, chosen) for choice in entry.choices))
    return _chosen(entry, chosen)


def _chosen(choice: Choice, chosen: frozenset[str]) -> Choice:
    return replace(choice, selected=choice.text in chosen)


def _entries(options: Options) -> Iterator[Choice | ChoiceGroup]:
    listed = cast("Mapping[str, object]", options).items() if isinstance(options, Mapping) else options
    for option in cast("Iterable[object]", listed):
        match option:
            case Choice() | ChoiceGroup():
                yield option
            case _ if _is_pair(option):
                label, value = option
                yield ChoiceGroup(label, tuple(_choices(value))) if _is_group(value) else Choice(label, value)
            case _:
                yield Choice(_label(option), option)


def _choices(options: Options) -> Iterator[Choice]:
    for entry in _entries(options):
        if isinstance(entry, ChoiceGroup):
            raise TemplateError(
                f"the options {entry.label!r} are a group in a group", hint="HTML has one level of groups"
            )
        yield entry


def _is_pair(option: object) -> TypeGuard[tuple[str, object]]:
    if not isinstance(option, tuple | list):
        return False
    items = cast("tuple[object, ...]", option)
    return len(items) == 2 and isinstance(items[0], str)


def _is_group(value: object) -> TypeGuard[Options]:
    return isinstance(value, list | tuple | Mapping) or (isinstance(value, type) and issubclass(value, Enum))


def _label(value: object) -> str:
    """What a value is called: an enum's member by its name, anything else by its text."""
    return value.name.replace("_", " ").capitalize() if isinstance(value, Enum) else _text(value)


def _text(value: object) -> str:
    """The value as a browser sends it."""
    made = input_value(value)
    return "" if made is None else str(made)

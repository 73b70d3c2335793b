"""Options, in all the ways in which they may be said."""

from __future__ import annotations

from enum import Enum

import pytest
from hypothesis import given, strategies as st

from actorlive import ui
from actorlive.template import TemplateError
from actorlive.ui import Choice, ChoiceGroup, options_for_select
from actorlive.ui.options import flat


class Size(Enum):
    SMALL = "s"
    VERY_LARGE = "xl"


def test_a_value_is_its_own_label() -> None:
    assert options_for_select(["Oslo", 7, True]) == [
        Choice("Oslo", "Oslo"),
        Choice("7", 7),
        Choice("true", True),
    ]


def test_a_pair_and_a_mapping_have_labels() -> None:
    pairs = options_for_select([("Norway", "no"), ("Italy", "it")])
    assert pairs == options_for_select({"Norway": "no", "Italy": "it"})
    assert pairs == [Choice("Norway", "no"), Choice("Italy", "it")]


def test_an_enum_is_its_members() -> None:
    assert options_for_select(Size) == [Choice("Small", Size.SMALL), Choice("Very large", Size.VERY_LARGE)]
    assert [choice.text for choice in flat(options_for_select(Size))] == ["s", "xl"]


@pytest.mark.parametrize(
    "options", [{"North": ["Oslo"], "South": {"Rome": "r"}}, [("North", ["Oslo"]), ("South", {"Rome": "r"})]]
)
def test_what_has_options_is_a_group(options: ui.Options) -> None:
    assert options_for_select(options) == [
        ChoiceGroup("North", (Choice("Oslo", "Oslo"),)),
        ChoiceGroup("South", (Choice("Rome", "r"),)),
    ]


def test_a_group_in_a_group_is_refused() -> None:
    with pytest.raises(TemplateError, match="the options 'Inner' are a group in a group"):
        options_for_select({"Outer": {"Inner": ["a"]}})


@pytest.mark.parametrize("value", ["5", 5])
def test_values_are_compared_as_a_browser_sends_them(value: object) -> None:
    assert [choice.selected for choice in flat(options_for_select([4, 5, "6"], value))] == [
        False,
        True,
        False,
    ]


def test_several_values_select_several_options_in_groups_too() -> None:
    made = options_for_select({"Top": "t", "Group": [Size.SMALL, "m"]}, {"t", Size.SMALL})
    assert [choice.selected for choice in flat(made)] == [True, True, False]


def test_a_disabled_choice_stays_one() -> None:
    assert options_for_select([Choice("Gone", "g", disabled=True)], "g") == [
        Choice("Gone", "g", disabled=True, selected=True)
    ]


@given(st.lists(st.integers() | st.text(), unique_by=str), st.data())
def test_exactly_what_was_chosen_is_selected(values: list[int | str], data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(values))) if values else set[int | str]()
    selected = {choice.value for choice in flat(options_for_select(values, chosen)) if choice.selected}
    assert selected == chosen

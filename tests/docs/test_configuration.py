"""docs/configuration.md has every argument of ActorLive and every setting of `actorlive run`, with their defaults."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from actorlive import ActorLive
from actorlive.settings import OPTIONS, Option
from actorlive.web.policy import DEFAULT_POLICY
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")


def rows(section: str) -> dict[str, list[str]]:
    """The cells of a section's table, by its first."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    lines = re.findall(r"^\| `(\w+)` \| (.*) \|$", text, re.MULTILINE)
    return {name: re.split(r" \| ", rest) for name, rest in lines}


ARGUMENTS = [each for each in inspect.signature(ActorLive).parameters.values() if each.name != "self"]


def test_every_argument_has_its_row_in_the_order_of_the_code() -> None:
    assert list(rows("ActorLive")) == [argument.name for argument in ARGUMENTS]


@pytest.mark.parametrize("argument", ARGUMENTS, ids=lambda argument: argument.name)
def test_the_default_of_an_argument_is_the_one_in_the_code(argument: inspect.Parameter) -> None:
    written = rows("ActorLive")[argument.name][0].strip("`")
    assert argument.default == (DEFAULT_POLICY if written == "DEFAULT_POLICY" else ast.literal_eval(written))


def test_every_setting_has_its_row() -> None:
    assert list(rows("actorlive run")) == [option.name for option in OPTIONS]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_a_setting_has_its_flag_its_variables_and_its_default(option: Option) -> None:
    flag, variables, default, *_ = rows("actorlive run")[option.name]
    assert flag == f"`{option.flag}`"
    assert tuple(re.findall(r"`(\w+)`", variables)) == option.variables
    text = str(option.default).removesuffix(".0").lower()
    assert default == ("–" if option.default in {None, ()} else f"`{text}`")

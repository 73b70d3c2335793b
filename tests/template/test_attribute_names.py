"""Attributes that do nothing are refused, and no others: all that the client itself looks for is taken."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actorlive.template import TemplateError, compile_template

CLIENT = Path(__file__).parents[2] / "node_modules/phoenix_live_view/assets/js/phoenix_live_view"


def bindings_of_the_client() -> set[str]:
    """The names that its sources ask for, by themselves or by a constant."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(CLIENT.glob("*.[jt]s")))
    constants = dict(re.findall(r'const (PHX_\w+) =\s+"([a-z-]+)"', text))
    asked = {constants.get(name, name) for name in re.findall(r'binding\("?([\w-]+)"?', text)}
    return {name for name in asked if name == name.lower()} - {"event", "kind"}  # variables


def test_every_binding_of_the_client_is_taken() -> None:
    found = bindings_of_the_client()
    assert {"click", "disable-with", "no-unused-field", "viewport-overrun-target"} <= found
    for name in found:
        attribute = f"phx-{name}x" if name.endswith("-") else f"phx-{name}"
        compile_template(f'<p id="a" {attribute}="ignore">x</p>')


@pytest.mark.parametrize(
    "attribute",
    [
        "phx-value-clik",
        "phx-window-keydown",
        "phx-submit",
        "phx-of-mine",
        "phx-x",
        "data-phx-clik",
        "classname",
        "for",
    ],
)
def test_what_is_near_to_nothing_is_ones_own(attribute: str) -> None:
    compile_template(f'<p id="a" {attribute}="b">x</p>')


def test_an_element_of_ones_own_has_attributes_of_its_own() -> None:
    compile_template('<my-card className="note">x</my-card>')


@pytest.mark.parametrize(
    "name", ["phx-Clik", "phx-key-down", "phx-disabled-with", "phx-changed", "phx-hooks"]
)
def test_a_near_miss_is_refused(name: str) -> None:
    with pytest.raises(TemplateError, match=f"no binding {name}"):
        compile_template(f'<p id="a" {name}="b">x</p>')

"""docs/telemetry.md has every event that the package executes, and what it carries; so has the module's docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from actorlive import telemetry
from tests.docs.blocks import ROOT, run_tests, write_files

SPANS = {"span": "live_view", "spanned": "live_view", "component_span": "live_component"}
ROW = re.compile(r"^\| `([\w.*]+)` +\| ([^|]+) +\| ([^|]+)", re.MULTILINE)


@dataclass(frozen=True)
class Told:
    """One event as a place of the code executes it; `measured` is None where it is not written there."""

    name: str
    measured: frozenset[str] | None
    metadata: frozenset[str]
    where: str


def keys(node: ast.expr) -> frozenset[str] | None:
    """The names of a mapping that is written out."""
    if not isinstance(node, ast.Dict):
        return None
    return frozenset(
        key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
    )


def told(call: ast.Call, where: str) -> Iterator[Told]:
    """What a call tells, if it is one that does, and names what."""
    function = ast.unparse(call.func)
    literal = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    given = frozenset(keyword.arg for keyword in call.keywords if keyword.arg) | {"view"}
    if function.removesuffix(".event") in SPANS and literal:
        name = f"{SPANS[function.removesuffix('.event')]}.{literal[0]}"
        single = function.endswith(".event")
        yield Told(
            name if single else f"{name}.stop",
            frozenset() if single else frozenset({"duration"}),
            given,
            where,
        )
    elif function == "telemetry.execute" and literal:
        yield Told(literal[0], keys(call.args[1]), keys(call.args[2]) or frozenset(), where)


def executed() -> list[Told]:
    return [
        event
        for path in sorted((ROOT / "actorlive").glob("**/*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for event in told(node, f"{path.name}:{node.lineno}")
    ]


def rows(text: str) -> dict[str, tuple[set[str], set[str]]]:
    """Measurements and metadata by event."""
    return {
        name: (set(re.findall(r"`(\w+)`", measured)), set(re.findall(r"`(\w+)`", metadata)))
        for name, measured, metadata in ROW.findall(text)
    }


EVENTS = executed()
PAGE = rows((ROOT / "docs/telemetry.md").read_text(encoding="utf-8"))
FOR_ALL = {"live_view.*.exception", "live_component.*.exception"}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.name}-{event.where}")
def test_what_is_executed_is_on_the_page_with_what_it_carries(event: Told) -> None:
    measured, metadata = PAGE[event.name]
    assert event.measured is None or event.measured == measured
    assert event.metadata == metadata


def test_the_page_has_no_more_than_is_executed() -> None:
    assert len(EVENTS) > 20
    assert set(PAGE) - FOR_ALL == {event.name for event in EVENTS}
    assert set(PAGE) >= FOR_ALL


def test_the_docstring_of_the_module_says_the_same() -> None:
    ours = rows(telemetry.__doc__ or "")
    assert set(ours) == set(PAGE)
    assert {name: measured for name, (measured, _) in ours.items() if name not in FOR_ALL} == {
        name: measured for name, (measured, _) in PAGE.items() if name not in FOR_ALL
    }


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    files = write_files("docs/telemetry.md", pytester.path)
    shown = sum(path.read_text(encoding="utf-8").count("def test_") for path in files.values())
    assert shown > 0
    run_tests(pytester).assert_outcomes(passed=shown)

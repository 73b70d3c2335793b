"""Every line of the threat model in docs/security.md names a test, and there is such a test."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def read_rows(page: str) -> list[list[str]]:
    """The cells of the threat model, without its head."""
    lines = page.partition("\n## Threat model\n")[2].splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return rows[2:]


ROWS = read_rows((ROOT / "docs/security.md").read_text(encoding="utf-8"))


def names_a_test(reference: str) -> bool:
    """True for `file::function` where that file has that test, at its top."""
    path, _, name = reference.partition("::")
    if not name.startswith("test_") or not (ROOT / path).is_file():
        return False
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return any(function.name == name for function in functions)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_each_threat_has_a_mitigation_and_the_test_that_guards_it(row: list[str]) -> None:
    _, threat, mitigation, test = row
    assert threat
    assert mitigation
    assert names_a_test(test), f"docs/security.md names {test}, and there is no such test"


def test_the_model_is_found_and_a_test_that_is_missing_would_be() -> None:
    assert len(ROWS) > 20
    assert ROWS[0][0]
    assert not names_a_test("tests/docs/test_threats.py::test_that_is_not_here")
    assert not names_a_test("tests/docs/nothing.py::test_x")
    assert not names_a_test("")

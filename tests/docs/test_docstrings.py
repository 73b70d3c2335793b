"""The examples in docstrings (`>>>`) are right. Only modules that have some are imported for it."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tests.docs.blocks import ROOT

PACKAGE = ROOT / "actorlive"
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted(PACKAGE.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_docstrings_are_right(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert tried
    assert not failed

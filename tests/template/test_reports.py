"""Faults as text, as JSON and as GitHub's workflow commands."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st

from actorlive.template import TemplateError, TemplateWarning
from actorlive.template.tools.reports import FORMATS

COMMAND = re.compile(r"::error file=([^:,]*),line=(\d+),col=(\d+)::([^\r\n]*)\n")


def fault(reason: str = "no such thing", filename: str = "a.heex", hint: str = "") -> TemplateError:
    return TemplateError(
        reason, filename=filename, lineno=3, column=7, line="<p>{@thing}</p>", width=6, hint=hint
    )


def test_text_is_what_the_import_says() -> None:
    one, two = fault(), fault("another", hint="do this")
    assert FORMATS["text"]([one, two]) == f"{one}\n\n{two}\n\n"
    assert FORMATS["text"]([TemplateWarning("beware")]) == "warning: beware\n\n"


def test_json_has_every_part_apart() -> None:
    told = json.loads(FORMATS["json"]([fault(hint="do this"), TemplateWarning("beware")]))
    parts = {"file": "a.heex", "line": 3, "column": 7, "message": "no such thing", "help": "do this"}
    assert told[0] == {"severity": "error", **parts}
    assert (told[1]["severity"], told[1]["message"]) == ("warning", "beware")
    assert json.loads(FORMATS["json"]([])) == []


def test_files_are_named_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    inside = fault(filename=str(tmp_path / "shop" / "cart.heex"))
    assert json.loads(FORMATS["json"]([inside]))[0]["file"] == "shop/cart.heex"
    assert (
        json.loads(FORMATS["json"]([fault(filename="/elsewhere/x.heex")]))[0]["file"] == "/elsewhere/x.heex"
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_a_fault_says_is_one_command(reason: str, hint: str) -> None:
    matched = COMMAND.fullmatch(FORMATS["github"]([fault(reason, hint=hint)]))
    assert matched is not None
    words = f"{reason}. {hint}" if hint else reason
    assert unquote(matched[4]) == words


def test_a_name_with_the_separators_of_a_command_is_encoded() -> None:
    (line,) = FORMATS["github"]([fault("50% of\nit", filename="/odd:na,me.heex")]).splitlines()
    assert line == "::error file=/odd%3Ana%2Cme.heex,line=3,col=7::50%25 of%0Ait"


def test_a_warning_is_a_command_of_its_own() -> None:
    warning = TemplateWarning("beware", filename="a.heex", lineno=3, column=7)
    assert FORMATS["github"]([warning]) == "::warning file=a.heex,line=3,col=7::beware\n"

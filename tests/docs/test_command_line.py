"""docs/command-line.md has every command and every option, and none that is not there."""

from __future__ import annotations

import re

import pytest

from actorlive.cli import main
from tests.docs.blocks import ROOT

PAGE = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"^\| `actorlive (\w+) ", PAGE, re.MULTILINE)


def section(name: str) -> str:
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def usage(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_every_command_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"^    (\w+) ", usage(capsys), re.MULTILINE)
    assert len(commands) > 5
    assert sorted(SHOWN) == sorted(commands)
    assert set(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)) <= set(commands)


@pytest.mark.parametrize("command", SHOWN)
def test_every_option_is_in_the_section_of_its_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = re.findall(r"^  (--[\w-]+)", usage(capsys, command), re.MULTILINE)
    assert set(re.findall(r"`(--[a-z]+)", section(command))) == set(options)

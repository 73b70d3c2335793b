"""docs/deployment.md: its table of settings is the code's, and its files hold what they must."""

from __future__ import annotations

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from actorlive.settings import OPTIONS, Option, read_settings

PAGE = (Path(__file__).parents[2] / "docs/deployment.md").read_text(encoding="utf-8")
ROWS = {
    cells[0].strip("`"): [re.findall("`([^`]+)`", cell) for cell in cells[1:]]
    for cells in (line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `"))
}


def block(language: str, holds: str) -> str:
    """The one block of the page in that language that holds a text."""
    blocks = [
        text
        for text in re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        if holds in text
    ]
    assert len(blocks) == 1
    return blocks[0]


def test_every_setting_has_its_row() -> None:
    assert list(ROWS) == [option.name for option in OPTIONS]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_a_row_has_the_flag_the_variables_and_the_default(option: Option) -> None:
    flag, variables, default = ROWS[option.name]
    assert flag == [option.flag]
    assert variables == list(option.variables)
    written = {None: [], (): [], False: ["false"]}.get(
        option.default, [f"{option.default}".removesuffix(".0")]
    )
    assert default == written


def test_the_table_of_the_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(block("toml", "tool.actorlive"), encoding="utf-8")
    settings = read_settings({"config": str(file)}, {})
    assert settings.bind == ("127.0.0.1:4000", "unix:/run/shop/web.sock")
    assert tomllib.loads(file.read_text())["tool"]["actorlive"]["drain"] == settings.drain


def test_whoever_sends_the_signal_waits_longer_than_the_drain() -> None:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # pyright: ignore[reportAttributeAccessIssue]
    unit.read_string(block("ini", "ExecStart"))
    service = unit["Service"]
    drain = re.search(r"--drain (\d+)", service["ExecStart"])
    assert drain is not None
    assert int(service["TimeoutStopSec"]) > int(drain[1])

"""`use_in_templates`: what it takes, and that other readers of Python then see what templates use."""

from __future__ import annotations

import importlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from actorlive import use_in_templates
from actorlive.template import TemplateError
from tests.support.importing import import_from

ROOT = Path(__file__).parents[2]
RUFF = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--no-cache"]
PYRIGHT = str(ROOT / "node_modules/.bin/pyright")

PARTS = '''
from actorlive import LiveComponent, Template, component, heex


class Row(LiveComponent):
    """A row."""

    template = heex("<tr></tr>")


@component
def badge(*, label: str) -> Template:
    """A label."""
    return heex("<b>{@label}</b>")


def money(cents: int) -> str:
    """Cents as people write them."""
    return f"{cents / 100:.2f}"
'''
UNSEEN = '''"""A page."""

from actorlive import LiveView, heex, use_in_templates

import parts as ui
from parts import Row, badge, money

{use}
class Page(LiveView):
    """Whatever."""

    cents: int = 0

    template = heex("""
      <.badge label={{money(@cents)}} />
      <ui.badge label="x" />
      <.live_component module={{Row}} id="a" />
    """)
'''
USE = "use_in_templates(Row, badge, money, ui)\n\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts.py").write_text(PARTS, encoding="utf-8")
    return tmp_path


def write_page(folder: Path, use: str) -> Path:
    page = folder / "page.py"
    page.write_text(UNSEEN.format(use=use), encoding="utf-8")
    return page


def ruff(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*RUFF, *options, "page.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def complaints(page: Path, mode: str) -> list[str]:
    """What pyright reports of the file, by rule."""
    settings = {"typeCheckingMode": mode, "include": ["page.py"], "extraPaths": [str(ROOT)]}
    (page.parent / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [PYRIGHT, "--outputjson", "--pythonpath", sys.executable, "-p", str(page.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    return [item.get("rule", item["message"]) for item in found]


# -- what linters make of it ---------------------------------------------------


@pytest.mark.parametrize("rules", [[], ["--select", "ALL", "--ignore", "CPY,D2,INP"]], ids=["default", "all"])
def test_ruff_keeps_the_imports_that_are_named(folder: Path, rules: list[str]) -> None:
    page = write_page(folder, USE)
    done = ruff(folder, *rules, "--fix", "--unsafe-fixes")
    assert done.returncode == 0, done.stdout
    assert page.read_text(encoding="utf-8") == UNSEEN.format(use=USE)


def test_control_ruff_removes_those_that_are_not(folder: Path) -> None:
    page = write_page(folder, "")
    ruff(folder, "--fix")
    text = page.read_text(encoding="utf-8")
    assert "import Row" not in text
    assert "as ui" not in text


@pytest.mark.parametrize("mode", ["basic", "standard", "strict"])
def test_pyright_reports_nothing(folder: Path, mode: str) -> None:
    assert complaints(write_page(folder, USE), mode) == []


def test_control_pyright_reports_imports_that_are_not_named(folder: Path) -> None:
    assert complaints(write_page(folder, ""), "strict") == ["reportUnusedImport"] * 5


def test_ruff_keeps_all_imports_of_the_examples(tmp_path: Path) -> None:
    examples = shutil.copytree(ROOT / "examples", tmp_path / "examples")
    done = subprocess.run([*RUFF, "--select", "F401,PLC0414", str(examples)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


# -- what it takes -------------------------------------------------------------


def test_the_page_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_page(folder, USE)
    import_from(folder, monkeypatch)
    for name in ("page", "parts"):  # other tests have modules of these names
        sys.modules.pop(name, None)
    try:
        page = importlib.import_module("page")
    finally:
        for name in ("page", "parts"):
            sys.modules.pop(name, None)
    assert page.Page.__name__ == "Page"


def test_it_takes_whatever_has_a_name_in_the_module() -> None:
    use_in_templates()
    use_in_templates(json, Path, ROOT, use_in_templates)


@pytest.mark.parametrize("text", ["'badge'", "lambda: 1", "print(end='')[0:0] if 0 else [1]", "name"])
def test_it_refuses_what_has_none(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.py"
    lines = f"from actorlive import use_in_templates\n\ndef f(name):\n    use_in_templates({text})\n\nf([])\n"
    page.write_text(lines, encoding="utf-8")
    with pytest.raises(TemplateError) as raised:
        exec(compile(lines, str(page), "exec"), {})
    assert str(raised.value).splitlines() == [
        "use_in_templates takes what has a name in this module",
        f"  --> {page}:4:5",
        f"4 |     use_in_templates({text})",
        f"  |     {'^' * len(f'use_in_templates({text})')}",
        "  help: import it, or define it, and write its plain name: use_in_templates(badge)",
    ]

"""What a template is compiled to can be seen, and is what docs/design/template-to-diff.md shows."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from actorlive.rendered import Rendered
from actorlive.template import Renderer, TemplateError, compile_template
from actorlive.template.tools.show import list_templates

ROOT = Path(__file__).parent.parent.parent
GOLDEN = Path(__file__).parent / "golden"
NOTE = (ROOT / "docs" / "design" / "template-to-diff.md").read_text(encoding="utf-8")
TEMPLATE = GOLDEN / "compiled.heex"

MODULE = """
from actorlive import LiveView, component, heex


@component
def badge(*, label):
    return heex("<b>{@label}</b>")


class Page(LiveView):
    count: int = 0

    def render(self):
        return heex("<i>{@count}</i>")
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", NOTE, re.MULTILINE | re.DOTALL)


def same_code(one: str, other: str) -> bool:
    """The same but for brackets and line breaks, which each Python writes in its own way."""
    return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))


def test_the_compiled_functions_are_the_golden_ones() -> None:
    assert same_code(list_templates(TEMPLATE), (GOLDEN / "compiled.txt").read_text(encoding="utf-8"))


def test_the_note_shows_the_template_its_functions_and_its_tree() -> None:
    assert blocks("heex") == [TEMPLATE.read_text(encoding="utf-8")]
    function, tree = blocks("text")
    assert function == (GOLDEN / "compiled.txt").read_text(encoding="utf-8")
    core = compile_template(TEMPLATE.read_text(encoding="utf-8").strip()).core
    slots = core.function({"open": True, "title": "Today", "items": items("milk", "bread")}, {}, None)
    assert same_code(tree, repr(Rendered(core.statics, slots)))


def test_the_note_shows_the_messages() -> None:
    template = compile_template(TEMPLATE.read_text(encoding="utf-8").strip())
    assigns = {"open": True, "title": "Today", "items": items("milk", "bread")}
    renderer = Renderer()
    join = sent(renderer.render(template, assigns, None))
    before, assigns["items"] = assigns["items"], items("milk", "rye")
    change = sent(renderer.render(template, assigns, {"items": before}))
    assert [json.loads(block) for block in blocks("json")] == [join, change]


def items(*texts: str) -> list[dict[str, object]]:
    return [{"id": i, "text": text} for i, text in enumerate(texts, 1)]


def sent(message: object) -> object:
    return json.loads(msgspec.json.encode(message))


def test_the_templates_of_a_component_or_view_are_shown_alone(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(MODULE)
    everything = list_templates(tmp_path / "page.py")
    assert "'<b>'" in everything
    assert "'<i>'" in everything
    assert "'<i>'" not in list_templates(tmp_path / "page.py", "badge")
    assert list_templates(tmp_path / "page.py", "Page").startswith(f"# {tmp_path / 'page.py'}:14\n")


@pytest.mark.parametrize(("name", "owner"), [("page.py", "nobody"), ("gone.py", "")])
def test_what_cannot_be_shown_is_said(tmp_path: Path, name: str, owner: str) -> None:
    (tmp_path / "page.py").write_text(MODULE)
    with pytest.raises(TemplateError, match="there is no"):
        list_templates(tmp_path / name, owner)


def test_the_command_line_shows_them(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(MODULE)
    command = [sys.executable, "-m", "actorlive.cli", "check"]
    shown = subprocess.run(
        [*command, "--show", "page.py:badge"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "__a['label']" in shown.stdout
    nothing = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (nothing.returncode, "name files or folders" in nothing.stderr) == (1, True)

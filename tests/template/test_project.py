"""`check_project`: every fault of every file, and the project is not run."""

from __future__ import annotations

from pathlib import Path

import pytest

from actorlive.template import TemplateError
from actorlive.template.colocated.registry import registry
from actorlive.template.tools.project import check_project

UI = """
from typing import Literal
from actorlive import Attrs, Slot, Template, component, heex

TAKES = Attrs.include("disabled")

@component
def button(*, label: str, kind: Literal["a", "b"] = "a", size: int | None = None, rest: Attrs = TAKES) -> Template:
    return heex("<button {@rest}>{@lable}{@kind}{@size}</button>")

@component
def card(*, title: str, inner_block: Slot, rest: Attrs) -> Template:
    return heex("<b {@rest}>{@title}{render_slot(@inner_block)}</b>")
"""

VIEWS = '''
raise SystemExit("this module must not run")
from actorlive import LiveView, heex
from shop import ui
from shop.ui import card as box
from elsewhere import Unknown, gadget

class Base(LiveView):
    title: str = ""

class Shop(Base):
    count: int = 0
    template = heex("""
      <ui.button label={@title} kind="c" disabled size="3">x</ui.button>
      <ui.buton />
      <.box>{@cuont}</.box>
      <.box titel="a" />
      <.gadget anything="goes" /><.ghost />
      <.link nowhere="x">y</.link>
    """)

    def render(self):
        return heex("<p>{@flash}{@count}{@own}{@titel}</p>", own=1)

class Hidden(Unknown):
    template = heex("<p>{@whatever}</p>")

class Broken(LiveView):
    a: int = 1
    template = heex("<p>{@a</p>")
'''


def write(root: Path) -> None:
    shop = root / "shop"
    shop.mkdir()
    (shop / "__init__.py").write_text("")
    (shop / "ui.py").write_text(UI)
    (shop / "views.py").write_text(VIEWS)
    (shop / "page.heex").write_text("<p>\n  {@a}\n</div>")
    (shop / "bad.py").write_text("def f(:\n")
    (root / "node_modules").mkdir()
    (root / "node_modules" / "bad.py").write_text("def f(:\n")


def told(*paths: Path) -> list[tuple[str, int, str]]:
    return [(Path(fault.filename).name, fault.lineno, fault.reason) for fault in check_project(paths)]


def test_all_faults_of_a_project(tmp_path: Path) -> None:
    write(tmp_path)
    assert told(tmp_path) == [
        ("bad.py", 1, "the module is not Python: invalid syntax"),
        ("page.heex", 3, "</div> does not close <p>"),
        ("ui.py", 9, "@lable is not an assign of component button"),
        ("views.py", 14, "<ui.button> takes no content"),
        ("views.py", 14, "the attribute kind of <ui.button> cannot be 'c'"),
        ("views.py", 14, "the attribute size of <ui.button> cannot be '3'"),
        ("views.py", 15, "there is no component <ui.buton>"),
        ("views.py", 16, "<.box> needs the attribute title"),
        ("views.py", 16, "@cuont is not an assign of Shop"),
        ("views.py", 17, "<.box> needs the attribute title"),
        ("views.py", 17, "<.box> needs content"),
        ("views.py", 17, "<.box> has no attribute titel"),
        ("views.py", 18, "there is no component <.ghost>"),
        ("views.py", 19, "<.link> has no attribute nowhere"),
        ("views.py", 23, "@titel is not an assign of Shop"),
        ("views.py", 30, "an expression is never closed"),
    ]


def test_the_template_beside_a_module_belongs_to_its_view(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(
        "from actorlive import LiveView, use_in_templates\nfrom ui import button\nuse_in_templates(button)\n"
        "class TodoLive(LiveView):\n    title: str = ''\n"
    )
    (tmp_path / "ui.py").write_text(UI.replace("@lable", "@label"))
    (tmp_path / "todo_live.heex").write_text("<h1>{@titel}{titles(@flash)}</h1>\n<.buton />\n<.button />")
    (tmp_path / "other.heex").write_text("<p>{@anything}{whatever}</p><.unknown />")
    found = [
        ("todo_live.heex", 1, "@titel is not an assign of TodoLive"),
        ("todo_live.heex", 1, "there is no name titles"),
        ("todo_live.heex", 2, "there is no component <.buton>"),
        ("todo_live.heex", 3, "<.button> needs the attribute label"),
    ]
    assert told(tmp_path) == found
    assert told(tmp_path / "todo_live.heex") == found[:3]  # the module ui is out of sight


NAMES = '''
import html
from typing import TYPE_CHECKING
from actorlive import LiveView, heex as h, use_in_templates as use

use(html)

class Page(LiveView):
    count: int = 0
    template = h("""
      {count} {html.escape(@count)} {len([x for x in [y for y in @flash]])} {(z := 1)} {z}
      <i :for={row in @rows} title={row}>{JS.show()}{(lambda a, *b: (a, b))(1)}{LIMTI}</i>
      {Markup("")}{__name__}{render_slot(used_input)}<.card :let={own}>{own}</.card>
      {undefined.thing}
    """)

LIMIT = 3
'''


def test_names_that_the_module_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "page.py"
    path.write_text(NAMES)
    faults = {fault.reason: fault for fault in check_project([path])}
    assert list(faults) == [
        "there is no name count",
        "there is no name z",
        "@rows is not an assign of Page",
        "there is no name LIMTI",
        "there is no component <.card>",
        "there is no name undefined",
    ]
    assert faults["there is no name count"].hint == "write @count for the assign"
    assert 'Did you mean "LIMIT"?' in faults["there is no name LIMTI"].hint
    quoted, caret = str(faults["there is no name undefined"]).splitlines()[2:4]
    assert quoted[caret.index("^") :].startswith("undefined")
    assert caret.count("^") == len("undefined")


def test_colocated_scripts_are_checked(tmp_path: Path) -> None:
    before = registry.version
    path = tmp_path / "page.py"
    path.write_text(
        "import actorlive\nfrom actorlive import heex, ColocatedHook as Hook\n"
        'a = heex(\'<script :type={Hook} name=".A">export default {}</script>'
        '<p id="x" phx-hook=".A">x</p>\')\n'
        "b = heex('<script :type={actorlive.ColocatedHook} name=\".B\">let x = 1</script>')\n"
        'c = heex(\'<p id="x" phx-hook=".C">x</p>\')\n'
        "d = heex('<script :type={ColocatedHok}>x</script>')\n"
    )
    assert told(path) == [
        ("page.py", 4, "a colocated hook has no default export"),
        ("page.py", 5, "the module page has no hook .C"),
        ("page.py", 6, "unknown :type ColocatedHok"),
    ]
    assert registry.version == before


def test_a_name_of_the_package_does_not_hide_a_built_in_component(tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(
        "from actorlive import heex, link\nlink()\nheex('<.link navigate=\"/x\">x</.link>')\nheex('<.link />')\n"
    )
    assert [(fault.lineno, fault.reason) for fault in check_project([tmp_path])] == [
        (4, "<.link> needs content")
    ]


def test_a_path_that_leads_nowhere(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="there is no file or folder"):
        check_project([tmp_path / "nope"])


def test_one_file(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text('from actorlive import heex\nx = heex("<p>")\n')
    assert [fault.reason for fault in check_project([path])] == ["<p> is never closed"]


def test_this_project_has_no_faults() -> None:
    root = Path(__file__).parents[2]
    assert [str(fault) for fault in check_project([root / "actorlive", root / "examples"])] == []


def test_a_macro_is_not_run_and_its_tag_is_checked_as_it_stands(tmp_path: Path) -> None:
    page = tmp_path / "page.py"
    page.write_text(
        "import shop\n"
        "from actorlive import LiveView, MacroComponent, heex\n"
        "from shop import Shout\n\n\n"
        "class Boom(MacroComponent):\n"
        "    @classmethod\n"
        "    def transform(cls, element):\n"
        "        raise SystemExit\n\n\n"
        "class PageLive(LiveView):\n"
        "    count: int = 0\n"
        '    template = heex("<p :type={Boom} id={@cuont}></p><p :type={shop.Shout}></p><p :type={Shout}></p>")\n'
        '    other = heex("<p :type={Shuot}></p>")\n'
    )
    said = [reason for _, _, reason in told(page)]
    assert len(said) == 2
    assert said[0].startswith("@cuont is not an assign")
    assert said[1].startswith("unknown :type Shuot")

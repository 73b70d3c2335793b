"""`check_project`: every fault of every file, and the project is not run."""

from __future__ import annotations

from pathlib import Path

from actorlive.template.project import check_project

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


def test_all_faults_of_a_project(tmp_path: Path) -> None:
    write(tmp_path)
    faults = check_project([tmp_path])
    found = [(Path(fault.filename).name, fault.lineno, fault.reason) for fault in faults]
    assert found == [
        ("bad.py", 1, "the module is not Python: invalid syntax"),
        ("page.heex", 3, "</div> does not close <p>"),
        ("ui.py", 9, "@lable is not an assign of component button"),
        ("views.py", 16, "@cuont is not an assign of Shop"),
        ("views.py", 23, "@titel is not an assign of Shop"),
        ("views.py", 30, "an expression is never closed"),
    ]


def test_calls_are_checked(tmp_path: Path) -> None:
    write(tmp_path)
    views = tmp_path / "shop" / "views.py"
    views.write_text(VIEWS.replace("{@cuont}", "{@count}"))
    found = [
        (fault.lineno, fault.reason) for fault in check_project([tmp_path]) if Path(fault.filename) == views
    ]
    assert found[:-2] == [
        (14, "<ui.button> takes no content"),
        (14, "the attribute kind of <ui.button> cannot be 'c'"),
        (14, "the attribute size of <ui.button> cannot be '3'"),
        (15, "there is no component <ui.buton>"),
        (16, "<.box> needs the attribute title"),
        (17, "<.box> needs the attribute title"),
        (17, "<.box> needs content"),
        (17, "<.box> has no attribute titel"),
        (18, "there is no component <.ghost>"),
        (19, "<.link> has no attribute nowhere"),
    ]


def test_one_file(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text('from actorlive import heex\nx = heex("<p>")\n')
    assert [fault.reason for fault in check_project([path])] == ["<p> is never closed"]


def test_this_project_has_no_faults() -> None:
    root = Path(__file__).parents[2]
    assert [str(fault) for fault in check_project([root / "actorlive", root / "examples"])] == []

"""What `actorlive check` says of imports that only templates use: the warnings, and where it has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from actorlive.template import TemplateError, TemplateWarning
from actorlive.template.tools.project import check_project

PARTS = """
from actorlive import Template, component, heex

@component
def badge(*, label: str) -> Template:
    return heex("<b>{@label}</b>")

@component
def card() -> Template:
    return heex("<b></b>")

def money(cents: int) -> str:
    return str(cents)
"""
VIEW = '''
class Page(LiveView):
    template = heex("""<p>{TEXT}</p>""")
'''
BADGE = "from actorlive import LiveView, heex, use_in_templates\nfrom parts import badge\n"
USES_BADGE = VIEW.replace("{TEXT}", '<.badge label="a" />')


def unseen(name: str) -> str:
    return f"only templates use the import {name}, which linters cannot see: ruff check --fix removes it"


def idle(name: str) -> str:
    return f"no template of this module uses {name}"


def check(folder: Path, page: str, **others: str) -> list[TemplateError]:
    (folder / "parts.py").write_text(PARTS, encoding="utf-8")
    (folder / "page.py").write_text(page, encoding="utf-8")
    for name, text in others.items():
        (folder / f"{name}.heex").write_text(text, encoding="utf-8")
    return check_project([folder])


def told(folder: Path, page: str, **others: str) -> list[str]:
    return [fault.reason for fault in check(folder, page, **others)]


@pytest.mark.parametrize(
    ("imported", "text", "name"),
    [
        ("from parts import badge", '<.badge label="a" />', "badge"),
        ("from parts import badge as label", '<.label label="a" />', "label"),
        ("import parts", '<parts.badge label="a" />', "parts"),
        ("import parts as ui", '<ui.badge label="a" />', "ui"),
        ("from parts import money", "{money(1)}", "money"),
        ("from parts import money", "<i :for={x in [1]} title={money(x)}></i>", "money"),
        ("from rows import Row", '<.live_component module={Row} id="a" />', "Row"),
        ("try:\n    from parts import money\nexcept ImportError:\n    pass", "{money(1)}", "money"),
    ],
)
def test_an_import_that_only_a_template_uses(tmp_path: Path, imported: str, text: str, name: str) -> None:
    page = f"from actorlive import LiveView, heex, use_in_templates\n{imported}\n"
    view = VIEW.replace("{TEXT}", text)
    assert told(tmp_path, page + view) == [unseen(name)]
    assert told(tmp_path, f"{page}use_in_templates({name})\n{view}") == []


def test_the_warning_points_to_the_import(tmp_path: Path) -> None:
    [warning] = check(tmp_path, BADGE + USES_BADGE)
    assert isinstance(warning, TemplateWarning)
    assert str(warning) == (
        f"{unseen('badge')}\n"
        f"  --> {tmp_path / 'page.py'}:2:19\n"
        "2 | from parts import badge\n"
        "  |                   ^^^^^\n"
        "  help: write use_in_templates(badge) below the imports"
    )


@pytest.mark.parametrize(
    "line",
    [
        "use_in_templates(badge)",
        "PARTS = [badge]",
        "def of(kind: badge) -> None: ...",
        "def of(kind: 'badge') -> None: ...",
        "__all__ = ['badge']",
        "badge.signature",
    ],
)
def test_an_import_that_is_used_in_python_too(tmp_path: Path, line: str) -> None:
    assert told(tmp_path, f"{BADGE}{line}\n{USES_BADGE}") == []


@pytest.mark.parametrize(
    ("line", "silent"),
    [
        ("from parts import badge  # noqa", True),
        ("from parts import badge  # noqa: F401", True),
        ("from parts import badge  # NOQA: E501, F401", True),
        ("from parts import badge  # noqa: E501", False),
        ("from parts import badge  # a word", False),
        ("from parts import badge as badge", True),
    ],
)
def test_an_import_that_is_kept_in_another_way(tmp_path: Path, line: str, silent: bool) -> None:
    page = f"from actorlive import LiveView, heex\n{line}\n{USES_BADGE}"
    assert told(tmp_path, page) == ([] if silent else [unseen("badge")])


def test_what_every_template_knows_may_go(tmp_path: Path) -> None:
    page = "from actorlive import JS, LiveView, heex, link, url_for\n"
    view = VIEW.replace("{TEXT}", '<i phx-click={JS.show()}></i><.link href={url_for("a")}>x</.link>')
    assert told(tmp_path, page + view) == []


def test_a_name_that_no_template_uses(tmp_path: Path) -> None:
    page = f"{BADGE}from parts import card, money\nuse_in_templates(badge, card, money)\n{USES_BADGE}"
    first, second = check(tmp_path, page)
    assert (first.reason, second.reason) == (idle("card"), idle("money"))
    assert isinstance(first, TemplateWarning)
    assert (first.lineno, first.column) == (4, 25)


def test_what_the_module_itself_defines_is_not_imported(tmp_path: Path) -> None:
    assert told(tmp_path, f"{BADGE}LIMIT = 1\nuse_in_templates(badge, LIMIT)\n{USES_BADGE}") == []


@pytest.mark.parametrize("text", ["'badge'", "parts.badge", "*PARTS", "f()"])
def test_what_is_no_name_is_a_fault(tmp_path: Path, text: str) -> None:
    page = f"import parts\nfrom actorlive import use_in_templates\nuse_in_templates({text})\n"
    [fault] = check(tmp_path, page)
    assert fault.reason == "use_in_templates takes what has a name in this module"
    assert not isinstance(fault, TemplateWarning)


# -- templates in files --------------------------------------------------------

FILE_VIEW = "class TodoLive(LiveView):\n    title: str = ''\n"


def test_a_file_beside_the_module_uses_its_imports(tmp_path: Path) -> None:
    text = '<.badge label="a" />'
    assert told(tmp_path, BADGE + FILE_VIEW, todo_live=text) == [unseen("badge")]
    assert told(tmp_path, f"{BADGE}use_in_templates(badge)\n{FILE_VIEW}", todo_live=text) == []


def test_a_file_beside_counts_though_only_the_module_is_checked(tmp_path: Path) -> None:
    check(tmp_path, f"{BADGE}use_in_templates(badge)\n{FILE_VIEW}", todo_live='<.badge label="a" />')
    assert check_project([tmp_path / "page.py"]) == []
    (tmp_path / "todo_live.heex").write_text("<p></p>", encoding="utf-8")
    assert [fault.reason for fault in check_project([tmp_path / "page.py"])] == [idle("badge")]


def test_nothing_is_idle_where_templates_are_found_at_run_time(tmp_path: Path) -> None:
    page = (
        "from actorlive.template import embed_templates\nfrom actorlive import use_in_templates\n"
        "from parts import badge\nuse_in_templates(badge)\nglobals().update(embed_templates('pages/*'))\n"
    )
    assert told(tmp_path, page) == []


@pytest.mark.parametrize(
    "second", ['heex("<p>{@a</p>")', "heex(TEXT)", 'heex(f"<p>{TEXT}</p>")', 'heex("<p></b>")']
)
def test_nothing_is_said_where_a_template_cannot_be_read(tmp_path: Path, second: str) -> None:
    page = f"{BADGE}from parts import card\nuse_in_templates(card)\n{USES_BADGE}\n\nother = {second}\n"
    assert not [fault for fault in check(tmp_path, page) if isinstance(fault, TemplateWarning)]


# -- how to bring one in -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "<.badge />",
            "define it in the module of the template, or import it there and write use_in_templates(badge).",
        ),
        ("<ui.badge />", "import ui in the module of the template, and write use_in_templates(ui)"),
        ("<parts.bagde />", 'parts has no component bagde. Did you mean "badge"?'),
        (
            "{xylophone(1)}",
            "neither the template nor its module has it: import it there and write use_in_templates(xylophone).",
        ),
    ],
)
def test_what_is_not_there_says_how_to_bring_it_in(tmp_path: Path, text: str, hint: str) -> None:
    page = "import parts\nfrom actorlive import LiveView, heex, use_in_templates\nuse_in_templates(parts)\n"
    told = {fault.hint for fault in check(tmp_path, page + VIEW.replace("{TEXT}", text))}
    assert hint in told

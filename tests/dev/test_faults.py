"""An exception becomes a fault: what, where to the column, and how it got there; nothing of it is markup."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from markupsafe import Markup

from actorlive.dev.drawing import draw_note, draw_overlay, draw_page
from actorlive.dev.editor import EDITORS, Editor, EditorError
from actorlive.dev.excerpt import coloured
from actorlive.dev.faults import Diagnosis, describe
from actorlive.dev.frames import Call, Folded
from actorlive.template import TemplateError, load_template, render_to_string


class Line:
    price = 3


def fault_of(template: str, folder: Path, **assigns: object) -> Diagnosis:
    """What rendering this template raises."""
    file = folder / "page.heex"
    file.write_text(template)
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any
        render_to_string(load_template(file, {}), assigns)
    return describe(raised.value, "here")


def test_the_expression_of_a_template_is_marked_with_what_was_meant(tmp_path: Path) -> None:
    fault = fault_of("<ul>\n  <li>{'é'}{@line.prise * 2}</li>\n</ul>\n", tmp_path, line=Line())
    assert fault.where is not None
    place = fault.where.place
    assert (Path(place.file).name, place.line, place.is_template) == ("page.heex", 2, True)
    line = dict(fault.where.lines)[2]
    assert line[place.column - 1 : place.column - 1 + place.width] == "@line.prise"
    assert fault.where.advice == 'Did you mean "price"?'


def test_calls_are_told_last_first_and_ours_are_folded(tmp_path: Path) -> None:
    fault = fault_of("<p :for={n in [1]}>\n<b :for={m in [2]}>{m / 0}</b></p>", tmp_path)
    frames = [step for step in fault.trace if isinstance(step, Call)]
    assert [(Path(frame.file).name, frame.line) for frame in frames[:2]] == [
        ("page.heex", 2),
        ("page.heex", 1),
    ]
    assert {frame.function for frame in frames[:2]} == {"the template"}
    assert frames[-1].function == "fault_of"
    folded = [step for step in fault.trace if isinstance(step, Folded)]
    assert folded
    assert {frame.package for step in folded for frame in step.frames} == {"actorlive"}


def test_a_template_error_says_its_place_itself(tmp_path: Path) -> None:
    file = tmp_path / "page.heex"
    file.write_text("<p>\n  <b>x</i>\n</p>")
    with pytest.raises(TemplateError) as raised:
        load_template(file, {})
    fault = describe(raised.value, "here")
    assert fault.where is not None
    assert (fault.where.place.line, fault.where.place.column) == (raised.value.lineno, raised.value.column)
    assert "-->" not in fault.message
    assert any(raised.value.hint in line for line in fault.advice)


def test_a_syntax_error_says_its_place_itself(tmp_path: Path) -> None:
    file = tmp_path / "broken.py"
    file.write_text("x = 1\ny = (2,\nz = 3 +\n")
    with pytest.raises(SyntaxError) as raised:
        compile(file.read_text(), str(file), "exec")
    fault = describe(raised.value, "here")
    assert fault.where is not None
    assert fault.where.place.file == str(file)
    assert fault.where.place.line == raised.value.lineno


def test_a_name_that_is_nearly_there_is_suggested() -> None:
    counted = 1
    with pytest.raises(NameError) as raised:
        exec("counted + coutned", {"counted": counted})
    fault = describe(raised.value, "here")
    assert 'Did you mean "counted"?' in (*fault.advice, fault.where.advice if fault.where else "")


def failing() -> None:
    try:
        int("x")
    except ValueError as error:
        raise KeyError("outer") from error


def test_a_group_names_its_members_and_a_cause_is_named() -> None:
    with pytest.raises(KeyError) as raised:
        failing()
    fault = describe(raised.value, "here")
    assert any(line.startswith("because of ValueError: invalid literal") for line in fault.advice)
    group = describe(ExceptionGroup("two", [ValueError("one"), KeyError("other")]), "here")
    assert {"raised: ValueError: one", "raised: KeyError: 'other'"} <= set(group.advice)


TAG = "<script>alert(1)</script>"


def test_nothing_of_a_fault_is_markup() -> None:
    error = ValueError(TAG)
    error.add_note(TAG)
    fault = describe(error, f"headline {TAG}", request=[(TAG, TAG)])
    drawn = [
        draw_overlay(fault, Editor()),
        draw_page(fault, Editor(), stylesheet="/x.css", tags=Markup("")),
        draw_note(TAG, [(TAG, 1)], Editor()),
    ]
    for text in drawn:
        assert TAG not in text
        assert html.escape(TAG) in text


def test_the_report_is_text_that_says_it_all(tmp_path: Path) -> None:
    fault = fault_of("<p>{@n / 0}</p>", tmp_path, n=1)
    report = fault.report()
    assert report.startswith("ZeroDivisionError: division by zero\n")
    assert "page.heex:1:5" in report
    assert "<p>{@n / 0}</p>" in report


@given(st.text(alphabet=st.characters(exclude_characters="\n\r"), max_size=60), st.booleans())
def test_colours_lose_no_character(line: str, template: bool) -> None:
    assert "".join(text for _, text in coloured(line, template=template)) == line


@pytest.mark.parametrize("name", sorted(EDITORS))
def test_an_editor_is_told_file_and_line(name: str, tmp_path: Path) -> None:
    link = Editor(name).link(str(tmp_path / "a b.py"), 12, 7)
    assert re.search(r"a%20b\.py\D+12\b", link)
    assert "{" not in link
    assert "////" not in link


def test_an_editor_may_be_a_url_and_must_be_something() -> None:
    assert Editor("my://x?f={file}&l={line}").link("/a.py", 3) == "my://x?f=/a.py&l=3"
    with pytest.raises(EditorError, match='Did you mean "vscode"'):
        Editor("vscod")

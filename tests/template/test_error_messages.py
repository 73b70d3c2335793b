"""What is said about each fault, word for word (`golden/errors.txt`), and where it points."""

from __future__ import annotations

import re
import traceback
from pathlib import Path
from typing import Any

import pytest

from actorlive.template import (
    Renderer,
    TemplateError,
    compile_function,
    compile_template,
    component,
    heex,
    render_to_string,
    use_in_templates,
)
from actorlive.template.builtins import links
from actorlive.template.heex import compile_source
from actorlive.template.syntax.source import Source
from tests.template import faults

use_in_templates(links)

GOLDEN = Path(__file__).parent / "golden" / "errors.txt"


def message(name: str, text: str) -> str:
    with pytest.raises(TemplateError) as caught:
        compile_source(Source.of_text(text, name), dict(vars(faults)))
    return str(caught.value)


def everything() -> str:
    return "\n\n".join(f"# {name}\n{message(name, text)}" for name, text in faults.FAULTS.items()) + "\n"


def test_the_messages() -> None:
    assert everything() == GOLDEN.read_text(encoding="utf-8")


def test_there_are_enough_of_them() -> None:
    assert len(faults.FAULTS) >= 40


@pytest.mark.parametrize("name", faults.FAULTS)
def test_each_says_where_and_what_to_do(name: str) -> None:
    reason, place, quoted, caret, *hints = message(name, faults.FAULTS[name]).splitlines()
    assert reason
    assert re.fullmatch(rf"  --> <{name}>:\d+:\d+", place)
    assert re.fullmatch(r"\s*\|\s*\^+", caret)
    assert caret.index("|") == quoted.index("|")
    assert [hint[:8] for hint in hints] == ["  help: "]


# -- in the user's own file ----------------------------------------------------


def test_a_fault_points_into_the_file_of_the_template() -> None:
    with pytest.raises(TemplateError) as caught:
        heex(
            """
            <p>
              <b>{@a +}</b>
            </p>
            """
        )
    error = caught.value
    line = Path(__file__).read_text(encoding="utf-8").splitlines()[error.lineno - 1]
    assert error.filename == __file__
    assert line.strip() == "<b>{@a +}</b>"
    assert line[error.column - 1] in "+}"


def test_escapes_and_joined_literals_keep_their_positions() -> None:
    with pytest.raises(TemplateError) as caught:
        heex("<p title=\"\u00e9\">\n" "é\t<i>{@a)}</i></p>")  # fmt: skip  # noqa: ISC001
    line = Path(__file__).read_text(encoding="utf-8").splitlines()[caught.value.lineno - 1]
    assert line[caught.value.column - 1 :].startswith(")}</i>")


def test_a_traceback_underlines_the_expression() -> None:
    template = heex("<p>{@a}</p> <i>{1 / @zero}</i>")
    with pytest.raises(ZeroDivisionError) as caught:
        render_to_string(template, {"a": 1, "zero": 0})
    assert underlined(caught.value) == "1 / @zero"


def test_a_traceback_underlines_the_expression_of_a_row_that_is_rendered_again() -> None:
    template = heex(
        """
        <ul>
          <li :for={x in @xs} title={f"é{x}"}>{10 // x}</li>
        </ul>
        """
    )
    renderer = Renderer()
    renderer.render(template, {"xs": [1, 2]}, None)
    with pytest.raises(ZeroDivisionError) as caught:
        renderer.render(template, {"xs": [1, 0]}, {"xs": [1, 2]})
    assert underlined(caught.value) == "10 // x"


def underlined(error: BaseException) -> str:
    frame = traceback.TracebackException.from_exception(error).stack[-1]
    assert frame.filename == __file__
    line = Path(__file__).read_text(encoding="utf-8").splitlines()[(frame.lineno or 0) - 1].encode()
    assert frame.colno is not None
    assert frame.end_colno is not None
    return line[frame.colno : frame.end_colno].decode()


def test_a_component_of_a_missing_name_is_found_at_the_first_render() -> None:
    template = heex("<.ghost_compnent />")
    with pytest.raises(
        TemplateError, match="there is no component <.ghost_compnent>".replace(".", r"\.")
    ) as caught:
        render_to_string(template, {})
    assert caught.value.filename == __file__
    assert "import it there and write use_in_templates(ghost_compnent)" in caught.value.hint


def test_a_component_of_a_module_that_is_not_there_or_has_none_of_that_name() -> None:
    for text, hint in [
        ("<ghosts.of_christmas />", "import ghosts in the module of the template"),
        ("<links.lnik />", 'links has no component lnik. Did you mean "link"?'),
    ]:
        with pytest.raises(TemplateError, match="there is no component") as caught:
            render_to_string(compile_template(text), {})
        assert hint in caught.value.hint


def test_a_component_reads_what_its_signature_declares() -> None:
    def wrong(*, label: str) -> Any:
        return heex("<b>{@lable}</b>")

    with pytest.raises(TemplateError, match="@lable is not an assign of component wrong") as caught:
        component(wrong)
    assert 'Did you mean "label"?' in str(caught.value)


def test_a_method_is_compiled_before_it_runs() -> None:
    def render(self: object) -> object:
        return heex("<p>{@cuont}{@flash}{@extra}</p>", extra=1)

    (template,) = compile_function(render)
    assert template.core.names == {"cuont", "flash", "extra"}
    with pytest.raises(TemplateError, match="@cuont is not an assign of CounterLive") as caught:
        compile_function(render, declared=["count"], owner="CounterLive")
    assert 'Did you mean "count"?' in str(caught.value)


def test_check_names_the_nearest_assign() -> None:
    template = heex("<p>{@tilte}</p>")
    assert template.names == {"tilte"}
    template.check(["tilte"], owner="PageLive")
    with pytest.raises(TemplateError, match="@tilte is not an assign of PageLive") as caught:
        template.check(["title", "count"], owner="PageLive")
    assert 'Did you mean "title"?' in str(caught.value)
    assert caught.value.column == 26


def test_a_long_line_is_shown_around_the_fault() -> None:
    text = message("long", "<p>" + "x" * 300 + "{@a)}" + "y" * 300 + "</p>")
    quoted, caret = text.splitlines()[2:4]
    assert len(quoted) < 120
    assert quoted[caret.index("^")] == ")"

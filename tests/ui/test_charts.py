"""Charts as pages show them: for eyes, for ears, and over the wire."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from actorlive import heex, ui, use_in_templates
from actorlive.template import Component, Template, render_to_string
from actorlive.testing import render_component, rendered_to_string
from actorlive.ui import ChartError
from tests.support.narrow import present
from tests.template.golden_view import Recorder
from tests.template.official import pages

use_in_templates(ui)

CHARTS: list[Component[...]] = [ui.line_chart, ui.area_chart, ui.bar_chart]
every_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)

SOLD: dict[str, list[float | None]] = {"Bread": [3, None, 5], "Cakes": [1, 2, 4]}
DAYS = ["Mon", "Tue", "Wed"]


def figure(chart: Component[...], **given: Any) -> LexborNode:
    html = render_component(chart, **{"id": "sold", "label": "Sold", "series": SOLD, "labels": DAYS} | given)
    return present(LexborHTMLParser(html).css_first("figure"))


def texts(root: LexborNode, selector: str) -> list[str]:
    return [node.text().strip() for node in root.css(selector)]


# -- what a chart says ---------------------------------------------------------


@every_chart
def test_a_chart_is_a_picture_with_a_name_and_its_content_in_words(chart: Component[...]) -> None:
    (picture,) = figure(chart).css("[role=img]")
    assert picture.attributes["aria-label"] == (
        "Sold: Bread: 2 values from 3 to 5, the last 5; Cakes: 3 values from 1 to 4, the last 4"
    )


@every_chart
def test_a_chart_has_its_numbers_in_a_table(chart: Component[...]) -> None:
    root = figure(chart)
    assert texts(root, "summary") == ["Numbers"]
    assert texts(root, "thead th[scope=col]") == ["Bread", "Cakes"]
    assert texts(root, "tbody th[scope=row]") == DAYS
    assert texts(root, "tbody td") == ["3", "1", "", "2", "5", "4"]


@every_chart
def test_a_table_that_nobody_wants_is_not_there(chart: Component[...]) -> None:
    assert figure(chart, table=None).css("details, table") == []


@every_chart
def test_several_series_have_their_names_with_the_mark_that_they_are_drawn_with(
    chart: Component[...],
) -> None:
    root = figure(chart)
    assert texts(root, ".al-key") == ["Bread", "Cakes"]
    drawn = [present(node.attributes["class"]) for node in root.css(".al-field g")]
    keys = [present(node.attributes["class"]) for node in root.css(".al-key svg")]
    assert [name.removeprefix("al-bars ") for name in drawn] == keys
    assert len({name.split()[1] for name in keys}) == 2  # told apart without their colours


@every_chart
def test_one_series_needs_no_name_beside_its_chart(chart: Component[...]) -> None:
    assert figure(chart, series={"Bread": [1, 2]}).css("figcaption") == []


def test_what_stands_above_a_chart_is_its_authors() -> None:
    html = rendered_to_string(
        heex('<ui.line_chart id="c" label="Sold" series={{"Bread": [1]}} class="tall">By day</ui.line_chart>')
    )
    root = present(LexborHTMLParser(html).css_first("figure.al-chart.tall"))
    assert texts(root, "figcaption") == ["By day"]


def test_hatched_bars_have_their_patterns_by_names_of_their_own() -> None:
    root = figure(ui.bar_chart)
    (pattern,) = root.css("pattern")
    fills = [node.attributes["fill"] for node in root.css(".al-field g")]
    assert fills == ["currentColor", f"url(#{pattern.attributes['id']})"]


def test_an_author_writes_numbers_in_his_own_way() -> None:
    root = figure(ui.line_chart, format="{:.2f} €".format)
    assert "1.00 €" in texts(root, "td")
    assert texts(root, ".al-ticks text")[-1].endswith(".00 €")
    assert "the last 5.00 €" in str(present(root.css_first("[role=img]")).attributes["aria-label"])


def test_the_axis_reaches_as_far_as_it_is_told() -> None:
    assert texts(figure(ui.line_chart, low=0, high=100), ".al-ticks text") == [
        "0",
        "20",
        "40",
        "60",
        "80",
        "100",
    ]


@every_chart
@pytest.mark.parametrize("series", [{}, {"Bread": []}, {"Bread": [None]}, {"Bread": [7]}, {"Bread": [0, 0]}])
def test_a_chart_of_next_to_nothing_has_its_axes(chart: Component[...], series: dict[str, Any]) -> None:
    assert len(figure(chart, series=series).css(".al-ticks text")) > 1


@every_chart
def test_what_cannot_be_drawn_is_refused(chart: Component[...]) -> None:
    with pytest.raises(ChartError, match="'Bread' has nan, as its value number 2"):
        figure(chart, series={"Bread": [1.0, math.nan]})


@every_chart
def test_names_and_labels_are_text(chart: Component[...]) -> None:
    evil = "<script>alert(1)</script>\"'"
    root = figure(chart, label=evil, series={evil: [1], "b": [2]}, labels=[evil], table=evil)
    assert root.css("script") == []
    assert evil in texts(root, ".al-key")


def test_nothing_of_a_chart_needs_a_style_or_a_script() -> None:
    for chart in CHARTS:
        assert figure(chart).css("[style], script, style, [onclick]") == []


def test_a_sparkline_is_a_picture_in_the_text() -> None:
    html = render_component(ui.sparkline, label="Heat", values=[1, None, 3], class_="wide")
    root = present(LexborHTMLParser(html).css_first("svg.al-spark.wide[role=img]"))
    assert root.attributes["aria-label"] == "Heat: 2 values from 1 to 3, the last 3"
    assert len(root.css("path")) == 1


# -- what a new value costs ----------------------------------------------------

LINE: Template = heex("""
  <ui.line_chart
    id="c"
    label="Heat"
    series={@series}
    labels={@labels}
    low={0}
    high={100}
    span={@span}
    first={@first}
    table={@table}
  />
""")
BARS: Template = heex("""
  <ui.bar_chart
    id="c"
    label="Heat"
    series={@series}
    labels={@labels}
    low={0}
    high={100}
    span={@span}
    first={@first}
    table={@table}
  />
""")
HEAT: list[float | None] = [round(50 + 40 * math.sin(i / 9), 1) for i in range(1300)]
CLOCK = [f"{i // 60:02}:{i % 60:02}" for i in range(1300)]


def window(first: int, span: int) -> dict[str, Any]:
    return {
        "series": {"a": HEAT[first : first + span]},
        "labels": CLOCK[first : first + span],
        "first": first,
    }


def costs(template: Template, span: int, table: str | None, *, counted: bool = True) -> list[int]:
    """The bytes of each of fifty values that come while as many go."""
    page = Recorder(template, **window(0, span), span=span, table=table)
    page.join()
    steps = [window(n, span) | ({} if counted else {"first": 0}) for n in range(1, 51)]
    return [len(msgspec.json.encode(page.set(**step))) for step in steps]


@pytest.mark.parametrize("template", [LINE, BARS], ids=["line", "bars"])
@pytest.mark.parametrize("span", [60, 1000])
@pytest.mark.parametrize(("table", "bytes_each"), [(None, 380), ("Numbers", 620)])
def test_a_new_value_costs_a_few_hundred_bytes_however_long_the_chart_is(
    template: Template, span: int, table: str | None, bytes_each: int
) -> None:
    found = costs(template, span, table)
    assert sum(found) / len(found) <= bytes_each, found


def test_a_chart_whose_values_are_not_counted_costs_all_of_them() -> None:
    assert sum(costs(LINE, 1000, None, counted=False)) > 15 * sum(costs(LINE, 1000, None))


@pytest.mark.parametrize("template", [LINE, BARS], ids=["line", "bars"])
def test_the_official_client_shows_each_value_as_if_the_chart_were_drawn_anew(template: Template) -> None:
    steps = [window(n, 40) for n in (*range(1, 20), 36, 37, 4090, 4095, 4096, 4097)]
    steps = [{**step, "series": {"a": [*HEAT[:30], None, *HEAT[31:40]]}} for step in steps]
    page = Recorder(template, **window(0, 40), span=40, table="Numbers")
    diffs, wanted = [page.join()], [render_to_string(template, page.assigns)]
    for step in steps:
        diffs.append(page.set(**step))
        wanted.append(render_to_string(template, page.assigns))
    plain = msgspec.json.decode(msgspec.json.encode(diffs))
    assert pages([plain])[0] == wanted

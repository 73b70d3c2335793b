"""Charts in SVG: lines, areas, bars, and a line as small as a word.

They are stretched to the room that they have, but for their texts, which keep their size: so they are read on a
phone, in a card and on a wall. What is stretched lies in an `<svg>` of its own, with strokes that are as thick at any
size. Each chart is a picture with a name and its content in words, and has its numbers in a table below. Series
differ by dashes or hatching, and by colour besides. There is no script, and no `style` that a policy would refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from actorlive.template import Attrs, Slot, Template, component, heex, use_in_templates
from actorlive.ui.drawing.chart import Axes, Drawing, draw
from actorlive.ui.drawing.scale import NumberFormat
from actorlive.ui.drawing.series import DASHES, Gaps, classes_of

__all__ = ["area_chart", "bar_chart", "line_chart", "sparkline"]

use_in_templates(classes_of)

_HATCHES: Mapping[int, tuple[str, str | None]] = {
    1: ("M0 4h8", "rotate(45)"),
    2: ("M4 4h0", None),
    3: ("M0 4h8", None),
    4: ("M4 0v8", None),
}
"""What a tile of eight pixels holds, and how it is turned, where other charts have dashes; the first kind is full."""


def hatch_of(style: int) -> tuple[str, str | None] | None:
    """The tile that the bars of a series are filled with, None for full ones."""
    return _HATCHES.get(style % DASHES)


def fill_of(id: str, style: int) -> str:
    """What the bars of a series are filled with."""
    return f"url(#{id}-{style})" if hatch_of(style) else "currentColor"


@component
def chart_figure(
    *,
    id: str,
    label: str,
    drawing: Drawing,
    table: str | None,
    captioned: bool,
    class_: object = None,
    inner_block: Slot,
    rest: Attrs,
) -> Template:
    """A chart that is worked out."""
    return heex("""
      <figure id={@id} class={["al-chart", @class]} {@rest}>
        <figcaption :if={@captioned or len(@drawing.names) > 1}>
          {render_slot(@inner_block)}
          {% if len(@drawing.names) > 1 %}
            <span :for={style, name in @drawing.names} class="al-key">
              <svg class={classes_of(style)} width="28" height="10" aria-hidden="true">
                <rect :if={@drawing.bars} width="28" height="10" fill={fill_of(@id, style)} />
                <path :if={@drawing.lines} class="al-line" d="M2 5h24" />
              </svg>{name}
            </span>
          {% endif %}
        </figcaption>
        <div class="al-plot" role="img" aria-label={f"{@label}: {@drawing.summary}"}>
          <svg class="al-ticks" width={@drawing.gutter}>
            <text :for={y, text in @drawing.ticks} x="100%" y={y} dy=".35em" text-anchor="end">{text}</text>
          </svg>
          <svg class="al-field">
            <defs :if={len(@drawing.bars) > 1}>
              <pattern
                :for={bars in @drawing.bars if hatch_of(bars.style)}
                id={f"{@id}-{bars.style}"}
                class={classes_of(bars.style)}
                patternUnits="userSpaceOnUse"
                width="8"
                height="8"
                patternTransform={hatch_of(bars.style)[1]}
              ><path class="al-hatch" d={hatch_of(bars.style)[0]} /></pattern>
            </defs>
            <line :for={y, _ in @drawing.ticks} x2="100%" y1={y} y2={y} />
            <svg :if={@drawing.lines} viewBox={@drawing.view_box} preserveAspectRatio="none">
              <g :for={line in @drawing.lines} class={classes_of(line.style)}>
                <path :for={number, d in line.fill} :key={number} class="al-fill" d={d} />
                <path :for={number, d in line.pieces} :key={number} class="al-line" d={d} />
              </g>
            </svg>
            <svg :if={@drawing.bars} x={@drawing.offset}>
              <g
                :for={bars in @drawing.bars}
                class={f"al-bars {classes_of(bars.style)}"}
                fill={fill_of(@id, bars.style)}
              >
                <rect
                  :for={x, y, height in bars.slots}
                  x={x}
                  y={y}
                  width={bars.width}
                  height={height}
                />
              </g>
            </svg>
          </svg>
          <svg class="al-places">
            <svg x={@drawing.offset}>
              <text
                :for={number, x, anchor, minor, text in @drawing.labels}
                :key={number}
                x={x}
                y="1.1em"
                text-anchor={anchor}
                data-minor={minor}
              >{text}</text>
            </svg>
          </svg>
        </div>
        <details :if={@table} id={f"{@id}-table"} phx-mounted={JS.ignore_attributes("open")}>
          <summary>{@table}</summary>
          <div class="al-scroll" tabindex="0" role="group" aria-label={f"{@label}: {@table}"}>
            <table>
              <thead>
                <tr><td></td><th :for={_, name in @drawing.names} scope="col" data-type="number">{name}</th></tr>
              </thead>
              <tbody :for={piece, rows in @drawing.rows} :key={piece}>
                <tr :for={row in rows} :key={row[0]}>
                  <th scope="row">{row[1]}</th>
                  <td :for={text in row[2:]} data-type="number">{text}</td>
                </tr>
              </tbody>
            </table>
          </div>
        </details>
      </figure>

      <style :type={ColocatedCSS}>
        @layer actorlive {
          .al-spark {
            color: var(--al-live);
          }

          .al-chart {
            container-type: inline-size;
            overflow: visible;
          }

          .al-chart figcaption {
            display: flex;
            flex-wrap: wrap;
            gap: 0.25rem 1.25rem;
            margin-bottom: 0.5rem;
          }

          .al-plot {
            display: grid;
            grid-template: var(--al-chart-height, 14rem) 1.75em / auto minmax(0, 1fr);
            column-gap: 0.6em;
            padding: 0.6em 1em 0 0;
            font: 0.75rem var(--al-sans);
            font-variant-numeric: tabular-nums;
          }

          .al-plot > svg {
            height: 100%;
            max-width: none;
            overflow: visible;
          }

          .al-plot > :not(.al-ticks) {
            width: 100%;
          }

          .al-plot > .al-places {
            grid-column: 2;
          }

          .al-plot svg svg {
            overflow: visible;
          }

          .al-plot.al-plot text {
            fill: var(--al-soft);
            font: inherit;
          }

          .al-c0 {
            color: var(--al-live);
          }

          .al-c1 {
            color: var(--al-you);
          }

          .al-c2 {
            color: var(--al-warn);
          }

          .al-c3 {
            color: var(--al-soft);
          }

          .al-key {
            white-space: nowrap;
          }

          .al-key svg {
            display: inline;
            margin-right: 0.4em;
          }

          svg .al-line.al-line {
            fill: none;
            stroke: currentColor;
            stroke-width: 2;
            stroke-linecap: round;
            stroke-linejoin: round;
            vector-effect: non-scaling-stroke;
          }

          .al-d1 .al-line.al-line {
            stroke-dasharray: 8 5;
          }

          .al-d2 .al-line.al-line {
            stroke-dasharray: 0.1 5;
            stroke-width: 2.5;
          }

          .al-d3 .al-line.al-line {
            stroke-dasharray: 12 5 0.1 5;
          }

          .al-d4 .al-line.al-line {
            stroke-dasharray: 4 4;
          }

          svg .al-fill.al-fill {
            fill: currentColor;
            fill-opacity: 0.16;
            stroke: none;
            shape-rendering: crispEdges;
          }

          .al-bars.al-bars rect {
            fill: inherit;
            stroke: currentColor;
          }

          .al-key rect {
            stroke: currentColor;
          }

          svg .al-hatch.al-hatch {
            stroke: currentColor;
            stroke-width: 3;
            stroke-linecap: round;
          }

          .al-chart details {
            margin: 0.25rem 0 0;
            padding: 0;
            border: 0;
            background: none;
            color: var(--al-soft);
            font-size: 0.875rem;
          }

          .al-scroll {
            max-height: 20rem;
            overflow: auto;
          }

          .al-spark {
            display: inline-block;
            width: 6em;
            height: 1.2em;
            overflow: visible;
            vertical-align: -0.2em;
          }

          @container (width < 30rem) {
            .al-places [data-minor] {
              display: none;
            }
          }

          @media print {
            .al-chart {
              color-scheme: light;
            }

            .al-chart figcaption {
              break-after: avoid;
            }

            .al-plot {
              break-inside: avoid;
            }

            .al-scroll {
              max-height: none;
              overflow: visible;
            }
          }
        }
      </style>
    """)


def _figure(drawing: Drawing) -> Template:
    """What every chart renders, by its own attributes."""
    return heex(
        """
        <.chart_figure
          id={@id}
          label={@label}
          drawing={@drawing}
          table={@table}
          captioned={bool(@inner_block)}
          {@rest}
        >{render_slot(@inner_block)}</.chart_figure>
        """,
        drawing=drawing,
    )


@component
def line_chart(
    *,
    id: str,
    label: str,
    series: Mapping[str, Gaps],
    labels: Sequence[str] = (),
    low: float | None = None,
    high: float | None = None,
    span: int | None = None,
    first: int = 0,
    format: NumberFormat | None = None,
    table: str | None = "Numbers",
    inner_block: Slot = Slot.empty,
    rest: Attrs,
) -> Template:
    """Lines over places of equal distance, one for each of `series`: its name, and its values, None where one is
    missing.

    `label` is the name of the chart for those who do not see it; what it shows is put into words behind that.
    `labels` are the texts below the places, such as times; where there is not room for all, some are left out. The
    axis begins and ends with round numbers, and reaches from `low` to `high` at least. `format` writes a number, as
    in `lambda euros: f"{euros:.2f} €"`. `table` is the name of the table of all numbers; None leaves it out. The
    inner content stands above the chart, in front of the names of several series.

    For a chart that moves: `span` is the number of places, where there are not as many as values, and `first` how
    many values there were before those that are given. With them a new value costs a few hundred bytes, however many
    there are.

    Raises `ChartError` for a value that is not a number, and for NaN and infinity.
    """
    drawing = draw("line", series, Axes(labels, low, high, span, first, format), table=table is not None)
    return _figure(drawing)


@component
def area_chart(
    *,
    id: str,
    label: str,
    series: Mapping[str, Gaps],
    labels: Sequence[str] = (),
    low: float | None = None,
    high: float | None = None,
    span: int | None = None,
    first: int = 0,
    format: NumberFormat | None = None,
    table: str | None = "Numbers",
    stacked: bool = False,
    inner_block: Slot = Slot.empty,
    rest: Attrs,
) -> Template:
    """Lines with what lies below them filled, down to zero; else as `line_chart`.

    `stacked` puts each series on top of those before it, for parts of a whole: a gap adds nothing, and what is below
    zero raises `ChartError`.
    """
    drawing = draw(
        "area", series, Axes(labels, low, high, span, first, format), table=table is not None, stack=stacked
    )
    return _figure(drawing)


@component
def bar_chart(
    *,
    id: str,
    label: str,
    series: Mapping[str, Gaps],
    labels: Sequence[str] = (),
    low: float | None = None,
    high: float | None = None,
    span: int | None = None,
    first: int = 0,
    format: NumberFormat | None = None,
    table: str | None = "Numbers",
    stacked: bool = False,
    inner_block: Slot = Slot.empty,
    rest: Attrs,
) -> Template:
    """Bars up or down from zero, those of several series beside one another; else as `line_chart`.

    `stacked` puts them on top of one another, for parts of a whole: a gap adds nothing, and what is below zero raises
    `ChartError`.
    """
    drawing = draw(
        "bar", series, Axes(labels, low, high, span, first, format), table=table is not None, stack=stacked
    )
    return _figure(drawing)


@component
def sparkline(
    *,
    label: str,
    values: Gaps,
    low: float | None = None,
    high: float | None = None,
    span: int | None = None,
    first: int = 0,
    format: NumberFormat | None = None,
    class_: object = None,
    rest: Attrs,
) -> Template:
    """A line as small as a word, without axes; else as in `line_chart`."""
    drawing = draw("line", {label: values}, Axes((), low, high, span, first, format))
    return heex(
        """
        <svg
          class={["al-spark", @class]}
          role="img"
          aria-label={f"{@label}: {@drawing.summary}"}
          viewBox={@drawing.view_box}
          preserveAspectRatio="none"
          {@rest}
        >
          <path :for={number, d in @drawing.lines[0].pieces} :key={number} class="al-line" d={d} />
        </svg>
        """,
        drawing=drawing,
    )

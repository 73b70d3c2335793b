"""A table whose columns its author describes: sortable, selectable, with a head that stays in sight.

The table owns nothing: what it is sorted by and which rows are selected are the view's, which is told by events.
Columns that are not wide enough for the window scroll within the table's own frame, by the keyboard, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Any, TypedDict, cast
from urllib.parse import quote

from actorlive.rendered import StreamItems
from actorlive.template import Attrs, Slot, SlotEntry, Template, TemplateError, component, heex
from actorlive.ui.commands import EventOrCommands

__all__ = ["TableColumn", "table"]


class TableColumn(TypedDict, total=False):
    """What `<:col>` takes: its `label`; the `name` by which it sorts; the `type` of its values, such as "number", which
    are set to the right."""

    label: str
    name: str
    type: str


@component
def heading(*, col: SlotEntry, sort: str | None, on_sort: EventOrCommands | None) -> Template:
    """The heading of a column, which may sort by it."""
    return heex("""
      <th scope="col" data-type={@col.type} aria-sort={sorted_as(@col, @sort) if @on_sort else None}>
        {% if @on_sort and @col.name %}
          <button type="button" phx-click={@on_sort} phx-value-sort={next_sort(@col, @sort)}>{@col.label}</button>
        {% else %}
          {@col.label}
        {% endif %}
      </th>
    """)


@component
def table(
    *,
    id: str,
    rows: Iterable[Any] | StreamItems,
    row_key: Callable[[Any], Hashable] | None = None,
    caption: str | None = None,
    sort: str | None = None,
    on_sort: EventOrCommands | None = None,
    selected: Collection[object] = (),
    on_select: EventOrCommands | None = None,
    sticky: bool = False,
    col: Slot[TableColumn],
    action: Slot = Slot.empty,
    empty: Slot = Slot.empty,
    rest: Attrs,
) -> Template:
    """A table of `rows`, with a `<:col :let={row} label="Name" name="name">{row.name}</:col>` for each column, of which
    the first is the rows' own heading.

    `row_key` tells rows apart, by default by their `id`; raises `TemplateError` for one that has neither. `on_sort`
    makes the heading of each column that has a name a button, which sends `sort`: the name, or with "-" before it for
    the other way round; `sort` says in the same words how the rows are sorted now. `on_select` puts a checkbox before
    each row, which sends `key`, the row's as text, and `value` if it is checked now; the one in the head sends an empty
    `key`, which is None for an `int | None`. `selected` are the keys of those that are. `<:action :let={row}>` is the
    last column, of buttons, `<:empty>` stands where there are no rows. With `sticky` the head stays in sight while the
    rows scroll below it. Mirrors `table` of Phoenix's core components.

    `rows` may be a stream, `{@streams.people}`, whose items name their own rows. The view does not know which there
    are, so it selects none, and `<:empty>` is not for it: raises `TemplateError` for a stream with `on_select`.
    """
    streamed = isinstance(rows, StreamItems)
    keyed = [] if isinstance(rows, StreamItems) else _keyed(id, rows, row_key or _key_of)
    if streamed and on_select is not None:
        raise TemplateError(
            "the rows of a stream cannot be selected: a row is rendered when it is inserted, and not again",
            hint="keep the rows in an assign, rows={@people}",
        )
    return heex(
        """
        <figure
          class="al-table"
          role={"region" if @caption else None}
          aria-labelledby={f"{@id}-caption" if @caption else None}
          tabindex="0"
          data-sticky={@sticky}
        >
          <table id={@id} {@rest}>
            <caption :if={@caption} id={f"{@id}-caption"}>{@caption}</caption>
            <thead>
              <tr>
                <th :if={@on_select} scope="col" class="al-select">
                  <input
                    type="checkbox"
                    id={f"{@id}-all"}
                    aria-label="Select all"
                    checked={@all}
                    data-some={bool(@selected) and not @all}
                    phx-hook=".Some"
                    phx-click={@on_select}
                    phx-value-key=""
                  />
                </th>
                <.heading :for={col in @col} col={col} sort={@sort} on_sort={@on_sort} />
                <th :if={@action} scope="col"><span class="sr-only">Actions</span></th>
              </tr>
            </thead>
            {% if @streamed %}
              <tbody id={f"{@id}-rows"} phx-update="stream">
                <tr :for={dom_id, row in @rows} id={dom_id}>
                  <th scope="row" data-type={@lead.type}>{render_slot(@lead, row)}</th>
                  <td :for={col in @others} data-type={col.type}>{render_slot(col, row)}</td>
                  <td :if={@action} class="al-actions">{render_slot(@action, row)}</td>
                </tr>
              </tbody>
            {% else %}
              <tbody id={f"{@id}-rows"}>
                <tr :for={key, row_id, row in @keyed} :key={key} id={row_id}>
                  <td :if={@on_select} class="al-select">
                    <input
                      type="checkbox"
                      id={f"{row_id}-select"}
                      aria-label="Select"
                      aria-labelledby={f"{row_id}-select {row_id}-name"}
                      checked={key in @selected}
                      phx-click={@on_select}
                      phx-value-key={key}
                    />
                  </td>
                  <th scope="row" id={f"{row_id}-name"} data-type={@lead.type}>{render_slot(@lead, row)}</th>
                  <td :for={col in @others} data-type={col.type}>{render_slot(col, row)}</td>
                  <td :if={@action} class="al-actions">{render_slot(@action, row)}</td>
                </tr>
                <tr :if={@empty and not @keyed}><td colspan={@width}>{render_slot(@empty)}</td></tr>
              </tbody>
            {% endif %}
          </table>
        </figure>

        <script :type={ColocatedHook} name=".Some">
          export default {
            mounted() {
              this.updated()
            },

            // Neither checked nor unchecked: HTML has no attribute for it.
            updated() {
              this.el.indeterminate = "some" in this.el.dataset
            },
          }
        </script>

        <style :type={ColocatedCSS}>
          @layer actorlive {
            .al-table > table {
              margin: 0;
            }

            .al-table tbody th {
              font-weight: 550;
            }

            .al-table .al-select {
              width: 1%;
              vertical-align: middle;
            }

            .al-table td.al-actions {
              text-align: end;
              white-space: nowrap;
            }

            .al-table[data-sticky] {
              max-height: 70vh;
              overflow: auto;
            }

            .al-table[data-sticky] thead th {
              position: sticky;
              top: 0;
              z-index: 1;
              background: var(--al-surface);
              box-shadow: inset 0 -1px var(--al-line);
            }
          }
        </style>
        """,
        lead=next(iter(col)),
        others=list(col)[1:],
        keyed=keyed,
        width=len(col) + bool(on_select) + bool(action),
        all=on_select is not None and bool(keyed) and all(key in selected for key, *_ in keyed),
        streamed=streamed,
    )


def _key_of(row: object) -> Hashable:
    """The key of a row that nobody has named: its `id`, as an attribute or an item."""
    found = cast("Mapping[str, Any]", row).get("id") if isinstance(row, Mapping) else getattr(row, "id", None)
    if found is None:
        raise TemplateError(
            f"a row of <ui.table> has no id: {row!r:.80}",
            hint="say what tells rows apart: row_key={lambda row: row.name}",
        )
    return found


def _keyed(id: str, rows: Iterable[Any], key: Callable[[Any], Hashable]) -> list[tuple[Hashable, str, Any]]:
    """Each row with its key, and with the id of its element, in which there can be no space."""
    keyed = ((key(row), row) for row in rows)
    return [
        (key, f"{id}-{key if isinstance(key, int) else quote(str(key), safe='')}", row) for key, row in keyed
    ]


def sorted_as(col: SlotEntry, sort: str | None) -> str | None:
    """For `aria-sort`: how the rows are sorted by that column, None where they are not."""
    if not col.name or not sort:
        return None
    return {col.name: "ascending", f"-{col.name}": "descending"}.get(sort)


def next_sort(col: SlotEntry, sort: str | None) -> str:
    """What the heading of a column asks for: upwards first, then the other way round."""
    return f"-{col.name}" if sort == col.name else str(col.name)

"""What templates and diffs cost, beside Jinja2 and a hand-written f-string, in one run.

    .venv/bin/python bench/templates.py

Times are the best of several rounds, in microseconds: what counts are the ratios, which survive a noisy machine.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jinja2
import msgspec

from actorlive.rendered.escape import escape_str
from actorlive.template import Renderer, Template, component, heex, render_to_string

ENCODE = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Row:
    """One row, four values."""

    id: int
    name: str
    price: str
    note: str


def rows(count: int) -> list[Row]:
    return [Row(i, f"name {i}", "9.99", f"<note {i}>") for i in range(count)]


TABLE = heex("""
  <table>
    <tr :for={r in @rows} id={f"r{r.id}"}><td>{r.name}</td><td>{r.price}</td><td>{r.note}</td></tr>
  </table>
""")
KEYED = heex("""
  <table>
    <tr :for={r in @rows} :key={r.id} id={f"r{r.id}"}><td>{r.name}</td><td>{r.price}</td><td>{r.note}</td></tr>
  </table>
""")
TUPLES = heex("""
  <table>
    <tr :for={id, name, price, note in @rows} id={f"r{id}"}><td>{name}</td><td>{price}</td><td>{note}</td></tr>
  </table>
""")
JINJA = jinja2.Environment(autoescape=True).from_string(
    '<table>\n  {% for r in rows %}<tr id="r{{ r.id }}"><td>{{ r.name }}</td><td>{{ r.price }}</td>'
    "<td>{{ r.note }}</td></tr>{% endfor %}\n</table>"
)
COUNTER = heex("""
  <h1>Counter</h1>
  <p id="count">{@count}</p>
  <button id="inc" phx-click="inc">+1</button>
""")


@component
def cell(*, label: str, tone: str = "calm") -> Template:
    """A small component."""
    return heex("<b class={@tone}>{@label}</b>")


CELLS = heex("<.cell :for={r in @rows} label={r.name} tone={@tone} />")


def by_hand(items: list[Row]) -> str:
    """The same page as an f-string, with the same escape."""
    e = escape_str
    body = "".join(
        [
            f'<tr id="r{e(str(r.id))}"><td>{e(r.name)}</td><td>{e(r.price)}</td><td>{e(r.note)}</td></tr>'
            for r in items
        ]
    )
    return f"<table>\n  {body}\n</table>"


def best(action: Callable[[], object], seconds: float = 0.5) -> float:
    """Microseconds for one call, in the best of many short rounds: a busy neighbour spoils only some of them."""
    start = time.perf_counter()
    action()
    times = max(1, int(0.001 / (time.perf_counter() - start)))
    found, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        for _ in range(times):
            action()
        found = min(found, (time.perf_counter() - start) / times)
    return found * 1e6


class View:
    """A rendered view, ready to be changed."""

    def __init__(self, template: Template, **assigns: Any) -> None:
        self.template = template
        self.assigns = assigns
        self.renderer = Renderer()
        self.renderer.render(template, assigns, None)

    def set(self, name: str, value: object) -> bytes:
        old, self.assigns[name] = self.assigns[name], value
        return ENCODE(self.renderer.render(self.template, self.assigns, {name: old}))


def one_row(template: Template, count: int) -> float:
    """Finding and encoding one changed row, less the making of the new list."""
    view = View(template, rows=rows(count))
    number = 0

    def changed() -> list[Row]:
        nonlocal number
        number += 1
        new = view.assigns["rows"][:]
        new[count // 2] = replace(new[count // 2], name=f"changed {number}")
        return new

    return best(lambda: view.set("rows", changed())) - best(changed)


def anew(count: int) -> float:
    """The same where no row is the object that it was, as after a query: each is compared by value."""
    view = View(TUPLES, rows=[])
    tables = [[(r.id, r.name, r.price, r.note) for r in rows(count)] for _ in range(2)]
    tables[1][count // 2] = (count // 2, "changed", "9.99", "")
    return best(lambda: view.set("rows", tables[view.assigns["rows"] is tables[0]]))


def memory() -> float:
    """Bytes that an idle counter keeps for its rendering."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    views = [View(COUNTER, count=1_000 + i) for i in range(500)]
    used = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return used / len(views)


def small() -> float:
    """A counter's event: render, diff, encode."""
    view = View(COUNTER, count=0)
    return best(lambda: view.set("count", view.assigns["count"] + 1))


def line(what: str, value: float, unit: str, limit: str = "", reference: str = "") -> None:
    print(f"{what:<58}{value:>10.1f} {unit:<3} {limit:<10}{reference}".rstrip())


def main() -> None:
    table = rows(1_000)
    assert render_to_string(TABLE, {"rows": table}) == by_hand(table) == JINJA.render(rows=table)
    hand = best(lambda: by_hand(table))
    jinja = best(lambda: JINJA.render(rows=table))
    ours = best(lambda: render_to_string(TABLE, {"rows": table}))
    line("1,000 rows x 4, f-string by hand", hand, "µs")
    line("1,000 rows x 4, Jinja2", jinja, "µs", "", f"{jinja / hand:.2f} x by hand")
    line("1,000 rows x 4, HTML", ours, "µs", "", f"{ours / hand:.2f} x by hand, <= 2")
    line("", jinja / ours, "x", "", "as long takes Jinja2, >= 2")
    join = best(lambda: ENCODE(Renderer().render(TABLE, {"rows": table}, None)))
    line("1,000 rows x 4, tree, diff and JSON of a join", join, "µs", "", f"{join / hand:.2f} x by hand")
    line("one of 1,000 replaced rows changed", one_row(TABLE, 1_000), "µs", "<= 60")
    line("the same with :key", one_row(KEYED, 1_000), "µs", "<= 60")
    line("one of 10,000 replaced rows changed", one_row(TABLE, 10_000), "µs", "<= 300")
    line("one of 1,000 rows changed, all made anew as tuples", anew(1_000), "µs")
    view = View(TABLE, rows=table)
    line("nothing changed", best(lambda: ENCODE(view.renderer.render(TABLE, view.assigns, {}))), "µs", "<= 5")
    line("1,000 rows replaced by equal ones", best(lambda: view.set("rows", table[:])), "µs")
    front = View(TABLE, rows=table)
    longer = [Row(-1, "new", "1", ""), *table]
    toggle = best(lambda: front.set("rows", longer if front.assigns["rows"] is table else table))
    line("a row in front of 1,000, and away again", toggle, "µs")
    cells = View(CELLS, rows=table, tone="a")
    tones = best(lambda: cells.set("tone", "b" if cells.assigns["tone"] == "a" else "a"))
    line("1,000 components, one attribute of all changed", tones, "µs")
    line("a small view's render, diff and JSON", small(), "µs", "<= 6")
    line("kept by an idle counter's rendering", memory(), "B", "<= 2048")


if __name__ == "__main__":
    main()

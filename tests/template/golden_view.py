"""The recorded Phoenix views of `golden/`, written with our templates, and the same events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from actorlive import LiveComponent
from actorlive.rendered import Diff
from actorlive.template import Template, component, heex
from tests.template.author import View

COUNTER = heex("""
  <h1>Counter</h1>
  <p id="count">{@count}</p>
  <button id="inc" phx-click="inc">+1</button>
""")

ASYNC = heex("""
  <h1>Async</h1>
  <p id="result">{@result}</p>
  <button id="go" phx-click="go">go</button>
""")

FORM = heex("""
  <h1>Form</h1>
  <form id="form" phx-change="validate" phx-submit="save">
    <input id="name" type="text" name="user[name]" value={@name}>
    <p :if={@error} id="error">{@error}</p>
    <p id="echo">{@name}</p>
  </form>
""")


@dataclass(frozen=True)
class Row:
    id: int
    name: str
    tags: tuple[str, ...]


def row(id: int) -> Row:
    return Row(id, f"Row {id}", (f"x{id}",))


@component
def badge(*, label: object) -> Template:
    return heex('<span class="badge">{@label}</span>')


class Card(LiveComponent):
    title: str
    n: int = 0

    template = heex("""
      <div id={f"card-{@id}"} class="card">
        <b>{@title}</b> <i phx-click="bump" phx-target={@id}>{@n}</i>
      </div>
    """)


WIRE = heex("""
  <p id="flash">{@flash}</p>
  <p id="q">{@q}</p>
  <p id="tick">{@tick}</p>
  <div :if={@show} id="shown">shown <span>{@tick}</span></div>
  <ul id="rows">
    <li :for={row in @rows} :key={row.id} id={f"r{row.id}"}>{row.name}<em :for={tag in row.tags}>{tag}</em></li>
  </ul>
  <ol id="unkeyed"><li :for={line in @matrix}><span :for={cell in line}>{cell}</span></li></ol>
  <.badge label={@tick} />
  <.badge label="static" />
  {% for card in @cards %}<.live_component module={Card} id={card} title={card.upper()} />{% endfor %}
""")


class Recorder:
    """A view whose assigns are set by name."""

    def __init__(self, template: Template, **assigns: Any) -> None:
        self.view = View(template)
        self.assigns = assigns

    def join(self) -> Diff:
        return self.view.render(self.assigns, None)

    def set(self, **assigns: Any) -> Diff:
        changed = {name: self.assigns[name] for name, value in assigns.items() if self.assigns[name] != value}
        self.assigns.update(assigns)
        return self.view.render(self.assigns, changed)


def wire_view() -> Recorder:
    return Recorder(
        WIRE,
        flash="",
        q="first",
        tick=0,
        show=False,
        rows=[row(i) for i in range(1, 5)],
        matrix=[[1, 2], [3, 4]],
        cards=["a", "b"],
    )


def wire_events(view: Recorder) -> list[tuple[str, Any]]:
    """The recorded events that change the page, in order, with our diff for each."""
    rows = view.assigns["rows"]
    steps: list[tuple[str, dict[str, Any]]] = [
        ("reverse", {"rows": (rows := rows[::-1])}),
        ("prepend", {"rows": (rows := [row(100), *rows])}),
        ("append", {"rows": (rows := [*rows, row(200)])}),
        ("remove_first", {"rows": (rows := rows[1:])}),
        ("swap_change", {"rows": (rows := [replace(rows[1], name="Row 3!"), rows[0], *rows[2:]])}),
        ("clear", {"rows": []}),
        ("refill", {"rows": [row(1), row(2)]}),
        ("matrix", {"matrix": [[1, 9], [3, 4], [5]]}),
        ("show", {"show": True}),
        ("show", {"show": False}),
        ("tick", {"tick": 1}),
        ("noop", {}),
        ("reply", {"tick": 2}),
        ("flash", {"flash": "hello"}),
        ("add_card", {"cards": ["a", "b", "c"]}),
        ("del_card", {"cards": ["b", "c"]}),
    ]
    return [(name, view.set(**assigns)) for name, assigns in steps]

"""Tables: what they show, and what their headings and boxes ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from actorlive import Event, LiveComponent, LiveView, Socket, Stream, heex, ui, use_in_templates
from actorlive.template import TemplateError
from actorlive.testing import live_isolated, rendered_to_string

use_in_templates(ui)


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    age: int


PEOPLE = (Person(1, "Ada", 36), Person(2, "Bo", 41), Person(3, "Cy", 29))


class Sort(Event):
    sort: str


class Pick(Event):
    key: int | None
    value: bool = False


class PeopleLive(LiveView[Sort | Pick]):
    people: tuple[Person, ...] = PEOPLE
    sort: str = "name"
    picked: frozenset[int] = frozenset()

    template = heex("""
      <ui.table
        id="people"
        rows={@people}
        caption="People"
        sort={@sort}
        on_sort="sort"
        selected={@picked}
        on_select="pick"
      >
        <:col :let={person} label="Name" name="name">{person.name}</:col>
        <:col :let={person} label="Age" name="age" type="number">{person.age}</:col>
        <:col :let={person} label="Initial">{person.name[0]}</:col>
        <:action :let={person}><ui.button aria-label={f"Call {person.name}"}>Call</ui.button></:action>
      </ui.table>
    """)

    async def handle_event(self, event: Sort | Pick, socket: Socket) -> None:
        match event:
            case Sort(sort):
                self.sort = sort
                backwards = sort.startswith("-")
                self.people = tuple(
                    sorted(
                        PEOPLE, key=lambda person: getattr(person, sort.removeprefix("-")), reverse=backwards
                    )
                )
            case Pick(key=None, value=value):
                self.picked = frozenset(person.id for person in PEOPLE) if value else frozenset()
            case Pick(key=key, value=value):
                self.picked = self.picked | {key or 0} if value else self.picked - {key}


async def test_a_heading_sorts_by_its_column_and_then_the_other_way_round() -> None:
    async with live_isolated(PeopleLive) as view:
        assert await view.has_element("th[aria-sort=ascending]", text="Name")
        await view.element("th button", text="Age").click()
        assert await view.element("tbody th").texts() == ["Cy", "Ada", "Bo"]
        assert await view.has_element("th[aria-sort=ascending][data-type=number]", text="Age")
        assert await view.element("th[aria-sort]").texts() == ["Age"]
        await view.element("th button", text="Age").click()
        assert await view.element("tbody th").texts() == ["Bo", "Ada", "Cy"]
        assert await view.has_element("th[aria-sort=descending]", text="Age")


async def test_a_column_without_a_name_does_not_sort() -> None:
    async with live_isolated(PeopleLive) as view:
        assert await view.element("thead button").texts() == ["Name", "Age"]


async def test_rows_are_selected_one_by_one_and_all_at_once() -> None:
    async with live_isolated(PeopleLive) as view:
        await view.element("#people-2-select").click()
        assert await view.has_element("#people-2-select[checked]")
        assert await view.has_element("#people-all[data-some]:not([checked])")
        await view.element("#people-all").click()
        assert await view.has_element("#people-all[checked]:not([data-some])")
        assert await view.has_element("#people-3-select[checked]")
        await view.element("#people-all").click()
        assert not await view.has_element("[checked]")


class Arrive(Event):
    name: str


class ArrivalsLive(LiveView[Arrive]):
    people: Stream[Person]
    seen: int = 0

    template = heex("""
      <ui.table id="arrivals" rows={@streams.people} caption={f"Arrivals: {@seen}"}>
        <:col :let={person} label="Name">{person.name}</:col>
        <:col :let={person} label="Age" type="number">{person.age}</:col>
        <:action :let={person}><ui.button>Greet {person.name}</ui.button></:action>
      </ui.table>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.stream("people", PEOPLE)

    async def handle_event(self, event: Arrive, socket: Socket) -> None:
        self.seen += 1
        socket.stream_insert("people", Person(3 + self.seen, event.name, 50), at=0)


async def test_a_stream_is_a_table_whose_rows_the_view_forgets() -> None:
    async with live_isolated(ArrivalsLive) as view:
        assert await view.element("tbody th").texts() == ["Ada", "Bo", "Cy"]
        await view.submit("arrive", {"name": "Di"})
        assert await view.element("tbody th").texts() == ["Di", "Ada", "Bo", "Cy"]
        assert await view.has_element("tbody[phx-update=stream] > tr#people-4 > td", text="Greet Di")
        assert await view.has_element("caption", text="Arrivals: 1")


def test_a_streams_rows_cannot_be_selected() -> None:
    class Items:
        ref = "0"

        def inserts(self) -> list[tuple[str, object]]:
            return []

        def wire(self) -> list[object]:
            return []

    rows = Items()
    with pytest.raises(TemplateError, match="the rows of a stream cannot be selected"):
        rendered_to_string(
            heex(
                """<ui.table id="t" rows={@rows} on_select="pick"><:col label="Name" /></ui.table>""",
                rows=rows,
            )
        )


class Sorter(LiveComponent[Sort]):
    by: str = "name"

    template = heex("""
      <section>
        <ui.table id="inner" rows={()} sort={@by} on_sort={JS.push("sort", target=@myself)}>
          <:col label="Name" name="name" />
        </ui.table>
      </section>
    """)

    async def handle_event(self, event: Sort, socket: Socket) -> None:
        self.by = event.sort


class HolderLive(LiveView):
    template = heex("""<.live_component module={Sorter} id="it" />""")


async def test_a_table_in_a_live_component_tells_that() -> None:
    async with live_isolated(HolderLive) as view:
        await view.element("th button").click()
        assert await view.has_element("th[aria-sort=descending]")


def test_what_only_shows_has_neither_buttons_nor_boxes() -> None:
    html = rendered_to_string(
        heex(
            """
            <ui.table id="plain" rows={@rows} sort="name" class="wide">
              <:col :let={row} label="Name" name="name">{row["name"]}</:col>
            </ui.table>
            """,
            rows=[{"id": "a b", "name": "Ada"}],
        )
    )
    assert "<button" not in html
    assert "<input" not in html
    assert "aria-sort" not in html
    assert 'id="plain-a%20b"' in html
    assert '<table id="plain" class="wide">' in html


def test_no_rows_are_said_in_one_cell_as_wide_as_the_table() -> None:
    html = rendered_to_string(
        heex("""
          <ui.table id="none" rows={()} on_select="pick">
            <:col label="Name" />
            <:col label="Age" />
            <:action />
            <:empty>Nobody yet.</:empty>
          </ui.table>
        """)
    )
    assert '<td colspan="4">Nobody yet.</td>' in html
    assert "checked" not in html


def test_rows_that_nothing_tells_apart_are_refused() -> None:
    rows = [{"name": "Ada"}]
    with pytest.raises(TemplateError, match="a row of <ui\\.table> has no id") as error:
        rendered_to_string(
            heex("""<ui.table id="t" rows={@rows}><:col label="Name" /></ui.table>""", rows=rows)
        )
    assert "row_key={lambda row: row.name}" in error.value.hint
    named: list[dict[str, Any]] = rows
    html = rendered_to_string(
        heex(
            """<ui.table id="t" rows={@rows} row_key={lambda row: row["name"]}><:col label="Name" /></ui.table>""",
            rows=named,
        )
    )
    assert 'id="t-Ada"' in html

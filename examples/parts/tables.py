"""A table that sorts by its headings, selects rows, and keeps its head in sight."""

from dataclasses import dataclass

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)


@dataclass(frozen=True)
class Lighthouse:
    id: int
    name: str
    place: str
    built: int
    metres: int


LIGHTHOUSES = [
    Lighthouse(1, "Kõpu", "Hiiumaa", 1531, 36),
    Lighthouse(2, "Cordouan", "Gironde", 1611, 67),
    Lighthouse(3, "Eddystone", "Plymouth", 1882, 49),
    Lighthouse(4, "Bell Rock", "Angus", 1810, 35),
    Lighthouse(5, "Lindesnes", "Agder", 1915, 16),
    Lighthouse(6, "Roter Sand", "Weser", 1885, 52),
    Lighthouse(7, "La Lanterna", "Genoa", 1543, 77),
    Lighthouse(8, "Fastnet", "Cork", 1904, 54),
    Lighthouse(9, "Start Point", "Orkney", 1806, 23),
    Lighthouse(10, "Skerryvore", "Argyll", 1844, 48),
]
COLUMNS = ("name", "built", "metres")


class Sort(Event):
    sort: str


class Pick(Event):
    key: int | None
    value: bool = False


class Visit(Event):
    id: int


class TableLive(LiveView[Sort | Pick | Visit]):
    page_title = "Table"
    sort: str = "name"
    picked: frozenset[int] = frozenset()

    template = heex("""
      <h1>Table</h1>
      <ui.table
        id="lighthouses"
        rows={@lighthouses}
        caption="Lighthouses"
        sort={@sort}
        on_sort="sort"
        selected={@picked}
        on_select="pick"
        sticky
      >
        <:col :let={it} label="Name" name="name">{it.name}</:col>
        <:col :let={it} label="Place">{it.place}</:col>
        <:col :let={it} label="Built" name="built" type="number">{it.built}</:col>
        <:col :let={it} label="Height in m" name="metres" type="number">{it.metres}</:col>
        <:action :let={it}>
          <ui.button phx-click="visit" phx-value-id={it.id}>Visit <span class="sr-only">{it.name}</span></ui.button>
        </:action>
      </ui.table>
      <p id="picked">{len(@picked)} of {len(LIGHTHOUSES)} selected.</p>
      <ui.toast_group flash={@flash} />
    """)

    @property
    def lighthouses(self) -> list[Lighthouse]:
        by = self.sort.removeprefix("-")
        return sorted(LIGHTHOUSES, key=lambda it: getattr(it, by), reverse=self.sort.startswith("-"))

    async def handle_event(self, event: Sort | Pick | Visit, socket: Socket) -> None:
        match event:
            case Sort(sort):
                if sort.removeprefix("-") in COLUMNS:
                    self.sort = sort
            case Pick(key=None, value=value):
                self.picked = frozenset(it.id for it in LIGHTHOUSES) if value else frozenset()
            case Pick(key=int(key), value=value):
                self.picked = self.picked | {key} if value else self.picked - {key}
            case Pick():
                pass
            case Visit(id):
                name = next((it.name for it in LIGHTHOUSES if it.id == id), "Nobody")
                socket.put_flash("info", f"{name} expects you.")

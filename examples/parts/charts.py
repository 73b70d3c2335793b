"""Charts that move: a value each second, of which a few hundred bytes go to the browser."""

from collections.abc import Mapping
from random import Random
from typing import Any

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)

SPAN = 60
"""Seconds that are shown."""

MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
BREAD: list[float | None] = [310, 290, 334, 345, 350, 362, 301, None, 340, 366, 380, 452]
CAKES: list[float | None] = [120, 131, 160, 142, 138, 110, 90, None, 128, 150, 171, 260]


class Hold(Event): ...


class ChartsLive(LiveView[Hold]):
    """An oven's temperatures, as they come, and a bakery's year."""

    page_title = "Charts"
    running: bool = True
    second: int = 0
    above: list[float | None] = []
    below: list[float | None] = []

    template = heex("""
      <h1>Charts</h1>
      <p>
        The oven is at {f"{@above[-1]:.0f}"} °C.
        <ui.sparkline label="The oven’s last minute" values={@above} first={@second} span={SPAN} />
      </p>
      <p><button phx-click="hold">{"Hold" if @running else "Go on"}</button></p>

      <h2>Lines</h2>
      <ui.line_chart
        id="oven"
        label="The oven’s temperature"
        series={{"Above": @above, "Below": @below}}
        labels={[clock(@second + i) for i in range(SPAN)]}
        low={150}
        high={250}
        span={SPAN}
        first={@second}
        format={degrees}
      >Temperature, a value each second</ui.line_chart>

      <h2>Bars</h2>
      <ui.bar_chart
        id="sold"
        label="Sold in a year"
        series={{"Bread": BREAD, "Cakes": CAKES}}
        labels={MONTHS}
      >Sold, by month; closed in August</ui.bar_chart>

      <h2>Areas</h2>
      <ui.area_chart
        id="taken"
        label="Taken in a year"
        series={{"Bread": BREAD, "Cakes": CAKES}}
        labels={MONTHS}
        format={euros}
        stacked
      >Taken, one on top of the other</ui.area_chart>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        dice = Random(7)
        self.above = walk(dice, 220, SPAN)
        self.below = walk(dice, 200, SPAN)
        if socket.connected:
            socket.send_interval("second", 1.0)

    async def handle_event(self, event: Hold, socket: Socket) -> None:
        self.running = not self.running

    async def handle_info(self, message: object, socket: Socket) -> None:
        if self.running:
            dice = Random(self.second)
            self.second += 1
            self.above = [*self.above[1:], *walk(dice, self.above[-1] or 220, 1)]
            self.below = [*self.below[1:], *walk(dice, self.below[-1] or 200, 1)]


def walk(dice: Random, start: float, steps: int) -> list[float | None]:
    """Temperatures that go up and down by a few degrees, between 160 and 240."""
    found: list[float | None] = []
    for _ in range(steps):
        start = min(max(start + dice.uniform(-6, 6), 160), 240)
        found.append(start)
    return found


def clock(second: int) -> str:
    """A time of the day, which begins at four."""
    return f"{4 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def degrees(value: float) -> str:
    return f"{value:.0f} °C"


def euros(value: float) -> str:
    return f"{value:,.0f} €"

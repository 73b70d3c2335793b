"""A dashboard of this machine: what it does now, how that went, what wants looking at, and who is at work."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

from .alerts import LIMITS, SHARES, Alert, Share, alerts_of, value_of
from .machine import Program, Sample
from .sampler import KEPT, watch

use_in_templates(KEPT, SHARES, ui, value_of)

SHOWN = 12
"""Programs that are listed."""
Percent = Annotated[float, Meta(ge=1, le=100)]


class Limit(Event):
    """Above what an alert begins, in percent."""

    cpu: Percent = LIMITS["cpu"]
    memory: Percent = LIMITS["memory"]
    disk: Percent = LIMITS["disk"]


class Sort(Event):
    sort: str


class Pause(Event):
    """Stop the page, to read it; or go on."""


class MonitorLive(LiveView[Limit | Sort | Pause]):
    page_title = "Monitor"
    samples: list[Sample] = []
    limits: Mapping[Share, float] = LIMITS
    alerts: list[Alert] = []
    sort: str = "-cpu"
    paused: bool = False
    seen: int = 0

    template = heex("""
      <div class="monitor-head">
        <h1>This machine</h1>
        <button phx-click="pause" aria-pressed={"true" if @paused else "false"}>Pause</button>
      </div>
      <div id="alerts" role="status">
        <p :for={alert in @alerts} :key={alert.share} class="monitor-alert">
          <b>{SHARES[alert.share]}</b> has been above {f"{alert.limit:g} %"} since
          <time datetime={iso(alert.since)}>{clock(alert.since)}</time>.
        </p>
      </div>
      <dl class="monitor-gauges">
        <div :for={share, title in SHARES.items()} :key={share}>
          <dt>{title}</dt>
          <dd>
            <b>{f"{value_of(@samples[-1], share):.0f} %" if @samples else "–"}</b>
            <ui.sparkline
              values={[value_of(sample, share) for sample in @samples]}
              label={f"{title} in percent"}
            />
          </dd>
        </div>
      </dl>
      <section aria-labelledby="load-title">
        <h2 id="load-title">Processor and memory, in percent</h2>
        <ui.line_chart
          id="load"
          label="Processor and memory in the last two minutes, in percent"
          series={{"CPU": [sample.cpu for sample in @samples], "Memory": [sample.memory for sample in @samples]}}
          labels={@times}
          low={0}
          high={100}
          span={KEPT}
          first={@first}
          table={None}
        />
      </section>
      <div class="monitor-pair">
        <section aria-labelledby="disk-title">
          <h2 id="disk-title">Disk, MB per second</h2>
          <ui.area_chart
            id="disk-chart"
            label="What was read from disks and written to them in the last two minutes, in MB per second"
            series={{"read": megabytes(@samples, "read"), "written": megabytes(@samples, "written")}}
            labels={@times}
            span={KEPT}
            first={@first}
            table={None}
          />
        </section>
        <section aria-labelledby="net-title">
          <h2 id="net-title">Network, MB per second</h2>
          <ui.area_chart
            id="net-chart"
            label="What was received and sent in the last two minutes, in MB per second"
            series={{"received": megabytes(@samples, "received"), "sent": megabytes(@samples, "sent")}}
            labels={@times}
            span={KEPT}
            first={@first}
            table={None}
          />
        </section>
      </div>
      <h2>Programs</h2>
      <div class="monitor-programs">
        <ui.table
          id="programs"
          rows={@programs}
          row_key={lambda program: program.pid}
          sort={@sort}
          on_sort="sort"
        >
          <:col :let={program} label="Program" name="name">{program.name}</:col>
          <:col :let={program} label="PID" name="pid" type="number">{program.pid}</:col>
          <:col :let={program} label="CPU" name="cpu" type="number">{f"{program.cpu:.0f} %"}</:col>
          <:col :let={program} label="Memory" name="memory" type="number">{f"{program.memory / 1e6:,.0f} MB"}</:col>
          <:empty>Looking…</:empty>
        </ui.table>
      </div>
      <form id="limits" phx-change="limit">
        <ui.field
          :for={share, title in SHARES.items()}
          :key={share}
          type="number"
          name={share}
          label={f"Tell me of {title} above, %"}
          value={f"{@limits[share]:g}"}
          min="1"
          max="100"
          phx-debounce="300"
        />
      </form>
      <style :type={ColocatedCSS}>
        .monitor-head { display: flex; align-items: center; justify-content: space-between; gap: 1rem; }
        #alerts { min-height: 3rem; }
        .monitor-programs { min-height: 36rem; }
        .monitor-alert {
          margin: 0;
          padding: 0.5rem 0.75rem;
          border-inline-start: 3px solid var(--al-danger, currentColor);
        }
        .monitor-gauges, .monitor-pair {
          display: grid;
          grid-template-columns: repeat(auto-fit, minmax(min(16rem, 100%), 1fr));
          gap: 1rem;
        }
        .monitor-gauges dd { display: grid; grid-template-columns: 5.5rem 1fr; align-items: center; margin: 0; }
        .monitor-gauges b { font-size: 1.5rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
      </style>
    """)

    @property
    def first(self) -> int:
        """The number of the oldest sample: what is drawn of a sample stays with it while it moves to the left."""
        return self.seen - len(self.samples)

    @property
    def times(self) -> list[str]:
        """What stands below the charts."""
        return [clock(sample.at) for sample in self.samples]

    @property
    def programs(self) -> list[Program]:
        """Those that are the most, by what the table is sorted by."""
        programs = self.samples[-1].programs if self.samples else ()
        return sorted(programs, key=SORTS[self.sort.removeprefix("-")], reverse=self.sort.startswith("-"))[
            :SHOWN
        ]

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        if socket.connected:
            self.samples = await watch(socket.pid)
            self.seen = len(self.samples)
            self.judge(socket)

    async def handle_event(self, event: Limit | Sort | Pause, socket: Socket) -> None:
        match event:
            case Limit(cpu, memory, disk):
                self.limits = {"cpu": cpu, "memory": memory, "disk": disk}
                self.judge(socket)
            case Sort(sort):
                self.sort = sort if sort.removeprefix("-") in SORTS else "-cpu"
            case Pause():
                self.paused = not self.paused

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, Sample) and not self.paused:
            self.samples, self.seen = [*self.samples, message][-KEPT:], self.seen + 1
            self.judge(socket)

    def judge(self, socket: Socket) -> None:
        """What is above its limit; who cannot see the page is told of what is new."""
        before = {alert.share for alert in self.alerts}
        self.alerts = alerts_of(self.samples, self.limits)
        for alert in self.alerts:
            if alert.share not in before:
                socket.announce(f"{SHARES[alert.share]} is above {alert.limit:g} percent")


SORTS: Mapping[str, Callable[[Program], Any]] = {
    "name": lambda program: program.name.lower(),
    "pid": lambda program: program.pid,
    "cpu": lambda program: program.cpu,
    "memory": lambda program: program.memory,
}


def megabytes(samples: Sequence[Sample], name: str) -> list[float]:
    """A rate of each sample, in MB per second."""
    return [round(getattr(sample, name) / 1e6, 3) for sample in samples]


def clock(at: float) -> str:
    """The time of day, in UTC."""
    return time.strftime("%H:%M:%S", time.gmtime(at))


def iso(at: float) -> str:
    """The same for machines."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))

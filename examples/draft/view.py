"""A long form, one part after the other: what was entered is kept in the page, and outlives every view and server."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from datetime import date
from typing import Any

import trio
from msgspec.structs import replace

from actorlive import Event, Kept, LiveView, Socket, heex, use_in_templates
from examples.draft.report import WEATHERS, Report, Weather

STEPS = ("Where and when", "Birds", "Notes", "Send")
NOTHING = Report()

SPARED = "GALLERY_HAS_OTHERS"
"""In the environment where this process is one of several and may be killed: `make run-cluster` says so."""
AGE = 6.0
"""Seconds that a view has been there before its process may be killed: five deaths within ten end the server."""

use_in_templates(STEPS, WEATHERS)


class Go(Event):
    step: int


class Where(Event):
    place: str = ""
    day: date | None = None
    weather: Weather = "dry"


class Bird(Event):
    bird: str
    count: int = 1


class Raise(Event):
    place: int


class Remove(Event):
    place: int


class Notes(Event):
    notes: str = ""


class Submit(Event): ...


class End(Event): ...


class Kill(Event): ...


class Answered:
    """The page has heard that its process will be killed, and is not left to wonder."""


DraftEvent = Go | Where | Bird | Raise | Remove | Notes | Submit | End | Kill


class DraftLive(LiveView[DraftEvent]):
    page_title = "A draft"
    step: Kept[int] = 0
    report: Kept[Report] = NOTHING
    sent: int = 0
    """How many birds the report had that was sent last; not kept, for it is done."""
    since: float = 0.0
    process: int | None = None
    """Which process shows the page, where others stand by; not kept, for the next one is another."""

    template = heex("""
      <h1>A walk along the coast</h1>
      <nav aria-label="Parts of the report" class="row">
        <button
          :for={n, title in enumerate(STEPS)}
          id={f"step-{n}"}
          class={n == @step and "primary"}
          aria-current={"step" if n == @step else None}
          phx-click="go"
          phx-value-step={n}
        >{title}</button>
      </nav>
      {% if @step == 0 %}
        <form id="where" phx-change="where" phx-submit="go">
          <label for="place">Place</label>
          <input id="place" name="place" value={@report.place} phx-debounce="200" />
          <label for="day">Day</label>
          <input id="day" name="day" type="date" value={@report.day} />
          <label for="weather">Weather</label>
          <select id="weather" name="weather">
            <option :for={kind in WEATHERS} value={kind} selected={kind == @report.weather}>{kind}</option>
          </select>
          <input type="hidden" name="step" value="1" />
        </form>
      {% elif @step == 1 %}
        <form id="bird" phx-submit="bird" phx-auto-recover="ignore">
          <label for="bird-name">Bird</label>
          <input id="bird-name" name="bird" required />
          <label for="bird-count">How many</label>
          <input id="bird-count" name="count" type="number" min="1" value="1" />
          <button>Add</button>
        </form>
        <ol id="birds" class="rows">
          <li :for={n, seen in enumerate(@report.sightings)} id={f"bird-{n}"}>
            <span>{seen.count} × {seen.bird}</span>
            <button :if={n} phx-click="raise" phx-value-place={n} aria-label={f"{seen.bird} one up"}>↑</button>
            <button phx-click="remove" phx-value-place={n} aria-label={f"Remove {seen.bird}"}>×</button>
          </li>
        </ol>
      {% elif @step == 2 %}
        <form id="notes" phx-change="notes">
          <label for="text">Notes</label>
          <textarea id="text" name="notes" rows="8" phx-debounce="200">{@report.notes}</textarea>
        </form>
      {% else %}
        <section id="send">
          <p :if={@lacking}>Still missing: {", ".join(@lacking)}.</p>
          <p>
            {len(@report.sightings)} kinds of birds at {@report.place or "a place without a name"},
            {len(@report.notes.split())} words of notes.
          </p>
          <button class="primary" phx-click="submit" disabled={bool(@lacking)}>Send the report</button>
        </section>
      {% endif %}
      <p id="sent" role="status">{f"Sent, with {@sent} kinds of birds. Thank you." if @sent else ""}</p>
      <section aria-labelledby="harm">
        <h2 id="harm">What could go wrong</h2>
        <p class="quiet">
          Part, birds and notes are kept in this page. End the view that shows it: the next one has them back. Without
          the network go on entering: it is done when that is back, once.
        </p>
        <div class="row">
          <button id="cut" phx-hook=".Cut">Cut the network for five seconds</button>
          <button class="danger" phx-click="end">End the view</button>
          <button :if={@process} class="danger" phx-click="kill">Kill process {@process}</button>
        </div>
      </section>
      <script :type={ColocatedHook} name=".Cut">
        export default {
          mounted() {
            this.el.addEventListener("click", () => window.actorlive.latency.cut(5000));
          },
        };
      </script>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.process = os.getpid() if SPARED in os.environ else None
        self.since = trio.current_time()

    @property
    def lacking(self) -> list[str]:
        return self.report.lacks()

    async def handle_event(self, event: DraftEvent, socket: Socket) -> None:
        match event:
            case Go(step):
                self.step = min(max(step, 0), len(STEPS) - 1)
            case Where(place, day, weather):
                self.report = replace(self.report, place=place, day=day, weather=weather)
            case Bird(bird, count):
                self.report = self.report.seen(bird, count)
            case Raise(place):
                self.report = self.report.raised(place)
            case Remove(place):
                self.report = self.report.without(place)
            case Notes(notes):
                self.report = replace(self.report, notes=notes)
            case Submit():
                self.submit()
            case End():
                raise RuntimeError("ended; what was entered comes back with the next view")
            case Kill():
                self.kill(socket)

    def kill(self, socket: Socket) -> None:
        """Have the process killed behind the answer to this event, if others stand by."""
        if SPARED in os.environ and trio.current_time() > self.since + AGE:
            socket.send_after(Answered(), 0.2)

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, Answered):
            os.kill(os.getpid(), signal.SIGKILL)

    def submit(self) -> None:
        """Send the report, and begin another one."""
        if not self.report.lacks():
            self.sent, self.report, self.step = len(self.report.sightings), NOTHING, 0

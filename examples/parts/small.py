"""What a page needs here and there: how far something is, who somebody is, which page this is, and nothing at all."""

from collections.abc import Mapping
from typing import Any

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)

PEOPLE = ["Ada King", "Grace Hopper", "李小龙", "Ёжик", "Ole-Johan Dahl"]
FILES = 12
PAGES = 20


class NextFile(Event): ...


class StartAgain(Event): ...


class SmallLive(LiveView[NextFile | StartAgain]):
    """The small parts, each as it is used."""

    page_title = "Small parts"
    done: int = 3
    page: int = 1

    template = heex("""
      <h1>Small parts</h1>

      <h2>Progress</h2>
      <ui.progress
        label="Files"
        value={@done}
        max={FILES}
        text={f"{@done} of {FILES} files"}
        id="files"
      />
      <ui.progress label="Asking the mill" value={None} text="no answer yet" />
      <div role="group">
        <button phx-click="next_file">Next file</button>
        <button phx-click="start_again">Start again</button>
      </div>

      <h2>Avatars</h2>
      <p>
        {% for name in PEOPLE %}<ui.avatar name={name} size="large" /> {% endfor %}
      </p>

      <h2>Pages</h2>
      <p id="where">Page {@page} of {PAGES}</p>
      <ui.pagination page={@page} pages={PAGES} patch="/parts/small" />

      <h2>Nothing to show</h2>
      <ui.empty_state title="No loaves yet">
        <p>The oven is warm. What is baked will stand here.</p>
        <:action><button class="primary" phx-click="next_file">Bake one</button></:action>
      </ui.empty_state>
    """)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        asked = params.get("page")
        self.page = int(asked) if isinstance(asked, str) and asked.isdecimal() and len(asked) < 5 else 1

    async def handle_event(self, event: NextFile | StartAgain, socket: Socket) -> None:
        match event:
            case NextFile():
                self.done = min(self.done + 1, FILES)
            case StartAgain():
                self.done = 0

"""Markdown of anybody, as it is typed or as it comes, and code in colours."""

from typing import Annotated

from msgspec import Meta

from actorlive import Event, LiveView, Socket, heex, ui, use_in_templates

use_in_templates(ui)

PAUSE = 0.05
"""Seconds between two words."""

LETTER = '''\
# Rye bread

Three days, **three rises**, and nothing but *rye*, water and salt. It is [said](https://example.org/rye) to keep
for a month, and there is a ![picture](https://example.org/rye.jpg) of it.

| day | flour | water |
|-----|------:|------:|
| 1   | 100 g | 100 g |
| 2   | 300 g | 250 g |

1. Mix, and wait.
2. Mix again:
   > patience is most of it.

```python
def loaves(flour: int) -> int:
    """How many loaves that makes."""
    return flour // 400  # grams
```

<script>alert("This is text.")</script> And [this](javascript:alert(1)) is no link.
'''

COUNTER = """\
class CounterLive(LiveView[Inc]):
    count: int = 0

    async def handle_event(self, event: Inc, socket: Socket) -> None:
        self.count += 1
"""


class Write(Event):
    text: Annotated[str, Meta(max_length=5000)] = ""


class Tell(Event): ...


class TextLive(LiveView[Write | Tell]):
    """A text, and what it is as a part of the page."""

    page_title = "Markdown and code"
    text: str = LETTER
    telling: bool = False

    template = heex("""
      <h1>Markdown and code</h1>
      <form id="letter" phx-change="write">
        <label>
          Write some Markdown <textarea name="text" rows="12" phx-debounce="100">{@text}</textarea>
        </label>
      </form>
      <p><button phx-click="tell" disabled={@telling}>Tell it word by word</button></p>
      <ui.markdown text={@text} id="shown" aria-busy={@telling and "true"} />

      <h2>Code</h2>
      <ui.code text={COUNTER} language="python" label="A counter" />
    """)

    async def handle_event(self, event: Write | Tell, socket: Socket) -> None:
        match event:
            case Write(text):
                self.text = text
            case Tell() if not self.telling:
                self.text, self.telling = "", True
                socket.send_after(0, PAUSE)
            case Tell():
                pass

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case int(told):
                end = LETTER.find(" ", told + 1)
                self.telling = end >= 0
                self.text = LETTER[:end] if self.telling else LETTER
                if self.telling:
                    socket.send_after(end, PAUSE)
            case _:
                pass

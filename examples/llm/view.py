"""A conversation with a language model: its answer comes as Markdown, while it is being thought of.

A task sends the view each piece as a message. Stop cancels the task, and with it the request that it has at the model's
server; another question does the same. What was said is kept for its visitor, and can be gone back to.
"""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any

from msgspec import Meta
from quart import abort

from actorlive import (
    Event,
    Exit,
    LiveView,
    Ok,
    Pid,
    Ref,
    Shutdown,
    Socket,
    heex,
    make_ref,
    send,
    ui,
    url_for,
    use_in_templates,
)

from . import history
from .history import Chat, ChatsChanged, Turn
from .models import MODELS

use_in_templates(MODELS, ui)

LONGEST = 20_000
"""Characters of an answer: a model that does not end is ended."""
Question = Annotated[str, Meta(max_length=2000)]


class Draft(Event):
    question: Question = ""
    model: str = ""


class Ask(Event):
    question: Question
    model: str = ""


class Stop(Event): ...


class Retry(Event):
    """Think again about the last question."""


class Forget(Event):
    id: int


LlmEvent = Draft | Ask | Stop | Retry | Forget


@dataclass(frozen=True)
class Piece:
    """A few characters of the answer that `ref` stands for."""

    ref: Ref
    text: str


class LlmLive(LiveView[LlmEvent]):
    page_title = "Ask a model"
    visitor: str
    chats: list[Chat] = []
    chat: Chat | None = None
    turns: list[Turn] = []
    model: str = next(iter(MODELS))
    draft: str = ""
    answering: Ref | None = None
    answer: str = ""

    template = heex("""
      <h1>Ask a model</h1>
      <div class="llm">
        <nav aria-label="Conversations">
          <.link patch={url_for(LlmLive)} aria-current={None if @chat else "page"}>New conversation</.link>
          <ul>
            <li :for={chat in @chats} :key={chat.id}>
              <.link
                patch={url_for(LlmLive, id=chat.id)}
                aria-current={"page" if @chat and chat.id == @chat.id else None}
              >{chat.title}</.link>
              <button phx-click="forget" phx-value-id={chat.id} aria-label={f"Forget “{chat.title}”"}>×</button>
            </li>
          </ul>
        </nav>
        <div>
          <p :if={not @turns}>
            The keeper of the light has read one book; ask about the lamp, the sea, the letters or the cat. The
            typesetter knows no answers, but Markdown.
          </p>
          <div id="turns">
            <section
              :for={turn in @turns}
              :key={turn.id}
              class={["llm-turn", turn.who]}
              aria-label={"You" if turn.who == "visitor" else "Answer"}
            >
              {% if turn.who == "visitor" %}
                <p>{turn.text}</p>
              {% else %}
                <ui.markdown text={turn.text} heading={2} />
                <p :if={turn.note} class="llm-note">{turn.note}</p>
              {% endif %}
            </section>
          </div>
          <section
            :if={@answering}
            id="answer"
            class="llm-turn model"
            aria-label="Answer"
            aria-busy="true"
          >
            <ui.markdown text={@answer} heading={2} />
          </section>
          <form id="ask" phx-change="draft" phx-submit="ask">
            <ui.field
              type="textarea"
              name="question"
              label="Question"
              value={@draft}
              rows="2"
              maxlength="2000"
              required
            />
            <ui.field
              type="select"
              name="model"
              label="Model"
              options={[(model.title, name) for name, model in MODELS.items()]}
              value={@model}
            />
            <div role="group">
              <ui.button type="submit">Ask</ui.button>
              <ui.button :if={@answering} kind="danger" phx-click="stop">Stop</ui.button>
              <ui.button :if={@turns and not @answering} phx-click="retry">Try again</ui.button>
            </div>
          </form>
        </div>
      </div>
      <style :type={ColocatedCSS}>
        .llm { display: grid; grid-template-columns: minmax(10rem, 14rem) minmax(0, 1fr); gap: 2rem; }
        .llm nav ul { padding: 0; }
        .llm nav li > a { flex: 1; min-width: 0; overflow-wrap: anywhere; }
        .llm-turn { margin-block: 1rem; overflow-wrap: anywhere; }
        .llm-turn.visitor {
          margin-inline-start: 15%;
          padding: 0.5rem 1rem;
          border-radius: 12px;
          background: var(--al-sunken, #8881);
        }
        .llm-turn.visitor p { margin: 0; white-space: pre-wrap; }
        .llm-note { color: var(--al-soft, inherit); }
        #answer { min-height: 4rem; }
        @media (max-width: 45rem) { .llm { grid-template-columns: minmax(0, 1fr); } }
      </style>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        self.visitor = session["llm"]
        socket.subscribe(history.topic(self.visitor))
        self.chats = await history.chats(self.visitor)

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        id = params.get("id")
        if id == (self.chat.id if self.chat else None):
            return  # the conversation that is under way; it has just got its number, perhaps
        await self.settle("You went on.", socket)
        self.chat, self.turns = None, []
        if id is not None:
            found = await history.find(self.visitor, id)
            if found is None:
                abort(404)
            self.chat, self.turns = found
        self.page_title = self.chat.title if self.chat else "Ask a model"

    async def handle_event(self, event: LlmEvent, socket: Socket) -> None:
        match event:
            case Draft(question, model):
                self.draft, self.model = question, model if model in MODELS else self.model
            case Ask(question, model) if question.strip():
                self.model = model if model in MODELS else self.model
                await self.ask(question.strip(), socket)
            case Stop():
                await self.settle("Stopped.", socket)
            case Retry() if self.turns and not self.answering:
                await self.retry(socket)
            case Forget(id):
                await self.forget(id, socket)
            case _:
                pass

    async def ask(self, question: str, socket: Socket) -> None:
        await self.settle("You asked something else.", socket)
        if self.chat is None:
            self.chat = await history.begin(self.visitor, question[:60])
            self.page_title = self.chat.title
            socket.push_patch(url_for(LlmLive, id=self.chat.id))
        if await self.note_down("visitor", question):
            self.draft = ""
            self.think(socket)

    def think(self, socket: Socket) -> None:
        self.answering, self.answer = make_ref(), ""
        socket.start_async("answer", tell, socket.pid, self.answering, self.model, self.turns)

    async def retry(self, socket: Socket) -> None:
        *before, last = self.turns
        if last.who == "model":
            await history.unsay(last)
            self.turns = before
        self.think(socket)

    async def settle(self, note: str, socket: Socket) -> None:
        """An answer that is under way is as long as it is. What its task has sent before it ended counts no more."""
        if self.answering:
            socket.cancel_async("answer")
            self.answering = None
            await self.note_down("model", self.answer, note)

    async def note_down(self, who: history.Who, text: str, note: str = "") -> bool:
        """Keep what was said, unless the conversation was forgotten meanwhile, in another tab."""
        turn = await history.say(self.chat, who, text, note) if self.chat else None
        if turn:
            self.turns = [*self.turns, turn]
        return turn is not None

    async def forget(self, id: int, socket: Socket) -> None:
        if self.chat and self.chat.id == id:
            socket.cancel_async("answer")
            self.answering = None
            socket.push_patch(url_for(LlmLive))
        await history.delete(self.visitor, id)

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case Piece(ref, text) if ref == self.answering:  # else it comes from an answer that has ended
                self.answer += text
                if len(self.answer) > LONGEST:
                    await self.settle("That is enough.", socket)
            case ChatsChanged():
                self.chats = await history.chats(self.visitor)
            case _:
                pass

    async def handle_async(self, name: object, result: Ok[object] | Exit, socket: Socket) -> None:
        if self.answering is None:
            return  # it was stopped, and is written down
        self.answering = None
        match result:
            case Ok():
                await self.note_down("model", self.answer)
                socket.announce("The answer is there")
            case Exit(reason):
                why = (
                    "Stopped."
                    if isinstance(reason, Shutdown)
                    else f"The model has failed: {type(reason).__name__}"
                )
                await self.note_down("model", self.answer, why)


async def tell(view: Pid, ref: Ref, model: str, turns: Sequence[Turn]) -> None:
    """Send the view the answer, piece by piece."""
    async with aclosing(MODELS[model].answer(turns)) as pieces:
        async for text in pieces:
            send(view, Piece(ref, text))

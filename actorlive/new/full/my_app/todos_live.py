"""The page with the list: a view, and a component for each row."""

from collections.abc import Mapping
from typing import Annotated, Any

from actorlive import Event, LiveComponent, LiveView, Socket, heex
from msgspec import Meta

from my_app import todo_list
from my_app.accounts import User
from my_app.todo_list import Todo, TodosChanged

Title = Annotated[str, Meta(max_length=200)]


class Check(Event):
    value: bool = False


class Edit(Event): ...


class Cancel(Event): ...


class Retype(Event):
    title: Title = ""


class Rename(Event):
    title: Title


class Remove(Event): ...


RowEvent = Check | Edit | Cancel | Retype | Rename | Remove


class TodoRow(LiveComponent[RowEvent]):
    """One row. That it is being edited, and what is typed, is its own."""

    user: User
    todo: Todo
    typed: str | None = None

    template = heex("""
      <li id={f"todo-{@todo.id}"}>
        {% if @typed is None %}
          <label>
            <input type="checkbox" checked={@todo.done} phx-click="check" phx-target={@myself} />
            {% if @todo.done %}<s>{@todo.title}</s>{% else %}{@todo.title}{% endif %}
          </label>
          <button phx-click="edit" phx-target={@myself} aria-label={f"Edit {@todo.title}"}>✎</button>
          <button phx-click="remove" phx-target={@myself} aria-label={f"Remove {@todo.title}"}>×</button>
        {% else %}
          <form id={f"edit-{@todo.id}"} phx-change="retype" phx-submit="rename" phx-target={@myself}>
            <input
              name="title"
              value={@typed}
              aria-label="Title"
              maxlength="200"
              required
              phx-mounted={JS.focus()}
              phx-keydown="cancel"
              phx-key="Escape"
              phx-target={@myself}
            />
            <button>Save</button>
          </form>
        {% endif %}
      </li>
    """)

    async def handle_event(self, event: RowEvent, socket: Socket) -> None:
        match event:
            case Check(done):
                await todo_list.check(self.user, self.todo.id, done)
            case Edit():
                self.typed = self.todo.title
            case Cancel():
                self.typed = None
            case Retype(title):
                self.typed = title
            case Rename(title):
                self.typed = None
                if title.strip():
                    await todo_list.rename(self.user, self.todo.id, title.strip())
            case Remove():
                await todo_list.remove(self.user, self.todo.id)


class Draft(Event):
    title: Title = ""


class Add(Event):
    title: Title


class TodosLive(LiveView[Draft | Add]):
    page_title = "To do"
    user: User
    todos: list[Todo] = []
    draft: str = ""

    template = heex("""
      <h1>To do</h1>
      <form id="add" phx-change="draft" phx-submit="add">
        <input
          name="title"
          value={@draft}
          aria-label="What needs doing?"
          placeholder="What needs doing?"
          maxlength="200"
          autocomplete="off"
        />
        <button>Add</button>
      </form>
      <ul aria-label="To do">
        <.live_component
          :for={todo in @todos}
          :key={todo.id}
          module={TodoRow}
          id={todo.id}
          user={@user}
          todo={todo}
        />
      </ul>
      <p role="status">
        <small>
          {% if @todos %}{@left} of {len(@todos)} to do.{% else %}Nothing to do yet.{% endif %}
        </small>
      </p>
    """)

    @property
    def left(self) -> int:
        return sum(not todo.done for todo in self.todos)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(todo_list.topic(self.user))
        self.todos = await todo_list.load(self.user)

    async def handle_event(self, event: Draft | Add, socket: Socket) -> None:
        match event:
            case Draft(title):
                self.draft = title
            case Add(title):
                self.draft = ""
                if title.strip():
                    await todo_list.add(self.user, title.strip())

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, TodosChanged):
            self.todos = await todo_list.load(self.user)

"""One issue: what it is, who does it, and what people say about it, as they say it."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from msgspec import Meta
from quart import abort

from actorlive import Event, Gap, LiveView, Rejected, Socket, Stream, heex, ui, use_in_templates

from . import accounts, issues
from .accounts import User
from .auth import HOME
from .database import transaction
from .frame import status_of
from .issues import ISSUES, Comment, CommentDeleted, Commented, Issue, IssueChanged, IssueDeleted, Status

use_in_templates(HOME, status_of, ui)

Text = Annotated[str, Meta(max_length=4000)]


class Move(Event):
    id: int
    status: Status
    seen: int


class Assign(Event):
    assignee: str = ""


class Edit(Event): ...


class Cancel(Event): ...


class Retype(Event):
    title: Annotated[str, Meta(max_length=200)] = ""
    text: Text = ""


class Save(Event):
    title: Annotated[str, Meta(max_length=200)]
    text: Text = ""


class Draft(Event):
    comment: Text = ""


class Say(Event):
    comment: Text


class TakeBack(Event):
    id: int


IssueEvent = Move | Assign | Edit | Cancel | Retype | Save | Draft | Say | TakeBack


class IssueLive(LiveView[IssueEvent]):
    user: User
    issue: Issue
    people: list[User] = []
    typed: Retype | None = None
    draft: str = ""
    gone: bool = False
    comments: Stream[Comment]

    template = heex("""
      {% if @gone %}
        <h1>{@issue.title}</h1>
        <p role="alert">This issue was deleted. <.link navigate={HOME}>All issues</.link></p>
      {% elif @typed is not None %}
        <h1>Edit no. {@issue.id}</h1>
        <form id="edit" phx-change="retype" phx-submit="save">
          <label>
            Title <input
              name="title"
              value={@typed.title}
              maxlength="200"
              required
              phx-mounted={JS.focus()}
            />
          </label>
          <label>What it is <textarea name="text" rows="6" maxlength="4000">{@typed.text}</textarea></label>
          <div role="group">
            <ui.button type="submit" pending="Saving…">Save</ui.button>
            <ui.button phx-click="cancel">Cancel</ui.button>
          </div>
        </form>
      {% else %}
        <h1>{@issue.title}</h1>
        <p>No. {@issue.id}, opened by {@issue.author.name}</p>
        <p :if={@issue.text} class="tracker-text">{@issue.text}</p>
        <p><ui.button phx-click="edit">Edit</ui.button></p>
        <.status_of issue={@issue} />
        <form id="assign" phx-change="assign">
          <ui.field
            type="select"
            name="assignee"
            label="Assigned to"
            prompt="Nobody"
            options={[(one.name, one.id) for one in @people]}
            value={@issue.assignee.id if @issue.assignee else None}
          />
        </form>
      {% endif %}
      <h2 id="comments-title">Comments</h2>
      <ol id="comments" phx-update="stream" aria-labelledby="comments-title" class="tracker-comments">
        <li :for={dom_id, comment in @streams.comments} id={dom_id}>
          <div>
            <b>{comment.author.name}</b>
            <time datetime={comment.at.isoformat() + "Z"}>{f"{comment.at:%d %b, %H:%M} UTC"}</time>
            <p>{comment.text}</p>
          </div>
          <button
            :if={comment.author == @user}
            phx-click="take_back"
            phx-value-id={comment.id}
            aria-label="Delete this comment"
          >×</button>
        </li>
      </ol>
      <form :if={not @gone} id="say" phx-change="draft" phx-submit="say">
        <ui.field
          type="textarea"
          name="comment"
          label="Your comment"
          value={@draft}
          rows="3"
          maxlength="4000"
          required
        />
        <ui.button type="submit" pending="Sending…">Comment</ui.button>
      </form>
      <style :type={ColocatedCSS}>
        .tracker-text, .tracker-comments p { white-space: pre-wrap; overflow-wrap: anywhere; }
        .tracker-comments > li { align-items: start; }
        .tracker-comments > li > div { flex: 1; min-width: 0; }
      </style>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        id = params["id"]
        socket.subscribe(ISSUES)  # before the first look: nothing falls between the two
        socket.subscribe(issues.topic(id))
        self.people = await transaction(accounts.everybody)
        if not await self.load(id, socket):
            abort(404)

    async def load(self, id: int, socket: Socket) -> bool:
        """Read it all from the database; False where there is no such issue."""
        found = await transaction(partial(issues.find, id=id))
        if found:
            self.issue, self.page_title = found, found.title
            said = await transaction(partial(issues.comments_of, id=id))
            socket.stream("comments", said, reset=True)
        return found is not None

    async def handle_event(self, event: IssueEvent, socket: Socket) -> None:
        match event:
            case Move(status=status, seen=seen):
                await self.change(partial(issues.move, id=self.issue.id, status=status, seen=seen))
            case Assign(assignee):
                chosen = next((one.id for one in self.people if str(one.id) == assignee), None)
                seen = self.issue.version
                await self.change(partial(issues.assign, id=self.issue.id, assignee=chosen, seen=seen))
            case Edit():
                self.typed = Retype(self.issue.title, self.issue.text)
            case Cancel():
                self.typed = None
            case Retype():
                self.typed = event
            case Save(title, text):
                await self.save(title.strip(), text.strip(), socket)
            case Draft(comment):
                self.draft = comment
            case Say(comment):
                await self.say(comment.strip(), socket)
            case TakeBack(id):
                await self.take_back(id, socket)

    async def change(self, work: Any) -> None:
        self.issue = await transaction(work)
        issues.tell(IssueChanged(self.issue))

    async def save(self, title: str, text: str, socket: Socket) -> None:
        if not title:
            raise Rejected("An issue needs a title.")
        seen = self.issue.version
        await self.change(partial(issues.edit, id=self.issue.id, title=title, text=text, seen=seen))
        self.typed, self.page_title = None, title
        socket.announce("Saved")

    async def say(self, text: str, socket: Socket) -> None:
        if not text:
            raise Rejected("There is nothing in it.")
        said = await transaction(partial(issues.comment, id=self.issue.id, author=self.user, text=text))
        self.draft = ""
        issues.tell(Commented(said))  # this page hears it as all others do

    async def take_back(self, id: int, socket: Socket) -> None:
        if await transaction(partial(issues.delete_comment, id=id, author=self.user)):
            issues.tell(CommentDeleted(id, self.issue.id))

    async def handle_info(self, message: object, socket: Socket) -> None:
        match message:
            case IssueChanged(issue) if issue.id == self.issue.id:
                self.issue, self.page_title = issue, issue.title
            case IssueDeleted(id) if id == self.issue.id:
                self.gone = True
            case Commented(comment):
                socket.stream_insert("comments", comment)
                socket.announce(f"{comment.author.name} has commented")
            case Gap():  # something may have been lost on its way
                self.gone = not await self.load(self.issue.id, socket)
            case CommentDeleted(id):
                socket.stream_delete_by_dom_id("comments", f"comments-{id}")
            case _:
                pass

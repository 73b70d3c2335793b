"""The list: what it shows is in the URL, and it is as new as the last change that anybody made."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from msgspec import Meta

from actorlive import Event, Gap, LiveView, Rejected, Socket, Stale, heex, ui, url_for, use_in_templates

from . import issues
from .accounts import User
from .database import transaction
from .frame import status_of
from .issue_live import IssueLive
from .issues import ISSUES, STATUSES, Filter, Issue, IssueChanged, IssueDeleted, Page, Status

use_in_templates(STATUSES, IssueLive, status_of, ui)

WHOSE = {"Me": "me", "Nobody": "nobody"}
Title = Annotated[str, Meta(max_length=200)]


class Choose(Event):
    """The filter, as it stands in its form."""

    q: Annotated[str, Meta(max_length=100)] = ""
    status: str = ""
    whose: str = ""


class Draft(Event):
    title: Title = ""


class Add(Event):
    title: Title


class Move(Event):
    id: int
    status: Status
    seen: int


class Delete(Event):
    id: int


class Undo(Event): ...


ListEvent = Choose | Draft | Add | Move | Delete | Undo


class ListLive(LiveView[ListEvent]):
    page_title = "Issues"
    user: User
    wanted: Filter = Filter()
    page: Page = Page([], 0)
    draft: str = ""
    leaving: tuple[Issue, ...] = ()

    template = heex("""
      <h1>Issues</h1>
      <form id="new-issue" phx-change="draft" phx-submit="add">
        <input
          name="title"
          value={@draft}
          aria-label="What is to be done?"
          placeholder="What is to be done?"
          maxlength="200"
          autocomplete="off"
          required
        />
        <button phx-disable-with="Opening…">Open an issue</button>
      </form>
      <form id="filter" role="search" phx-change="choose" phx-submit="choose">
        <ui.field
          type="search"
          name="q"
          label="Title contains"
          value={@wanted.q}
          maxlength="100"
          phx-debounce="200"
        />
        <ui.field
          type="select"
          name="status"
          label="Status"
          prompt="Any"
          options={[(title, status) for status, title in STATUSES.items()]}
          value={@wanted.status}
        />
        <ui.field
          type="select"
          name="whose"
          label="Assigned to"
          prompt="Anybody"
          options={WHOSE}
          value={@wanted.whose}
        />
      </form>
      <div id="undo" role="status">
        <p :if={@leaving}>“{@leaving[-1].title}” will be deleted. <button phx-click="undo">Undo</button></p>
      </div>
      <p :if={not @page.issues} id="nothing">Nothing fits. <.link patch={url_for(ListLive)}>Show all issues</.link></p>
      <ui.table :if={@page.issues} id="issues" rows={@shown}>
        <:col :let={issue} label="Title">
          <.link navigate={url_for(IssueLive, id=issue.id)}>{issue.title}</.link>
        </:col>
        <:col :let={issue} label="Assigned to">{issue.assignee.name if issue.assignee else "–"}</:col>
        <:col :let={issue} label="Comments" type="number">{issue.comments}</:col>
        <:col :let={issue} label="Status"><.status_of issue={issue} /></:col>
        <:action :let={issue}>
          <button phx-click="delete" phx-value-id={issue.id} aria-label={f"Delete {issue.title}"}>×</button>
        </:action>
      </ui.table>
      <nav :if={@page.pages > 1} aria-label="Pages">
        <ul>
          <li :for={number in range(1, @page.pages + 1)}>
            <.link
              patch={url_for(ListLive, **@wanted.query(page=number if number > 1 else None))}
              aria-current={"page" if number == @wanted.page else None}
            >{number}</.link>
          </li>
        </ul>
      </nav>
    """)

    @property
    def shown(self) -> list[Issue]:
        """The page without the issues that are about to go."""
        leaving = {issue.id for issue in self.leaving}
        return [issue for issue in self.page.issues if issue.id not in leaving]

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.subscribe(ISSUES)  # before the first look: nothing falls between the two

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        asked = (params.get(name, "") for name in ("q", "status", "whose", "page"))
        self.wanted = Filter.read(*asked)
        await self.load()

    async def load(self) -> None:
        self.page = await transaction(partial(issues.find_all, user=self.user, wanted=self.wanted))

    async def handle_event(self, event: ListEvent, socket: Socket) -> None:
        match event:
            case Choose(q, status, whose):
                wanted = Filter.read(q, status, whose)
                socket.push_patch(url_for(ListLive, **wanted.query()), replace=True)
            case Draft(title):
                self.draft = title
            case Add(title):
                await self.add(title.strip(), socket)
            case Move(id, status, seen):
                issue = await transaction(partial(issues.move, id=id, status=status, seen=seen))
                issues.tell(IssueChanged(issue))
                await self.load()
            case Delete(id):
                self.delete(id, socket)
            case Undo() if self.leaving:
                *others, last = self.leaving
                socket.undo(("delete", last.id))
                self.leaving = tuple(others)
            case Undo():
                pass  # the five seconds were over

    async def add(self, title: str, socket: Socket) -> None:
        if not title:
            raise Rejected("An issue needs a title.")
        issue = await transaction(partial(issues.open_issue, author=self.user, title=title))
        self.draft = ""
        issues.tell(IssueChanged(issue))
        socket.announce(f"{title} is opened")
        await self.load()

    def delete(self, id: int, socket: Socket) -> None:
        issue = next((issue for issue in self.shown if issue.id == id), None)
        if issue:
            self.leaving = (*self.leaving, issue)
            socket.undoable(("delete", id), partial(self.commit_delete, id))

    async def commit_delete(self, id: int) -> None:
        await transaction(partial(issues.delete_issue, id=id))
        issues.tell(IssueDeleted(id))
        self.leaving = tuple(issue for issue in self.leaving if issue.id != id)
        await self.load()

    async def handle_stale(self, stale: Stale[Any], socket: Socket) -> None:
        await self.load()

    async def handle_info(self, message: object, socket: Socket) -> None:
        if isinstance(message, IssueChanged | IssueDeleted | Gap):
            await self.load()

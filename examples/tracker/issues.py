"""What there is to do: issues and what is said about them.

The functions with a session run in a thread, one transaction each (`database.transaction`). Whoever changes something
tells it afterwards: `tell(…)`, after the commit.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session, joinedload

from actorlive import Message, Rejected, Stale, pubsub

from .accounts import User, user_of
from .database import CommentRow, IssueRow

Status = Literal["open", "doing", "done"]
STATUSES: dict[Status, str] = {"open": "Open", "doing": "In work", "done": "Done"}
Whose = Literal["", "me", "nobody"]
ISSUES = "tracker"
"""The topic of changes of any issue."""
PER_PAGE = 20


@dataclass(frozen=True)
class Issue:
    id: int
    title: str
    text: str
    status: Status
    author: User
    assignee: User | None
    comments: int
    version: int


@dataclass(frozen=True)
class Comment:
    id: int
    issue: int
    author: User
    text: str
    at: dt.datetime


class IssueChanged(Message, name="tracker.issue_changed"):
    """Sent to `ISSUES`: it is new, or not what it was."""

    issue: Issue


class IssueDeleted(Message, name="tracker.issue_deleted"):
    """Sent to `ISSUES`."""

    id: int


class Commented(Message, name="tracker.commented"):
    """Sent to the issue's own topic."""

    comment: Comment


class CommentDeleted(Message, name="tracker.comment_deleted"):
    """Sent to the issue's own topic."""

    id: int
    issue: int


@dataclass(frozen=True)
class Filter:
    """What the list shows. It is what stands in the URL."""

    q: str = ""
    status: Status | None = None
    whose: Whose = ""
    page: int = 1

    @staticmethod
    def read(q: object = "", status: object = "", whose: object = "", page: object = 1) -> "Filter":
        """Take what a URL or a form says, as far as it means anything."""
        number = int(page) if isinstance(page, str) and page.isdecimal() and len(page) < 6 else 1
        return Filter(
            q[:100] if isinstance(q, str) else "",
            next((known for known in get_args(Status) if known == status), None),
            next((known for known in get_args(Whose) if known == whose), ""),
            max(1, number),
        )

    def query(self, **changed: object) -> dict[str, object]:
        """The parameters of its URL; what goes without saying is left out."""
        page = None if self.page == 1 else self.page
        said = {"q": self.q or None, "status": self.status, "whose": self.whose or None, "page": page}
        return said | changed


@dataclass(frozen=True)
class Page:
    issues: Sequence[Issue]
    count: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.count // PER_PAGE))


def topic(issue: int) -> str:
    """Where one hears what is said about an issue."""
    return f"{ISSUES}:{issue}"


def tell(message: IssueChanged | IssueDeleted | Commented | CommentDeleted) -> None:
    """Tell all pages that are concerned."""
    match message:
        case Commented(comment):
            pubsub.broadcast(topic(comment.issue), message)
        case CommentDeleted(issue=issue):
            pubsub.broadcast(topic(issue), message)
        case _:
            pubsub.broadcast(ISSUES, message)


def find_all(session: Session, user: User, wanted: Filter) -> Page:
    """One page of the issues that fit, the newest first."""
    where = _conditions(user, wanted)
    count = session.scalar(select(func.count()).select_from(IssueRow).where(*where)) or 0
    last = max(1, -(-count // PER_PAGE))
    first = (min(wanted.page, last) - 1) * PER_PAGE
    rows = session.execute(_issues().where(*where).order_by(IssueRow.id.desc()).limit(PER_PAGE).offset(first))
    return Page([_issue(row, comments) for row, comments in rows], count)


def find(session: Session, id: int) -> Issue | None:
    """An issue, None when there is none of that number."""
    found = session.execute(_issues().where(IssueRow.id == id)).one_or_none()
    return _issue(*found) if found else None


def comments_of(session: Session, id: int) -> list[Comment]:
    """What was said about it, the oldest first."""
    rows = select(CommentRow).where(CommentRow.issue_id == id).options(joinedload(CommentRow.author))
    return [_comment(row) for row in session.scalars(rows.order_by(CommentRow.id))]


def open_issue(session: Session, author: User, title: str, text: str = "") -> Issue:
    """There is something to do."""
    row = IssueRow(title=title, text=text, author_id=author.id)
    session.add(row)
    session.flush()
    return _issue(row, 0)


def move(session: Session, id: int, status: Status, *, seen: int) -> Issue:
    """Change an issue's status. Raises Stale when it is not what the page has seen, Rejected when it may not be."""
    issue = _change(session, id, seen, status=status)
    if issue.status == "done" and issue.assignee is None:
        raise Rejected("Who did it? Assign it to somebody first.")
    return issue


def assign(session: Session, id: int, assignee: int | None, *, seen: int) -> Issue:
    """Say who does it, None for nobody. Raises Stale as `move` does."""
    issue = _change(session, id, seen, assignee_id=assignee)
    if issue.status == "done" and issue.assignee is None:
        raise Rejected("It is done, so somebody did it.")
    return issue


def edit(session: Session, id: int, title: str, text: str, *, seen: int) -> Issue:
    """Say better what it is. Raises Stale as `move` does."""
    return _change(session, id, seen, title=title, text=text)


def delete_issue(session: Session, id: int) -> None:
    """It never was. What was said about it goes along."""
    row = session.get(IssueRow, id)
    if row is not None:
        session.delete(row)


def comment(session: Session, id: int, author: User, text: str) -> Comment:
    """Say something about an issue. Raises Rejected when it is gone."""
    if session.get(IssueRow, id) is None:
        raise Rejected("Somebody has deleted this issue.")
    row = CommentRow(issue_id=id, author_id=author.id, text=text)
    session.add(row)
    session.flush()
    return _comment(row)


def delete_comment(session: Session, id: int, author: User) -> bool:
    """Take back what one has said oneself; whether there was anything."""
    row = session.get(CommentRow, id)
    if row is None or row.author_id != author.id:
        return False
    session.delete(row)
    return True


def _issues() -> Select[IssueRow, int]:
    said = (
        select(func.count()).where(CommentRow.issue_id == IssueRow.id).correlate(IssueRow).scalar_subquery()
    )
    people = joinedload(IssueRow.author), joinedload(IssueRow.assignee)
    return select(IssueRow, said).options(*people)


def _conditions(user: User, wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        conditions.append(IssueRow.title.icontains(wanted.q, autoescape=True))
    if wanted.status:
        conditions.append(IssueRow.status == wanted.status)
    match wanted.whose:
        case "me":
            conditions.append(IssueRow.assignee_id == user.id)
        case "nobody":
            conditions.append(IssueRow.assignee_id.is_(None))
        case "":
            pass
    return conditions


def _change(session: Session, id: int, seen: int, **values: object) -> Issue:
    """Write first, and only onto the version that was seen: nobody can come in between. Then look what it is now."""
    wanted = update(IssueRow).where(IssueRow.id == id, IssueRow.version == seen)
    changed = session.scalar(wanted.values(version=seen + 1, **values).returning(IssueRow.id))
    issue = find(session, id)
    if issue is None:
        raise Rejected("Somebody has deleted this issue.")
    if changed is None:
        raise Stale(issue)
    return issue


def _issue(row: IssueRow, comments: int) -> Issue:
    status = next(known for known in get_args(Status) if known == row.status)
    assignee = user_of(row.assignee) if row.assignee else None
    return Issue(row.id, row.title, row.text, status, user_of(row.author), assignee, comments, row.version)


def _comment(row: CommentRow) -> Comment:
    return Comment(row.id, row.issue_id, user_of(row.author), row.text, row.at)

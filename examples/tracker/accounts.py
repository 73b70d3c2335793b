"""Who works here, and who is logged in.

A login is a random token that means something only as long as it stands in the database: a copy of the cookie is worth
nothing after the logout.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from .database import LoginRow, UserRow

DEMO = ("ada@example.org", "correct horse battery")
"""What the door tells its visitors, so that they can look around. An application of your own tells nobody."""
PEOPLE = {"ada@example.org": "Ada", "bo@example.org": "Bo", "cleo@example.org": "Cleo"}
NOBODYS_HASH = generate_password_hash(secrets.token_urlsafe())


@dataclass(frozen=True)
class User:
    id: int
    name: str

    @property
    def socket_id(self) -> str:
        """The `live_socket_id` of all the tabs that the user has open."""
        return f"tracker:{self.id}"


def user_of(row: UserRow) -> User:
    """What pages see of a user."""
    return User(row.id, row.name)


def invite(session: Session) -> None:
    """Make the demo's users, unless there are some."""
    if session.scalar(select(UserRow.id).limit(1)) is None:
        password_hash = generate_password_hash(DEMO[1])
        session.add_all(
            UserRow(email=email, name=name, password_hash=password_hash) for email, name in PEOPLE.items()
        )


def everybody(session: Session) -> list[User]:
    """All users, by name."""
    return [user_of(row) for row in session.scalars(select(UserRow).order_by(UserRow.name))]


def log_in(session: Session, email: str, password: str) -> tuple[User, str] | None:
    """Begin a login and return its token. It takes as long where the e-mail or the password is wrong."""
    row = session.scalar(select(UserRow).where(UserRow.email == email.strip().lower()))
    if not check_password_hash(row.password_hash if row else NOBODYS_HASH, password) or row is None:
        return None
    token = secrets.token_urlsafe(32)
    session.add(LoginRow(token=token, user_id=row.id))
    return user_of(row), token


def find(session: Session, token: object) -> User | None:
    """Whose login it is. None when it has ended, or never was."""
    row = session.get(LoginRow, token) if isinstance(token, str) else None
    return user_of(row.user) if row else None


def log_out(session: Session, token: object) -> User | None:
    """End a login; whose it was."""
    user = find(session, token)
    session.execute(delete(LoginRow).where(LoginRow.token == token))
    return user

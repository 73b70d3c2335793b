"""Who may come in, and who is in. All in memory; it is as old as the server.

Passwords are hashed by Werkzeug's scrypt, which comes with Quart. A login gets a random token, which means something
only as long as it stands here: a copy of the cookie is worth nothing after the logout.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from werkzeug.security import check_password_hash, generate_password_hash

from actorlive import Message, pubsub

DEMO = ("ada@example.org", "correct horse battery")
"""The e-mail and the password that the page tells its visitors. An application tells nobody."""


@dataclass(frozen=True)
class Member:
    name: str
    email: str
    password_hash: str


@dataclass(frozen=True)
class Login:
    """One browser that is signed in."""

    token: str
    member: Member
    agent: str
    since: datetime

    @property
    def socket_id(self) -> str:
        """The `live_socket_id` of all the tabs of that browser."""
        return f"admin:{self.token}"

    @property
    def topic(self) -> str:
        """Where one hears that a login of the member has begun or ended."""
        return f"logins:{self.member.email}"


NOBODY = Member("", "", generate_password_hash(secrets.token_urlsafe()))
MEMBERS = {DEMO[0]: Member("Ada", DEMO[0], generate_password_hash(DEMO[1]))}
_logins: dict[str, Login] = {}


class LoginsChanged(Message, name="admin.logins_changed"): ...


def authenticate(email: str, password: str) -> Member | None:
    """The member with that e-mail and password. It takes as long where there is none: hundredths of a second."""
    member = MEMBERS.get(email.strip().lower(), NOBODY)
    return member if check_password_hash(member.password_hash, password) and member is not NOBODY else None


def begin(member: Member, agent: str) -> Login:
    """A browser signs in."""
    login = Login(secrets.token_urlsafe(32), member, agent, datetime.now(UTC))
    _logins[login.token] = login
    pubsub.broadcast(login.topic, LoginsChanged())
    return login


def find(token: object) -> Login | None:
    """The login of a session's token, None when it has ended or never was."""
    return _logins.get(token) if isinstance(token, str) else None


def logins(member: Member) -> list[Login]:
    """Where the member is signed in, the first login first."""
    return [login for login in _logins.values() if login.member is member]


def end(login: Login) -> None:
    """A browser is signed out."""
    if _logins.pop(login.token, None) is not None:
        pubsub.broadcast(login.topic, LoginsChanged())

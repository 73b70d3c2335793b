"""Who has an account, and who is logged in.

Passwords are hashed by Werkzeug's scrypt, which comes with Quart. A login is a random token that means something
only as long as it stands in the database: a copy of the cookie is worth nothing after the logout.
"""

import secrets
from dataclasses import dataclass
from typing import Annotated

import trio
from msgspec import Meta, Struct
from werkzeug.security import check_password_hash, generate_password_hash

from my_app.database import query

NOBODYS_HASH = generate_password_hash(secrets.token_urlsafe())
HASHING = trio.CapacityLimiter(2)
"""Hashing is slow on purpose. So many may hash at a time; the other threads are for everybody else."""


@dataclass(frozen=True)
class User:
    id: int
    email: str

    @property
    def socket_id(self) -> str:
        """The `live_socket_id` of all the tabs that the user has open."""
        return f"user:{self.id}"


class NewUser(Struct):
    """What somebody signs up with."""

    email: Annotated[
        str, Meta(pattern=r"^[^@\s]{1,80}@[^@\s]{1,160}$", extra={"message": "must be an e-mail address"})
    ]
    password: Annotated[str, Meta(min_length=12, max_length=200)]


async def sign_up(new: NewUser) -> User | None:
    """Make an account. None when there is one of that address."""
    password_hash = await trio.to_thread.run_sync(generate_password_hash, new.password, limiter=HASHING)
    rows = await query(
        "INSERT INTO users (email, password_hash) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id, email",
        new.email.lower(),
        password_hash,
    )
    return User(*rows[0]) if rows else None


async def authenticate(email: str, password: str) -> User | None:
    """The user with that password. It takes as long where there is none."""
    rows = await query("SELECT id, email, password_hash FROM users WHERE email = ?", email.strip().lower())
    password_hash = rows[0][2] if rows else NOBODYS_HASH
    fits = await trio.to_thread.run_sync(check_password_hash, password_hash, password, limiter=HASHING)
    return User(*rows[0][:2]) if rows and fits else None


async def log_in(user: User) -> str:
    """Begin a login, and return its token."""
    token = secrets.token_urlsafe(32)
    await query("DELETE FROM logins WHERE since < datetime('now', '-30 days')")
    await query("INSERT INTO logins (token, user_id) VALUES (?, ?)", token, user.id)
    return token


async def find(token: str) -> User | None:
    """Whose login it is. None when it has ended, or never was."""
    rows = await query(
        "SELECT users.id, email FROM logins JOIN users ON users.id = user_id"
        " WHERE token = ? AND since >= datetime('now', '-30 days')",
        token,
    )
    return User(*rows[0]) if rows else None


async def log_out(token: str) -> None:
    """End a login."""
    await query("DELETE FROM logins WHERE token = ?", token)

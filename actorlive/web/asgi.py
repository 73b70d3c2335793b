"""What ASGI passes: a scope, two functions, and the application that is called with them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

__all__ = ["UNACCOMPANIED", "Asgi", "Receive", "Scope", "Send"]

Scope: TypeAlias = dict[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Any]]
Send: TypeAlias = Callable[[Any], Awaitable[None]]
Asgi: TypeAlias = Callable[[Any, Any, Any], Awaitable[None]]
"""Called with these three; an application may declare them more narrowly, as Quart does with Hypercorn's types."""

UNACCOMPANIED = "actorlive.unaccompanied"
"""The key in a scope's `extensions` of a request that has no body, and whose end nobody will tell of: there is nothing
to receive, so no task has to."""

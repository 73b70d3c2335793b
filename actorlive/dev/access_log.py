"""The access log of development: one short line for each page, with its parameters and its time.

Joins and messages of views are told by `web.view_log`, in the same form.
"""

from __future__ import annotations

import logging
import time
from typing import Any

from actorlive.redaction import Redactor
from actorlive.web.entrance import Asgi
from actorlive.web.view_log import milliseconds

__all__ = ["AccessLog", "log"]

log = logging.getLogger("actorlive.dev")

QUIET = "/live/"
"""Requests below it are the client's own: its files, its sockets."""


class AccessLog:
    """An ASGI layer that writes a line for each request."""

    def __init__(self, asgi: Asgi, redactor: Redactor) -> None:
        self._asgi = asgi
        self._redactor = redactor

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith(QUIET):
            await self._asgi(scope, receive, send)
            return
        began = time.perf_counter()

        async def note(message: Any) -> None:
            if message["type"] == "http.response.start":
                took = milliseconds(time.perf_counter() - began)
                where = self._redactor.show_url(
                    scope["path"], scope.get("query_string", b"").decode("latin-1")
                )
                log.info("%s %s  %d in %s", scope["method"], where, message["status"], took)
            await send(message)

        await self._asgi(scope, receive, note)

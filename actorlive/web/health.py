"""Two paths for whoever looks after the server: is it alive, and is it ready for visitors?

They stand before everything else, before hosts and the way to https too: a load balancer asks by address, over plain
HTTP. They say one word to anybody, and nothing of the application; of several workers the one that answers says its
number behind it. A server that goes down is alive and not ready.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from actorlive.web.asgi import Asgi
from actorlive.web.entrance import answer_plainly

__all__ = ["Health"]


class Health:
    """The ASGI layer around `asgi`; `questions` are the paths, and what tells whether to answer with yes.

    `worker` returns the number of this worker, or None where it is the only one.
    """

    def __init__(
        self, asgi: Asgi, questions: Mapping[str, Callable[[], bool]], worker: Callable[[], int | None]
    ) -> None:
        self._asgi = asgi
        self._questions = questions
        self._worker = worker

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Handle one request."""
        ask = self._questions.get(scope["path"]) if scope["type"] == "http" else None
        if ask is None or scope["method"] not in ("GET", "HEAD"):
            await self._asgi(scope, receive, send)
        else:
            status, word = (200, "yes") if ask() else (503, "no")
            number = self._worker()
            text = f"{word}\n" if number is None else f"{word} {number}\n"
            await answer_plainly(scope, send, status, text)

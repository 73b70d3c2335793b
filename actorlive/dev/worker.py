"""The process that holds the application: loads it, and serves it when the supervisor says so.

It is a fork of `preloaded`, so everything but the application is imported already. What cannot be loaded or started is
served all the same, as the page that says why.
"""

from __future__ import annotations

import logging
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from traceback import StackSummary, TracebackException
from typing import Any

import trio
from quart import Response
from quart_trio import QuartTrio

from actorlive.dev.access_log import log
from actorlive.dev.control import (
    Broken,
    Control,
    Finish,
    Ready,
    Refresh,
    Released,
    Reload,
    Serve,
    Settings,
    Show,
    Swap,
    Swapped,
)
from actorlive.dev.developer import Developer
from actorlive.dev.drawing import draw_overlay, draw_page
from actorlive.dev.editor import Editor
from actorlive.dev.faults import Diagnosis, describe
from actorlive.dev.frames import own_frames
from actorlive.dev.swapping import swap_templates
from actorlive.redaction import Redactor
from actorlive.runtime.faults import interrupt_in, unwrap
from actorlive.template import TemplateError, annotate_templates
from actorlive.web import ActorLive
from actorlive.web.ending import Ending
from actorlive.web.listeners import Listener
from actorlive.web.loading import load_live
from actorlive.web.server import serve_async

__all__ = ["Worker", "load", "work"]

DRAIN = 0.4
"""Seconds for an orderly end: the developer waits for the next worker."""
PATIENCE = 1.0
"""Seconds until what is left is cancelled."""


def work(settings: Settings, control: socket.socket, listener: socket.socket) -> None:
    """Load the application, and serve it when the supervisor says so, until it says otherwise."""
    control.setblocking(False)
    set_up_log(Redactor(settings.secret_words))
    annotate_templates()
    loaded = load(settings)
    stream = trio.SocketStream(trio.socket.from_stdlib_socket(control))
    trio.run(Worker(settings, loaded, stream, listener).run)


def set_up_log(redactor: Redactor) -> None:
    """Short lines to stderr, with the application's own lines of each traceback."""
    handler = logging.StreamHandler()
    handler.setFormatter(ShortFormatter(redactor))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


class ShortFormatter(logging.Formatter):
    """Tells an exception by the application's own lines, and nothing that is secret by its name."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(message)s", "%H:%M:%S")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        return self._redactor.filter_text(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return told(ei[1])


def load(settings: Settings) -> ActorLive | Diagnosis:
    """The application, in debug mode, or why there is none."""
    try:
        live = load_live(settings.target)
        live.app.debug = True
        _ = live.endpoint.tokens
    except BaseException as error:
        return could_not(f"{settings.target} could not be loaded", error, settings.secret_words)
    return live


def could_not(what: str, error: BaseException, secret_words: Sequence[str]) -> Diagnosis:
    """Say it in the terminal; the fault."""
    error = unwrap(error)
    log.error("%s", what, exc_info=error)
    return describe(error, what, redactor=Redactor(secret_words))


def told(error: BaseException) -> str:
    """An exception for the terminal, with the application's own lines of its traceback."""
    traceback_ = TracebackException.from_exception(error)
    own = {(frame.file, frame.line) for frame in own_frames(error)}
    traceback_.stack = StackSummary.from_list(
        frame for frame in traceback_.stack if (frame.filename, frame.lineno) in own
    )
    return "".join(traceback_.format(chain=False) if own else traceback_.format_exception_only()).rstrip()


class Worker:
    """Serves one version of the application."""

    def __init__(
        self,
        settings: Settings,
        loaded: ActorLive | Diagnosis,
        stream: trio.SocketStream,
        listener: socket.socket,
    ) -> None:
        self._editor = Editor(settings.editor)
        self._secret_words = settings.secret_words
        self._control = Control(stream)
        self._listener = listener
        self._ending = Ending(DRAIN)
        self._is_broken = isinstance(loaded, Diagnosis)
        self._is_serving = False
        self._developer = self._broken(loaded) if isinstance(loaded, Diagnosis) else self._developed(loaded)
        self._overlay = draw_overlay(loaded, self._editor) if isinstance(loaded, Diagnosis) else ""

    async def run(self) -> None:
        """Say what became of loading, then do what the supervisor says, until it goes."""
        await self._control.send(Broken(self._overlay) if self._is_broken else Ready())
        async with trio.open_nursery() as nursery:
            while not isinstance(message := await self._control.from_supervisor(), Finish | None):
                match message:
                    case Serve():
                        nursery.start_soon(self._serve, nursery.cancel_scope)
                    case Show(overlay=overlay):
                        self._developer.show(overlay)
                    case Swap(paths=paths):
                        await self._control.send(Swapped(self._swap(paths)))
                    case Refresh():
                        self._developer.refresh()
                    case Reload():
                        self._developer.reload()
            nursery.cancel_scope.deadline = trio.current_time() + PATIENCE
            self._ending.request()
            if self._is_serving:
                await self._ending.accepted_last.wait()
            await self._control.send(Released())
            self._developer.hub.close()  # the pages come to the next worker
        self._listener.close()
        await self._control.aclose()

    async def _serve(self, everything: trio.CancelScope) -> None:
        """Serve until the shutdown; what cannot start is replaced by the page that says so."""
        try:
            await self._serve_once(self._developer)
        except BaseException as error:
            if interrupt_in(error) or trio.current_effective_deadline() == float("-inf"):
                raise
            fault = could_not(
                f"{self._developer.live.app.import_name} could not be served", error, self._secret_words
            )
            self._developer = self._broken(fault)
            await self._serve_once(self._developer)
        everything.cancel()

    async def _serve_once(self, developer: Developer) -> None:
        self._is_serving = True
        with developer.attached():
            listener = self._listener.dup()
            listener.setblocking(False)
            await serve_async(developer.live.app, listeners=[Listener(listener)], ending=self._ending)

    def _swap(self, paths: tuple[str, ...]) -> bool:
        try:
            if not swap_templates(map(Path, paths)):
                return False
        except (TemplateError, OSError) as error:
            fault = could_not("a template could not be exchanged", error, self._secret_words)
            self._developer.show(draw_overlay(fault, self._editor))
            return True
        log.info("exchanged %s", ", ".join(Path(path).name for path in paths))
        self._developer.redraw()
        return True

    def _developed(self, live: ActorLive) -> Developer:
        return Developer(live, editor=self._editor, secret_words=self._secret_words)

    def _broken(self, fault: Diagnosis) -> Developer:
        """An application whose every page is the fault."""
        app = QuartTrio("actorlive.dev.broken")
        developer = self._developed(ActorLive(app, secret_key=secrets.token_hex(32)))

        async def page(path: str = "") -> Response:
            document = draw_page(fault, self._editor, stylesheet=developer.stylesheet, tags=developer.tags())
            return Response(document, 500, content_type="text/html; charset=utf-8")

        app.add_url_rule("/", "root", page)
        app.add_url_rule("/<path:path>", "page", page)
        return developer

"""Developer: what stands behind an application while it is written.

It adds to the application a layer that writes the access log, the websocket of the open pages, and the files that these
load; it listens to telemetry and the log for as long as it is `attached`; and it is the application's
`actorlive.web.development`. Without it none of that is there.
"""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, cast

from markupsafe import Markup
from quart import Response, has_request_context, request, session, websocket

from actorlive import telemetry
from actorlive.dev.access_log import AccessLog, log
from actorlive.dev.bundle import Bundle
from actorlive.dev.drawing import draw_note, draw_overlay, draw_page
from actorlive.dev.editor import Editor
from actorlive.dev.faults import Diagnosis, describe, shown_assigns
from actorlive.dev.gate import HostGate
from actorlive.dev.hub import (
    FaultShown,
    Greeting,
    Hub,
    NoteAdded,
    PageReload,
    StylesChanged,
    TemplatesSwapped,
)
from actorlive.dev.journal import Journal
from actorlive.dev.notes import NoteHandler, Places
from actorlive.live.assigns import Assigns
from actorlive.live.process.redrawing import Redraw
from actorlive.live.socket import Socket
from actorlive.redaction import Redactor
from actorlive.runtime import Pid, send
from actorlive.runtime.faults import flatten
from actorlive.web import ActorLive
from actorlive.web.origin import origin_allowed
from actorlive.web.policy import csp_nonce
from actorlive.web.view_log import ViewLog

__all__ = ["PAGES_PATH", "Developer"]

PAGES_PATH = "/live/dev"
"""Where pages hear of changes and faults."""

_raised: ContextVar[tuple[BaseException, Assigns] | None] = ContextVar("raised", default=None)
"""The view that raised in this request: what is left of it when the page has to be made."""


class Developer:
    """The development side of one application. `worker` names this process to the pages."""

    def __init__(
        self, live: ActorLive, *, editor: Editor, secret_words: Sequence[str] = (), worker: str | None = None
    ) -> None:
        self.live = live
        self.hub = Hub()
        self._process = worker or str(os.getpid())
        self._swaps = 0
        self.overlay: str | None = None
        self._editor = editor
        self._redactor = Redactor((*secret_words, *live.filter_parameters))
        self._journal = Journal(self._redactor)
        self._events = ViewLog(self._redactor, "info", log)
        self._notes = NoteHandler(self._add_note)
        self._bundle = Bundle(live.assets)
        self._told: BaseException | None = None
        self._layout = _source_of(live.root_layout.function)
        app = cast("Any", live.app)
        app.debug = True
        app.asgi_app = HostGate(AccessLog(app.asgi_app, self._redactor), live.hosts)
        app.add_websocket(PAGES_PATH, "actorlive.dev", self._serve_page)
        live.development = self

    @property
    def worker(self) -> str:
        """A name for this process with the templates that it has now."""
        return f"{self._process}-{self._swaps}"

    @property
    def stylesheet(self) -> str:
        """Where the error page finds its stylesheet."""
        return self._bundle.stylesheet

    @contextmanager
    def attached(self) -> Generator[None]:
        """Listen to telemetry and to the log for this block."""
        telemetry.attach(self, self._note)
        self._notes.attach()
        try:
            yield
        finally:
            self._notes.detach()
            telemetry.detach(self)
            self.hub.close()

    # -- what `web` asks -------------------------------------------------------

    def tags(self) -> Markup:
        """What every page carries: the script, with where it finds the rest."""
        return self._bundle.tags(
            socket=PAGES_PATH,
            worker=self.worker,
            document=self._document(),
            editor=self._editor.pattern,
            nonce=csp_nonce(),
        )

    def error_page(self, error: BaseException) -> str:
        """The document of a request that raised."""
        return draw_page(
            self._of_request(error), self._editor, stylesheet=self._bundle.stylesheet, tags=self.tags()
        )

    def _of_request(self, error: BaseException) -> Diagnosis:
        raised = _raised.get()
        owner = raised[1] if raised is not None and raised[0] in (error, *flatten(error)) else None
        what = "answering" if owner is None else "mounting"
        where = self._redactor.show_url(request.path, request.query_string.decode("latin-1"))
        return describe(
            error,
            f"500, while {what} {request.method} {where}",
            owner=None if owner is None else type(owner),
            assigns=() if owner is None else shown_assigns(owner, self._redactor),
            request=self._request(connected=None if owner is None else False),
            redactor=self._redactor,
        )

    def _request(self, *, connected: bool | None) -> list[tuple[str, str]]:
        show = self._redactor.show
        rows = [
            ("params", show({**request.args, **(request.view_args or {})})),
            ("session", show(dict(session))),
        ]
        if connected is not None:
            rows.append(("connected", "False: the first paint, before the socket"))
        return rows

    # -- what goes wrong -------------------------------------------------------

    def _note(self, name: str, measurements: Mapping[str, float], metadata: Mapping[str, object]) -> None:
        if not name.startswith("live_view."):
            return
        self._journal.note(name, metadata)
        self._events.note(name, measurements, metadata)
        error, view = metadata.get("error"), metadata.get("view")
        if not isinstance(error, BaseException) or not isinstance(view, Assigns):
            return
        if name == "live_view.crashed":
            self._crashed(error, view, metadata["socket"])
        elif name.endswith(".exception") and has_request_context():
            _raised.set((error, view))

    def _crashed(self, error: BaseException, view: Assigns, socket: object) -> None:
        assert isinstance(socket, Socket)
        self._told = error
        fault = describe(
            error,
            f"{type(view).__qualname__} ended, and is mounted anew with what was typed",
            owner=type(view),
            assigns=shown_assigns(view, self._redactor),
            messages=self._journal.last(view),
            redactor=self._redactor,
        )
        self.hub.tell(FaultShown(socket.id, draw_overlay(fault, self._editor)))

    def _add_note(self, pid: Pid | None, text: str, places: Places, error: BaseException | None) -> None:
        """On any thread. What an overlay shows already is not told again."""
        if error is not None and self._told is not None and self._told in flatten(error):
            return
        page = None if pid is None else self._journal.page_of(pid)
        self.hub.tell_soon(NoteAdded(page, draw_note(self._redactor.filter_text(text), places, self._editor)))

    # -- the open pages --------------------------------------------------------

    async def _serve_page(self) -> Response | None:
        """The websocket of one page. It shows code, so only pages of this very server are told."""
        if not origin_allowed(websocket.headers.get("origin"), websocket.host, check=True):
            return Response("only a page of this server is told", 403)
        await websocket.accept()  # pyright: ignore[reportUnknownMemberType]
        greeting = Greeting(self.worker, self._document(), self._styles(), self.overlay)
        async for message in self.hub.listen(greeting):
            await websocket.send(message.decode())
        await websocket.close(1012)
        return None

    def show(self, overlay: str) -> None:
        """What is wrong with the code as it is now, over every page until this worker is replaced."""
        self.overlay = overlay
        self.hub.tell(FaultShown(None, overlay))

    def reload(self) -> None:
        """Have the pages load themselves again."""
        self.hub.tell(PageReload())

    def refresh(self) -> None:
        """Have the pages fetch their stylesheets again."""
        self.hub.tell(StylesChanged(self._styles()))

    def redraw(self) -> None:
        """Templates were exchanged: every view is rendered as a whole."""
        self.overlay = None
        self._swaps += 1
        self.hub.tell(TemplatesSwapped(self.worker, self._styles()))
        for view in self._journal.views():
            send(view.pid, Redraw())

    def _styles(self) -> tuple[str, ...]:
        """The stylesheets whose names change with their content."""
        css = self.live.colocated.manifest()["css"]
        return (self.live.stylesheet, *([] if css is None else [css]))

    def _document(self) -> str:
        """A name for all that a page has beside its view: where it changes, a page has to be loaded anew.

        The layout is named as it was when this process loaded it. What stands in its file by now is not what a page of
        this process has: one that asks for it on a connection that was still open would take itself for the next one's.
        """
        manifest = {**self.live.colocated.manifest(), "css": None}
        parts = (repr(manifest), self.live.assets.url("actorlive.js"), self._layout)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _source_of(function: object) -> str:
    try:
        return inspect.getsource(cast("Any", function))
    except (OSError, TypeError):
        return ""

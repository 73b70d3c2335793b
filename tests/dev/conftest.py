"""Applications as a development server has them, without its processes; and what their pages are told."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from actorlive.dev.control import Settings
from actorlive.dev.developer import Developer
from actorlive.dev.drawing import draw_overlay
from actorlive.dev.editor import Editor
from actorlive.dev.faults import Diagnosis
from actorlive.dev.hub import FaultShown, NoteAdded, PageMessage
from actorlive.dev.worker import load
from actorlive.web import ActorLive

HEAD = """
import asyncio, time
import trio
from quart_trio import QuartTrio
from actorlive import ActorLive, Event, LiveView, Socket, Stream, heex, send

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="a secret key that is for tests of development only")
"""


@dataclass
class Told:
    """What the pages were told."""

    messages: list[PageMessage] = field(default_factory=list[PageMessage])

    @property
    def overlay(self) -> str:
        """The last overlay."""
        return next((m.overlay for m in reversed(self.messages) if isinstance(m, FaultShown)), "")

    @property
    def notes(self) -> str:
        """All notes."""
        return "\n".join(m.html for m in self.messages if isinstance(m, NoteAdded))


@dataclass
class Developed:
    """An application under development, or the fault that keeps it from being one."""

    loaded: ActorLive | Diagnosis
    told: Told
    developer: Developer | None

    @property
    def live(self) -> ActorLive:
        """The application. Fails with the fault where there is none."""
        assert isinstance(self.loaded, ActorLive), self.loaded.report()
        return self.loaded

    @property
    def overlay(self) -> str:
        """What stands over the pages, or takes their place, because it could not be loaded."""
        assert isinstance(self.loaded, Diagnosis), "it was loaded"
        return draw_overlay(self.loaded, Editor())


Develop = Callable[..., Developed]


@pytest.fixture
def develop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Develop]:
    """Load a module of this text, as the worker does, with a developer attached."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    attached: list[Developer] = []
    before = set(sys.modules)
    name = f"developed_{abs(hash(request.node.nodeid))}"

    def load_text(text: str, *, target: str | None = None, head: str = HEAD) -> Developed:
        (tmp_path / f"{name}.py").write_text(head + text)
        loaded = load(Settings(target or f"{name}:app"))
        if isinstance(loaded, Diagnosis):
            return Developed(loaded, Told(), None)
        developer = Developer(loaded, editor=Editor())
        told = Told()
        monkeypatch.setattr(developer.hub, "tell", told.messages.append)
        monkeypatch.setattr(developer.hub, "tell_soon", told.messages.append)
        scope = developer.attached()
        scope.__enter__()
        attached.append(developer)
        request.addfinalizer(lambda: scope.__exit__(None, None, None))
        return Developed(loaded, told, developer)

    logging.getLogger("actorlive.dev").setLevel(logging.INFO)
    yield load_text
    for module in set(sys.modules) - before:
        if module.startswith("developed_"):
            del sys.modules[module]

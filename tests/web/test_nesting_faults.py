"""What is said about each fault of a view within a view, word for word (`golden/nesting.txt`), and where it points."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from actorlive import LiveView, Socket, Template, component, heex
from actorlive.template import render_to_string
from actorlive.testing import live_isolated
from tests.support.narrow import untyped

GOLDEN = Path(__file__).parent / "golden" / "nesting.txt"


class Clock(LiveView):
    template = heex("<b>12:00</b>")


class WithParams(LiveView):
    template = heex("<p></p>")

    async def handle_params(self, params: Any, uri: str, socket: Socket) -> None: ...


def helper() -> str:
    return ""


# -- told when the module is imported ------------------------------------------


def no_view() -> Template:
    return heex("""<.live_render view={helper} id="a" />""")


def a_text() -> Template:
    return heex("""<.live_render view="Clock" id="a" />""")


def at_routes_only() -> Template:
    return heex("""<.live_render view={WithParams} id="a" />""")


def no_id() -> Template:
    return heex("""<.live_render view={Clock} />""")


def mistyped() -> Template:
    return heex("""<.live_render view={Clock} id="a" stiky />""")


IMPORTED = (no_view, a_text, at_routes_only, no_id, mistyped)


# -- told when the page is rendered --------------------------------------------


class TwoOfOne(LiveView):
    template = heex("""
      <.live_render view={Clock} id="clock" />
      <.live_render view={Clock} id="clock" />
    """)


class StickyTwice(LiveView):
    template = heex("""
      <.live_render view={Clock} id="radio" sticky />
      <p><.live_render view={Clock} id="radio" sticky /></p>
    """)


class NamesItsParent(LiveView):
    own: str = ""
    template = heex("""<.live_render view={Clock} id={@own} />""")

    async def mount(self, params: object, session: object, socket: Socket) -> None:
        self.own = socket.id


class Nameless(LiveView):
    name: str | None = None
    template = heex("""<.live_render view={Clock} id={@name} />""")


class Computed(LiveView):
    view: type = WithParams
    template = heex("""<.live_render view={@view} id="x" />""")


class NoViewAtAll(LiveView):
    view: object = 7
    template = heex("""<.live_render view={@view} id="x" />""")


class Boxed(LiveView):
    template = heex("""<.live_render view={Clock} id="x" container={"section"} />""")


class Untravelled(LiveView):
    template = heex("""<.live_render view={Clock} id="x" session={{"when": [{1, 2}]}} />""")


class Inner(LiveView):
    template = heex("""<.live_render view={Clock} id="clock" />""")


class AmongAll(LiveView):
    template = heex("""<.live_render view={Inner} id="inner" /><.live_render view={Clock} id="clock" />""")


RENDERED = (
    TwoOfOne,
    StickyTwice,
    NamesItsParent,
    Nameless,
    Computed,
    NoViewAtAll,
    Boxed,
    Untravelled,
    AmongAll,
)


@component
def alone() -> Template:
    return heex("""<.live_render view={Clock} id="x" />""")


# -- the page ------------------------------------------------------------------


def told(error: BaseException) -> str:
    """The last place in this file, underlined, and what is said."""
    frames = traceback.TracebackException.from_exception(error).stack
    frame = next(frame for frame in reversed(frames) if frame.filename == __file__)
    assert frame.lineno is not None
    assert frame.colno is not None
    assert frame.end_colno is not None
    line = Path(__file__).read_text(encoding="utf-8").splitlines()[frame.lineno - 1]
    carets = " " * frame.colno + "^" * (frame.end_colno - frame.colno)
    place = f"  at {Path(__file__).name}:{frame.lineno}\n{line}\n{carets}\n"
    return f"{place}{type(error).__name__}: {error}\n".replace(__file__, Path(__file__).name)


def imported(make: Any) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the golden file says which
        make()
    return told(caught.value)


async def rendered(view: type[LiveView[Any]]) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the golden file says which
        async with live_isolated(view):
            pass
    return told(caught.value)


async def everything() -> str:
    parts = [f"# {make.__name__}\n{imported(make)}" for make in IMPORTED]
    parts += [f"# {view.__name__}\n{await rendered(view)}" for view in RENDERED]
    parts.append(f"# alone\n{imported(lambda: render_to_string(untyped(alone)(), {}))}")
    return "\n".join(parts)


async def test_the_messages() -> None:
    assert await everything() == GOLDEN.read_text(encoding="utf-8")

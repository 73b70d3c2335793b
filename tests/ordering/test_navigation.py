"""The order of hooks, mount and handle_params, and what becomes of flash, over random ways through an application.

The model is the rules in words: it says what each step of a visitor calls, in which life, and what the page shows after
it. The controls are the framework with one rule broken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import trio
import trio.testing
from hypothesis import given, settings, strategies as st
from quart_trio import QuartTrio

from actorlive import ActorLive, Cont, Event, LiveView, Socket, heex
from actorlive.live import owner
from actorlive.live.endpoint import Route
from actorlive.live.flash import Flash
from actorlive.live.process import mounting
from actorlive.testing import Redirected, View, live
from actorlive.testing.browser.messages import Navigation
from actorlive.web.endpoint import AppEndpoint
from tests.web.views import KEY

called: list[str] = []
"""What was called, in order: "life view what"."""

PLACES = {"/a": "A", "/b": "B", "/c": "C"}
"""The views by path; C is in a live session of its own."""

PATCHES, LEAVES = 3, 4
"""The numbers at which `handle_params` goes on: to the next one by a patch, or to /b/0 by a navigation."""


def note(socket: Socket, view: str, what: str) -> None:
    called.append(f"{'connected' if socket.connected else 'dead'} {view} {what}")


def hook_named(name: str) -> Callable[..., Any]:
    async def hook(params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> Cont:
        note(socket, "hook", name)
        return Cont()

    return hook


class Do(Event):
    how: str
    to: str
    say: str


class Traveller(LiveView[Do]):
    """Says all that is called, and goes where it is told."""

    on_mount = (hook_named("view"),)
    template = heex('<p id="flash">{@flash.get("a", "")}|{@flash.get("b", "")}</p>')

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        note(socket, type(self).__name__, "mount")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        note(socket, type(self).__name__, f"params {params['n']}")
        match params["n"]:
            case 3:
                socket.put_flash("b", "3")
                socket.push_patch(f"/{type(self).__name__.lower()}/5")
            case 4:
                socket.push_navigate("/b/0")
            case _:
                pass

    async def handle_event(self, event: Do, socket: Socket) -> None:
        if event.say:
            socket.put_flash("a", event.say)
        match event.how:
            case "patch":
                socket.push_patch(event.to)
            case "navigate":
                socket.push_navigate(event.to)
            case "redirect":
                socket.redirect(event.to)
            case _:
                pass


class A(Traveller):
    pass


class B(Traveller):
    pass


class C(Traveller):
    pass


def make_app() -> QuartTrio:
    app = QuartTrio("ways")
    extension = ActorLive(app, secret_key=KEY)
    open_ = extension.session("open", on_mount=[hook_named("open")])
    open_.route("/a/<int:n>", A)
    open_.route("/b/<int:n>", B)
    extension.session("closed", on_mount=[hook_named("closed")]).route("/c/<int:n>", C)
    return app


# -- the model -----------------------------------------------------------------


@dataclass
class Model:
    """Where the visitor is, what the page shows, and what was called on the way."""

    place: str = ""
    number: int = 0
    flash: dict[str, str] = field(default_factory=dict[str, str])
    calls: list[str] = field(default_factory=list[str])

    @property
    def group(self) -> str:
        return group_of(self.place)

    def load(self, place: str, number: int, flash: dict[str, str]) -> None:
        """A page load: the first paint, which may send the visitor on, then the join."""
        self.place, self.number = place, number
        self._begin("dead")
        if self.number == PATCHES:
            return self.load(place, 5, {**flash, "b": "3"})
        if self.number == LEAVES:
            return self.load("/b", 0, flash)
        self.flash = flash
        return self.join()

    def join(self) -> None:
        """A mount over the socket; what the visitor brought along counts as put in it."""
        self._begin("connected")
        self._go_on(self.flash)

    def navigate(self, place: str, number: int, flash: dict[str, str]) -> None:
        """Over the same socket within a live session, else by loading the page."""
        if group_of(place) != self.group:
            return self.load(place, number, flash)
        self.place, self.number, self.flash = place, number, flash
        return self.join()

    def patch(self, number: int, put: dict[str, str]) -> None:
        """Only what this callback put stays."""
        self.number, self.flash = number, put
        self._call("connected", f"{PLACES[self.place]} params {number}")
        self._go_on(put)

    def _begin(self, life: str) -> None:
        view = PLACES[self.place]
        for what in (f"hook {self.group}", "hook view", f"{view} mount", f"{view} params {self.number}"):
            self._call(life, what)

    def _go_on(self, put: dict[str, str]) -> None:
        if self.number == PATCHES:
            self.patch(5, {**put, "b": "3"})
        elif self.number == LEAVES:
            self.navigate("/b", 0, put)

    def _call(self, life: str, what: str) -> None:
        self.calls.append(f"{life} {what}")


def group_of(place: str) -> str:
    return "closed" if place == "/c" else "open"


@dataclass(frozen=True)
class Step:
    """What the visitor, or the view that they click in, does next."""

    by: str
    how: str
    place: str
    number: int
    say: str

    @property
    def to(self) -> str:
        return f"{self.place}/{self.number}"


def follow(model: Model, step: Step) -> None:
    said = {"a": step.say} if step.say and step.by == "view" else {}
    match step.by, step.how:
        case _, "patch" if step.place == model.place:
            model.patch(step.number, said)
        case "view", "patch":
            pass  # refused: it raises, see `walk`
        case _, "patch" | "navigate":
            model.navigate(step.place, step.number, said)
        case _, "redirect":
            model.load(step.place, step.number, said)
        case _, "rejoin":
            model.flash = {}
            model.join()
        case _:
            model.flash = {**model.flash, **said}


steps = st.builds(
    Step,
    st.sampled_from(["visitor", "view"]),
    st.sampled_from(["patch", "patch", "navigate", "redirect", "rejoin", "stay"]),
    st.sampled_from(list(PLACES)),
    st.integers(0, 4),
    st.sampled_from(["", "hello", "ciao"]),
)
ways = st.lists(steps, max_size=8)


# -- the real thing ------------------------------------------------------------


async def arrive(view: View) -> View:
    """Follow the visitor until they are somewhere."""
    while view.client_view.navigation is not None:
        try:
            view = await view.follow_redirect()
        except Redirected as on:
            view = await go_on(view, on)
    return view


async def go_on(view: View, on: Redirected) -> View:
    """A page or a join sent the visitor on: by a page load, or, on the way in, over the socket."""
    driver, page = view._driver, view.page  # pyright: ignore[reportPrivateUsage]
    token = None if on.kind == "redirect" else page.main.navigation and page.main.navigation.flash_token
    try:
        return View(driver, await driver.follow(Navigation(on.kind, on.to, token)))
    except Redirected as further:
        return await go_on(view, further)


async def take(view: View, step: Step, here: str) -> View:
    match step.by, step.how:
        case _, "rejoin":
            await view.disconnect()
            await view.reconnect()
        case "visitor", "patch":
            await view.patch(step.to)
        case "visitor", "navigate":
            return await arrive(await try_navigate(view, step.to))
        case "visitor", "redirect":
            view.client_view.redirect("redirect", {"to": step.to})
        case "view", "patch" if step.place != here:
            return view  # a view that patches elsewhere is refused: tests/web/test_live_sessions.py
        case "view", _:
            await view.click("do", {"how": step.how, "to": step.to, "say": step.say})
        case _:
            pass
    return await arrive(view)


async def try_navigate(view: View, to: str) -> View:
    try:
        return await view.live_redirect(to)
    except Redirected as on:
        return await go_on(view, on)


async def walk(way: list[Step]) -> None:
    called.clear()
    model = Model()
    model.load("/a", 0, {})
    async with live(make_app(), "/a/0") as view:
        at = view
        for step in way:
            here = model.place
            follow(model, step)
            at = await take(at, step, here)
            shown = await at.element("#flash").text()
            assert called == model.calls, step
            assert at.path == f"{model.place}/{model.number}", step
            assert shown == f"{model.flash.get('a', '')}|{model.flash.get('b', '')}", step


def run(way: list[Step]) -> None:
    trio.run(walk, way, clock=trio.testing.MockClock(autojump_threshold=0))


@given(ways)
@settings(max_examples=60, deadline=None)
def test_every_way_calls_what_the_rules_say_and_shows_the_flash_that_they_leave(way: list[Step]) -> None:
    run(way)


# -- controls ------------------------------------------------------------------


def the_views_hooks_run_first(*groups: Any) -> Any:
    return (hook for group in reversed(groups) for hook in group)


def a_patch_keeps_all_flash(flash: Flash) -> Mapping[str, str]:
    return flash.shown


def flash_is_fresh_forever(flash: Flash) -> None:
    pass


def what_came_along_is_not_fresh(shown: dict[str, str], fresh: dict[str, str]) -> Flash:
    return Flash(shown)


def nobody_guards_the_border(
    endpoint: AppEndpoint, uri: str, token: object, *, redirected: bool
) -> Route | None:
    return endpoint.router.match(uri)


async def handle_params_waits_for_a_patch(state: object, socket: object, params: object, uri: str) -> bool:
    return True


def says(how: str, to: str, say: str = "hello") -> Step:
    place, _, number = to[1:].partition("/")
    return Step("view", how, f"/{place}", int(number), say)


CONTROLS: list[tuple[object, str, object, list[Step]]] = [
    (mounting, "each_once", the_views_hooks_run_first, [says("stay", "/a/0")]),
    (mounting, "handle_params", handle_params_waits_for_a_patch, [says("stay", "/a/0")]),
    (Flash, "keep_fresh", a_patch_keeps_all_flash, [says("stay", "/a/0"), says("patch", "/a/1", "")]),
    (Flash, "end_of_callback", flash_is_fresh_forever, [says("stay", "/a/0"), says("navigate", "/b/0", "")]),
    (owner, "Flash", what_came_along_is_not_fresh, [says("navigate", "/b/3")]),
    (AppEndpoint, "_route", nobody_guards_the_border, [says("navigate", "/c/0")]),
]


@pytest.mark.parametrize(
    ("room", "name", "broken", "way"), CONTROLS, ids=[cast("Any", row[2]).__name__ for row in CONTROLS]
)
def test_control_a_broken_rule_is_seen(
    room: object, name: str, broken: object, way: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(way)
    monkeypatch.setattr(room, name, broken)
    with pytest.raises(AssertionError):
        run(way)

"""The log of views, and the lists of what is open: how an operator sees what there is."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveComponent, LiveView, Socket, examine, heex, send
from actorlive.live.view_settings import LogLevel
from actorlive.runtime import CallError, dead_pid, enter_node
from actorlive.testing import connect, live
from tests.testing.test_remote import served
from tests.web.views import KEY


class SignIn(Event):
    name: str
    password: str = ""
    iban: str = ""


class DoorLive(LiveView[SignIn]):
    name: str = ""
    template = heex("<p>{@name}</p>")

    async def handle_event(self, event: SignIn, socket: Socket) -> None:
        self.name = event.name
        socket.start_async("greet", trio.sleep, 0)

    async def handle_async(self, name: Any, result: Any, socket: Socket) -> None:
        pass

    async def handle_info(self, message: Any, socket: Socket) -> None:
        pass


class QuietLive(DoorLive):
    log_level = None
    template = heex("<p>{@name}</p>")


class LoudLive(DoorLive):
    log_level = "warning"
    template = heex("<p>{@name}</p>")


def new_app(level: LogLevel | None, words: tuple[str, ...] = ()) -> QuartTrio:
    app = QuartTrio(__name__)
    site = ActorLive(app, secret_key=KEY, log_level=level, filter_parameters=words)
    site.route("/door", DoorLive)
    site.route("/quiet", QuietLive)
    site.route("/loud", LoudLive)
    return app


async def visit(app: QuartTrio, path: str) -> None:
    async with live(app, path) as view:
        await view.click("sign_in", {"name": "ada", "password": "geheim", "iban": "DE1"})
        send(view.pid, {"token": "t", "n": 1})
        await view.settle()


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """Level and line, without the time."""
    records = [record for record in caplog.records if record.name == "actorlive.views"]
    return [(record.levelno, record.getMessage().rpartition("  in ")[0]) for record in records]


async def test_each_join_and_message_is_a_line_without_what_is_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "actorlive.views")
    await visit(new_app("info", ("iban",)), "/door?from=mail&access_token=x")
    first, second, *others = lines(caplog)
    assert [first, second, *sorted(others)] == [
        (logging.INFO, "DoorLive joined at /door?from=mail&access_token=[filtered]"),
        (logging.INFO, "DoorLive event SignIn(name='ada', password=[filtered], iban=[filtered])"),
        (logging.INFO, "DoorLive message {'token': [filtered], 'n': 1}"),
        (logging.INFO, "DoorLive task 'greet' ended"),
    ]


@pytest.mark.parametrize(
    ("path", "level", "expected"),
    [
        ("/door", None, set[int]()),
        ("/door", "debug", {logging.DEBUG}),
        ("/quiet", "info", set[int]()),
        ("/loud", "debug", {logging.WARNING}),
        ("/loud", None, set[int]()),
    ],
)
async def test_a_view_has_the_last_word_about_its_level(
    path: str, level: LogLevel | None, expected: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "actorlive.views")
    await visit(new_app(level), path)
    assert {number for number, _ in lines(caplog)} == expected


async def test_what_the_logger_does_not_take_is_not_put_together(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "actorlive.views")
    await visit(new_app("debug"), "/door")
    assert lines(caplog) == []


# -- lists ---------------------------------------------------------------------


class RowComponent(LiveComponent):
    text: str
    template = heex("<li>{@text}</li>")


class InnerLive(LiveView):
    template = heex("<i>inner</i>")


class ListLive(LiveView):
    rows: list[str] = ["a", "b"]
    template = heex("""
      <ul>
        <.live_component :for={row in @rows} module={RowComponent} id={row} text={row} />
        <li><.live_render view={InnerLive} id="inner" /></li>
      </ul>
    """)


@pytest.mark.real_clock
async def test_open_sockets_and_their_views_are_listed() -> None:
    app = QuartTrio(__name__)
    site = ActorLive(app, secret_key=KEY)
    site.route("/", ListLive)
    assert site.list_sockets() == []
    async with served(app) as url, connect(url) as view:
        await view.find_live_child("inner")
        (socket,) = site.list_sockets()
        assert sorted(listed.name for listed in socket.views) == ["InnerLive", "ListLive"]
        assert site.list_views() == list(socket.views)
        (inner,) = [listed for listed in socket.views if listed.topic == "lv:inner"]
        enter_node(site.current_node)
        snapshot = await examine(inner.pid)
        assert snapshot.view is InnerLive
        assert snapshot.uri is None
        assert snapshot.transport_pid is socket.pid


async def test_a_view_is_examined_between_two_callbacks() -> None:
    app = QuartTrio(__name__)
    ActorLive(app, secret_key=KEY).route("/", ListLive)
    async with live(app, "/?x=1") as view:
        snapshot = await examine(view.pid)
        assert snapshot.view is ListLive
        assert snapshot.assigns["rows"] == ["a", "b"]
        assert str(snapshot.uri).endswith("/?x=1")
        assert [(c.module, c.id, c.assigns["text"]) for c in snapshot.components] == [
            (RowComponent, "a", "a"),
            (RowComponent, "b", "b"),
        ]
        child = await examine((await view.find_live_child("inner")).pid)
        assert child.parent_pid is view.pid
        assert child.root_pid is view.pid
        with pytest.raises(CallError) as caught:
            await examine(dead_pid())
        assert caught.value.reason == "noproc"

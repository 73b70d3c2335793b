"""Nothing that code of one view or one request raises ends anything else: on the real server, beside a witness."""

from __future__ import annotations

import builtins
import os
import signal
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import pytest
import trio
from quart import Response
from quart_trio import QuartTrio
from werkzeug.exceptions import NotFound

from actorlive import ActorLive, Cont, Event, LiveView, Socket, Template, component, heex
from actorlive.runtime import spawn
from actorlive.runtime.faults import interrupt_in
from actorlive.web.listeners import ServerError
from actorlive.web.server import serve_async
from tests.support.narrow import untyped
from tests.web.test_server import process, read_until, rest
from tests.web.visitor import connect, get, serving

pytestmark = pytest.mark.real_clock


class OwnBase(BaseException):
    """What some libraries raise to get through `except Exception`."""


RAISED: dict[str, Callable[[], BaseException]] = {
    "SystemExit": lambda: SystemExit(3),
    "KeyboardInterrupt": KeyboardInterrupt,
    "GeneratorExit": GeneratorExit,
    "MemoryError": MemoryError,
    "RecursionError": RecursionError,
    "own": OwnBase,
    "group": lambda: BaseExceptionGroup("two", [SystemExit(1), OwnBase()]),
    "mixed": lambda: BaseExceptionGroup("mixed", [ValueError(), BaseExceptionGroup("in", [GeneratorExit()])]),
    "exit()": lambda: SystemExit(None),
}

fault: list[str] = ["SystemExit"]
"""What the places below raise; one test sets it at a time."""


def fail() -> NoReturn:
    if fault[0] == "exit()":
        builtins.exit()  # noqa: PLR1722
    error = RAISED[fault[0]]()
    raise error


async def fail_soon() -> None:
    await trio.lowlevel.checkpoint()
    fail()


def fail_in_hook(_: Socket) -> None:
    fail()


async def on_mount(params: object, session: object, socket: Socket) -> Cont:
    if isinstance(params, dict) and untyped(params).get("at") == "on_mount":
        fail()
    return Cont()


@component
def part(*, at: str) -> Template:
    return heex("""<b>{fail() if @at == "component" else ""}</b>""")


class Go(Event):
    at: str


class Fragile(LiveView[Go]):
    """Fails where it is told to."""

    on_mount = (on_mount,)
    at: str = ""
    template = heex("""<p>{fail() if @at == "expression" else @at}</p><.part at={@at} />""")

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        at = params.get("at", "")
        if at == "mount" or (at == "join" and socket.connected):
            fail()
        if at == "nursery in mount":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(fail_soon)
        if at in ("first expression", "first component"):
            self.at = at.removeprefix("first ")

    async def handle_params(self, params: Mapping[str, Any], uri: str, socket: Socket) -> None:
        if params.get("at") == "handle_params":
            fail()

    async def handle_event(self, event: Go, socket: Socket) -> None:  # noqa: C901
        match event.at:
            case "event":
                fail()
            case "nursery":
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(fail_soon)
            case "thread":
                await trio.to_thread.run_sync(fail)
            case "info":
                socket.send_after("fail", 0.0)
            case "hook":
                socket.attach_hook("after_render", "fails", fail_in_hook)
            case "task":
                socket.start_async("task", fail_soon)
            case "thread task":
                socket.start_async("thread task", fail)
            case "undo":
                socket.undoable("x", fail, delay=0.0)
            case "undo at exit":
                socket.undoable("x", fail, delay=60.0)
                raise ValueError("ends it")
            case "terminate":
                self.at = "terminate"
                socket.redirect("/elsewhere")
            case "process":
                spawn(fail_soon)
            case _:
                self.at = event.at

    async def handle_info(self, message: object, socket: Socket) -> None:
        fail()

    async def handle_async(self, name: object, result: object, socket: Socket) -> None:
        fail()

    async def terminate(self, reason: object, socket: Socket) -> None:
        if self.at == "terminate":
            fail()


class Witness(LiveView[Go]):
    at: str = ""
    template = heex("<p>{@at}</p>")

    async def handle_event(self, event: Go, socket: Socket) -> None:
        self.at = event.at


def make_app() -> QuartTrio:
    app = QuartTrio(__name__)
    live = ActorLive(app, secret_key="k" * 40, debug=False)
    live.route("/fragile", Fragile)
    live.route("/witness", Witness)

    @app.route("/plain")
    async def plain() -> Response:
        fail()

    @app.route("/plain-thread")
    def plain_thread() -> Response:
        fail()

    @app.route("/plain-nursery")
    async def plain_nursery() -> Response:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(trio.sleep_forever)
            nursery.start_soon(fail_soon)
        return Response("")

    @app.before_request
    async def before() -> None:
        from quart import request

        if request.args.get("at") == "before":
            fail()

    @app.errorhandler(500)
    async def page_of_ones_own(_: object) -> tuple[str, int]:
        return "a page of one's own", 500

    return app


REQUESTS = ["mount", "on_mount", "handle_params", "nursery in mount", "first expression", "first component"]
PLAIN = [
    "/plain",
    "/plain-thread",
    "/plain-nursery",
    "/live/assets/client.js?at=before",
    "/witness?at=before",
]
EVENTS = [
    "event",
    "nursery",
    "thread",
    "info",
    "hook",
    "task",
    "thread task",
    "undo",
    "undo at exit",
    "terminate",
    "process",
    "expression",
    "component",
]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("raised", RAISED)
async def test_a_witness_notices_nothing_of_whatever_is_raised_anywhere(raised: str) -> None:
    fault[0] = raised
    async with serving(make_app()) as url, connect(await get(url, "/witness")) as witness:
        await witness.join()

        async def lives(after: str) -> None:
            assert await witness.clicked("go", at=after) == {"diff": {"0": after}}, after

        for at in REQUESTS:
            page = await get(url, f"/fragile?at={at.replace(' ', '%20')}")
            assert (page.status, page.body) == (500, "a page of one's own"), at
            await lives(at)
        for path in PLAIN:
            page = await get(url, path)
            assert (page.status, page.body) == (500, "a page of one's own"), path
            await lives(path)
        async with connect(page := await get(url, "/fragile?at=join")) as wire:
            assert (await wire.join())[4] == {"status": "error", "response": {"reason": "join crashed"}}
            await lives("join")
        for at in EVENTS:
            page = await get(url, "/fragile")
            async with connect(page) as wire:
                await wire.join()
                await wire.click("go", at=at)
                if at != "process":
                    while (frame := await wire.receive())[3] == "phx_reply":
                        pass
                    assert frame[3] == "phx_error", (at, frame)
                await lives(at)


@pytest.mark.parametrize(
    ("errors", "status"),
    [([NotFound()], 404), ([NotFound(), NotFound()], 404), ([NotFound(), ValueError()], 500)],
)
async def test_a_status_raised_in_a_nursery_counts_unless_a_real_error_goes_before_it(
    errors: list[Exception], status: int
) -> None:
    class Group(LiveView):
        template = heex("<p></p>")

        async def mount(self, params: object, session: object, socket: Socket) -> None:
            raise ExceptionGroup("nursery", [ExceptionGroup("inner", errors)])

    app = QuartTrio(__name__)
    ActorLive(app, secret_key="k" * 40).route("/", Group)
    async with serving(app) as url:
        assert (await get(url, "/")).status == status


async def test_when_the_node_ends_the_server_ends_and_says_so() -> None:
    app = make_app()
    with pytest.raises(BaseExceptionGroup) as caught:  # noqa: PT012
        async with trio.open_nursery() as nursery:
            await nursery.start(serve_async, app, "127.0.0.1", 0)
            node = app.extensions["actorlive"].current_node
            node.failure = ValueError("the root gave up")
            node.body.cancel()
    assert caught.group_contains(ServerError, match="has ended, so the server ends: .*the root gave up")


async def test_a_real_interrupt_in_a_request_ends_the_program() -> None:
    app = QuartTrio(__name__)
    ActorLive(app, secret_key="k" * 40)

    @app.route("/")
    async def interrupted() -> Response:
        signal.raise_signal(signal.SIGINT)
        return Response("")

    with pytest.raises(BaseExceptionGroup) as caught:  # noqa: PT012
        async with trio.open_nursery() as nursery:
            (url,) = await nursery.start(serve_async, app, "127.0.0.1", 0)
            await get(url, "/")
    assert interrupt_in(caught.value) is not None


STUBBORN = """
import trio
from quart_trio import QuartTrio
from actorlive import ActorLive, Event, LiveView, heex

class Hold(Event):
    how: str

class StubbornLive(LiveView[Hold]):
    template = heex("<p></p>")

    async def handle_event(self, event, socket):
        if event.how == "task":
            socket.start_async("endless work", shielded)
        else:
            await shielded()

    async def handle_async(self, name, result, socket): ...

async def shielded():
    with trio.CancelScope(shield=True):
        await trio.sleep_forever()

app = QuartTrio(__name__)
live = ActorLive(app, secret_key="k" * 40)
live.route("/", StubbornLive)
"""


@pytest.mark.parametrize(
    ("how", "named"), [("handler", "StubbornLive"), ("task", "async task 'endless work'")]
)
async def test_who_waits_in_a_shield_is_named_and_the_program_ends(
    tmp_path: os.PathLike[str], how: str, named: str
) -> None:
    async with process(tmp_path, "--port", "0", "--drain", "1", app=STUBBORN) as child:
        url = (await read_until(child, r"live at (http://\S+) "))[1]
        async with connect(await get(url, "/")) as wire:
            await wire.join()
            await wire.click("hold", how=how)
            if how == "task":
                await wire.receive()
            child.send_signal(signal.SIGTERM)
            assert await child.wait() == 0
            said = await rest(child)
            assert "did not go down within 1.0 s" in said
            assert named in said

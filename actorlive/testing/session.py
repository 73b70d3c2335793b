"""`live` and `live_isolated`: a view under test, from the first paint to the end of its processes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any

import trio

from actorlive.live.view import LiveView
from actorlive.runtime import entering
from actorlive.runtime.faults import unwrap
from actorlive.testing.browser.checks import OnError
from actorlive.testing.browser.messages import CallLater
from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.timing import clock
from actorlive.testing.timing.later import schedule_in
from actorlive.testing.timing.network import Network
from actorlive.testing.timing.schedule import cuts_of_this_run
from actorlive.testing.timing.trio_run import require_trio
from actorlive.testing.view import View
from actorlive.testing.worlds.app import AppWorld, extension, running
from actorlive.testing.worlds.driver import Driver
from actorlive.testing.worlds.isolated import IsolatedServer, IsolatedWorld
from actorlive.testing.worlds.refusals import NO_LINES
from actorlive.testing.worlds.server import MemoryServer
from actorlive.testing.worlds.world import GRACE, MemoryWorld, absolute

__all__ = ["live", "live_isolated"]

__tracebackhide__ = hide_frames

ConnectParams = Mapping[str, Any]


def live(
    app: object,
    path: str,
    *,
    connect_params: ConnectParams | None = None,
    network: Network | None = None,
    client: Any = None,
    session: ConnectParams | None = None,
    line: bool = False,
    leaks: bool = False,
    on_error: OnError = "raise",
) -> AbstractAsyncContextManager[View]:
    """A view of an application: its page is loaded, then joined, in memory and in this Trio loop (`live/2`).

    `app` is a Quart app with ActorLive attached, or the ActorLive itself. `connect_params` are the params of the
    client's LiveSocket (`put_connect_params/2`), `client` a Quart test client whose cookies count, `session` what
    its session holds beforehand, as after a login (`init_test_session/2`), `network` what lies between. With `line`
    the page outlives its websocket as in the browser, so that `view.cut()` may break that. Entering
    raises `Redirected` when the page or the join leads elsewhere, `UnexpectedStatus`, `JoinFailed`, or
    what a callback raised. Inside, the test is in the application's node, so `send` to a name, `whereis` and their
    like work. Leaving ends everything that was begun; what the view leaves running raises `Leak`, unless `leaks`
    allows it. `on_error="warn"` makes a duplicate id a warning, as a form without an id always is.
    """
    extended = extension(app)
    if line and not extended.lines.linger:
        raise Failure(NO_LINES)
    lined = line or (cuts_of_this_run() is not None and extended.lines.linger > 0)

    def world(server: MemoryServer, schedule: CallLater) -> MemoryWorld:
        return AppWorld(extended, server, network or Network(), schedule, client, session)

    begin = partial(Driver, connect_params=dict(connect_params or {}), on_error=on_error, lined=lined)
    return _under_test(running(extended), world, begin, absolute(path), leaks=leaks)


def live_isolated(
    view: type[LiveView[Any]],
    *,
    session: ConnectParams | None = None,
    connect_params: ConnectParams | None = None,
    network: Network | None = None,
    line: bool = False,
    leaks: bool = False,
    on_error: OnError = "raise",
) -> AbstractAsyncContextManager[View]:
    """A view class by itself: no application, no route, `session` as given (`live_isolated/3`). A `line` outlives its
    websocket for 20 seconds."""
    lined = line or cuts_of_this_run() is not None
    own = IsolatedServer(view, session or {}, lined=lined)

    def world(_: MemoryServer, schedule: CallLater) -> MemoryWorld:
        return IsolatedWorld(own, network or Network(), schedule)

    begin = partial(Driver, connect_params=dict(connect_params or {}), on_error=on_error, lined=lined)
    return _under_test(own.running(), world, begin, absolute("/"), leaks=leaks)


@asynccontextmanager
async def _under_test(
    surroundings: AbstractAsyncContextManager[MemoryServer],
    make_world: Callable[[MemoryServer, CallLater], MemoryWorld],
    begin: Callable[[trio.Nursery, MemoryWorld], Driver],
    url: str,
    *,
    leaks: bool,
) -> AsyncGenerator[View]:
    require_trio()
    failure: BaseException | None = None
    try:
        async with surroundings as server, trio.open_nursery() as nursery:
            world = make_world(server, schedule_in(nursery))
            driver = begin(nursery, world)
            try:
                with entering(server.node):
                    yield View(driver, await driver.start(url))
                    await driver.settle()
            except BaseException as error:
                failure = error
            with trio.CancelScope(shield=True):
                await driver.stop()
                await world.close()
                await clock.until(lambda: not world.baseline.ending(), GRACE)
            if failure is None and not leaks:
                world.baseline.check()
            nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise unwrap(group) from None
    if failure is not None:
        raise unwrap(failure)

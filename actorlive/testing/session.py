"""`live` and `live_isolated`: a view under test, from the first paint to the end of its processes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import trio

from actorlive.live.view import LiveView
from actorlive.runtime import Node, entering, open_node
from actorlive.runtime.faults import unwrap
from actorlive.testing.browser.checks import OnError
from actorlive.testing.errors import hide_frames
from actorlive.testing.timing import clock
from actorlive.testing.timing.leaks import Baseline
from actorlive.testing.timing.network import Network
from actorlive.testing.timing.trio_run import require_trio
from actorlive.testing.view import View
from actorlive.testing.worlds.app import AppWorld, extension, running
from actorlive.testing.worlds.driver import Driver
from actorlive.testing.worlds.isolated import IsolatedWorld
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
    leaks: bool = False,
    on_error: OnError = "raise",
) -> AbstractAsyncContextManager[View]:
    """A view of an application: its page is loaded, then joined, in memory and in this Trio loop (`live/2`).

    `app` is a Quart app with ActorLive attached, or the ActorLive itself. `connect_params` are the params of the
    client's LiveSocket (`put_connect_params/2`), `client` a Quart test client whose cookies count, `session` what
    its session holds beforehand, as after a login (`init_test_session/2`), `network` what lies between. Entering
    raises `Redirected` when the page or the join leads elsewhere, `UnexpectedStatus`, `JoinFailed`, or
    what a callback raised. Inside, the test is in the application's node, so `send` to a name, `whereis` and their
    like work. Leaving ends everything that was begun; what the view leaves running raises `Leak`, unless `leaks`
    allows it. `on_error="warn"` makes a duplicate id a warning, as a form without an id always is.
    """
    extended = extension(app)

    def world(node: Node, driver: Driver) -> MemoryWorld:
        return AppWorld(extended, node, network or Network(), driver.schedule, client, session)

    return _under_test(running(extended), world, absolute(path), connect_params, on_error, leaks=leaks)


def live_isolated(
    view: type[LiveView[Any]],
    *,
    session: ConnectParams | None = None,
    connect_params: ConnectParams | None = None,
    network: Network | None = None,
    leaks: bool = False,
    on_error: OnError = "raise",
) -> AbstractAsyncContextManager[View]:
    """A view class by itself: no application, no route, `session` as given (`live_isolated/3`)."""

    def world(node: Node, driver: Driver) -> MemoryWorld:
        return IsolatedWorld(view, session or {}, node, network or Network(), driver.schedule)

    return _under_test(open_node(), world, absolute("/"), connect_params, on_error, leaks=leaks)


@asynccontextmanager
async def _under_test(
    surroundings: AbstractAsyncContextManager[Node],
    make_world: Callable[[Node, Driver], MemoryWorld],
    url: str,
    connect_params: ConnectParams | None,
    on_error: OnError,
    *,
    leaks: bool,
) -> AsyncGenerator[View]:
    require_trio()
    failure: BaseException | None = None
    try:
        async with surroundings as node, trio.open_nursery() as nursery:
            driver = Driver(nursery, dict(connect_params or {}), on_error)
            world = make_world(node, driver)
            before = Baseline(node, world.views_of_others)
            driver.world = world
            try:
                with entering(node):
                    yield View(driver, await driver.start(url))
                    await driver.settle()
            except BaseException as error:
                failure = error
            with trio.CancelScope(shield=True):
                await driver.stop()
                await world.close()
                await clock.until(lambda: not before.ending(), GRACE)
            if failure is None and not leaks:
                before.check()
            nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        raise unwrap(group) from None
    if failure is not None:
        raise unwrap(failure)

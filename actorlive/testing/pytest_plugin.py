"""The pytest plugin: coroutine tests run on Trio, on a clock that is never waited for.

`async def test_*` runs under `trio.run` on a `MockClock` that jumps to the next deadline as soon as every task is
blocked, so a test of a five-second timer takes no time. A test that talks to something outside of the Trio loop (a
socket, a subprocess) is marked `@pytest.mark.real_clock`: on the mock clock its deadlines would pass before the outside
world had a chance to answer.

Fixtures may be `async def`, too, with a `yield` or without one; they are opened and closed in the test's loop.

Tests that another plugin runs (marked `trio`, `anyio` or `asyncio`, or with anyio's backend fixture) are left to it;
`live()` works there as well. Exceptions leave a test as they are, not in groups of one. A test whose coroutine nobody
awaited fails: `assert view.has_element("p")` would always hold. Trio's scheduler is seeded, so that a test takes the
same course every time; `--trio-seed` chooses another one.
"""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable, Coroutine, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from actorlive.testing.errors import Failure, hide_frames
from actorlive.testing.pytest_fixtures import AsyncFixture, OpenFixtures, is_async

if TYPE_CHECKING:
    from actorlive.testing.timing.network import Network

__all__ = ["AsyncTest", "run_on_trio"]

__tracebackhide__ = hide_frames

AsyncTest = Callable[..., Coroutine[Any, Any, None]]

_OTHERS = ("trio", "anyio", "asyncio")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--trio-seed`."""
    group = parser.getgroup("actorlive")
    group.addoption(
        "--trio-seed", type=int, default=0, help="the seed of Trio's scheduler in coroutine tests"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line(
        "markers", "real_clock: an async test that runs on the real clock (sockets, threads, subprocesses)"
    )


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run the coroutine tests that no other plugin runs."""
    place = _coroutine_test(pyfuncitem)
    if place is None:
        return (yield)
    seed: Any = pyfuncitem.config.getoption("trio_seed")
    clock: Any = pyfuncitem.funcargs.get("virtual_clock")
    run = run_on_trio(
        getattr(*place),
        real_clock=pyfuncitem.get_closest_marker("real_clock") is not None,
        seed=seed,
        clock=clock,
        fixtures=[value for value in pyfuncitem.funcargs.values() if isinstance(value, AsyncFixture)],
    )
    with _replaced(*place, run), _nothing_unawaited():
        return (yield)


def _coroutine_test(item: pytest.Item) -> tuple[Any, str] | None:
    """The object and the attribute that hold the coroutine function which is ours to run; None when there is none."""
    if not isinstance(item, pytest.Function) or _claimed(item):
        return None
    holder: tuple[Any, str] = item, "obj"
    if getattr(item.obj, "is_hypothesis_test", False):
        handle: Any = item.obj
        holder = handle.hypothesis, "inner_test"
    return holder if inspect.iscoroutinefunction(getattr(*holder)) else None


def _claimed(item: pytest.Function) -> bool:
    return any(item.get_closest_marker(name) for name in _OTHERS) or "anyio_backend" in item.fixturenames


@contextmanager
def _replaced(holder: Any, name: str, value: object) -> Generator[None]:
    before = getattr(holder, name)
    setattr(holder, name, value)
    try:
        yield
    finally:
        setattr(holder, name, before)


@contextmanager
def _nothing_unawaited() -> Generator[None]:
    """Raises `Failure` for a coroutine that was dropped: what it should have done, or checked, never happened."""
    forgotten: list[str] = []
    show = warnings.showwarning

    def note(
        message: Warning | str, category: type[Warning], filename: str, lineno: int, *rest: Any, **named: Any
    ) -> None:
        show(message, category, filename, lineno, *rest, **named)
        if issubclass(category, RuntimeWarning) and "was never awaited" in str(message):
            forgotten.append(f"{message} ({filename}:{lineno})")

    with _replaced(warnings, "showwarning", note):
        yield
    if forgotten:
        raise Failure("\n".join(forgotten))


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Put off the async fixtures of the tests that we run until their loop runs."""
    if fixturedef.scope != "function" or _coroutine_test(request.node) is None:
        return (yield)
    fixture: Any = fixturedef.func
    if not is_async(fixture):
        _refuse_async(fixturedef, request)
        return (yield)
    if inspect.ismethod(fixture) and isinstance(request.instance, type(fixture.__self__)):
        fixture = fixture.__func__.__get__(request.instance)  # the fixture's is another one than the test's

    def put_off(*args: Any, **kwargs: Any) -> AsyncFixture:
        return AsyncFixture(fixture, args, kwargs)

    with _replaced(fixturedef, "func", functools.wraps(fixture)(put_off)):
        return (yield)


def _refuse_async(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    for name in fixturedef.argnames:
        if name != "request" and isinstance(request.getfixturevalue(name), AsyncFixture):
            pytest.fail(
                f"the fixture {fixturedef.argname!r} takes the async fixture {name!r}, so it must be async itself:"
                f" write `async def {fixturedef.argname}`",
                pytrace=False,
            )


def run_on_trio(
    test: AsyncTest,
    *,
    real_clock: bool = False,
    seed: int = 0,
    clock: trio.abc.Clock | None = None,
    fixtures: Iterable[AsyncFixture] = (),
) -> Callable[..., None]:
    """A plain function that runs the coroutine test to its end, and raises `Leak` for tasks that outlive it."""
    from actorlive.runtime.faults import unwrap
    from actorlive.testing.timing.trio_run import seed_trio

    async def with_fixtures(args: tuple[object, ...], kwargs: dict[str, object]) -> None:
        async with OpenFixtures() as opened:
            await opened.open_all(fixtures)
            await test(*args, **await opened.fill(kwargs))

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        chosen = None if real_clock else clock or trio.testing.MockClock(autojump_threshold=0)
        seed_trio(seed)
        try:
            trio.run(_leaving_nothing, functools.partial(with_fixtures, args, kwargs), clock=chosen)
        except BaseExceptionGroup as group:
            single = unwrap(group)
            if single is group:
                raise
            raise single from None

    return run


async def _leaving_nothing(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    from actorlive.testing.timing.threads import threads_hold_time
    from actorlive.testing.timing.trio_run import check_tasks, system_tasks

    before = system_tasks()
    with threads_hold_time():
        await test()
    check_tasks(before)


@pytest.fixture
def virtual_clock() -> trio.testing.MockClock:
    """The clock that the test runs on, to look at or to jump."""
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture
def network() -> Network:
    """A network for `live(…, network=network)`; its latency, jitter and loss may be set at any time."""
    from actorlive.testing.timing.network import Network

    return Network()

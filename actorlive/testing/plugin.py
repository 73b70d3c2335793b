"""The pytest plugin: coroutine tests run on Trio, on a clock that nobody waits for.

`async def test_*` runs under `trio.run` on a `MockClock` that jumps to the next deadline as soon as every task is
blocked, so a test of a five-second timer takes no time. A test that talks to something outside of the Trio loop (a
socket, a subprocess) is marked `@pytest.mark.real_clock`: on the mock clock its deadlines would pass before the outside
world had a chance to answer.

Tests that another plugin runs (marked `trio`, `anyio` or `asyncio`, or with anyio's backend fixture) are left to it;
`live()` works there as well. Exceptions leave a test as they are, not in groups of one. Trio's scheduler is seeded, so
that a test takes the same course every time; `--trio-seed` chooses another one.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

if TYPE_CHECKING:
    from actorlive.testing.memory import Network

__all__ = ["AsyncTest", "run_on_trio"]

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
    """Run coroutine tests that nobody else does."""
    if not _claimed(pyfuncitem):
        real_clock = pyfuncitem.get_closest_marker("real_clock") is not None
        seed: Any = pyfuncitem.config.getoption("trio_seed")
        clock: Any = pyfuncitem.funcargs.get("virtual_clock")
        _replace(pyfuncitem, functools.partial(run_on_trio, real_clock=real_clock, seed=seed, clock=clock))
    return (yield)


def _claimed(item: pytest.Function) -> bool:
    return any(item.get_closest_marker(name) for name in _OTHERS) or "anyio_backend" in item.fixturenames


def _replace(item: pytest.Function, run: Callable[[AsyncTest], Callable[..., None]]) -> None:
    function: Any = item.obj
    if inspect.iscoroutinefunction(function):
        item.obj = run(function)
    elif getattr(function, "is_hypothesis_test", False):
        handle: Any = function.hypothesis
        if inspect.iscoroutinefunction(handle.inner_test):
            handle.inner_test = run(handle.inner_test)


def run_on_trio(
    test: AsyncTest, *, real_clock: bool = False, seed: int = 0, clock: trio.abc.Clock | None = None
) -> Callable[..., None]:
    """A plain function that runs the coroutine test to its end, and raises `Leak` for tasks that outlive it."""
    from actorlive.testing.trio_run import seed_trio, unwrap

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        chosen = None if real_clock else clock or trio.testing.MockClock(autojump_threshold=0)
        seed_trio(seed)
        try:
            trio.run(_leaving_nothing, functools.partial(test, *args, **kwargs), clock=chosen)
        except BaseExceptionGroup as group:
            single = unwrap(group)
            if single is group:
                raise
            raise single from None

    return run


async def _leaving_nothing(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    from actorlive.testing.trio_run import check_tasks, system_tasks

    before = system_tasks()
    await test()
    check_tasks(before)


@pytest.fixture
def virtual_clock() -> trio.testing.MockClock:
    """The clock that the test runs on, to look at or to jump."""
    return trio.testing.MockClock(autojump_threshold=0)


@pytest.fixture
def network() -> Network:
    """A network for `live(…, network=network)`; its latency, jitter and loss may be set at any time."""
    from actorlive.testing.memory import Network

    return Network()

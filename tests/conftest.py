"""How this project runs its tests: coroutine tests on Trio, on a clock that nobody waits for.

`async def test_*` runs under `trio.run` on a `MockClock` that jumps to the next deadline as soon as
every task is blocked, so a test of a five-second timer takes no time. A test that talks to something
outside the Trio loop (a socket, a thread, a subprocess) is marked `@pytest.mark.real_clock`: on the
mock clock its deadlines would pass while the outside world has not had a chance to answer.

Trio wraps whatever leaves a nursery in an exception group. Where such a group holds one exception
only, the test sees that exception, so that `pytest.raises` and the summary line name the real fault.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import hypothesis
import pytest
import trio
import trio.testing

pytest_plugins = ["pytester"]

AsyncTest = Callable[..., Coroutine[Any, Any, None]]

hypothesis.settings.register_profile("default", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("default")


def unwrap(error: BaseException) -> BaseException:
    """The exception at the end of a chain of groups of one."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def run_on_trio(test: AsyncTest, *, real_clock: bool) -> Callable[..., None]:
    """A plain function that runs the coroutine test to its end."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        clock = None if real_clock else trio.testing.MockClock(autojump_threshold=0)
        try:
            trio.run(functools.partial(test, *args, **kwargs), clock=clock)
        except BaseExceptionGroup as group:
            single = unwrap(group)
            if single is group:
                raise
            raise single from None

    return run


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    real_clock = pyfuncitem.get_closest_marker("real_clock") is not None
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = run_on_trio(pyfuncitem.obj, real_clock=real_clock)
    elif getattr(pyfuncitem.obj, "is_hypothesis_test", False):
        handle = pyfuncitem.obj.hypothesis
        if inspect.iscoroutinefunction(handle.inner_test):
            handle.inner_test = run_on_trio(handle.inner_test, real_clock=real_clock)
    return (yield)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the soak tests to `make soak`, unless a marker expression asks for them."""
    if config.getoption("markexpr"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if item not in soak]

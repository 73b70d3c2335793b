"""Functions of others that are run here: their names in logs, and what calling them comes down to.

A callback, a task and a process may be an async function, a plain one, a partial, an object with `__call__`, or a plain
function that returns something to await. `is_async` and `resolve` say once for all what that means, and refuse an async
generator, which would never be iterated over.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from functools import partial
from inspect import CO_COROUTINE
from types import AsyncGeneratorType, CodeType, GeneratorType
from typing import TypeGuard, cast

import trio
from typing_extensions import TypeIs

from actorlive.runtime.errors import RuntimeMisuse

__all__ = [
    "check_awaitable",
    "check_function",
    "is_async",
    "is_awaitable",
    "label_of",
    "resolve",
    "run_function",
]

GENERATOR_HINT = (
    "which nobody iterates over: return a list, `return [item async for item in …]`, or send the items one at a time,"
    " `send(pid, item)`"
)

_VALUES = frozenset((type(None), bool, int, float, str, bytes, list, tuple, dict))
"""Types whose values are neither to be awaited nor to be iterated over, as can be told without a look at them."""


def label_of(fn: object) -> str:
    """The name of a function, or of the one in a partial, in logs and statistics."""
    fn = underneath(fn)
    return getattr(fn, "__qualname__", None) or type(fn).__qualname__


def underneath(fn: object) -> object:
    """The function in a partial, or in partials of partials."""
    while isinstance(fn, partial):
        fn = cast("partial[object]", fn).func
    return fn


def is_awaitable(value: object) -> TypeIs[Awaitable[object]]:
    """What `inspect.isawaitable` says, without its look into the table of an abstract class."""
    return hasattr(type(value), "__await__") or (
        isinstance(value, GeneratorType) and inspect.isawaitable(cast("object", value))
    )


def is_async(fn: Callable[..., object]) -> TypeGuard[Callable[..., Awaitable[object]]]:
    """True when calling `fn` gives something to await: an async function, an object with an async `__call__`, or a
    partial of either."""
    function = underneath(fn)
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType) and code.co_flags & CO_COROUTINE:
        return True  # the usual case, at a tenth of what `inspect` takes
    call = getattr(function, "__call__", None)  # noqa: B004
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)


def check_function(fn: object, call: str) -> None:
    """Raise `RuntimeMisuse` for what `call` was given in place of a function, such as a coroutine."""
    if callable(fn):
        return
    if inspect.iscoroutine(fn):
        fn.close()  # or Python warns of it as well
        name = fn.__name__
        raise RuntimeMisuse(
            f"{call} takes the function itself, and was given what {name}(…) returned: write {name} without brackets,"
            " and its arguments behind it"
        )
    raise RuntimeMisuse(f"{call} takes a function, not {fn!r:.80}")


def check_awaitable(awaitable: Awaitable[object], fn: object) -> Awaitable[object]:
    """What calling `fn` gave, if it can be awaited. Raises `RuntimeMisuse`."""
    if inspect.isasyncgen(awaitable):
        raise RuntimeMisuse(f"{label_of(fn)} is an async generator, {GENERATOR_HINT}")
    if not hasattr(awaitable, "__await__"):
        raise RuntimeMisuse(
            f"a process runs an async function: {label_of(fn)} returned {awaitable!r}, which cannot be awaited"
        )
    return awaitable


async def run_function(
    fn: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> object:
    """Call `fn`: async here, plain in a worker thread that is abandoned when the process ends.

    What a plain function returns may have to be awaited (a lambda around an async function, a decorated one): that is
    done here. Raises `RuntimeMisuse` for an async generator.
    """
    if is_async(fn):
        value = await fn(*args, **kwargs)
        return value if value.__class__ in _VALUES else await resolve(value, fn)
    thread_name = f"{label_of(fn)} from {trio.lowlevel.current_task().name}"
    (value,) = await trio.to_thread.run_sync(  # in a tuple, because Trio refuses a coroutine
        lambda: (fn(*args, **kwargs),), abandon_on_cancel=True, thread_name=thread_name
    )
    return await resolve(value, fn)


async def resolve(value: object, fn: object) -> object:
    """What calling `fn` comes down to: the value itself, or what awaiting it gives. Raises `RuntimeMisuse` for an async
    generator."""
    while is_awaitable(value):
        value = await value
    if isinstance(value, AsyncGeneratorType):
        raise RuntimeMisuse(f"{label_of(fn)} is an async generator, {GENERATOR_HINT}")
    return value

"""Whose an exception is: the one rule of what may leave a process, and a request, and what may not.

Whatever code raises is a fault of that code and ends its process or its request, and nothing else (INV-7). That holds
for `SystemExit`, `GeneratorExit`, a `KeyboardInterrupt` that code raised and every `BaseException` of one's own, alone
or in groups. Only two things belong to others, and are passed on to them:

* **an interrupt**: the `KeyboardInterrupt` that Trio's own signal handler raises, in whatever code happens to
  run when a person presses Ctrl+C. It is known by where it was raised, and ends the program.
* **a cancellation** of a scope around the caller, as long as such a scope is cancelled. A `Cancelled` that somebody has
  kept, and raises where nothing is cancelled, is a fault like others.
"""

from __future__ import annotations

from math import inf
from types import TracebackType
from typing import cast

import trio

from actorlive.runtime.errors import ProcessExit

__all__ = [
    "add_hint",
    "belongs_outside",
    "flatten",
    "gravest",
    "interrupt_in",
    "is_cancelled_here",
    "is_fault",
    "is_own_end",
    "reason_of",
    "unwrap",
]

SIGNAL_HANDLER = "trio._core._ki"
"""The module whose handler of SIGINT raises a real interrupt."""

HINT = (
    "this is asyncio's, and actorlive runs on Trio: write `await trio.sleep(seconds)` for a pause, and call what"
    " blocks by `await trio.to_thread.run_sync(function, argument)`"
)


def flatten(error: BaseException) -> list[BaseException]:
    """The errors in a group and its groups; a single error alone."""
    if not isinstance(error, BaseExceptionGroup):
        return [error]
    group = cast("BaseExceptionGroup[BaseException]", error)
    return [leaf for inner in group.exceptions for leaf in flatten(inner)]


def unwrap(error: BaseException) -> BaseException:
    """What a nursery has wrapped: the error inside groups of one; of several exits the first."""
    leaves = flatten(error)
    if all(isinstance(leaf, ProcessExit) for leaf in leaves):
        return leaves[0]
    while isinstance(error, BaseExceptionGroup):
        first, *others = cast("BaseExceptionGroup[BaseException]", error).exceptions
        if others:
            break
        error = first
    return cast("BaseException", error)


def gravest(error: BaseException) -> BaseException:
    """The one error that leaves in place of a group; it names the others in a note."""
    leaves = flatten(error)
    chosen = min(leaves, key=gravity)
    others = [repr(leaf) for leaf in leaves if leaf is not chosen and not isinstance(leaf, trio.Cancelled)]
    if others:
        chosen.add_note(f"raised together with {', '.join(others)}")
    return chosen


def gravity(error: BaseException) -> int:
    """Interrupts go first, then what code raised, then cancellations, which are nobody's."""
    if isinstance(error, trio.Cancelled):
        return 2
    return 0 if isinstance(error, KeyboardInterrupt | SystemExit) else 1


def interrupt_in(error: BaseException) -> KeyboardInterrupt | None:
    """The real interrupt in what was raised: one that a signal brought, not code."""
    for leaf in flatten(error):
        if isinstance(leaf, KeyboardInterrupt) and _raised_in(leaf) == SIGNAL_HANDLER:
            return leaf
    return None


def _raised_in(error: BaseException) -> object:
    """The name of the module whose code raised it."""
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return None if traceback is None else traceback.tb_frame.f_globals.get("__name__")


def is_cancelled_here() -> bool:
    """True while a scope around the caller is cancelled: a `Cancelled` has its reason then."""
    return trio.current_effective_deadline() == -inf


def belongs_outside(error: BaseException) -> bool:
    """True for what code that runs other people's code has to pass on: a real interrupt, a cancellation around it."""
    if interrupt_in(error) is not None:
        return True
    return any(isinstance(leaf, trio.Cancelled) for leaf in flatten(error)) and is_cancelled_here()


def is_own_end(error: BaseException) -> bool:
    """True when a callback ended its process by itself, by a fault or by `exit(reason)`; False for an interrupt, and
    for whatever is raised while the process is being ended."""
    return not is_cancelled_here() and interrupt_in(error) is None


def is_fault(error: BaseException) -> bool:
    """True when a callback's code is at fault for what it raised: its own end, and not an `exit(reason)`."""
    return is_own_end(error) and not isinstance(unwrap(error), ProcessExit)


def reason_of(error: BaseException) -> object:
    """The exit reason that an exception stands for."""
    error = unwrap(error)
    return error.reason if isinstance(error, ProcessExit) else error


def add_hint(error: BaseException) -> None:
    """Say what to write where a function awaits something of asyncio's."""
    for leaf in flatten(error):
        if (
            isinstance(leaf, (RuntimeError, TypeError))
            and _wants_asyncio(str(leaf))
            and HINT not in notes_of(leaf)
        ):
            leaf.add_note(HINT)


def _wants_asyncio(message: str) -> bool:
    """True for what asyncio says without a loop, and for what Trio says where some other code of the thread has one."""
    return message.startswith(
        (
            "no running event loop",
            "There is no current event loop",
            "trio.run received unrecognized yield message",
        )
    )


def notes_of(error: BaseException) -> list[str]:
    """The notes on an exception."""
    return getattr(error, "__notes__", [])

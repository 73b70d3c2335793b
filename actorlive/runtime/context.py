"""Where the calling code stands: in which process, in which node."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

from actorlive.runtime.errors import NodeClosed, NotAProcess

if TYPE_CHECKING:
    from actorlive.runtime.node import Node
    from actorlive.runtime.pid import Pid
    from actorlive.runtime.process import Process

__all__ = [
    "acting_process",
    "calling_pid",
    "calling_process",
    "current_node",
    "current_process",
    "enter_node",
    "entering",
    "node_variable",
    "process_variable",
]

process_variable: ContextVar[Process] = ContextVar("actorlive process")
node_variable: ContextVar[Node] = ContextVar("actorlive node")


def calling_process() -> Process | None:
    """The process that the caller runs in, or None."""
    return process_variable.get(None)


def current_process() -> Process:
    """The process that the caller runs in, also from its child tasks and worker threads.

    Raises `NotAProcess` outside of every process.
    """
    process = calling_process()
    if process is None:
        raise NotAProcess(
            "only a process can do this; start one with spawn(fn), node.spawn(fn) or node.start_child(spec)"
        )
    return process


def acting_process() -> Process:
    """The calling process, on the thread of its node: only `self` and `send` work elsewhere.

    Raises `NotAProcess`, and `RuntimeMisuse` in a worker thread.
    """
    process = current_process()
    process.node.check_thread()
    return process


def calling_pid() -> Pid | None:
    """The Pid of the calling process, or None outside of processes: `self`, where that would raise."""
    process = calling_process()
    return None if process is None else process.pid


def enter_node(node: Node) -> Token[Node]:
    """Make `node` the current node of the calling task, and of the tasks that it starts, from now on."""
    return node_variable.set(node)


@contextmanager
def entering(node: Node) -> Generator[None]:
    """Make `node` the current node inside of the block."""
    token = enter_node(node)
    try:
        yield
    finally:
        node_variable.reset(token)


def current_node() -> Node:
    """The node of the calling process, or the one that `open_node()` opened around the caller.

    Raises `NodeClosed` when there is none.
    """
    process = calling_process()
    if process is not None:
        return process.node
    try:
        return node_variable.get()
    except LookupError:
        raise NodeClosed("no node here; run this inside `async with open_node() as node:`") from None

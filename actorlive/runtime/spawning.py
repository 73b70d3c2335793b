"""Spawning and naming from where the caller stands: functions on the current node."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVarTuple

from actorlive.runtime.context import acting_process, calling_process, current_node
from actorlive.runtime.errors import NoProcess
from actorlive.runtime.node import Function
from actorlive.runtime.pid import AliasMode, Pid, Ref
from actorlive.runtime.process import MONITOR_MODES, Process, check_mode

__all__ = ["register", "registered", "spawn", "spawn_link", "spawn_monitor", "unregister", "whereis"]

Ts = TypeVarTuple("Ts")


def spawn(fn: Function[*Ts], *args: *Ts, name: str | None = None, owner: Pid | None = None) -> Pid:
    """Start a process that runs `await fn(*args)`; returns at once (Erlang: `spawn/1`).

    Called in a process, the new one inherits its context variables. `name` registers it; raises
    `NameTaken` and starts nothing when the name is taken. With `owner` the process ends when the owner
    does, for whatever reason and even when it traps exits, with the owner's reason; nothing flows back.
    """
    return begin(fn, args, name, owner).pid


def spawn_link(fn: Function[*Ts], *args: *Ts, name: str | None = None, owner: Pid | None = None) -> Pid:
    """`spawn` and `link` in one step (Erlang: `spawn_link/1`). Only in a process."""
    parent = acting_process()
    process = begin(fn, args, name, owner)
    parent.join(process)  # also when its end is sealed already: the link tells
    return process.pid


def spawn_monitor(
    fn: Function[*Ts],
    *args: *Ts,
    name: str | None = None,
    owner: Pid | None = None,
    alias: AliasMode | None = None,
    label: str | None = None,
) -> tuple[Pid, Ref]:
    """`spawn` and `monitor` in one step (Erlang: `spawn_monitor/1`, `spawn_opt/2`). Only in a process.

    With `alias` the Ref is an address as well, as that of `monitor`: "reply_demonitor" for a process that is to send
    one answer. `label` names it in logs and statistics from its start, as `set_label` does later.
    """
    parent = acting_process()
    check_mode(alias, MONITOR_MODES)
    process = begin(fn, args, name, owner, label)
    return process.pid, parent.watch(process, process.pid, alias)


def begin(
    fn: Callable[..., Awaitable[object]],
    args: tuple[object, ...],
    name: str | None,
    owner: Pid | None,
    label: str | None = None,
) -> Process:
    """Spawn from where the caller stands."""
    parent = calling_process()
    if parent is None:
        node = current_node()
        process = node.create(fn, name, owner, label)
        node.context.run(node.launch, process, fn, args)
    else:
        process = parent.node.create(fn, name, owner, label)
        parent.node.launch(process, fn, args)
    return process


def register(name: str, pid: Pid) -> None:
    """Make a process known under `name` (Erlang: `register/2`).

    Raises `NameTaken`, `NoProcess` when it is dead, `RuntimeMisuse` when it has a name already.
    """
    entity = pid.entity
    if entity is None or not entity.alive:
        raise NoProcess(f"cannot register {pid} as {name!r}: no such process")
    entity.node.check_thread()
    entity.node.register(name, entity)


def unregister(name: str) -> bool:
    """Free a name; True when it was taken (Erlang: `unregister/1`, which raises instead of False)."""
    node = current_node()
    node.check_thread()
    entity = node.lookup(name)
    if entity is None:
        return False
    node.forget_name(entity)
    entity.name = None
    return True


def whereis(name: str) -> Pid | None:
    """The process that has the name on this node, or None (Erlang: `whereis/1`). Free the moment its holder is dead."""
    entity = current_node().lookup(name)
    return None if entity is None else entity.pid


def registered() -> list[str]:
    """The names in use on this node (Erlang: `registered/0`)."""
    return sorted(current_node().names)

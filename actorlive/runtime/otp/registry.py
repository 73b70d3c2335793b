"""A registry: processes found by keys, for as long as they live (Elixir's `Registry`).

Its table needs no process: reading and writing are plain calls on the node's thread, and a port is told of
the end of each listed process. An entry is gone the moment its process is doomed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Literal

from actorlive.runtime.context import acting_process, current_node
from actorlive.runtime.errors import NameTaken
from actorlive.runtime.node import Node
from actorlive.runtime.otp.children import check_option
from actorlive.runtime.pid import Pid, Ref
from actorlive.runtime.port import Port, open_port
from actorlive.runtime.process import alive
from actorlive.runtime.signals import Down

__all__ = ["Registry"]

Keys = Literal["unique", "duplicate"]


@dataclass(slots=True, eq=False)
class Listing:
    """One process under one key."""

    pid: Pid
    value: object


class Registry:
    """A table of keys and processes with a value each. `keys` is "unique" or "duplicate"."""

    def __init__(self, keys: Keys = "unique", *, node: Node | None = None) -> None:
        check_option("keys", keys, Keys)
        self.unique: bool = keys == "unique"
        self.entries: dict[Hashable, list[Listing]] = {}
        self.metadata: dict[Hashable, object] = {}
        self.watched: dict[Pid, tuple[Ref, list[Hashable]]] = {}
        self.port: Port = open_port(self.on_message, node=node or current_node(), label="registry")

    def register(self, key: Hashable, value: object = None) -> None:
        """List the calling process under `key` with a value. Raises `NameTaken` when the keys are unique and
        a living process has it, the caller included."""
        pid = acting_process().pid
        living = self.living(key)
        if self.unique and living:
            raise NameTaken(f"the key {key!r} belongs to {living[0].pid} already")
        self.entries.setdefault(key, []).append(Listing(pid, value))
        self.watch(pid).append(key)

    def unregister(self, key: Hashable) -> None:
        """Remove all entries of the calling process under `key`."""
        pid = acting_process().pid
        self.remove(key, pid)
        if pid in self.watched:
            ref, keys = self.watched[pid]
            keys[:] = [other for other in keys if other != key]
            if not keys:
                self.port.demonitor(ref)
                del self.watched[pid]

    def lookup(self, key: Hashable) -> list[tuple[Pid, object]]:
        """The processes under `key` with their values, the longest listed first."""
        return [(entry.pid, entry.value) for entry in self.living(key)]

    def whereis(self, key: Hashable) -> Pid | None:
        """The process under a unique key, or None."""
        living = self.living(key)
        return living[0].pid if living else None

    def keys(self, pid: Pid) -> list[Hashable]:
        """The keys that a process is listed under."""
        return list(self.watched[pid][1]) if pid in self.watched and alive(pid) else []

    def update_value(self, key: Hashable, change: Callable[[object], object]) -> bool:
        """Set the calling process's value under `key` to `change(value)`; False when it is not listed."""
        pid = acting_process().pid
        mine = [entry for entry in self.living(key) if entry.pid is pid]
        for entry in mine:
            entry.value = change(entry.value)
        return bool(mine)

    def dispatch(self, key: Hashable, tell: Callable[[Pid, object], None]) -> int:
        """Call `tell(pid, value)` for everyone under `key`, `send` for instance; returns how many there are."""
        entries = self.lookup(key)
        for pid, value in entries:
            tell(pid, value)
        return len(entries)

    def count(self) -> int:
        """How many entries there are."""
        return sum(len(self.living(key)) for key in list(self.entries))

    def put_meta(self, key: Hashable, value: object) -> None:
        """Keep `value` with the registry itself, whichever processes are listed (Elixir: `Registry.put_meta`)."""
        self.metadata[key] = value

    def meta(self, key: Hashable, default: object = None) -> object:
        """What `put_meta` kept under `key`, or `default` (Elixir: `Registry.meta`)."""
        return self.metadata.get(key, default)

    def delete_meta(self, key: Hashable) -> None:
        """Forget what `put_meta` kept under `key`, if anything (Elixir: `Registry.delete_meta`)."""
        self.metadata.pop(key, None)

    def close(self) -> None:
        """Forget everything and stop watching."""
        self.port.close()
        self.metadata.clear()
        self.entries.clear()
        self.watched.clear()

    def living(self, key: Hashable) -> list[Listing]:
        """The entries of `key` whose processes are not doomed."""
        return [entry for entry in self.entries.get(key, ()) if alive(entry.pid)]

    def watch(self, pid: Pid) -> list[Hashable]:
        """The list of keys of a process, watched from its first one on."""
        if pid not in self.watched:
            self.watched[pid] = (self.port.monitor(pid), [])
        return self.watched[pid][1]

    def remove(self, key: Hashable, pid: Pid) -> None:
        """Drop the entries of one process under one key."""
        left = [entry for entry in self.entries.get(key, ()) if entry.pid is not pid]
        if left:
            self.entries[key] = left
        else:
            self.entries.pop(key, None)

    def on_message(self, message: object) -> None:
        """A listed process has ended."""
        if isinstance(message, Down) and isinstance(message.process, Pid):
            watched = self.watched.pop(message.process, None)
            for key in watched[1] if watched else ():
                self.remove(key, message.process)

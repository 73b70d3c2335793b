"""Groups of processes (Erlang's `pg`): who does the same work, who wants the same news.

**Who has joined twice has to leave twice.** A process is a member as often as it joined; one `leave` takes back one of
them, so that two parts of a program that make the same process a member need not know of each other. Its end takes back
all. (A `Registry` lists a process once per entry, too, and removes all of a key at once.)

A group is there while it has members. Like a registry's its table needs no process: joining and reading are plain calls
on the node's thread, and a member is gone the moment it is doomed.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from actorlive.runtime.context import acting_process, current_node
from actorlive.runtime.mailbox import send
from actorlive.runtime.node import Node
from actorlive.runtime.pid import Pid, Ref, make_ref
from actorlive.runtime.port import Port, open_port
from actorlive.runtime.process import alive
from actorlive.runtime.signals import Down, check_pid

__all__ = ["GroupJoined", "GroupLeft", "ProcessGroups"]


@dataclass(frozen=True, slots=True)
class GroupJoined:
    """To who monitors the group: `pid` has joined it, perhaps once more (Erlang: `{Ref, join, Group, Pids}`)."""

    ref: Ref
    group: Hashable
    pid: Pid


@dataclass(frozen=True, slots=True)
class GroupLeft:
    """To who monitors the group: `pid` has left it, or has ended; once for each time that it had joined (Erlang:
    `{Ref, leave, Group, Pids}`)."""

    ref: Ref
    group: Hashable
    pid: Pid


@dataclass(frozen=True, slots=True)
class GroupMonitor:
    """Who watches a group. `group` is None for all of them."""

    owner: Pid
    group: Hashable
    every: bool


class ProcessGroups:
    """Groups by name, of one node (Erlang: a scope of `pg`)."""

    def __init__(self, *, node: Node | None = None) -> None:
        self.members_of: dict[Hashable, list[Pid]] = {}
        self.groups_of: dict[Pid, list[Hashable]] = {}
        self.monitors: dict[Ref, GroupMonitor] = {}
        self.watched: dict[Pid, Ref] = {}
        self.port: Port = open_port(self.on_message, node=node or current_node(), label="process groups")

    def join(self, group: Hashable, pid: Pid | None = None) -> None:
        """Make a process, by default the calling one, a member of the group, once more if it is one (`pg:join/2`).

        One that is dead does not join.
        """
        pid = self.process(pid)
        if not alive(pid):
            return
        self.watch(pid)
        self.groups_of.setdefault(pid, []).append(group)
        self.members_of.setdefault(group, []).append(pid)
        self.tell(group, GroupJoined, pid)

    def leave(self, group: Hashable, pid: Pid | None = None) -> bool:
        """Take back one `join`; False when the process is not a member (`pg:leave/2`)."""
        pid = self.process(pid)
        if not alive(pid) or group not in self.groups_of.get(pid, ()):
            return False
        self.groups_of[pid].remove(group)
        self.remove(group, pid)
        if not self.groups_of[pid]:
            del self.groups_of[pid]
            self.unwatch(pid)
        return True

    def members(self, group: Hashable) -> list[Pid]:
        """The members, each as often as it has joined, the longest first (`pg:get_members/1`)."""
        return [pid for pid in self.members_of.get(group, ()) if alive(pid)]

    def groups(self) -> list[Hashable]:
        """The groups that have members (`pg:which_groups/0`)."""
        return [group for group in self.members_of if self.members(group)]

    def monitor(self, group: Hashable) -> tuple[Ref, list[Pid]]:
        """Send `GroupJoined` and `GroupLeft` of this group to the calling process from now on, until `demonitor` or its
        end; returns their `ref`, and who is a member now (`pg:monitor/1`)."""
        return self.add_monitor(group, every=False), self.members(group)

    def monitor_all(self) -> tuple[Ref, dict[Hashable, list[Pid]]]:
        """`monitor` of all groups, those to come included (`pg:monitor_scope/0`)."""
        return self.add_monitor(None, every=True), {group: self.members(group) for group in self.groups()}

    def demonitor(self, ref: Ref, *, flush: bool = False) -> bool:
        """Stop a monitor of the calling process; False when there was none (`pg:demonitor/1`).

        With `flush` its messages that are in the mailbox already go, too.
        """
        process = acting_process()
        known = self.monitors.get(ref)
        if known is None or known.owner is not process.pid:
            return False
        del self.monitors[ref]
        self.unwatch(process.pid)
        while flush and process.discard(lambda m: isinstance(m, GroupJoined | GroupLeft) and m.ref is ref):
            pass
        return True

    def close(self) -> None:
        """Forget everything and stop watching."""
        self.port.close()
        for table in (self.members_of, self.groups_of, self.monitors, self.watched):
            table.clear()

    # -- the tables ------------------------------------------------------------

    def process(self, pid: Pid | None) -> Pid:
        """The process that is meant."""
        if pid is None:
            return acting_process().pid
        check_pid("a group", pid)
        return pid

    def add_monitor(self, group: Hashable, *, every: bool) -> Ref:
        """A new monitor of the calling process."""
        ref, owner = make_ref(), acting_process().pid
        self.watch(owner)
        self.monitors[ref] = GroupMonitor(owner, group, every)
        return ref

    def watch(self, pid: Pid) -> None:
        """Be told of the end of a process."""
        if pid not in self.watched:
            self.watched[pid] = self.port.monitor(pid)

    def unwatch(self, pid: Pid) -> None:
        """Watch a process no longer that neither is a member nor watches others."""
        if pid not in self.groups_of and all(monitor.owner is not pid for monitor in self.monitors.values()):
            self.port.demonitor(self.watched.pop(pid))

    def remove(self, group: Hashable, pid: Pid) -> None:
        """One membership less."""
        members = self.members_of[group]
        members.remove(pid)
        if not members:
            del self.members_of[group]
        self.tell(group, GroupLeft, pid)

    def tell(self, group: Hashable, change: type[GroupJoined | GroupLeft], pid: Pid) -> None:
        """Tell those who watch the group."""
        for ref, monitor in self.monitors.items():
            if monitor.every or monitor.group == group:
                send(monitor.owner, change(ref, group, pid))

    def on_message(self, message: object) -> None:
        """A member, or who watched, has ended."""
        if not isinstance(message, Down) or not isinstance(message.process, Pid):
            return
        pid = message.process
        self.watched.pop(pid, None)
        for ref in [ref for ref, monitor in self.monitors.items() if monitor.owner is pid]:
            del self.monitors[ref]
        for group in self.groups_of.pop(pid, []):
            self.remove(group, pid)

"""Erlang's rules in miniature: the reference that the runtime is compared with.

The model knows no tasks and no loop. It is told what happened, in the order in which it happened, and keeps
what every mailbox must hold then. Signals arrive at once (Erlang may take its time, so this is one of its
legal histories); only the end of a doomed process comes when it comes, and is told to the model, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from actorlive.runtime import Down, ExitSignal, Pid, Ref


@dataclass
class Proc:
    """What the model knows of one process."""

    pid: Pid
    mailbox: list[object] = field(default_factory=list[object])
    links: set[Pid] = field(default_factory=set[Pid])
    watching: dict[Ref, Pid] = field(default_factory=dict[Ref, Pid])
    watchers: list[tuple[Ref, Pid, Pid | str, bool]] = field(
        default_factory=list[tuple[Ref, Pid, Pid | str, bool]]
    )
    owner: Pid | None = None
    owned: list[Pid] = field(default_factory=list[Pid])
    trapping: bool = False
    doomed: bool = False
    reason: object = None
    name: str | None = None
    taken: int = 0
    """Messages taken out of the mailbox."""


@dataclass
class ModelTimer:
    """One armed timer."""

    due: float
    number: int
    dest: Pid | str
    message: object


class Model:
    """The whole world."""

    def __init__(self) -> None:
        self.procs: dict[Pid, Proc] = {}
        self.names: dict[str, Pid] = {}
        self.aliases: dict[Ref, tuple[Pid, str]] = {}
        self.timers: dict[object, ModelTimer] = {}

    def alive(self, pid: Pid) -> bool:
        return pid in self.procs and not self.procs[pid].doomed

    def spawn(self, pid: Pid, owner: Pid | None) -> None:
        self.procs[pid] = Proc(pid)
        if owner is not None:
            if self.alive(owner):
                self.procs[pid].owner = owner
                self.procs[owner].owned.append(pid)
            else:
                self.doom(pid, "noproc")

    # messages

    def put(self, pid: Pid, message: object) -> None:
        if pid in self.procs:
            self.procs[pid].mailbox.append(message)

    def send(self, dest: object, message: object) -> None:
        if isinstance(dest, Pid):
            self.put(dest, message)
        elif isinstance(dest, Ref):
            self.send_alias(dest, message)
        elif isinstance(dest, str) and dest in self.names:
            self.put(self.names[dest], message)

    def send_alias(self, ref: Ref, message: object) -> None:
        if ref not in self.aliases:
            return
        pid, mode = self.aliases[ref]
        if pid in self.procs:
            if mode in ("reply", "reply_demonitor"):
                self.demonitor(pid, ref)
                self.aliases.pop(ref, None)
            self.put(pid, message)

    def take(self, pid: Pid, wanted: type | None) -> object:
        """The first message that matches, taken out; None when there is none."""
        box = self.procs[pid].mailbox
        for index, message in enumerate(box):
            if wanted is None or isinstance(message, wanted):
                self.procs[pid].taken += 1
                return box.pop(index)
        return None

    # exit signals

    def signal(self, sender: Pid, target: Pid, reason: object, *, linked: bool) -> None:
        if not self.alive(target):
            return
        proc = self.procs[target]
        if reason == "kill" and not linked:
            self.doom(target, "killed")
        elif proc.trapping:
            proc.mailbox.append(ExitSignal(sender, reason))
        elif reason != "normal" or (sender is target and not linked):
            self.doom(target, reason)

    def doom(self, pid: Pid, reason: object) -> None:
        proc = self.procs[pid]
        if not proc.doomed:
            proc.doomed, proc.reason = True, reason
            if proc.name is not None and self.names.get(proc.name) is pid:
                del self.names[proc.name]

    def finish(self, pid: Pid, reason: object) -> None:
        """The process is gone: tell everybody."""
        self.doom(pid, reason)
        proc = self.procs.pop(pid)
        for key in [key for key, timer in self.timers.items() if timer.dest is pid]:
            del self.timers[key]
        for ref, target in proc.watching.items():
            self.procs[target].watchers = [w for w in self.procs[target].watchers if w[0] is not ref]
        for child in proc.owned:
            self.doom(child, reason)
            self.procs[child].owner = None
        if proc.owner is not None and proc.owner in self.procs:
            self.procs[proc.owner].owned.remove(pid)
        for other in proc.links:
            self.procs[other].links.discard(pid)
            self.signal(pid, other, reason, linked=True)
        for ref, watcher, label, in_time in proc.watchers:
            self.down(watcher, ref, label, reason if in_time else "noproc")

    # links and monitors

    def link(self, pid: Pid, other: Pid) -> bool:
        """False when it raises noproc."""
        if other is pid:
            return True
        if not self.alive(other):
            if self.procs[pid].trapping:
                self.put(pid, ExitSignal(other, "noproc"))
            return self.procs[pid].trapping
        self.procs[pid].links.add(other)
        self.procs[other].links.add(pid)
        return True

    def unlink(self, pid: Pid, other: Pid) -> None:
        self.procs[pid].links.discard(other)
        if other in self.procs:
            self.procs[other].links.discard(pid)

    def monitor(self, pid: Pid, target: Pid | str, ref: Ref, mode: str | None) -> None:
        who = self.names.get(target) if isinstance(target, str) else target
        if who is pid:
            return
        if mode is not None:
            self.aliases[ref] = (pid, mode)
        if who is None or who not in self.procs:
            self.down(pid, ref, target, "noproc")
            return
        self.procs[pid].watching[ref] = who
        self.procs[who].watchers.append((ref, pid, target, self.alive(who)))

    def down(self, watcher: Pid, ref: Ref, label: Pid | str, reason: object) -> None:
        self.procs[watcher].watching.pop(ref, None)
        if ref in self.aliases and self.aliases[ref][1] != "explicit_unalias":
            del self.aliases[ref]
        self.put(watcher, Down(ref, label, reason))

    def demonitor(self, pid: Pid, ref: Ref) -> bool:
        target = self.procs[pid].watching.pop(ref, None)
        if target is None:
            return False
        self.procs[target].watchers = [w for w in self.procs[target].watchers if w[0] is not ref]
        if ref in self.aliases and self.aliases[ref][1] != "explicit_unalias":
            del self.aliases[ref]
        return True

    def flush(self, pid: Pid, ref: Ref) -> None:
        proc = self.procs[pid]
        before = len(proc.mailbox)
        proc.mailbox = [m for m in proc.mailbox if not (isinstance(m, Down) and m.ref is ref)]
        proc.taken += before - len(proc.mailbox)

    # names and timers

    def register(self, name: str, pid: Pid) -> bool:
        if name in self.names or not self.alive(pid) or self.procs[pid].name is not None:
            return False
        self.names[name] = pid
        self.procs[pid].name = name
        return True

    def unregister(self, name: str) -> bool:
        pid = self.names.pop(name, None)
        if pid is not None:
            self.procs[pid].name = None
        return pid is not None

    def arm(self, key: object, due: float, dest: Pid | str, message: object) -> None:
        if isinstance(dest, str) or dest in self.procs:
            self.timers[key] = ModelTimer(due, len(self.timers), dest, message)

    def cancel(self, key: object, now: float) -> float | None:
        timer = self.timers.pop(key, None)
        return None if timer is None else timer.due - now

    def fired(self, key: object) -> ModelTimer:
        """The runtime has delivered this timer's message."""
        return self.timers.pop(key)

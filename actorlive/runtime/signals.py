"""Signals: what processes and ports do to each other, by Erlang's rules.

An `Entity` is whatever has a Pid: a process, or a port (which has no task of its own). Signals are carried
out where they are sent, at once, because everything on a node runs on one thread; so between any pair they
keep their order, and the DOWN of a process comes after everything that it sent. What Erlang leaves to
chance (how long a signal travels) does not happen here; only the end of a process takes time:

    alive ── exit signal ──▶ doomed ── its task has unwound ──▶ finished (links, monitors, names told)
      └───────────── its function returned or raised ─────────────┘

`TRANSITIONS` says the same as a table. The problem is the time in between, which Erlang does not have: a Trio task can
only be cancelled, and then its `finally` blocks run. The rule:

* INV-6: from the signal on the process is invisible to everyone else: `alive` is False, its names are free, linking to
  it fails with noproc, a monitor gives noproc.
* INV-5: its DOWN and EXIT are sent only when its `finally` blocks are done, so whoever waits for them knows that it has
  let go of everything. Messages that its clean-up sends before that arrive before the DOWN.

Rejected (docs/design/ends.md): DOWN at the moment of the signal, after which a successor would find the files of its
predecessor open; alive until the clean-up is done, which would keep names taken for as long as it likes; a queue of
signals per process, which on one thread only delays them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from actorlive.runtime.errors import NoProcess, RuntimeMisuse
from actorlive.runtime.few import Few
from actorlive.runtime.mailbox import Mailbox
from actorlive.runtime.pid import AliasMode, Pid, Ref

if TYPE_CHECKING:
    from actorlive.runtime.node import Node
    from actorlive.runtime.timers import Timer

__all__ = ["TRANSITIONS", "Down", "Entity", "ExitSignal", "Life", "LifeEvent"]


class Life(Enum):
    """Where a process or port stands between its start and its end."""

    ALIVE = "alive"
    DOOMED = "doomed"
    FINISHED = "finished"


class LifeEvent(Enum):
    """What leads on. A signal that its receiver traps or ignores is not one of these."""

    DEADLY_SIGNAL = "a deadly signal, or its owner's end"
    UNWOUND = "its function has returned or raised"


TRANSITIONS: Final[Mapping[tuple[Life, LifeEvent], Life]] = {
    (Life.ALIVE, LifeEvent.DEADLY_SIGNAL): Life.DOOMED,
    (Life.ALIVE, LifeEvent.UNWOUND): Life.FINISHED,
    (Life.DOOMED, LifeEvent.DEADLY_SIGNAL): Life.DOOMED,
    (Life.DOOMED, LifeEvent.UNWOUND): Life.FINISHED,
}
"""docs/design/states.md is drawn from this. Nothing leads back; the first deadly signal decides the reason; and
whatever is sent to the finished finds nobody."""


@dataclass(frozen=True, slots=True)
class Down:
    """A monitored process has ended (Erlang: `{'DOWN', Ref, process, Pid, Reason}`).

    `process` is the Pid, or the name if it was monitored by name. `reason` is "noproc" when there was
    nobody to monitor.
    """

    ref: Ref
    process: Pid | str
    reason: object


@dataclass(frozen=True, slots=True)
class ExitSignal:
    """An exit signal that a trapping process received as a message (Erlang: `{'EXIT', Pid, Reason}`)."""

    process: Pid
    reason: object


@dataclass(frozen=True, slots=True)
class OddWatcher:
    """A watcher that knows its target by a name, or that began to watch it when it was doomed: not `in_time`."""

    entity: Entity
    label: Pid | str
    in_time: bool


class Entity(Mailbox):
    """Whatever has a Pid. Holds its side of links, monitors, ownership and timers.

    The collections are None until used, because most processes never use most of them.
    """

    __slots__ = (
        "doomed",
        "label",
        "links",
        "monitors",
        "name",
        "owned",
        "owner",
        "reason",
        "timers",
        "trapping",
        "watchers",
    )

    def __init__(self, node: Node, label: str) -> None:
        super().__init__(node)
        self.pid.entity = self
        self.label = label
        self.name: str | None = None
        self.trapping = False
        self.doomed = False
        self.reason: object = "normal"
        self.links: dict[Entity, bool] | None = None
        """Whom this one is linked with, and whether it was this one that made the link."""
        self.monitors: Few[Ref, Entity] | None = None
        """Whom this one watches."""
        self.watchers: Few[Ref, Entity | OddWatcher] | None = None
        """Who watches this one: nearly always by its Pid, and since before it was doomed. Then nothing else is kept."""
        self.owner: Entity | None = None
        self.owned: dict[Entity, None] | None = None
        self.timers: dict[Timer, None] | None = None

    def __repr__(self) -> str:
        return f"{self.pid} {self.name or self.label}"

    @property
    def life(self) -> Life:
        """Where it stands."""
        if self.pid.entity is None:
            return Life.FINISHED
        return Life.DOOMED if self.doomed else Life.ALIVE

    @property
    def alive(self) -> bool:
        """True until it has ended or an exit signal has sealed its end."""
        return not self.doomed and self.pid.entity is not None

    # -- messages --------------------------------------------------------------

    def deliver(self, message: object, sender: Entity | None = None) -> None:
        """Put a message into the mailbox."""
        if self.node.tracing:
            self.node.trace("send", self.pid, message, sender)
        self.put(message)

    # -- exit signals ----------------------------------------------------------

    def exit_signal(self, sender: Entity, reason: object, *, linked: bool = False) -> None:
        """What happens to the receiver of an exit signal (Erlang's "Receiving exit signals").

        `linked` tells a signal of a broken link from one of `exit(pid, reason)`: only the latter makes
        "kill" untrappable, and only from itself does it make "normal" deadly.
        """
        if self.doomed or self.pid.entity is None:
            return
        if not linked and type(reason) is str and reason == "kill":
            self.doom("killed")
        elif self.trapping:
            self.deliver(ExitSignal(sender.pid, reason), sender)
        elif is_normal(reason) and (linked or sender is not self):
            return
        else:
            self.doom(reason)

    def doom(self, reason: object) -> None:
        """The end is sealed: from now on it is invisible to everyone else (INV-6)."""
        if self.doomed:
            return  # the first deadly signal decides the reason
        self.doomed = True
        self.reason = reason
        self.node.forget_name(self)  # INV-6: its supervisor can start the next one under this name
        self.stop()

    def stop(self) -> None:
        """End whatever runs; `finish` follows as soon as it has."""
        raise NotImplementedError

    def finish(self, reason: object) -> None:
        """The end: every process concerned is told, and nothing is left behind.

        It vanishes first and tells afterwards: one that is told may look for it, or end in turn and look for its links.
        """
        self.doomed = True
        self.pid.entity = None
        self.node.forget(self, reason)
        if self.timers:
            self.drop_timers()
        if self.monitors:
            self.drop_monitors()
        if self.owned or self.owner:
            self.release_owned(reason)
        if self.links:
            self.break_links(reason)
        if self.watchers:
            self.tell_watchers(reason)
        self.queue = None

    # -- links -----------------------------------------------------------------

    def link(self, pid: Pid) -> None:
        """Tie both ends together."""
        check_pid("link", pid)
        other = pid.entity
        if other is self:
            return
        if other is None or not other.alive:
            self.link_to_dead(pid)
        else:
            self.join(other)

    def join(self, other: Entity) -> None:
        """A link with an entity that has not ended yet."""
        if self.links is None:
            self.links = {}
        if other.links is None:
            other.links = {}
        self.links[other] = True
        other.links.setdefault(self, False)

    def link_to_dead(self, pid: Pid) -> None:
        """The other end is dead: an error for the caller, or a signal when it traps exits."""
        if not self.trapping:
            raise NoProcess(f"cannot link to {pid}: no such process (set trap_exit to get a signal instead)")
        self.deliver(ExitSignal(pid, "noproc"))

    def unlink(self, pid: Pid) -> None:
        """Cut the tie. No exit of this link arrives afterwards: signals do not travel here."""
        other = pid.entity
        if other is not None and self.links:
            self.links.pop(other, None)  # both sides at once, so that no EXIT is under way
            if other.links:
                other.links.pop(self, None)

    def break_links(self, reason: object) -> None:
        """Tell everyone linked, each once (INV-5): the list is dropped before, since who is told may come back here."""
        links, self.links = self.links, None
        for other in links or ():
            if other.links:
                other.links.pop(self, None)
            other.exit_signal(self, reason, linked=True)

    # -- ownership: a link that works in one direction -------------------------

    def own(self, child: Entity) -> None:
        """`child` ends when this one does."""
        if self.owned is None:
            self.owned = {}
        self.owned[child] = None
        child.owner = self

    def release_owned(self, reason: object) -> None:
        """End what this one owns, and leave the list of its own owner."""
        owned, self.owned = self.owned, None
        if self.owner is not None and self.owner.owned:
            self.owner.owned.pop(self, None)
        self.owner = None
        for child in owned or ():
            child.owner = None
            child.doom(reason)

    # -- monitors --------------------------------------------------------------

    def monitor(self, target: Pid | str, mode: AliasMode | None = None) -> Ref:
        """Watch `target`; its end, or its absence, arrives as `Down`."""
        if not isinstance(target, str):
            check_pid("monitor", target)
        other = self.node.lookup(target) if isinstance(target, str) else target.entity
        if other is self:
            return Ref()  # never fires, and is not an alias either: so it is on the BEAM
        if other is None:
            ref = Ref(self.pid if mode else None, mode)
            self.receive_down(ref, target, "noproc")
            return ref
        return self.watch(other, target, mode)

    def watch(self, other: Entity, target: Pid | str, mode: AliasMode | None = None) -> Ref:
        """Watch an entity that has not ended yet, known to the watcher as `target`."""
        ref = Ref(self.pid if mode else None, mode)
        if self.monitors is None:
            self.monitors = Few(ref, other)
        else:
            self.monitors[ref] = other
        # INV-6: a process that begins to watch the doomed gets "noproc"
        in_time = other.alive
        watcher = self if in_time and target is other.pid else OddWatcher(self, target, in_time)
        if other.watchers is None:
            other.watchers = Few(ref, watcher)
        else:
            other.watchers[ref] = watcher
        return ref

    def demonitor(self, ref: Ref) -> bool:
        """Stop watching; True when the monitor was still active."""
        target = None if self.monitors is None else self.monitors.pop(ref)
        if target is None:
            return False
        if target.watchers is not None:
            target.watchers.pop(ref)
        end_alias(ref)
        return True

    def tell_watchers(self, reason: object) -> None:
        """Send every DOWN, exactly once (INV-5)."""
        watchers, self.watchers = self.watchers, None
        for ref, watcher in watchers.items() if watchers else ():
            if isinstance(watcher, OddWatcher):
                why = reason if watcher.in_time else "noproc"
                watcher.entity.lose(ref, watcher.label, why)
            else:
                watcher.lose(ref, self.pid, reason)

    def watched_by(self) -> list[Entity]:
        """The processes and ports that watch this one."""
        watchers = [watcher for _, watcher in self.watchers.items()] if self.watchers else []
        return [watcher.entity if isinstance(watcher, OddWatcher) else watcher for watcher in watchers]

    def lose(self, ref: Ref, label: Pid | str, reason: object) -> None:
        """What this one watches has ended, unless it has stopped watching meanwhile."""
        if self.monitors is not None and self.monitors.pop(ref) is not None:
            self.receive_down(ref, label, reason)

    def receive_down(self, ref: Ref, label: Pid | str, reason: object) -> None:
        """A monitor fires."""
        end_alias(ref)
        self.deliver(Down(ref, label, reason))

    def drop_monitors(self) -> None:
        """The watcher itself has ended."""
        monitors, self.monitors = self.monitors, None
        for ref, target in monitors.items() if monitors else ():
            if target.watchers is not None:
                target.watchers.pop(ref)

    # -- aliases ---------------------------------------------------------------

    def use_alias(self, ref: Ref) -> None:
        """A message came through the alias `ref`, which may have been good for one only."""
        if ref.mode == "reply":
            ref.target = None
        elif ref.mode == "reply_demonitor":
            ref.target = None
            self.demonitor(ref)

    # -- timers ----------------------------------------------------------------

    def keep_timer(self, timer: Timer) -> None:
        """A timer is addressed to this Pid."""
        if self.timers is None:
            self.timers = {}
        self.timers[timer] = None

    def drop_timers(self) -> None:
        """Timers to the dead vanish."""
        timers, self.timers = self.timers, None
        for timer in timers or ():
            timer.vanish()


def check_pid(function: str, pid: object) -> None:
    """Raise `RuntimeMisuse` for anything that is not a Pid, with a clearer message than AttributeError."""
    if not isinstance(pid, Pid):
        raise RuntimeMisuse(f"{function}() takes a Pid, not {pid!r}")


def is_normal(reason: object) -> bool:
    """True for the reason "normal"; never calls the `==` of somebody's object."""
    return type(reason) is str and reason == "normal"


def end_alias(ref: Ref) -> None:
    """The monitor of `ref` is gone, and its alias with it unless that outlives monitors."""
    if ref.mode in ("demonitor", "reply_demonitor"):
        ref.target = None

"""The runtime with one rule broken at a time. A test that no mutant fails proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NoReturn
from unittest import mock

from actorlive import runtime
from actorlive.runtime import Down, ExitSignal, Pid, Ref, mailbox, process, signals, timers
from actorlive.runtime.mailbox import Alarm, Mailbox
from actorlive.runtime.node import Node
from actorlive.runtime.pid import AliasMode
from actorlive.runtime.signals import Entity
from actorlive.runtime.timers import HeapEntry, TimerHeap
from tests.support.narrow import present

__all__ = ["MUTANTS", "Mutant"]


@dataclass(frozen=True)
class Mutant:
    """One broken rule: `owner.attribute` replaced. `invariant` is the number of the one in ARCHITECTURE.md, if any."""

    rule: str
    owner: Any
    attribute: str
    replacement: Any
    invariant: int | None = None

    @property
    def name(self) -> str:
        return self.replacement.__name__

    @contextmanager
    def applied(self) -> Generator[None]:
        with mock.patch.object(self.owner, self.attribute, self.replacement):
            yield


MUTANTS: list[Mutant] = []


def breaks(rule: str, owner: Any, attribute: str, *, invariant: int | None = None) -> Callable[[Any], Any]:
    def add(replacement: Any) -> Any:
        MUTANTS.append(Mutant(rule, owner, attribute, replacement, invariant))
        return replacement

    return add


exit_signal, finish, doom, link, unlink = (
    Entity.exit_signal,
    Entity.finish,
    Entity.doom,
    Entity.link,
    Entity.unlink,
)
monitor, demonitor, put, deliver = Entity.monitor, Entity.demonitor, Mailbox.put, Node.deliver
arm = Mailbox.arm


@breaks("a normal exit of a link's partner is ignored", Entity, "exit_signal")
def linked_normal_kills(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    exit_signal(
        self,
        sender,
        "other" if linked and reason == "normal" and not self.trapping else reason,
        linked=linked,
    )


@breaks("exit(pid, normal) from another process is ignored", Entity, "exit_signal")
def normal_from_others_kills(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    if reason == "normal" and not linked and not self.trapping:
        self.doom(reason)
    else:
        exit_signal(self, sender, reason, linked=linked)


@breaks("exit(self(), normal) ends the process", Entity, "exit_signal")
def normal_from_itself_is_ignored(
    self: Entity, sender: Entity, reason: object, *, linked: bool = False
) -> None:
    if not (reason == "normal" and sender is self and not self.trapping):
        exit_signal(self, sender, reason, linked=linked)


@breaks("exit(pid, kill) cannot be trapped", Entity, "exit_signal")
def kill_is_trapped(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    if reason == "kill" and self.trapping and self.alive:
        self.deliver(ExitSignal(sender.pid, reason))
    else:
        exit_signal(self, sender, reason, linked=linked)


@breaks("exit(pid, kill) gives the reason killed", Entity, "exit_signal")
def kill_stays_kill(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    if reason == "kill" and not linked:
        self.doom("kill")
    else:
        exit_signal(self, sender, reason, linked=linked)


@breaks("a link's signal with kill can be trapped, and its reason is kill", Entity, "exit_signal")
def linked_kill_is_untrappable(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    exit_signal(self, sender, reason, linked=linked and reason != "kill")


@breaks("a trapped signal is a message, not the end", Entity, "exit_signal")
def trapping_does_not_help(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    before, self.trapping = self.trapping, False
    exit_signal(self, sender, reason, linked=linked)
    self.trapping = before


@breaks("a trapped normal exit arrives as a message", Entity, "exit_signal", invariant=5)
def trapped_normal_is_lost(self: Entity, sender: Entity, reason: object, *, linked: bool = False) -> None:
    if reason != "normal" or not self.trapping:
        exit_signal(self, sender, reason, linked=linked)


@breaks("the first deadly signal decides the reason", Entity, "doom", invariant=7)
def last_signal_wins(self: Entity, reason: object) -> None:
    doom(self, reason)
    self.reason = reason


@breaks("a link works in both directions", Entity, "link")
def link_is_one_way(self: Entity, pid: Pid) -> None:
    link(self, pid)
    if pid.entity is not None and pid.entity.links and pid.entity is not self:
        pid.entity.links.pop(self, None)


@breaks("after unlink no exit of that link comes", Entity, "unlink")
def unlink_is_forgotten(self: Entity, pid: Pid) -> None:
    pass


@breaks("unlink cuts both directions", Entity, "unlink")
def unlink_cuts_one_side(self: Entity, pid: Pid) -> None:
    if self.links and pid.entity is not None:
        self.links.pop(pid.entity, None)


@breaks("link to a dead process raises noproc unless exits are trapped", Entity, "link_to_dead", invariant=6)
def link_to_dead_is_silent(self: Entity, pid: Pid) -> None:
    pass


@breaks("link to a dead process gives a trapping caller EXIT noproc", Entity, "link_to_dead", invariant=6)
def link_to_dead_always_raises(self: Entity, pid: Pid) -> NoReturn:
    raise signals.NoProcess("no")


@breaks("the doomed cannot be linked with", Entity, "link", invariant=6)
def doomed_can_be_linked(self: Entity, pid: Pid) -> None:
    other = pid.entity
    if other is not None and other.doomed and other is not self:
        self.links, other.links = self.links or {}, other.links or {}
        self.links[other] = other.links[self] = False
    else:
        link(self, pid)


@breaks("monitoring a dead process gives DOWN noproc", Entity, "monitor", invariant=6)
def no_down_for_the_dead(self: Entity, target: Pid | str, mode: AliasMode | None = None) -> Ref:
    if isinstance(target, Pid) and target.entity is None:
        return Ref()
    return monitor(self, target, mode)


@breaks("whoever monitors the doomed gets noproc", Entity, "monitor", invariant=6)
def doomed_give_their_reason(self: Entity, target: Pid | str, mode: AliasMode | None = None) -> Ref:
    ref = monitor(self, target, mode)
    other = watched_by(self).get(ref)
    if other is not None:
        present(other.watchers)[ref] = self
    return ref


def watched_by(entity: Entity) -> dict[Ref, Entity]:
    return dict(entity.monitors.items()) if entity.monitors else {}


@breaks("DOWN comes exactly once", Entity, "receive_down", invariant=5)
def down_comes_twice(self: Entity, ref: Ref, label: Pid | str, reason: object) -> None:
    self.deliver(Down(ref, label, reason))
    self.deliver(Down(ref, label, reason))


@breaks("DOWN comes after every message that the dead one sent", Entity, "receive_down", invariant=5)
def down_overtakes(self: Entity, ref: Ref, label: Pid | str, reason: object) -> None:
    signals.end_alias(ref)
    self.put(Down(ref, label, reason))
    present(self.queue).rotate(1)


@breaks("DOWN of a monitor by name carries the name", Entity, "receive_down")
def down_carries_the_pid(self: Entity, ref: Ref, label: Pid | str, reason: object) -> None:
    pid = self.node.lookup(label) if isinstance(label, str) else None
    signals.end_alias(ref)
    self.deliver(Down(ref, pid.pid if pid else Pid() if isinstance(label, str) else label, reason))


@breaks("demonitor stops the monitor", Entity, "demonitor")
def demonitor_is_forgotten(self: Entity, ref: Ref) -> bool:
    return ref in watched_by(self)


@breaks("demonitor of another process's ref does nothing", Entity, "demonitor")
def anyone_may_demonitor(self: Entity, ref: Ref) -> bool:
    for other in self.node.processes:
        if ref in watched_by(other):
            return demonitor(other, ref)
    return False


@breaks("demonitor with flush leaves nothing behind", Mailbox, "discard")
def flush_does_nothing(self: Mailbox, test: Callable[[object], bool]) -> bool:
    return False


@breaks("demonitor tells whether there was a monitor, with flush as without", runtime, "demonitor")
def flush_tells_whether_it_was_needed(ref: Ref, *, flush: bool = False, info: bool = False) -> bool:
    waiting = [m for m in process.acting_process().messages() if isinstance(m, Down) and m.ref is ref]
    active = process.demonitor(ref, flush=flush, info=True)
    return True if not info else not waiting if flush else active


@breaks("a monitor of oneself is no alias", Entity, "monitor")
def oneself_gets_an_alias(self: Entity, target: Pid | str, mode: AliasMode | None = None) -> Ref:
    ref = monitor(self, target, mode)
    other = self.node.lookup(target) if isinstance(target, str) else target.entity
    return Ref(self.pid, mode) if other is self and mode else ref


@breaks("an alias of a monitor ends with it", signals, "end_alias")
def alias_outlives_its_monitor(ref: Ref) -> None:
    pass


@breaks("explicit_unalias outlives demonitor and DOWN", signals, "end_alias")
def every_alias_ends_with_its_monitor(ref: Ref) -> None:
    ref.target = None


@breaks("a reply alias is good for one message", Entity, "use_alias")
def reply_alias_stays(self: Entity, ref: Ref) -> None:
    if ref.mode == "reply_demonitor":
        self.demonitor(ref)


@breaks("reply_demonitor: the first message removes the monitor", Entity, "use_alias")
def reply_keeps_the_monitor(self: Entity, ref: Ref) -> None:
    if ref.mode in ("reply", "reply_demonitor"):
        ref.target = None


@breaks("a name is free the moment its holder is dead", Entity, "doom", invariant=6)
def name_is_kept_until_the_end(self: Entity, reason: object) -> None:
    with mock.patch.object(self.node, "forget_name"):
        doom(self, reason)


@breaks("a name belongs to one process", Node, "register")
def names_can_be_stolen(self: Node, name: str, entity: Entity) -> None:
    entity.name = name
    self.names[name] = entity


@breaks("what was sent first is received first", Mailbox, "pluck", invariant=1)
def newest_first(self: Mailbox, index: int) -> object:
    queue = present(self.queue)
    message = queue[-1 if index == 0 else index]
    del queue[-1 if index == 0 else index]
    return message


@breaks("a selective receive leaves what it skipped in order", Mailbox, "pluck", invariant=1)
def skipped_messages_go_last(self: Mailbox, index: int) -> object:
    queue = present(self.queue)
    queue.rotate(-index)
    return queue.popleft()


@breaks("a selective receive takes only what matches", Mailbox, "find")
def anything_matches(self: Mailbox, test: Callable[[object], bool] | None, start: int) -> int:
    return 0 if self.queue else -1


@breaks("a waiting receive sees messages that come later", Mailbox, "find", invariant=9)
def only_the_first_is_looked_at(self: Mailbox, test: Callable[[object], bool] | None, start: int) -> int:
    return 0 if self.queue and (test is None or test(self.queue[0])) else -1


@breaks("a message for a waiting process wakes it", Mailbox, "wake", invariant=9)
def sleepers_are_not_woken(self: Mailbox) -> None:
    pass


@breaks("looking without taking is not counted", Mailbox, "arm", invariant=8)
def looks_are_counted(self: Mailbox, timeout: float) -> Alarm:
    if not timeout > 0:
        self.issued += 1
    return arm(self, timeout)


@breaks("a new stretch of running counts nothing", Mailbox, "refill", invariant=8)
def stretches_are_counted(self: Mailbox) -> None:
    self.issued += mailbox.BUDGET
    self.credit = mailbox.BUDGET


@breaks(
    "messages to an exiting process are nobody else's business, but EXIT is",
    Entity,
    "break_links",
    invariant=5,
)
def links_are_not_told(self: Entity, reason: object) -> None:
    links, self.links = self.links, None
    for other in links or ():
        if other.links:
            other.links.pop(self, None)


@breaks("an owner's end is its processes' end, whatever the reason", Entity, "release_owned")
def owned_survive_a_normal_end(self: Entity, reason: object) -> None:
    owned, self.owned = self.owned, None
    for child in owned or ():
        child.owner = None
        if reason != "normal":
            child.doom(reason)


@breaks("who is owned cannot trap the owner's end", Entity, "release_owned")
def owned_may_trap(self: Entity, reason: object) -> None:
    owned, self.owned = self.owned, None
    for child in owned or ():
        child.owner = None
        child.exit_signal(self, reason, linked=True) if child.trapping else child.doom(reason)


@breaks("nothing flows from the owned back to the owner", Entity, "own")
def owned_are_linked(self: Entity, child: Entity) -> None:
    self.owned = self.owned or {}
    self.owned[child] = None
    child.owner = self
    link(self, child.pid)


@breaks("a timer to a dead process vanishes", Entity, "drop_timers")
def timers_outlive_their_process(self: Entity) -> None:
    pass


@breaks("a cancelled timer does not fire", TimerHeap, "drop")
def cancelled_timers_fire(self: TimerHeap, entry: HeapEntry) -> None:
    pass


@breaks("cancel_timer does not take back a delivered message", timers, "read_timer")
def cancel_takes_messages_back(timer: timers.Timer) -> float | None:
    entity = timer.dest.entity if isinstance(timer.dest, Pid) else None
    if timer.heap is None and entity is not None:
        entity.discard(lambda message: message is timer.message)
    return None if timer.heap is None else max(0.0, timer.when - timers.trio.current_time())


@breaks("a timer fires at its time", TimerHeap, "arm")
def timers_are_early(self: TimerHeap, entry: HeapEntry, delay: float) -> None:
    self.push(entry, timers.trio.current_time() + delay / 2)


@breaks("a timer to a name reaches who has it then", timers.Timer, "fire")
def timers_to_names_are_lost(self: timers.Timer) -> None:
    self.forget()
    if isinstance(self.dest, Pid):
        present(self.node).deliver(self.dest, self.message)


@breaks("exit(reason) keeps its reason", process.Process, "caught", invariant=7)
def exits_are_all_normal(self: process.Process, error: BaseException) -> object:
    return "normal" if isinstance(error, process.ProcessExit) else original_caught(self, error)


original_caught = process.Process.caught

"""Groups of processes: a member as often as it joined."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import trio
from hypothesis import given, settings, strategies as st
from trio.testing import MockClock

from actorlive.runtime import (
    GroupJoined,
    GroupLeft,
    Pid,
    ProcessGroups,
    Ref,
    RuntimeMisuse,
    alive,
    dead_pid,
    exit,
    open_node,
    self,
    send,
    spawn,
    statistics,
)
from tests.runtime.helpers import in_process, until_told
from tests.support.narrow import entity_of, untyped

self_pid = self

# -- against a model -----------------------------------------------------------

GroupSteps = list[tuple[str, int, int]]
"""What is done, with which group, with which process."""

steps = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "leave", "kill", "end", "watch", "unwatch"]),
        st.integers(0, 2),
        st.integers(0, 3),
    ),
    max_size=25,
)


class GroupsBesideModel:
    """The groups, and beside them what they should be."""

    def __init__(self) -> None:
        self.groups = ProcessGroups()
        self.pids = [spawn(until_told) for _ in range(4)]
        self.members: dict[int, list[Pid]] = {0: [], 1: [], 2: []}
        self.watching: dict[Ref, int] = {}
        self.expected: list[object] = []

    def tell(self, change: type[GroupJoined | GroupLeft], group: int, pid: Pid) -> None:
        self.expected.extend(change(ref, group, pid) for ref, of in self.watching.items() if of == group)

    def forget(self, group: int, pid: Pid) -> None:
        self.members[group].remove(pid)
        self.tell(GroupLeft, group, pid)

    def join(self, group: int, pid: Pid) -> None:
        self.groups.join(group, pid)
        if alive(pid):
            self.members[group].append(pid)
            self.tell(GroupJoined, group, pid)

    def leave(self, group: int, pid: Pid) -> None:
        is_member = pid in self.members[group]
        assert self.groups.leave(group, pid) is is_member
        if is_member:
            self.forget(group, pid)

    async def end(self, pid: Pid, how: str) -> None:
        exit(pid, "kill") if how == "kill" else send(pid, None)
        await trio.sleep(1)
        for group, members in self.members.items():
            for _ in range(members.count(pid)):
                self.forget(group, pid)

    def watch(self, group: int) -> None:
        ref, now = self.groups.monitor(group)
        self.watching[ref] = group
        assert now == self.members[group]

    def unwatch(self, group: int) -> None:
        for ref in [ref for ref, of in self.watching.items() if of == group]:
            del self.watching[ref]
            assert self.groups.demonitor(ref) is True
            assert self.groups.demonitor(ref) is False

    async def step(self, what: str, group: int, number: int) -> None:
        pid = self.pids[number]
        match what:
            case "join":
                self.join(group, pid)
            case "leave":
                self.leave(group, pid)
            case "kill" | "end":
                await self.end(pid, what)
            case "watch":
                self.watch(group)
            case _:
                self.unwatch(group)

    def compare(self) -> None:
        assert {group: self.groups.members(group) for group in self.members} == self.members
        assert set(self.groups.groups()) == {group for group, some in self.members.items() if some}

    async def end_all(self) -> None:
        for pid in self.pids:
            await self.end(pid, "kill")
        for group in self.members:
            self.unwatch(group)
        told = entity_of(self_pid()).messages()
        assert Counter(map(repr, told)) == Counter(map(repr, self.expected))
        for table in (
            self.groups.members_of,
            self.groups.groups_of,
            self.groups.monitors,
            self.groups.watched,
        ):
            assert not table
        assert not statistics(self_pid()).monitored_by


async def follow(program: GroupSteps) -> None:
    both = GroupsBesideModel()
    await trio.sleep(1)
    for step in program:
        await both.step(*step)
        both.compare()
    await both.end_all()


def check(program: GroupSteps, seed: int) -> None:
    async def main() -> None:
        choose = random.Random(seed).randrange if seed % 2 else None
        async with open_node(slow_handler=None, choose=choose) as node:
            await in_process(node, lambda: follow(program))

    trio.run(main, clock=MockClock(autojump_threshold=0))


@settings(max_examples=150)
@given(program=steps, seed=st.integers(0, 1 << 20))
def test_a_process_is_a_member_as_often_as_it_joined_and_has_not_left(program: GroupSteps, seed: int) -> None:
    check(program, seed)


TWICE: GroupSteps = [
    ("watch", 0, 0),
    ("join", 0, 1),
    ("join", 0, 1),
    ("leave", 0, 1),
    ("join", 1, 1),
    ("kill", 0, 1),
    ("unwatch", 0, 0),
    ("join", 0, 2),
]

leave_once = ProcessGroups.leave


def leave_all(groups: ProcessGroups, group: object, pid: Pid) -> bool:
    left = leave_once(groups, group, pid)
    while leave_once(groups, group, pid):
        pass
    return left


def told_by_nobody(groups: ProcessGroups, message: object) -> None:
    pass


def everybody_is_told(groups: ProcessGroups, group: object, change: Callable[..., object], pid: Pid) -> None:
    for ref, monitor in groups.monitors.items():
        send(monitor.owner, change(ref, "another", pid))


@pytest.mark.parametrize(
    ("name", "broken"),
    [("leave", leave_all), ("on_message", told_by_nobody), ("tell", everybody_is_told)],
)
def test_control_a_broken_rule_of_groups_is_seen(name: str, broken: Callable[..., Any]) -> None:
    with mock.patch.object(ProcessGroups, name, broken), pytest.raises((AssertionError, BaseExceptionGroup)):
        check(TWICE, 1)


# -- one by one ----------------------------------------------------------------


async def test_a_process_joins_and_leaves_by_itself() -> None:
    async def body() -> None:
        groups = ProcessGroups()
        groups.join("a")
        groups.join("a")
        assert groups.members("a") == [self(), self()]
        assert groups.leave("a") is True
        assert groups.members("a") == [self()]
        assert groups.leave("a") is True
        assert groups.leave("a") is False
        assert groups.groups() == []
        assert not statistics(self()).monitored_by

    async with open_node() as node:
        await in_process(node, body)


async def test_the_dead_neither_join_nor_are_members() -> None:
    async def body() -> None:
        groups = ProcessGroups()
        pid = spawn(until_told)
        groups.join("a", pid)
        exit(pid, "kill")
        assert groups.members("a") == []
        assert groups.groups() == []
        assert groups.leave("a", pid) is False
        groups.join("a", dead_pid())
        assert groups.members("a") == []

    async with open_node() as node:
        await in_process(node, body)


async def test_all_groups_are_watched_at_once() -> None:
    async def body() -> None:
        groups = ProcessGroups()
        groups.join("a")
        ref, now = groups.monitor_all()
        assert now == {"a": [self()]}
        groups.join("b")
        groups.leave("a")
        told = entity_of(self()).messages()
        assert told == (GroupJoined(ref, "b", self()), GroupLeft(ref, "a", self()))
        assert groups.demonitor(ref, flush=True) is True
        assert not entity_of(self()).messages()

    async with open_node() as node:
        await in_process(node, body)


async def test_nobody_stops_the_monitor_of_another() -> None:
    async def body() -> None:
        groups = ProcessGroups()
        ref, _ = groups.monitor("a")

        async def other() -> None:
            assert groups.demonitor(ref) is False

        spawn(other)
        await trio.sleep(1)
        groups.join("a")
        assert entity_of(self()).messages() == (GroupJoined(ref, "a", self()),)
        groups.close()

    async with open_node() as node:
        await in_process(node, body)


async def test_what_is_not_a_process_is_refused() -> None:
    async def body() -> None:
        with pytest.raises(RuntimeMisuse, match="takes a Pid"):
            ProcessGroups().join("a", untyped("b"))

    async with open_node() as node:
        await in_process(node, body)

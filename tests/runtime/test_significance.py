"""Significant children: whose end is the end of their supervisor."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from typing import Any
from unittest import mock

import pytest
import trio
from hypothesis import given, settings, strategies as st
from trio.testing import MockClock

from actorlive.runtime import (
    DynamicSupervisor,
    Error,
    Ok,
    RuntimeMisuse,
    Stop,
    Supervisor,
    alive,
    child_spec,
    exit,
    monitor,
    open_node,
    process_flag,
    receive,
    send,
    spawn,
    whereis,
)
from actorlive.runtime.otp.supervisor import SupervisorServer
from actorlive.runtime.signals import Down, ExitSignal
from tests.runtime.helpers import in_process, until_told
from tests.support.narrow import pid_of, untyped

# -- against a model -----------------------------------------------------------


@dataclass(frozen=True)
class Family:
    """A supervisor's children, by restart and significance, and what happens to them: a number and how it ends."""

    children: tuple[tuple[str, bool], ...]
    strategy: str
    when: str
    steps: tuple[tuple[int, str], ...]


def is_valid(child: tuple[str, bool]) -> bool:
    return child != ("permanent", True)


families = st.builds(
    Family,
    st.lists(
        st.tuples(st.sampled_from(["permanent", "transient", "temporary"]), st.booleans()).filter(is_valid),
        min_size=1,
        max_size=4,
    ).map(tuple),
    st.sampled_from(["one_for_one", "one_for_all", "rest_for_one"]),
    st.sampled_from(["any_significant", "all_significant"]),
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["normal", "shutdown", "crash", "by hand"])), max_size=6
    ).map(tuple),
)


class FamilyModel:
    """OTP's rules: which children run, and whether the supervisor has ended."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.running = set(range(len(family.children)))
        self.known = set(self.running)
        self.is_over = False

    def step(self, number: int, how: str) -> None:
        if number not in self.running or self.is_over:
            return
        restart, significant = self.family.children[number]
        self.running.discard(number)
        if how == "by hand":
            if restart == "temporary":
                self.known.discard(number)
            return
        if restart == "permanent" or (restart == "transient" and how == "crash"):
            self.restart(number)
            return
        if restart == "temporary":
            self.known.discard(number)
        if significant:
            others = any(self.family.children[other][1] for other in self.running)
            self.is_over = self.family.when == "any_significant" or not others
        if self.is_over:
            self.running.clear()

    def restart(self, number: int) -> None:
        group = {
            "one_for_one": {number},
            "one_for_all": set(self.known),
            "rest_for_one": {other for other in self.known if other >= number},
        }[self.family.strategy]
        for other in group:
            temporary = self.family.children[other][0] == "temporary"
            (self.running.discard if temporary else self.running.add)(other)
            if temporary:
                self.known.discard(other)


async def live(family: Family) -> None:
    process_flag(trap_exit=True)
    specs = [
        child_spec(until_told, name=f"c{number}", restart=untyped(restart), significant=significant)
        for number, (restart, significant) in enumerate(family.children)
    ]
    supervisor = await Supervisor.start_link(
        specs, strategy=untyped(family.strategy), auto_shutdown=untyped(family.when), max_restarts=1000
    )
    model = FamilyModel(family)
    for number, how in family.steps:
        pid = whereis(f"c{number}")
        if pid is not None:
            match how:
                case "by hand":
                    assert await Supervisor.terminate_child(supervisor, f"c{number}") == Ok(None)
                case "normal":
                    send(pid, None)
                case "shutdown":
                    exit(pid, "shutdown")
                case _:
                    exit(pid, "kill")
        model.step(number, how)
        await trio.sleep(1)
        assert alive(supervisor) is not model.is_over, (number, how)
        running = {number for number in range(len(family.children)) if whereis(f"c{number}") is not None}
        assert running == model.running, (number, how)
        if model.is_over:
            assert (await receive(ExitSignal)).reason == "shutdown"
            return


def check(family: Family, seed: int) -> None:
    async def main() -> None:
        choose = random.Random(seed).randrange if seed % 2 else None
        async with open_node(slow_handler=None, choose=choose) as node:
            await in_process(node, lambda: live(family))

    logging.disable(logging.CRITICAL)
    try:
        trio.run(main, clock=MockClock(autojump_threshold=0))
    finally:
        logging.disable(logging.NOTSET)


def check_all(some: list[Family]) -> None:
    for family in some:
        check(family, 1)


@settings(max_examples=200)
@given(family=families, seed=st.integers(0, 1 << 20))
def test_a_supervisor_ends_with_its_significant_children_as_in_otp(family: Family, seed: int) -> None:
    check(family, seed)


def the_first_always_counts(server: Any, child: Any) -> Any:
    return Stop("shutdown") if child.spec.significant else None


def nobody_is_significant(server: Any, child: Any) -> Any:
    return None


def everybody_is_significant(server: Any, child: Any) -> Any:
    return Stop("shutdown")


def only_what_is_listed_counts(server: Any, child: Any) -> Any:
    others = any(other.spec.significant for other in server.children if other is not child)
    return None if others or not child.spec.significant else Stop("shutdown")


TWO = (("transient", True), ("transient", True), ("temporary", False))
FAMILIES = [
    Family(TWO, "one_for_one", when, steps)
    for when in ("any_significant", "all_significant")
    for steps in (((2, "normal"), (0, "normal"), (1, "normal")), ((0, "by hand"), (1, "shutdown")))
]


@pytest.mark.parametrize(
    "broken",
    [the_first_always_counts, nobody_is_significant, everybody_is_significant, only_what_is_listed_counts],
)
def test_control_a_broken_rule_of_significance_is_seen(broken: Any) -> None:
    with (
        mock.patch.object(SupervisorServer, "after_the_end_of", broken),
        pytest.raises((AssertionError, BaseExceptionGroup)),
    ):
        check_all(FAMILIES)


# -- one by one ----------------------------------------------------------------


async def test_a_significant_supervisor_takes_the_one_above_along() -> None:
    async def body() -> None:
        process_flag(trap_exit=True)
        worker = child_spec(until_told, name="worker", restart="temporary", significant=True)
        inner = Supervisor.spec(
            [worker], auto_shutdown="any_significant", restart="transient", significant=True
        )
        outer = await Supervisor.start_link(
            [inner, child_spec(until_told, name="beside")], auto_shutdown="all_significant"
        )
        send(pid_of("worker"), None)
        assert await receive(ExitSignal) == ExitSignal(outer, "shutdown")
        assert whereis("beside") is None

    async with open_node() as node:
        await in_process(node, body)


async def test_a_significant_child_that_is_added_counts_like_the_others() -> None:
    async def body() -> None:
        process_flag(trap_exit=True)
        supervisor = await Supervisor.start_link([], auto_shutdown="any_significant")
        spec = child_spec(until_told, name="late", restart="transient", significant=True)
        assert isinstance(await Supervisor.start_child(supervisor, spec), Ok)
        ref = monitor(supervisor)
        send(pid_of("late"), None)
        assert (await receive(lambda m: isinstance(m, Down) and m.ref is ref)) == Down(
            ref, supervisor, "shutdown"
        )

    async with open_node() as node:
        await in_process(node, body)


async def test_combinations_that_mean_nothing_are_refused() -> None:
    async def body() -> None:
        with pytest.raises(RuntimeMisuse, match="permanent, so it never ends for good"):
            child_spec(until_told, significant=True)
        significant = child_spec(until_told, restart="transient", significant=True)
        with pytest.raises(RuntimeMisuse, match="auto_shutdown="):
            await Supervisor.start_link([significant])
        with pytest.raises(RuntimeMisuse, match="auto_shutdown="):
            Supervisor.spec([significant])
        with pytest.raises(RuntimeMisuse, match="auto_shutdown is one of"):
            await Supervisor.start_link([], auto_shutdown=untyped("sometimes"))
        supervisor = await Supervisor.start_link([])
        assert await Supervisor.start_child(supervisor, significant) == Error("significant")
        dynamic = await DynamicSupervisor.start_link()
        with pytest.raises(RuntimeMisuse, match="significant"):
            await DynamicSupervisor.start_child(dynamic, significant)
        spawn(until_told)

    async with open_node() as node:
        await in_process(node, body)

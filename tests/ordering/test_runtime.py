"""The runtime against the model of Erlang's rules, under many schedulers; and the mutants that prove it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given, settings, strategies as st

from actorlive.runtime.node import Node
from actorlive.runtime.signals import Entity
from tests.ordering.mutants import MUTANTS, Mutant
from tests.ordering.programs import SLOTS, STEPS, Mismatch, Program, random_program, run_program
from tests.support.narrow import present

SOAK = bool(os.environ.get("ACTORLIVE_SOAK"))
SEEDS = 40 if SOAK else 5
PROGRAMS = 5000 if SOAK else 200
ENOUGH = 3000
"""Programs that a mutant may survive at most."""


def steps() -> st.SearchStrategy[tuple[object, ...]]:
    """One step, with the arguments that its name takes."""
    return st.sampled_from(sorted(STEPS)).flatmap(
        lambda name: st.randoms(use_true_random=False).map(lambda dice: (name, *STEPS[name][1](dice)))
    )


programs = st.tuples(*[st.lists(steps(), max_size=15).map(tuple)] * SLOTS)


@settings(max_examples=PROGRAMS)
@given(program=programs, seed=st.integers(0, 1 << 30))
def test_hypothesis_finds_no_program_that_breaks_a_rule(program: Program, seed: int) -> None:
    for offset in range(SEEDS):
        run_program(program, seed + offset, own_scheduler=offset % 2 == 0)


def test_long_programs_under_many_seeds() -> None:
    taken = sum(
        run_program(random_program(number), seed, own_scheduler=seed % 2 == 0)
        for number in range(PROGRAMS)
        for seed in range(number * SEEDS, number * SEEDS + SEEDS)
    )
    assert taken > PROGRAMS * SEEDS * 5  # the programs do something


@pytest.mark.soak
def test_far_more_programs_under_far_more_seeds() -> None:
    for number in range(2000):
        for seed in range(number * 40, number * 40 + 40):
            run_program(random_program(number), seed, own_scheduler=seed % 2 == 0)


def test_the_seeds_really_permute_who_runs_first() -> None:
    program = ((("pause", 0), ("register", 0, 0)), (("pause", 0), ("register", 0, 1)), (), ())
    for own_scheduler in (True, False):
        firsts = {first_holder(program, seed, own_scheduler=own_scheduler) for seed in range(20)}
        assert len(firsts) == 2


def first_holder(program: Program, seed: int, *, own_scheduler: bool) -> int:
    """Which of two processes was faster."""
    holders: list[int] = []
    register = Node.register

    def note(node: Node, name: str, entity: Entity) -> None:
        register(node, name, entity)
        holders.append(entity.pid.id - present(node.port).pid.id)

    with mock.patch.object(Node, "register", note):
        run_program(program, seed, own_scheduler=own_scheduler)
    return holders[0]


def test_the_readme_lists_every_mutant() -> None:
    text, _, _ = Path(__file__).with_name("README.md").read_text(encoding="utf-8").partition("## Controls")
    listed = re.findall(r"^\| `(\w+)` \| (.+?) \| (?:INV-(\d+))? ?\|$", text, re.MULTILINE)
    assert listed == [(m.name, m.rule, str(m.invariant or "")) for m in MUTANTS]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_is_killed(mutant: Mutant) -> None:
    with mutant.applied():
        for number in range(ENOUGH):
            try:
                run_program(random_program(number), number, own_scheduler=number % 2 == 0)
            except Mismatch:
                return
    pytest.fail(f"{mutant.name} survived: {mutant.rule}")

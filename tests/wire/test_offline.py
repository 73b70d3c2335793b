"""What becomes of an event over cuts, ends and drains, at any moment: it is done once, or the page says what is known.

The client's lines run as they are, beneath Phoenix's own Socket, in a process of Node (`offline.mjs`); the steps come
from here. A server that is killed forgets what it has not handled; one that drains says how far it came.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

ROOT = Path(__file__).parents[2]

Step = tuple[str, int]


class Became(msgspec.Struct):
    """Of the events 0, 1, …: what all servers have handled, in order, what the pushes were answered, what was told, and
    which have come without a ref."""

    sent: int
    handled: list[int]
    answers: list[tuple[int, str]]
    lost: list[tuple[int, str]]
    silently: list[int] = []


class Page(Protocol):
    """Runs some steps."""

    def __call__(self, steps: list[Step], /) -> Became: ...


@contextmanager
def a_page(text: str | None = None, replacement: str = "") -> Generator[Page]:
    """One whose source has `replacement` for `text`."""
    fault = [] if text is None else [text, replacement]
    command = ["node", str(Path(__file__).with_name("offline.mjs")), *fault]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout

        def run(steps: list[Step]) -> Became:
            stdin.write(msgspec.json.encode(steps) + b"\n")
            stdin.flush()
            return msgspec.json.decode(stdout.readline(), type=Became)

        yield run
        stdin.close()


STEPS = {
    "push": st.just(1),
    "up": st.integers(1, 4),
    "handle": st.integers(1, 4),
    "down": st.integers(1, 4),
    "count": st.just(1),
    "patch": st.just(1),
    "cut": st.just(1),
    "mend": st.just(1),
    "expire": st.just(1),
    "kill": st.just(1),
    "drain": st.just(1),
    "time": st.sampled_from([1, 1, 1, 4, 12, 21, 27]),
}
some_steps = st.lists(
    st.one_of(*(st.tuples(st.just(kind), number) for kind, number in STEPS.items())), max_size=40
)


def wrong(became: Became) -> list[str]:
    """What the page has got wrong."""
    found = [fault for event in range(became.sent) for fault in faults_of(event, became)]
    if became.handled != sorted(became.handled):
        found.append(f"not in order: {became.handled}")
    return found


def faults_of(event: int, became: Became) -> list[str]:
    times = became.handled.count(event)
    told = [what for lost, what in became.lost if lost == event]
    answers = [answer for answered, answer in became.answers if answered == event]
    faults = {
        "done twice": times > 1,
        "told twice": len(told) > 1,
        "done, and said not to be": times and told == ["undone"],
        "not done, and nobody is told": not times and not told,
        "its push is not answered, or twice": len(answers) != 1,
        "its push is not refused": told and answers != ["error"],
        "its push is acknowledged, and nothing is done": not times and answers == ["ok"],
        "its push has waited in vain": answers == ["timeout"] and event not in became.silently,
        "the client loads the page again for it": answers == ["page lost"],
    }
    return [f"{event}: {fault}" for fault, is_so in faults.items() if is_so]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with a_page() as page:
        yield page


@given(some_steps)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_event_is_done_once_or_the_page_says_what_is_known(page: Page, steps: list[Step]) -> None:
    assert wrong(page(steps)) == []


UNDER_WAY: list[Step] = [("push", 1), ("up", 1), ("handle", 1), ("kill", 1)]
AWAY: list[Step] = [("cut", 1), ("push", 1), ("expire", 1), ("mend", 1)]


def test_what_had_no_socket_is_done_by_whoever_comes_and_its_push_is_acknowledged(page: Page) -> None:
    became = page([("cut", 1), ("push", 1), ("push", 1), ("kill", 1), ("time", 4), ("mend", 1)])
    assert became == Became(2, [0, 1], [(0, "ok"), (1, "ok")], [])


def test_what_was_on_a_socket_is_not_certain(page: Page) -> None:
    became = page([("push", 1), ("kill", 1), ("time", 4)])
    assert became == Became(1, [], [(0, "error")], [(0, "unsure")])


def test_what_was_confirmed_is_not_certain_before_it_is_answered(page: Page) -> None:
    taken = [("push", 1), ("up", 4), ("count", 1), ("down", 4)]
    assert page([*taken, ("kill", 1), ("time", 4)]).lost == [(0, "unsure")]
    assert page([*taken, ("drain", 1), ("time", 4)]) == Became(1, [0], [(0, "ok")], [])


def test_what_a_drain_has_not_counted_is_done_by_the_next(page: Page) -> None:
    became = page([("push", 1), ("up", 1), ("push", 1), ("drain", 1), ("time", 4)])
    assert became == Became(2, [0, 1], [(0, "ok"), (1, "ok")], [])


ARRIVE: list[Step] = [("time", 1), ("up", 4), ("handle", 4), ("down", 4)]
"""The page has opened another websocket, is told that its line is gone, begins another one, and joins."""
BETWEEN: list[Step] = [*AWAY, *ARRIVE, *ARRIVE, ("push", 1), ("up", 4), ("handle", 4), ("patch", 1)]
LATE: list[Step] = [("cut", 1), ("push", 1), ("time", 31)]
SLOW: list[Step] = [
    ("cut", 1),
    ("push", 1),
    ("time", 24),
    ("expire", 1),
    ("mend", 1),
    *ARRIVE,
    *ARRIVE,
    ("patch", 1),
    ("up", 4),
    ("time", 6),
]


def test_what_is_late_goes_without_its_ref_since_its_push_is_about_to_give_up(page: Page) -> None:
    became = page([("cut", 1), ("push", 1), ("time", 24), ("expire", 1), ("mend", 1)])
    assert became == Became(1, [0], [(0, "timeout")], [], [0])


def test_what_went_without_its_ref_is_done_when_it_is_counted_and_not_certain_before(page: Page) -> None:
    written = SLOW[:-2]
    assert page([*written, ("kill", 1), ("time", 1)]).lost == [(0, "unsure")]
    assert page([*written, ("up", 4), ("handle", 4), ("down", 4), ("kill", 1), ("time", 1)]).lost == []


def test_what_is_later_still_is_refused_before_the_client_gives_up(page: Page) -> None:
    became = page([("cut", 1), ("push", 1), ("time", 29)])
    assert became == Became(1, [], [(0, "error")], [(0, "undone")])


def test_what_is_done_between_the_join_and_its_patch_goes_behind_what_waits(page: Page) -> None:
    assert page(BETWEEN) == Became(2, [0, 1], [(0, "ok"), (1, "ok")], [])


MUTANTS: dict[str, tuple[str, str, list[Step]]] = {
    "what is not certain is sent again": ('fate: "unsure" };', 'fate: "waits" };', UNDER_WAY),
    "what was sent counts as kept": ("this.#sent = this.#given;", "", UNDER_WAY),
    "another ref": ("addressed(push.frame, joinRef, ref)", 'addressed(push.frame, joinRef, "9999")', AWAY),
    "the old join": ("addressed(push.frame, joinRef, ref)", "push.frame", AWAY),
    "late with its ref": (
        "now - push.at < FRESH ? push.head.ref : null",
        "push.head.ref",
        SLOW,
    ),
    "nobody waits behind": ("this.#waiting.add(push);\n    return true;", "return false;", BETWEEN),
    "what has waited for too long is kept": ("PATIENCE = 28_000", "PATIENCE = 40_000", LATE),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_property_has_teeth(page: Page, mutant: str) -> None:
    text, replacement, steps = MUTANTS[mutant]
    assert wrong(page(steps)) == []
    with a_page(text, replacement) as faulty:
        assert wrong(faulty(steps))

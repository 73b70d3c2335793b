"""Numbers of senders: what is lost is noticed, what comes twice is not taken, order is kept."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from actorlive.pubsub.sequence import Continuity, Numbering, Standing

A, B = b"node of A", b"node of B"


def test_a_sender_counts_each_topic_by_itself() -> None:
    numbers = Numbering()
    assert [numbers.take(topic)[1] for topic in "aabab"] == [1, 2, 1, 3, 2]


def test_a_topic_that_was_forgotten_is_counted_anew_under_a_higher_epoch() -> None:
    numbers = Numbering(limit=2)
    first = numbers.take("a")
    numbers.take("b")
    numbers.take("a")
    numbers.take("c")  # b goes, which was not used for longest
    assert numbers.take("a") == (first[0], 3)
    again = numbers.take("b")
    assert again[1] == 1
    assert again[0] > first[0]


def test_the_first_of_a_sender_begins_wherever_it_is() -> None:
    continuity = Continuity()
    assert continuity.judge(A, 3, 500) == "next"
    assert continuity.judge(A, 3, 501) == "next"


def test_what_is_missing_what_comes_again_and_what_comes_late() -> None:
    continuity = Continuity()
    said = [(1, 1), (1, 2), (1, 2), (1, 4), (1, 3), (1, 5), (2, 1), (1, 6), (2, 2), (3, 2)]
    assert [continuity.judge(A, epoch, number) for epoch, number in said] == [
        "next",
        "next",
        "late",
        "hole",
        "late",
        "next",
        "next",
        "late",
        "next",
        "hole",
    ]


def test_senders_are_counted_apart() -> None:
    continuity = Continuity()
    assert {continuity.judge(node, 1, n) for n in range(1, 9) for node in (A, B)} == {"next"}


def test_after_a_gap_the_first_hole_of_each_sender_is_no_news() -> None:
    continuity = Continuity()
    for node in (A, B):
        continuity.judge(node, 1, 1)
    continuity.excuse()
    assert continuity.judge(A, 1, 5) == "next"
    assert continuity.judge(A, 1, 7) == "hole"
    assert continuity.judge(B, 1, 1) == "late"
    assert continuity.judge(B, 1, 5) == "next"


def test_what_a_sender_dropped_is_news_however_recent_the_last_gap_is() -> None:
    numbers, continuity = Numbering(), Continuity()
    assert continuity.judge(A, *numbers.take("t")) == "next"
    continuity.excuse()
    numbers.skip("t")
    numbers.skip("t")
    assert continuity.judge(A, *numbers.take("t")) == "hole"
    assert continuity.judge(A, *numbers.take("t")) == "next"


def test_what_a_new_sender_dropped_before_its_first_message_is_not_known() -> None:
    numbers, continuity = Numbering(), Continuity()
    numbers.skip("t")
    assert continuity.judge(A, *numbers.take("t")) == "next"


def test_a_stranger_who_is_many_is_forgotten_in_the_order_of_silence() -> None:
    continuity = Continuity(limit=3)
    continuity.judge(A, 1, 1)
    for n in range(100):
        continuity.judge(b"stranger %d" % n, 1, 1)
        assert continuity.judge(A, 1, n + 2) == "next"
    assert len(continuity._places) == 3  # pyright: ignore[reportPrivateUsage]


# -- any history of a broker that loses, repeats and cuts ----------------------


Channel = list[tuple[int, int]]
"""What one sender's messages on one topic are on their way: epoch and number."""


def send_with_losses(sent: list[int], fates: list[str]) -> tuple[Channel, list[int]]:
    """What arrives of numbered messages: some are lost, some batches are sent again from an earlier message on."""
    arrived: Channel = []
    lost: list[int] = []
    for number, fate in zip(sent, fates, strict=False):
        if fate == "lost":
            lost.append(number)
        else:
            arrived.append((1, number))
        if fate == "repeated" and arrived:
            arrived += arrived[-3:]
    return arrived, lost


def promise_broken(
    judge: Callable[[Continuity, int, int], Standing], arrived: Channel, lost: list[int]
) -> str | None:
    """What of the promise a receiver breaks: each once, in order, and a hole exactly where something is missing."""
    continuity = Continuity()
    taken: list[int] = []
    told: list[int] = []
    for epoch, number in arrived:
        place = judge(continuity, epoch, number)
        if place != "late":
            taken.append(number)
        if place == "hole":
            told.append(number)
    if taken != sorted(set(taken)):
        return f"twice or out of order: {taken}"
    behind_a_loss = [n for before, n in itertools.pairwise(taken) if n != before + 1]
    if told != behind_a_loss:
        return f"told of {told}, and something is missing before {behind_a_loss}"
    missed = {n for n in lost if taken and taken[0] < n < taken[-1]}
    return f"{missed} were lost and nobody was told" if missed and not told else None


histories = st.lists(st.sampled_from(["arrives", "lost", "repeated"]), max_size=30)


@given(histories)
def test_whatever_is_lost_or_repeated_each_comes_once_in_order_and_holes_are_told(fates: list[str]) -> None:
    arrived, lost = send_with_losses(list(range(1, 31)), fates)
    assert promise_broken(lambda it, e, n: it.judge(A, e, n), arrived, lost) is None


def takes_repetitions(continuity: Continuity, epoch: int, number: int) -> Standing:
    place = continuity.judge(A, epoch, number)
    return "next" if place == "late" else place


def is_silent_about_holes(continuity: Continuity, epoch: int, number: int) -> Standing:
    place = continuity.judge(A, epoch, number)
    return "next" if place == "hole" else place


def always_excuses(continuity: Continuity, epoch: int, number: int) -> Standing:
    continuity.excuse()
    return continuity.judge(A, epoch, number)


@pytest.mark.parametrize("mutant", [takes_repetitions, is_silent_about_holes, always_excuses])
def test_control_a_receiver_that_breaks_a_rule_is_found(
    mutant: Callable[[Continuity, int, int], Standing],
) -> None:
    fates = ["arrives", "lost", "repeated", "lost", "arrives", "repeated"]
    arrived, lost = send_with_losses(list(range(1, 31)), fates)
    assert promise_broken(mutant, arrived, lost) is not None

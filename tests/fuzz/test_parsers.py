"""Whatever comes from outside: a defined answer, in bounded time and memory, and never an exception out of the edge."""

from __future__ import annotations

import itertools
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from tests.fuzz.corpus import CORPUS, Entry, entries
from tests.fuzz.parsers import PARSERS
from tests.support.cost import check_growth

LONG = 60_000
"""Bytes of a piece that is repeated."""
MAX_GROWTH = 60
"""Bytes of memory for one byte of input, at most: an empty list in JSON is two characters and 56 bytes."""

SEEDS = {name: [entry.data for entry in entries(name)] for name in PARSERS}
HOSTILE = [name for name in PARSERS if name != "template"]
"""What strangers send. Templates are the application's; test_templates.py has their sizes."""
KNOWN = [
    pytest.param(name, entry, id=f"{name}: {entry.about}") for name in PARSERS for entry in entries(name)
]


def test_every_parser_has_a_corpus_and_every_corpus_its_parser() -> None:
    assert {path.stem for path in CORPUS.iterdir()} == set(PARSERS)
    assert all(SEEDS.values())


@pytest.mark.parametrize(("name", "entry"), KNOWN)
def test_what_is_in_the_corpus_is_answered_as_it_says(name: str, entry: Entry) -> None:
    parser = PARSERS[name]
    assert parser.read(entry.data) == entry.answer
    check_growth(parser.read, entry.data, entry.data[: len(entry.data) // 4])


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes], pieces: list[bytes]) -> bytes:
    """An input of the corpus with some of it cut, doubled, or replaced."""
    data = draw(st.sampled_from(seeds))[:2_000]
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(data))] * 2)))
        new = draw(
            st.sampled_from([b"", data[start:end] * 2]) | st.sampled_from(pieces) | st.binary(max_size=4)
        )
        data = data[:start] + new + data[end:]
    return data


def inputs(name: str) -> st.SearchStrategy[bytes]:
    pieces = list(PARSERS[name].pieces)
    made_of_pieces = st.lists(st.sampled_from(pieces), max_size=20).map(b"".join)
    return st.one_of(made_of_pieces, changed(SEEDS[name], pieces), st.binary(max_size=200))


@pytest.mark.parametrize("name", PARSERS)
def test_whatever_comes_in_has_an_answer(name: str) -> None:
    parser = PARSERS[name]

    @given(inputs(name))
    def answers(data: bytes) -> None:
        parser.read(data)

    answers()


def long_inputs(name: str, *, all_pairs: bool) -> Iterator[tuple[bytes, bytes]]:
    """`LONG` bytes of each piece alone, and of one piece and then another: what is opened and closed, up and down. With
    each a quarter of it."""
    pieces = [*PARSERS[name].pieces, *(seed for seed in SEEDS[name] if 0 < len(seed) < 200)]
    pairs = itertools.product(pieces, pieces) if all_pairs else itertools.pairwise(pieces)
    for piece, other in (*zip(pieces, pieces, strict=True), *pairs):
        whole, quarter = (repeated(piece, size) + repeated(other, size) for size in (LONG, LONG // 4))
        yield whole, quarter


def repeated(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


@pytest.mark.parametrize("name", HOSTILE)
def test_size_alone_costs_no_time_out_of_proportion(name: str) -> None:
    for data, quarter in long_inputs(name, all_pairs=False):
        check_growth(PARSERS[name].read, data, quarter)


@pytest.mark.soak
@pytest.mark.parametrize("name", HOSTILE)
def test_neither_do_any_two_pieces_nor_does_memory_grow_faster_than_the_input(name: str) -> None:
    for data, quarter in long_inputs(name, all_pairs=True):
        check_growth(PARSERS[name].read, data, quarter)
        tracemalloc.start()
        PARSERS[name].read(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 1_000_000 + MAX_GROWTH * len(data), (peak, data[:100], data[LONG : LONG + 100])

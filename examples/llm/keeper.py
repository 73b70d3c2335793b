"""The keeper of a light: a very small language model, a Markov chain over one tale.

It looks at the last two words and picks one of those that have followed them in the tale. It knows nothing
else, but it speaks as the large ones do: one token at a time, each after a short thought.
"""

import random
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import trio

from .history import Turn

TALE = Path(__file__).with_name("tale.txt").read_text("utf-8").split()
THOUGHT = 0.06
"""Seconds before each token."""
LONGEST = 120

Pair = tuple[str, str]


def follow_ups(words: list[str]) -> dict[Pair, list[str]]:
    """For every two words that stand side by side: the words that come next."""
    chain: dict[Pair, list[str]] = {}
    for pair, word in zip(pairwise(words), words[2:], strict=False):
        chain.setdefault(pair, []).append(word)
    return chain


CHAIN = follow_ups(TALE)
OPENINGS = [pair for end, pair in zip(TALE, pairwise(TALE[1:]), strict=False) if end.endswith(".")]


def think(question: str) -> Iterator[str]:
    """The words of an answer: a few sentences, the same ones for the same question."""
    dice = random.Random(question)
    asked = {word.strip("?!.,").lower() for word in question.split() if len(word) > 3}
    fitting = [pair for pair in OPENINGS if asked & {word.strip(",").lower() for word in pair}]
    pair = dice.choice(fitting or OPENINGS)
    sentences = dice.randint(3, 6)
    yield from pair
    for _ in range(LONGEST):
        if pair not in CHAIN or sentences == 0:
            return
        pair = (pair[1], dice.choice(CHAIN[pair]))
        yield pair[1]
        sentences -= pair[1].endswith(".")


class Keeper:
    """The same, at the speed of thought, and as one of the models."""

    title = "The keeper"

    async def answer(self, turns: Sequence[Turn]) -> AsyncGenerator[str, None]:
        """See `Model.answer`. It looks at the last question alone."""
        for word in think(turns[-1].text):
            await trio.sleep(THOUGHT)
            yield word + " "

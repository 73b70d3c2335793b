"""Models behind one interface: two that need nothing, and any server that speaks OpenAI's API."""

import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import trio

from .history import Turn
from .keeper import THOUGHT, Keeper

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class Model(Protocol):
    """Something that answers."""

    title: str

    def answer(self, turns: Sequence[Turn]) -> AsyncGenerator[str, None]:
        """The answer to the last turn, which is the visitor's, piece by piece. What it raises is its failure."""
        ...


class Typesetter:
    """Knows no answers, but Markdown: it says back what it was asked, in every form that it has."""

    title = "The typesetter"

    async def answer(self, turns: Sequence[Turn]) -> AsyncGenerator[str, None]:
        """See `Model.answer`."""
        for piece in typeset(turns[-1].text).split(" "):
            await trio.sleep(THOUGHT / 2)
            yield piece + " "


def typeset(question: str) -> str:
    """The question as Markdown: a heading, a list, a table, and a program that prints it."""
    words = [word.strip("?!.,;:\"'`*_|<>") for word in question.split()]
    rows = "\n".join(f"| {word} | {len(word)} |" for word in words if word)
    return (
        f"# You asked\n\n> {' '.join(question.split())}\n\nThat is **{len(words)}** words:\n\n"
        f"| word | letters |\n| --- | ---: |\n{rows}\n\n"
        f"A program that says it:\n\n```python\nprint({question!r})\n```\n\nAnd that is *all* that there is to say.\n"
    )


class OpenAIModel:
    """A model of OpenAI's, or of whatever speaks its API: vLLM, llama.cpp, Ollama, a proxy.

    `OPENAI_API_KEY` and `OPENAI_BASE_URL` are read by the package itself.
    """

    def __init__(self, model: str, connect: "Callable[[], AsyncOpenAI] | None" = None) -> None:
        self.title = self.model = model
        self.connect = connect or _connect

    async def answer(self, turns: Sequence[Turn]) -> AsyncGenerator[str, None]:
        """See `Model.answer`. When nobody reads on, the connection is closed, and the server stops as well."""
        said: Any = [
            {"role": "user" if turn.who == "visitor" else "assistant", "content": turn.text} for turn in turns
        ]
        async with self.connect() as client:
            stream = await client.chat.completions.create(model=self.model, messages=said, stream=True)
            async with stream:
                async for chunk in stream:
                    if chunk.choices and (text := chunk.choices[0].delta.content):
                        yield text


def _connect() -> "AsyncOpenAI":
    from openai import AsyncOpenAI  # half a second to import

    return AsyncOpenAI(timeout=60.0)


def available() -> Mapping[str, Model]:
    """The models by name. Those of a server are there when the environment names it, `LLM_MODELS=a,b`."""
    named = [name for name in os.environ.get("LLM_MODELS", "").split(",") if name]
    local: dict[str, Model] = {"keeper": Keeper(), "typesetter": Typesetter()}
    return {**local, **{name: OpenAIModel(name) for name in named}}


MODELS = available()

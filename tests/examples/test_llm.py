from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import trio
from openai import AsyncOpenAI
from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.llm import history, models
from examples.llm.history import Turn
from examples.llm.keeper import LONGEST, OPENINGS, THOUGHT, think
from examples.llm.models import OpenAIModel, typeset

CAT = "Tell me about the cat"
LAMP = "Who lights the lamp?"


@pytest.fixture(autouse=True)
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PATH", tmp_path / "llm.sqlite3")


async def ask(view: View, question: str, model: str = "keeper") -> None:
    await view.form("#ask", {"question": question, "model": model}).change()
    await view.form("#ask").submit()


async def said(view: View) -> list[str]:
    return await view.element(".llm-turn.model").texts()


async def test_an_answer_comes_word_by_word_and_stays(app: QuartTrio) -> None:
    whole = list(think(LAMP))
    async with live(app, "/llm") as view:
        await ask(view, LAMP)
        assert await view.element("[name=question]").value() == ""
        assert (await view.assert_patch()).startswith("/llm/")
        for n in range(1, 4):
            await view.advance(THOUGHT)
            assert await said(view) == [" ".join(whole[:n])]
        assert await view.element("#answer").attribute("aria-busy") == "true"
        await view.advance(THOUGHT * len(whole))
        assert await said(view) == [" ".join(whole)]
        assert not await view.has_element("button", "Stop")
        assert await view.element("nav li a").texts() == [LAMP]


async def test_stop_stops_for_good_and_keeps_what_was_said(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, CAT)
        await view.advance(THOUGHT * 5)
        await view.element("button", "Stop").click()
        seen = await said(view)
        assert seen == [" ".join(list(think(CAT))[:5]) + " Stopped."]
        await view.advance(60)
        assert await said(view) == seen


async def test_another_question_ends_the_answer_to_the_first(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, CAT)
        await view.advance(THOUGHT * 5)
        await ask(view, LAMP)
        await view.advance(60)
        first, second = await said(view)
        assert first.endswith("You asked something else.")
        assert second == " ".join(think(LAMP))


async def test_one_can_have_it_think_again(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, CAT)
        await view.advance(THOUGHT * 5)
        await view.element("button", "Stop").click()
        await view.element("button", "Try again").click()
        await view.advance(60)
        assert await said(view) == [" ".join(think(CAT))]


async def test_conversations_are_kept_for_their_visitor_and_for_nobody_else(app: QuartTrio) -> None:
    ada: Any = app.test_client()
    async with live(app, "/llm", client=ada) as view:
        await ask(view, CAT)
        await view.advance(60)
        path = await view.assert_patch()
    async with live(app, path, client=ada) as view:
        assert await said(view) == [" ".join(think(CAT))]
        await view.element("nav a", "New conversation").click()
        assert await said(view) == []
        await view.element("nav a", CAT).click()
        assert await said(view) == [" ".join(think(CAT))]
    bob = app.test_client()
    assert (await bob.get(path, headers={"host": "localhost"})).status_code == 404
    async with live(app, "/llm", client=bob) as view:
        assert not await view.has_element("nav li")
        await view.click("forget", {"id": int(path.rpartition("/")[2])})
    async with live(app, path, client=ada) as here, live(app, "/llm", client=ada) as there:
        await here.element("nav li button").click()
        assert not await there.has_element("nav li")
        assert await said(here) == []


async def test_a_blank_question_is_none(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, "   ")
        assert not await view.has_element("button", "Stop")
        assert not await view.has_element(".llm-turn")


async def test_an_answer_is_markdown_and_a_question_is_not(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, "What is <b>**bold**</b>?", "typesetter")
        await view.advance(60)
        assert await view.element(".llm-turn.visitor p").text() == "What is <b>**bold**</b>?"
        assert await view.has_element(".llm-turn.model table td", "2")
        assert await view.has_element(".llm-turn.model pre", "print(")
        assert not await view.has_element(".llm-turn b")


class Broken:
    title = "Broken"

    async def answer(self, turns: Sequence[Turn]) -> AsyncGenerator[str, None]:
        yield "So far "
        raise RuntimeError("out of oil")


class Endless:
    title = "Endless"

    async def answer(self, turns: Sequence[Turn]) -> AsyncGenerator[str, None]:
        while True:
            yield "on and " * 100
            await trio.sleep(0.1)


async def test_a_model_that_fails_says_so_and_one_that_does_not_end_is_ended(
    app: QuartTrio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "MODELS", models.MODELS)
    monkeypatch.setitem(dict_of(models.MODELS), "broken", Broken())
    monkeypatch.setitem(dict_of(models.MODELS), "endless", Endless())
    async with live(app, "/llm") as view:
        await ask(view, LAMP, "broken")
        await view.advance(1)
        assert await said(view) == ["So far The model has failed: RuntimeError"]
        await ask(view, LAMP, "endless")
        await view.advance(60)
        assert (await said(view))[1].endswith("That is enough.")


def dict_of(mapping: Any) -> dict[str, Any]:
    return mapping


def chunk(text: str) -> str:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    told = {"id": "1", "object": "chat.completion.chunk", "model": "m", "created": 1, "choices": [choice]}
    return f"data: {json.dumps(told)}\n\n"


# The openai package leaves its generators half read (docs/clients.md).
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_any_server_that_speaks_openais_api_is_a_model() -> None:
    asked: list[Any] = []

    async def serve(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        body = "".join([chunk("Forty"), chunk("-two"), "data: [DONE]\n\n"])
        return httpx.Response(200, text=body, headers={"content-type": "text/event-stream"})

    def connect() -> AsyncOpenAI:
        http = httpx.AsyncClient(transport=httpx.MockTransport(serve))
        return AsyncOpenAI(api_key="none", base_url="http://model.example/v1", http_client=http)

    turns = [Turn(1, "visitor", "What?"), Turn(2, "model", "Hm."), Turn(3, "visitor", "Well?")]
    pieces = [piece async for piece in OpenAIModel("m", connect).answer(turns)]
    assert pieces == ["Forty", "-two"]
    [body] = asked
    assert [one["role"] for one in body["messages"]] == ["user", "assistant", "user"]


def test_the_typesetter_takes_any_question() -> None:
    assert "| a | 1 |" in typeset("a | b ``` <script>")


def test_the_keeper_knows_its_tale() -> None:
    assert OPENINGS
    for question in (CAT, LAMP, ""):
        words = list(think(question))
        assert 2 <= len(words) <= LONGEST + 2
        assert words == list(think(question))

from __future__ import annotations

from quart_trio import QuartTrio

from actorlive.testing import View, live
from examples.llm.model import LONGEST, OPENINGS, THOUGHT, think

CAT = "Tell me about the cat"
LAMP = "Who lights the lamp?"


async def ask(view: View, question: str) -> None:
    await view.form("#ask", {"question": question}).change()
    await view.form("#ask").submit()


async def tokens(view: View) -> list[str]:
    return await view.element("#answer span").texts()


async def test_an_answer_comes_token_by_token(app: QuartTrio) -> None:
    whole = list(think(LAMP))
    async with live(app, "/llm") as view:
        await ask(view, LAMP)
        assert await view.element("#question").text() == LAMP
        assert await view.element("[name=question]").value() == ""
        for n in range(1, 4):
            await view.advance(THOUGHT)
            assert await tokens(view) == whole[:n]
        await view.advance(THOUGHT * len(whole))
        assert await tokens(view) == whole
        assert await view.element("#note").text() == f"{len(whole)} tokens"
        assert not await view.has_element("button", "Stop")


async def test_stop_stops_for_good(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, CAT)
        await view.advance(THOUGHT * 5)
        await view.element("button", "Stop").click()
        seen = await tokens(view)
        assert len(seen) == 5
        await view.advance(60)
        assert await tokens(view) == seen
        assert await view.element("#note").text() == "Stopped."


async def test_a_second_question_supersedes_the_first(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, CAT)
        await view.advance(THOUGHT * 5)
        await ask(view, LAMP)
        assert await tokens(view) == []
        await view.advance(60)
        assert await tokens(view) == list(think(LAMP))


async def test_a_blank_question_is_none(app: QuartTrio) -> None:
    async with live(app, "/llm") as view:
        await ask(view, "   ")
        assert not await view.has_element("#question")


def test_the_model_always_has_an_answer() -> None:
    assert len(OPENINGS) > 40
    for question in ["", "?", "lamp", "x" * 200, *map(str, range(100))]:
        answer = list(think(question))
        assert answer == list(think(question))
        assert 5 <= len(answer) <= LONGEST + 2

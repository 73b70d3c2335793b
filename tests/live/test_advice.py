"""What an author gets wrong at run time is said in the author's words: what it was, and what to write instead."""

from typing import Any

import pytest

from actorlive import AsyncResult, Event, LiveView, Socket, Stream, Template, component, heex
from actorlive.errors import CallbackError, StreamError
from actorlive.testing import live_isolated


class Go(Event):
    pass


def notes(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


async def test_a_render_that_returns_no_template_is_named() -> None:
    class View(LiveView):
        def render(self) -> Template:
            return "<p></p>"  # type: ignore[return-value]

    with pytest.raises(
        CallbackError, match=r"View\.render returned '<p></p>'\n(.*\n)*  help: return a template, `heex"
    ):
        async with live_isolated(View):
            pass


async def test_a_plain_name_of_an_assign_is_written_with_an_at_sign() -> None:
    class View(LiveView):
        count: int = 0
        template = heex("<p>{count}</p>")

    with pytest.raises(NameError) as caught:
        async with live_isolated(View):
            pass
    assert notes(caught.value) == ["count is an assign: write @count"]


async def test_self_in_a_template_is_an_at_sign() -> None:
    class View(LiveView):
        count: int = 0
        template = heex("<p>{self.count}</p>")

    with pytest.raises(NameError) as caught:
        async with live_isolated(View):
            pass
    assert notes(caught.value) == ["a template reads the assigns of its view: write @name for self.name"]


@component
def badge(*, label: str) -> Template:
    return heex("<b>{label}</b>")


async def test_a_plain_name_of_an_attribute_is_told_in_its_component_also_after_a_click() -> None:
    class View(LiveView[Go]):
        shown: bool = False
        template = heex('<.badge :if={@shown} label="x" />')

        async def handle_event(self, event: Go, socket: Socket) -> None:
            self.shown = True

    with pytest.raises(NameError) as caught:
        async with live_isolated(View) as view:
            await view.click("go")
    assert notes(caught.value) == ["label is an assign: write @label"]


def no_such_name() -> str:
    return count  # type: ignore[name-defined]  # noqa: F821


async def test_a_name_that_a_function_lacks_is_its_own_affair() -> None:
    class View(LiveView):
        count: int = 0
        template = heex("<p>{@count}{helper()}</p>", helper=1)

    class Other(LiveView):
        count: int = 0
        template = heex("<p>{@count}{nowhere}</p>")

    for cls in (View, Other):
        with pytest.raises(NameError) as caught:
            async with live_isolated(cls):
                pass
        assert "write @count" not in "".join(notes(caught.value))


@pytest.mark.parametrize(
    "value", [object(), {(1, 2): 3}, "\ud83d"], ids=["object", "keys", "half a character"]
)
async def test_what_has_no_json_form_is_told_where_it_is_pushed(value: object) -> None:
    class View(LiveView[Go]):
        template = heex("<p></p>")

        async def handle_event(self, event: Go, socket: Socket) -> None:
            socket.push_event("chart", {"rows": value})

    with pytest.raises(
        CallbackError, match=r"the payload of push_event\('chart', …\) cannot be sent as JSON: "
    ):
        async with live_isolated(View) as view:
            await view.click("go")


async def test_what_has_no_json_form_is_told_of_a_reply() -> None:
    class View(LiveView[Go]):
        template = heex("<p></p>")

        async def handle_event(self, event: Go, socket: Socket) -> dict[str, Any]:
            return {"row": object()}

    with pytest.raises(
        CallbackError, match=r"View.handle_event returned cannot be sent as JSON: object has no"
    ):
        async with live_isolated(View) as view:
            await view.click("go")


async def test_a_pushed_event_is_sent_as_it_was_when_it_was_pushed() -> None:
    class View(LiveView[Go]):
        template = heex("<p></p>")

        async def handle_event(self, event: Go, socket: Socket) -> None:
            rows = [1]
            socket.push_event("chart", {"rows": rows})
            rows.append(2)

    async with live_isolated(View) as view:
        await view.click("go")
        await view.assert_push_event("chart", {"rows": [1]})


async def test_the_attribute_of_a_stream_says_where_its_rows_are() -> None:
    class View(LiveView):
        rows: Stream[dict[str, int]]
        template = heex("""<ul><li :for={dom_id, row in @rows} id={dom_id}>{row}</li></ul>""")

    with pytest.raises(
        StreamError, match=r"its rows are in @streams: write `:for=\{dom_id, item in @streams"
    ):
        async with live_isolated(View):
            pass


@pytest.mark.parametrize("several", [False, True])
async def test_an_iterator_that_a_task_loads_fails_the_task_and_not_the_page(several: bool) -> None:
    class View(LiveView[Go]):
        rows: AsyncResult[Any] = AsyncResult.idle()
        other: AsyncResult[Any] = AsyncResult.idle()
        template = heex("<p>{@rows.failed}</p>")

        async def handle_event(self, event: Go, socket: Socket) -> None:
            if several:
                socket.assign_async(["rows", "other"], lambda: {"rows": map(str, [1]), "other": 1})
            else:
                socket.assign_async("rows", lambda: map(str, [1]))

    async with live_isolated(View) as view:
        await view.click("go")
        await view.render_async()
        failed = await view.element("p").text()
        assert "assign_async.rows was given a map, which can be iterated over only once" in failed

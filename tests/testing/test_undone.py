"""What a visitor did when a line is lost: done once by the next view, or said not to be, and never done twice."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, LiveComponent, LiveView, Socket, heex
from actorlive.testing import ExplorationFailure, Network, View, explore, live
from actorlive.wire.line import Leftover, PageEnd
from tests.testing.views import SECRET

handled: list[str] = []


class Do(Event):
    what: str
    seconds: float = 0.0


class Send(Event):
    text: str


class Pay(Event, offline=False): ...


class Part(LiveComponent[Do | Pay]):
    template = heex("""
      <div>
        <button id="part" phx-click="do" phx-value-what="part" phx-target={@myself}>P</button>
        <button id="part-pay" phx-click="pay" phx-target={@myself}>Pay P</button>
      </div>
    """)

    async def handle_event(self, event: Do | Pay, socket: Socket) -> None:
        handled.append(event.what if isinstance(event, Do) else "part paid")


class Child(LiveView[Do]):
    template = heex("""<button id="child" phx-click="do" phx-value-what="child">C</button>""")

    async def handle_event(self, event: Do, socket: Socket) -> None:
        handled.append(event.what)


class DeskLive(LiveView[Do | Send | Pay]):
    done: str = ""
    text: str = ""
    template = heex("""
      <button id="one" phx-click="do" phx-value-what="one">Do one</button>
      <button id="two" phx-click="do" phx-value-what="two">Two</button>
      <button id="pay" phx-click={JS.push("pay", optimistic=JS.add_class("paying"))}>Pay</button>
      <p>{@done}</p>
      <form id="form" phx-change="send" phx-submit="do"><input name="text" value={@text}><input name="what"></form>
      <.live_component module={Part} id="part" />
      <.live_render view={Child} id="within" />
    """)

    async def handle_event(self, event: Do | Send | Pay, socket: Socket) -> Any:
        match event:
            case Do(what, seconds):
                handled.append(what)
                self.done += f"{what} "
                await trio.sleep(seconds)
                return {"done": what}
            case Send(text):
                self.text = text
            case Pay():
                handled.append("paid")
        return None


@pytest.fixture(autouse=True)
def nothing_is_handled() -> None:
    handled.clear()


def make_app(**options: Any) -> QuartTrio:
    app = QuartTrio(__name__)
    ActorLive(app, secret_key=SECRET, **options).route("/", DeskLive)
    return app


def lost(view: View) -> list[tuple[str, object]]:
    """What `actorlive:lost` has said: what, and whether it is done."""
    told = [detail for name, detail, _ in view.page.dispatched if name == "actorlive:lost"]
    return [(detail["what"], detail["done"]) for detail in told]


async def lose(view: View) -> None:
    """The line's time is up; the network comes back."""
    await view.advance(20)
    assert "phx-client-error" in await view.render()
    await view.mend()


async def test_what_never_had_a_socket_is_done_once_and_in_order_by_the_next_view() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.advance(1)
        await view.element("#one").click(wait=False)
        await view.hook("do", {"what": "asked"}, wait=False)
        await view.element("#two").click(wait=False)
        await lose(view)
        assert await view.element("p").text() == "one asked two"
        assert handled == ["one", "asked", "two"]
        assert await view.assert_reply({"done": "asked"}) == {"done": "asked"}
        assert lost(view) == []
        await view.element("#one").click()
        assert handled[3:] == ["one"]


async def test_what_was_under_way_is_not_certain_and_not_repeated() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.element("#one").click(wait=False)
        await view.advance(0.12)
        await view.element("#two").click(wait=False)
        await view.advance(0.07)
        await view.cut()
        await lose(view)
        await view.advance(1)
        assert handled == ["one"]
        assert lost(view) == [("Do one", None), ("Two", None)]
        assert (await view.assert_dispatched("actorlive:lost"))["event"] == "do"


async def test_after_a_deploy_what_the_server_had_not_taken_is_done_by_the_next() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.click("do", {"what": "slow", "seconds": 0.5}, wait=False)
        await view.advance(0.25)
        await view.element("#one").click(wait=False)
        await view.restart()
        await view.advance(1)
        assert handled == ["slow", "one"]
        assert await view.element("p").text() == "one"
        assert lost(view) == []


async def test_after_a_kill_it_is_not_certain() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.click("do", {"what": "slow", "seconds": 0.5}, wait=False)
        await view.advance(0.25)
        await view.element("#one").click(wait=False)
        await view.restart(kill=True)
        await view.advance(1)
        assert handled == ["slow"]
        assert lost(view) == [("do", None), ("Do one", None)]


async def test_what_only_the_lost_view_could_do_is_not_done() -> None:
    async with live(make_app(), "/", line=True) as view:
        child = await view.find_live_child("within")
        await view.cut()
        await view.element("#part").click(wait=False)
        await child.element("#child").click(wait=False)
        await lose(view)
        assert handled == []
        assert lost(view) == [("P", False), ("C", False)]
        await view.element("#part").click()
        assert handled == ["part"]


async def test_a_form_is_recovered_before_its_submit_is_sent() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.form("#form", {"text": "typed"}).change(wait=False)
        await view.form("#form", {"text": "typed", "what": "form"}).submit(wait=False)
        await lose(view)
        assert handled == ["form"]
        assert await view.element("input[name=text]").value() == "typed"
        assert lost(view) == []


async def test_what_is_done_before_the_fresh_view_is_shown_goes_behind_what_waits() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.cut()
        await view.element("#one").click(wait=False)
        await view.advance(20)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(view.mend)
            await trio.sleep(0.25)  # the view has joined, the one within it has not
            await view.element("#two").click(wait=False)
            assert handled == []
        await view.advance(1)
        assert handled == ["one", "two"]


async def test_who_waits_too_long_is_told() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.element("#one").click(wait=False)
        await view.advance(27.9)
        assert lost(view) == []
        await view.advance(0.1)
        assert lost(view) == [("Do one", False)]
        await view.mend()
        assert handled == []


async def test_what_is_old_is_done_without_an_answer() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.hook("do", {"what": "old"}, wait=False)
        await view.advance(25)
        await view.element("#one").click(wait=False)
        await view.hook("do", {"what": "rejected"}, wait=False)
        assert lost(view) == [("Do one", False)]
        await view.mend()
        assert handled == ["old"]
        assert await view.element("p").text() == "old"


@pytest.mark.parametrize("is_cut", [False, True])
async def test_what_went_without_an_answer_is_told_of_as_long_as_the_server_may_not_have_it(
    is_cut: bool,
) -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.cut()
        await view.element("#one").click(wait=False)
        await view.advance(22)
        await view.mend()
        if not is_cut:
            await view.advance(1)
        await view.cut()
        await view.advance(20)
        await view.mend()
        await view.advance(1)
        assert (handled, lost(view)) == (([], [("Do one", None)]) if is_cut else (["one"], []))


# -- what must not wait --------------------------------------------------------


async def test_what_must_not_wait_is_refused_at_once_and_the_button_works_again() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.element("#pay").click()
        await view.element("#part-pay").click()
        assert lost(view) == [("Pay", False), ("Pay P", False)]
        assert not await view.element("#pay").has_class("paying")
        await view.element("#one").click(wait=False)
        await view.mend()
        assert handled == ["one"]
        await view.element("#pay").click()
        await view.element("#part-pay").click()
        assert handled == ["one", "paid", "part paid"]
        assert view.client_view.events == []


async def test_what_must_not_wait_and_was_under_way_is_done_once() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.element("#pay").click(wait=False)
        await view.advance(0.05)
        await view.cut()
        await view.mend()
        await view.advance(1)
        assert handled == ["paid"]
        assert lost(view) == []


async def test_what_must_not_wait_goes_to_no_fresh_view() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.element("#one").click(wait=False)
        await view.element("#pay").click(wait=False)
        await view.restart()
        await view.advance(1)
        assert handled == ["one"]
        assert lost(view) == [("Pay", False)]


# -- anywhere ------------------------------------------------------------------


async def work() -> None:
    """Six events, over cuts that a line does not outlive: none is done twice, and each that is not is told."""
    handled.clear()
    async with live(make_app(linger=2), "/", line=True) as view:
        for number in range(6):
            await view.click("do", {"what": str(number)}, wait=False)
            await view.advance(0.5)
        await view.advance(60)
        said = [
            (detail["value"]["what"], detail["done"])
            for name, detail, _ in view.page.dispatched
            if name == "actorlive:lost"
        ]
        assert len(handled) == len(set(handled)), f"twice: {handled}"
        assert handled == sorted(handled)
        for number in map(str, range(6)):
            assert (number in handled) or number in [what for what, _ in said], (
                f"{number} is lost without a word"
            )
        assert not [what for what, done in said if done is False and what in handled]


def test_over_any_cuts_nothing_is_done_twice_or_lost_without_a_word() -> None:
    explore(work, seeds=40, cuts=3, away=6.0, jitter=0.1)


def test_control_who_repeats_what_is_not_certain_does_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    leftover = PageEnd.leftover

    def all_of_it(self: PageEnd) -> Leftover:
        left = leftover(self)
        return Leftover([*left.uncertain, *left.not_handled], [])

    monkeypatch.setattr(PageEnd, "leftover", all_of_it)
    with pytest.raises(ExplorationFailure, match="twice"):
        explore(work, cuts=3, away=6.0, jitter=0.1)

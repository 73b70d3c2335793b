"""A websocket that breaks beneath a page: what page and view notice of it, and what the kit says when misused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, Event, Kept, LiveView, Socket, heex, send
from actorlive.runtime import alive
from actorlive.testing import Failure, LocalFile, Network, View, live, live_isolated
from actorlive.testing.worlds.lined import LinedSocket
from actorlive.testing.worlds.memory import MemorySocket
from tests.testing.views import SECRET

mounts: list[str] = []


class Inc(Event): ...


class Profile(Event):
    name: str = ""


class DeskLive(LiveView[Inc | Profile]):
    """Counts, notes who was there, and takes a name."""

    count: int = 0
    seen: str = ""
    name: str = ""
    kept: Kept[int] = 0
    template = heex("""
      <button phx-click="inc">+</button> <output>{@count}</output> <b>{@kept}</b> <i>{@seen}</i>
      <form id="profile" phx-change="profile"><input name="name" value={@name}></form> <u>{@name}</u>
      <p id="banner" hidden phx-disconnected={JS.remove_attribute("hidden")}>away</p>
      <.link navigate="/other">Other</.link>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        mounts.append("connected" if socket.connected else "dead")

    async def handle_event(self, event: Inc | Profile, socket: Socket) -> None:
        match event:
            case Inc():
                self.count += 1
                self.kept += 1
                socket.push_event("counted", {"count": self.count})
            case Profile(name):
                self.name = name

    async def handle_info(self, message: object, socket: Socket) -> None:
        self.seen += "away " if socket.lingering else "here "


class OtherLive(LiveView):
    template = heex("""<h1>Other</h1>""")


class AlbumLive(LiveView[Profile]):
    """Takes a file."""

    template = heex("""
      <form id="album" phx-change="profile" phx-submit="profile"><.live_file_input upload={@uploads.photo} /></form>
      <p :for={entry in @uploads.photo.entries}>{entry.client_name} {entry.progress}</p>
    """)

    async def mount(self, params: Mapping[str, Any], session: Mapping[str, Any], socket: Socket) -> None:
        socket.allow_upload("photo", accept=(".txt",), chunk_size=10)

    async def handle_event(self, event: Profile, socket: Socket) -> None: ...


def make_app(**options: Any) -> QuartTrio:
    app = QuartTrio(__name__)
    extension = ActorLive(app, secret_key=SECRET, **options)
    extension.route("/", DeskLive)
    extension.route("/other", OtherLive)
    extension.route("/album", AlbumLive)
    mounts.clear()
    return app


async def count_of(view: View) -> str:
    return await view.element("output").text()


def says_away(view: View) -> bool:
    return "al-away" in view.page.document.root.classes


# -- a cut that is mended ------------------------------------------------------


async def test_a_page_goes_on_where_it_was_and_does_what_was_done_meanwhile_once() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.element("button").click()
        pid = view.pid
        await view.cut()
        await view.element("button").click(wait=False)
        await view.advance(10)
        assert await count_of(view) == "1"
        await view.mend()
        assert await count_of(view) == "2"
        await view.element("button").click()
        assert await count_of(view) == "3"
        assert view.pid is pid
        assert mounts == ["dead", "connected"]
        assert [await view.assert_push_event("counted") for _ in range(3)] == [
            {"count": number} for number in (1, 2, 3)
        ]


async def test_the_official_client_sees_nothing_and_the_document_says_so() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.advance(5)
        assert says_away(view)
        assert "phx-error" not in await view.render()
        assert not await view.element("#banner").is_visible()
        await view.mend()
        assert not says_away(view)
        await view.assert_dispatched("actorlive:away")
        await view.assert_dispatched("actorlive:back")


async def test_what_the_view_renders_meanwhile_waits_for_the_page() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        send(view.pid, "news")
        assert await view.element("i").text() == ""
        await view.mend()
        assert await view.element("i").text() == "away"
        send(view.pid, "news")
        assert await view.element("i").text() == "away here"


async def test_a_server_that_has_not_noticed_takes_the_page_for_there() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut(noticed=False)
        send(view.pid, "news")
        await view.advance(8)
        assert await view.element("i").text() == ""
        await view.mend()
        assert await view.element("i").text() == "here"


@pytest.mark.parametrize("after", [0.05, 0.15], ids=["the event", "its answer"])
@pytest.mark.parametrize("noticed", [True, False])
async def test_what_was_under_way_is_done_once(after: float, noticed: bool) -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.element("button").click(wait=False)
        await view.advance(after)
        await view.cut(noticed=noticed)
        await view.advance(3)
        assert await count_of(view) == "0"
        await view.mend()
        await view.advance(1)
        assert await count_of(view) == "1"
        await view.element("button").click()
        assert await count_of(view) == "2"


async def test_the_next_websocket_may_be_cut_before_it_has_said_anything() -> None:
    async with live(make_app(), "/", line=True, network=Network(latency=0.1)) as view:
        await view.cut()
        await view.element("button").click(wait=False)
        line = view.page.socket
        assert isinstance(line, LinedSocket)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(view.mend)
            await trio.sleep(0.15)
            line.cut(noticed=True)
        await view.advance(3)
        assert await count_of(view) == "1"


async def test_over_a_network_that_loses_frames_nothing_is_lost() -> None:
    network = Network(loss=0.2, seed=3)
    async with live(make_app(), "/", line=True, network=network) as view:
        for _ in range(30):
            await view.element("button").click()
        assert await count_of(view) == "30"
        assert mounts == ["dead", "connected"]


async def test_an_isolated_view_may_be_cut_too() -> None:
    async with live_isolated(DeskLive, line=True) as view:
        await view.cut()
        await view.element("button").click(wait=False)
        await view.advance(19)
        await view.mend()
        assert await count_of(view) == "1"


@pytest.mark.parametrize("noticed", [True, False])
async def test_a_file_goes_on_where_it_was(noticed: bool) -> None:
    async with live(make_app(), "/album", line=True) as view:
        files = view.file_input("input", [LocalFile("a.txt", b"x" * 100)])
        await files.upload("a.txt", 40)
        await view.cut(noticed=noticed)
        await view.advance(19)
        await view.mend()
        await view.advance(9)
        await files.upload("a.txt")
        assert await view.element("p").text() == "a.txt 100"


async def test_a_page_that_is_there_and_sends_nothing_of_a_file_loses_it() -> None:
    async with live(make_app(), "/album", line=True) as view:
        files = view.file_input("input", [LocalFile("a.txt", b"x" * 100)])
        await files.upload("a.txt", 40)
        await view.advance(29.9)
        assert await view.has_element("p")
        await view.advance(0.1)
        assert not await view.has_element("p")


async def test_the_client_waits_for_a_chunk_as_long_as_the_server() -> None:
    for line, seconds in [(True, 30), (False, 10)]:
        async with live(make_app(), "/album", line=line) as view:
            files = view.file_input("input", [LocalFile("a.txt", b"x" * 100)])
            await files.choose()
            assert (await files.preflight())["config"]["chunk_timeout"] == seconds * 1000


async def test_a_live_navigation_is_over_the_same_line() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        await view.mend()
        await view.element("a").click()
        other = await view.follow_redirect()
        await other.cut()
        await other.mend()
        assert await other.element("h1").text() == "Other"


async def test_a_page_that_is_loaded_begins_a_line_of_its_own() -> None:
    app = make_app()
    async with live(app, "/", line=True) as view:
        first = view.pid
        other = await view.live_redirect("/other")
        assert not alive(first)
        assert len(app.extensions["actorlive"].lines) == 1
        await other.cut()
        await other.mend()


# -- a line that is lost -------------------------------------------------------


async def test_a_line_that_is_lost_is_shown_and_the_page_joins_afresh() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.element("button").click()
        await view.form("#profile", {"name": "Ada"}).change()
        before = view.pid
        await view.cut()
        await view.advance(19.9)
        assert alive(before)
        assert "phx-error" not in await view.render()
        await view.advance(0.1)
        assert not alive(before)
        assert "phx-client-error" in await view.render()
        assert not says_away(view)
        await view.advance(60)
        assert await view.element("#banner").is_visible()
        await view.mend()
        assert view.pid is not before
        assert "phx-error" not in await view.render()
        assert await count_of(view) == "0"
        assert await view.element("b").text() == "1"
        assert await view.element("u").text() == "Ada"


async def test_who_does_nothing_keeps_the_page_as_long_as_the_line_lingers() -> None:
    async with live(make_app(linger=60), "/", line=True) as view:
        before = view.pid
        await view.cut()
        await view.advance(59.9)
        assert "phx-client-error" not in await view.render()
        await view.mend()
        assert view.pid is before


async def test_what_the_page_gave_up_first_the_server_lets_go_when_it_is_back() -> None:
    async with live(make_app(linger=60), "/", line=True) as view:
        before = view.pid
        await view.cut()
        await view.advance(10)
        await view.element("button").click(wait=False)
        await view.advance(24.9)
        assert "phx-client-error" not in await view.render()
        await view.advance(0.1)
        assert "phx-client-error" in await view.render()
        assert alive(before)
        await view.mend()
        assert not alive(before)


async def test_disconnect_ends_the_line_too() -> None:
    async with live(make_app(), "/", line=True) as view:
        before = view.pid
        await view.disconnect()
        assert not alive(before)
        assert "phx-client-error" in await view.render()
        await view.reconnect()
        await view.cut()
        await view.mend()


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("away", [0, 30])
async def test_a_tab_that_is_closed_while_it_is_away_is_not_waited_for(noticed: bool, away: float) -> None:
    app = make_app(linger=500)
    began = trio.current_time()
    async with live(app, "/", line=True) as view:
        await view.cut(noticed=noticed)
        await view.advance(away)
    assert trio.current_time() - began == pytest.approx(away)
    assert len(app.extensions["actorlive"].sockets) == len(app.extensions["actorlive"].lines) == 0


# -- without a line ------------------------------------------------------------


async def test_without_a_line_no_frame_is_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str | bytes] = []
    send_it = MemorySocket.send

    def note(self: MemorySocket, frame: str | bytes) -> None:
        sent.append(frame)
        send_it(self, frame)

    monkeypatch.setattr(MemorySocket, "send", note)
    app = make_app()
    async with live(app, "/") as view:
        await view.element("button").click()
        assert len(app.extensions["actorlive"].lines) == 0
    assert not [frame for frame in sent if frame[:1] in ("#", b"#")]
    async with live(app, "/", line=True):
        pass
    assert [frame for frame in sent if frame[:1] == "#"] == ["#new"]


# -- misuse --------------------------------------------------------------------

NO_LINE = (
    "this page has no line, so nothing would outlive a cut: open it with live(…, line=True)."
    " view.disconnect() ends the socket of a page without one."
)
NOT_CUT = "nothing to mend: view.cut() has not cut the network. What view.disconnect() ends, view.reconnect() connects."


async def told(awaitable: Any) -> str:
    with pytest.raises(Failure) as caught:
        await awaitable
    return str(caught.value)


async def test_a_cut_without_a_line_says_how_to_have_one() -> None:
    async with live(make_app(), "/") as view:
        assert await told(view.cut()) == NO_LINE
        assert await told(view.mend()) == NOT_CUT


async def test_a_second_cut_and_a_second_mend_say_what_is_first() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        assert await told(view.cut()) == (
            "the network is cut already: view.mend() brings it back before the next view.cut()"
        )
        assert await told(view.reconnect()) == (
            "the network is cut, so 'http://localhost/' cannot be reached before view.mend()"
        )
        await view.mend()
        assert await told(view.mend()) == NOT_CUT


async def test_a_socket_that_has_ended_cannot_be_cut() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.disconnect()
        assert await told(view.cut()) == (
            "nothing to cut: the page's socket has ended. Bring it back first, by view.reconnect() or in time."
        )
        await view.reconnect()


async def test_who_waits_for_an_answer_while_the_network_is_cut_is_told() -> None:
    async with live(make_app(), "/", line=True) as view:
        await view.cut()
        assert await told(view.element("button").click()) == (
            'the network is cut, so the answer to the click of <button phx-click="inc"> waits for view.mend():'
            " what is done meanwhile is not waited for, with wait=False"
        )
        assert await told(view.live_redirect("/other")) == (
            "the network is cut, so '/other' cannot be reached before view.mend()"
        )
        await view.mend()


async def test_files_cannot_be_sent_while_the_network_is_cut_and_all_of_them_can_afterwards() -> None:
    async with live(make_app(), "/album", line=True) as view:
        files = view.file_input("input", [LocalFile("a.txt", b"x" * 100)])
        why = " can be sent after view.mend(): each step of theirs is waited for, also with wait=False"
        await view.cut()
        assert (await told(files.choose())).endswith(why)
        await view.mend()
        await files.upload("a.txt", 40)
        await view.cut()
        assert (await told(files.upload("a.txt", 60))).endswith(why)
        assert await told(view.form("#album").submit(wait=False)) == (
            'the network is cut, so the files of <form id="album" phx-change="profile" phx-submit="profile">'
            + why
        )
        await view.mend()
        assert await view.element("p").text() == "a.txt 40"
        await view.form("#album").submit()
        assert await view.element("p").text() == "a.txt 100"

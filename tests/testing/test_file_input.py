"""Uploads in the kit: in memory, and over a real socket."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import (
    ActorLive,
    Error,
    Event,
    External,
    LiveComponent,
    LiveView,
    Socket,
    Upload,
    UploadedFile,
    UploadEntry,
    heex,
)
from actorlive.testing import ElementError, Failure, FormError, LocalFile, View, connect, live, live_isolated
from actorlive.web.server import serve_async
from tests.support.uploads import left_behind

INPUT = "input[type=file]"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A temporary folder of its own, which is empty at the end."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert left_behind() == []


class Validate(Event):
    pass


class Save(Event):
    title: str = ""


class Drop(Event):
    ref: str


def text(file: UploadedFile, entry: UploadEntry) -> str:
    return f"{entry.client_name}={file.path.read_text()[:8]}"


class Album(LiveView[Validate | Save | Drop]):
    photos: Upload = Upload(accept=[".png"], max_entries=3, max_file_size=200_000)
    saved: list[str] = []
    template = heex("""
      <form id="f" phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.photos} /><input name="title" value="" /><button>Save</button>
      </form>
      <p :for={entry in @uploads.photos.entries} :key={entry.ref} id={f"e{entry.ref}"}>
        {entry.client_name} {entry.progress}
        <i :for={error in upload_errors(@uploads.photos, entry)}>{error.message}</i>
        <button phx-click="drop" phx-value-ref={entry.ref}>Cancel</button>
      </p>
      <b>{", ".join(@saved)}</b>
    """)

    async def handle_event(self, event: Validate | Save | Drop, socket: Socket) -> None:
        match event:
            case Save():
                self.saved = [*self.saved, *await socket.consume_uploads("photos", text)]
            case Drop(ref=ref):
                socket.cancel_upload("photos", ref)
            case _:
                pass


def png(name: str = "a.png", size: int = 100) -> LocalFile:
    return LocalFile(name, b"x" * size)


async def test_files_are_chosen_sent_and_saved() -> None:
    async with live_isolated(Album) as view:
        files = view.file_input(INPUT, [png("a.png"), png("b.png")])
        await files.choose()
        assert [part.split()[:2] for part in await view.element("p").texts()] == [
            ["a.png", "0"],
            ["b.png", "0"],
        ]
        assert "a.png 50" in await files.upload("a.png", 50)
        assert "a.png 100" in await files.upload("a.png")
        await view.form("#f", {"title": "Two"}).submit()
        assert await view.element("b").text() == "a.png=xxxxxxxx, b.png=xxxxxxxx"
        assert await view.element("p").count() == 0


async def test_a_submit_sends_what_is_chosen_first_as_the_browser_does() -> None:
    async with live_isolated(Album) as view:
        await view.file_input(INPUT, [png()]).choose()
        await view.element("button", text="Save").click()
        assert await view.element("b").text() == "a.png=xxxxxxxx"


async def test_a_large_file_goes_in_chunks_and_each_is_a_step() -> None:
    async with live_isolated(Album) as view:
        files = view.file_input(INPUT, [png(size=160_000)])
        assert "a.png 20" in await files.upload("a.png", 20)
        assert "a.png 60" in await files.upload("a.png", 60)
        [path] = left_behind()
        assert path.stat().st_size == 96_000
        await files.upload("a.png")


async def test_what_is_refused_is_told_and_the_submit_is_not_sent() -> None:
    async with live_isolated(Album) as view:
        files = view.file_input(INPUT, [LocalFile("a.txt", b"text"), png()])
        response = await files.preflight()
        assert response["error"] == [[files.refs[0], "not_accepted"]]
        assert await view.element("i").text() == "Files of this type are not accepted, only .png."
        with pytest.raises(Failure, match=r"refuses the file 'a\.txt': not_accepted"):
            await files.upload("a.txt")
        await view.form("#f").submit()
        assert await view.element("b").text() == ""
        await view.element(f"#e{files.refs[0]} button").click()
        await view.form("#f").submit()
        assert await view.element("b").text() == "a.png=xxxxxxxx"


async def test_a_file_is_cancelled_on_its_way() -> None:
    async with live_isolated(Album) as view:
        files = view.file_input(INPUT, [png()])
        await files.upload("a.png", 50)
        await view.element("button", text="Cancel").click()
        assert left_behind() == []
        with pytest.raises(Failure, match=r"does not take the file 'a\.png'"):
            await files.upload("a.png")


async def test_a_client_that_lies_about_the_size_is_stopped() -> None:
    async with live_isolated(Album) as view:
        files = view.file_input(INPUT, [LocalFile("a.png", b"x" * 100, size=5)])
        with pytest.raises(Failure, match="file_size_limit_exceeded"):
            await files.upload("a.png")


async def test_misuse_of_the_kit_is_told() -> None:
    async with live_isolated(Album) as view:
        with pytest.raises(ElementError, match="is not the input of an upload"):
            await view.file_input("input[name=title]", [png()]).choose()
        with pytest.raises(ElementError, match=r'not among the chosen files. Did you mean "a\.png"'):
            await view.file_input(INPUT, [png()]).upload("a.pgn")
        with pytest.raises(FormError, match=r"takes files: choose them with view\.file_input"):
            await view.form("#f", {"photos": "x"}).change()


async def test_files_of_this_machine_are_read(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"contents")
    async with live_isolated(Album) as view:
        await view.file_input(INPUT, [tmp_path / "mine.png"]).upload("mine.png")
        await view.form("#f").submit()
        assert await view.element("b").text() == "mine.png=contents"


async def test_a_disconnect_loses_the_files_as_in_the_browser() -> None:
    async with live_isolated(Album) as view:
        files = view.file_input(INPUT, [png()])
        await files.upload("a.png", 50)
        await view.disconnect()
        assert left_behind() == []
        await view.reconnect()
        assert await view.element("p").count() == 0


# -- external ------------------------------------------------------------------


class Outside(LiveView[Validate | Save]):
    def presign(self, entry: UploadEntry, socket: Socket) -> External | Error[str]:
        return External("S3", key=entry.client_name) if entry.client_size < 1000 else Error("full")

    photos: Upload = Upload(accept="any", external=presign)
    saved: list[str] = []
    template = heex("""
      <form id="f" phx-change="validate" phx-submit="save"><.live_file_input upload={@uploads.photos} /></form>
      <p :for={entry in @uploads.photos.entries}>{entry.progress}</p>
      <i :for={error in @uploads.photos.errors}>{error.message}</i><b>{", ".join(@saved)}</b>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            self.saved = await socket.consume_uploads(
                "photos", lambda meta, _: f"{meta['uploader']} {meta['key']}"
            )


async def test_an_external_upload_is_told_of_by_its_uploader() -> None:
    async with live_isolated(Outside) as view:
        files = view.file_input(INPUT, [png()])
        [ref] = (await files.preflight())["entries"]
        assert ref == files.refs[0]
        assert "<p>40</p>" in await files.upload("a.png", 40)
        await view.form("#f").submit()
        assert await view.element("b").text() == "S3 a.png"


async def test_an_external_upload_fails() -> None:
    async with live_isolated(Outside) as view:
        files = view.file_input(INPUT, [png()])
        await files.upload("a.png", 10)
        assert "The upload failed." in await files.fail("a.png", "403")
    async with live_isolated(Outside) as view:
        files = view.file_input(INPUT, [png(size=2000)])
        with pytest.raises(Failure, match="external_metadata_failure"):
            await files.upload("a.png")


# -- components, the real socket -----------------------------------------------


class Avatar(LiveComponent[Validate | Save]):
    picture: Upload = Upload(accept="any")
    saved: str = ""
    template = heex("""
      <form id={f"f{@myself}"} phx-target={@myself} phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.picture} /><b>{@saved}</b>
      </form>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            [self.saved] = await socket.consume_uploads("picture", text)


class Profile(LiveView):
    template = heex(
        '<div id="one"><.live_component module={Avatar} id="1" /></div>'
        '<div id="two"><.live_component module={Avatar} id="2" /></div>'
    )


async def test_a_file_of_a_live_component() -> None:
    async with live_isolated(Profile) as view:
        await view.file_input(f"#two {INPUT}", [png()]).choose()
        await view.element("#two form").submit()
        assert await view.element("#two b").text() == "a.png=xxxxxxxx"
        assert await view.element("#one b").text() == ""


@pytest.fixture
def app() -> QuartTrio:
    app = QuartTrio("uploads")
    live = ActorLive(app, secret_key="a key for tests that is long enough for anybody", debug=True)
    live.route("/", Album)
    return app


async def the_way_of_a_file(view: View) -> None:
    files = view.file_input(INPUT, [png(size=150_000), png("b.png")])
    assert "a.png 50" in await files.upload("a.png", 50)
    await view.form("#f").submit()
    assert await view.element("b").text() == "a.png=xxxxxxxx, b.png=xxxxxxxx"


async def test_through_an_application_with_its_tokens(app: QuartTrio) -> None:
    async with live(app, "/") as view:
        await the_way_of_a_file(view)


@asynccontextmanager
async def served(app: QuartTrio) -> AsyncGenerator[str]:
    stop = trio.Event()
    async with trio.open_nursery() as nursery:

        async def serve(task_status: trio.TaskStatus[list[str]]) -> None:
            await serve_async(app, port=0, shutdown=stop, task_status=task_status)

        urls: list[str] = await nursery.start(serve)
        yield urls[0]
        stop.set()


@pytest.mark.real_clock
async def test_over_a_real_socket_and_nothing_is_left_when_the_server_stops(app: QuartTrio) -> None:
    async with served(app) as url, connect(f"{url}/") as view:
        await the_way_of_a_file(view)
        await view.file_input(INPUT, [png("c.png")]).upload("c.png", 50)
        assert len(left_behind()) == 1
    assert left_behind() == []

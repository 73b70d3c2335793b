"""Uploads frame by frame: what a client is answered, what a view sees, and what is left of it."""

from __future__ import annotations

import html
import json
import logging
import re
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio

from actorlive import (
    Error,
    Event,
    External,
    LiveComponent,
    LiveView,
    Postpone,
    Socket,
    Upload,
    UploadedFile,
    UploadEntry,
    UploadWriter,
    heex,
    runtime,
    telemetry,
)
from actorlive.errors import AssignError, CallbackError
from actorlive.live.endpoint import Mount
from actorlive.live.intake import Backlog, FileIntake, Intake
from actorlive.live.process import upload_channel
from actorlive.live.process.dead import DeadPage, dead_render
from actorlive.live.uploads.messages import UploadFinished, UploadTicket
from actorlive.live.uploads.writer import CloseReason, TemporaryFile
from actorlive.runtime import Node, Pid, alive, exit, open_node, processes
from tests.support.client import Client, Views, settled
from tests.support.uploads import Uploader, left_behind, selected

Act = Callable[[Any, Socket], Any]
acts: dict[str, Act] = {}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A temporary folder of its own, which is empty at the end, whatever happens."""
    acts.clear()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    assert left_behind() == []


class Validate(Event):
    pass


class Save(Event):
    pass


class Do(Event):
    what: str = ""


class Album(LiveView[Validate | Save | Do]):
    photos: Upload = Upload(accept=["image/*"], max_entries=3, max_file_size=1000, chunk_timeout=10)
    saved: list[Any] = []
    ended: list[str] = []
    template = heex("""
      <form id="form" phx-change="validate" phx-submit="save"><.live_file_input upload={@uploads.photos} /></form>
      <p :for={entry in @uploads.photos.entries}>{entry.client_name}: {entry.progress}</p>
      <i :for={error in @uploads.photos.errors}>{error.message}</i>
      <b>{str(@saved)}</b>
    """)

    async def handle_event(self, event: Validate | Save | Do, socket: Socket) -> Any:
        match event:
            case Save():
                self.saved = [*self.saved, *await socket.consume_uploads("photos", keep)]
            case Do(what=what):
                done = acts[what](self, socket)
                return await done if hasattr(done, "__await__") else done
            case _:
                return None
        return None


def keep(file: UploadedFile, entry: UploadEntry) -> tuple[str, str, int]:
    return entry.client_name, file.path.read_text(), file.size


@asynccontextmanager
async def joined(view: type[LiveView[Any]] = Album) -> AsyncGenerator[tuple[Client, Uploader]]:
    async with open_node() as node:
        client = Client(node, {"/": view})
        client.joined = await client.join("/")
        yield client, Uploader(client)
        client.connection.close()
        await gone(node)


async def gone(node: Node) -> None:
    """Every process has ended."""
    with trio.fail_after(60):
        while processes(node):
            await trio.sleep(0.01)


def told(answer: Any) -> str:
    """An answer as text, its HTML unescaped."""
    return html.unescape(json.dumps(answer, ensure_ascii=False)).replace('\\"', '"')


def shown(client: Client) -> str:
    """All that the client was ever sent, as text."""
    return told(client.frames)


async def until(test: Callable[[], bool]) -> None:
    with trio.fail_after(60):
        while not test():
            await trio.sleep(0.01)


# -- the way of a file ---------------------------------------------------------


async def test_a_file_goes_its_way_from_the_selection_to_the_handler() -> None:
    async with joined() as (_, uploader):
        file = selected()
        answer = await uploader.select(file)
        assert ' data-phx-active-refs="0"' in told(answer)
        preflight = await uploader.preflight(file)
        assert preflight["config"] == {
            "max_file_size": 1000,
            "max_entries": 3,
            "chunk_size": 64_000,
            "chunk_timeout": 10_000,
        }
        assert (preflight["ref"], preflight["errors"]) == (uploader.ref, {})
        assert await uploader.join("0", preflight["entries"]["0"]) == ("ok", {})
        assert await uploader.chunk("0", b"hel") == ("ok", {})
        assert "60" in told(await uploader.progress("0", 60))
        assert await uploader.chunk("0", b"lo") == ("ok", {})
        assert "data-phx-done-refs" in told(await uploader.progress("0", 100))
        assert "('a.png', 'hello', 5)" in told(await uploader.submit())
        await until(lambda: uploader.closed() == [("lvu:0", "phx_close")])
        assert left_behind() == []


async def test_several_files_are_handed_over_in_the_order_of_the_page() -> None:
    async with joined() as (_, uploader):
        first, second = selected("0", "a.png", 1), selected("1", "b.png", 1)
        await uploader.select(first, second)
        await uploader.upload(second, b"2")
        await uploader.upload(first, b"1")
        answer = told(await uploader.submit())
        assert "[('a.png', '1', 1), ('b.png', '2', 1)]" in answer


async def test_an_empty_file_is_here_at_once() -> None:
    async with joined() as (_, uploader):
        await uploader.upload(selected(size=0), b"")
        assert "('a.png', '', 0)" in told(await uploader.submit())


async def test_a_file_that_is_postponed_can_be_consumed_again() -> None:
    @when("look")
    async def _(view: Album, socket: Socket) -> None:
        view.saved = await socket.consume_uploads("photos", lambda file, _: Postpone(file.path.read_text()))

    async with joined() as (client, uploader):
        await uploader.upload(selected(), b"hello")
        assert "['hello']" in told(await client.clicked("do", what="look"))
        assert "('a.png', 'hello', 5)" in told(await uploader.submit())


async def test_a_file_is_moved_away_and_is_not_removed_there(tmp_path: Path) -> None:
    async def move(file: UploadedFile, entry: UploadEntry) -> bytes:
        assert await file.read_bytes() == b"hello"
        path = await file.move(tmp_path / entry.client_name)
        return path.read_bytes()

    @when("move")
    async def _(view: Album, socket: Socket) -> None:
        done, in_progress = socket.uploaded_entries("photos")
        assert in_progress == []
        view.saved = [await socket.consume_upload(done[0], move)]

    async with joined() as (client, uploader):
        await uploader.upload(selected(), b"hello")
        assert "[b'hello']" in told(await client.clicked("do", what="move"))
    assert (tmp_path / "a.png").read_bytes() == b"hello"


async def test_a_temporary_file_is_readable_by_this_user_alone() -> None:
    async with joined() as (_, uploader):
        await uploader.upload(selected(), b"hello")
        [path] = left_behind()
        assert path.stat().st_mode & 0o077 == 0


# -- refusals ------------------------------------------------------------------


async def test_a_file_that_is_refused_is_told_to_the_client_and_the_page() -> None:
    async with joined() as (client, uploader):
        big, text = selected("0", size=1001), selected("1", "a.txt", type="text/plain")
        await uploader.select(big, text)
        assert await uploader.preflight(big, text) == {
            "ref": uploader.ref,
            "error": [["0", "too_large"], ["1", "not_accepted"]],
        }
        assert "at most 1 kB" in shown(client)
        assert "only image/*" in shown(client)


async def test_too_many_files_are_refused_as_a_whole() -> None:
    async with joined() as (_, uploader):
        files = [selected(str(n)) for n in range(4)]
        await uploader.select(*files)
        response = await uploader.preflight(*files)
        assert response["error"] == [[uploader.ref, "too_many_files"]]


class Auto(LiveView[Validate]):
    photos: Upload = Upload(accept=["image/*"], max_entries=2, max_file_size=10, auto_upload=True)
    template = heex('<form phx-change="validate"><.live_file_input upload={@uploads.photos} /></form>')

    async def handle_event(self, event: Validate, socket: Socket) -> None:
        pass


async def test_an_upload_that_begins_by_itself_sends_the_valid_files_as_far_as_it_may() -> None:
    async with joined(Auto) as (client, uploader):
        assert " data-phx-auto-upload" in json.dumps(client.joined)
        files = [selected("0"), selected("1", size=11), selected("2"), selected("3")]
        await uploader.select(*files)
        response = await uploader.preflight(*files)
        assert list(response["entries"]) == ["0"]
        assert response["errors"] == {"1": ["too_large"]}


async def test_an_upload_of_one_replaces_its_file_though_it_is_on_its_way() -> None:
    class One(Album):
        photos: Upload = Upload(accept="any")

    async with joined(One) as (_, uploader):
        [token] = (await uploader.allowed(selected("0"))).values()
        await uploader.join("0", token)
        await uploader.select(selected("1", "b.png"))
        await until(lambda: uploader.closed() == [("lvu:0", "phx_close")])
        await uploader.upload(selected("1", "b.png"), b"hello")
        assert "[('b.png', 'hello', 5)]" in told(await uploader.submit())


# -- cancel, disallow, run time ------------------------------------------------


async def test_cancel_drops_a_file_on_its_way_and_one_that_is_here() -> None:
    @when("cancel")
    def _(view: Album, socket: Socket) -> None:
        for entry in view.uploads.photos.entries:
            socket.cancel_upload("photos", entry.ref)

    async with joined() as (client, uploader):
        await uploader.upload(selected("0"), b"hello")
        [token] = (await uploader.allowed(selected("1"))).values()
        await uploader.join("1", token)
        await uploader.chunk("1", b"he")
        assert len(left_behind()) == 2
        answer = await client.clicked("do", what="cancel")
        assert ' data-phx-active-refs=""' in told(answer)
        await until(lambda: sorted(uploader.closed()) == [("lvu:0", "phx_close"), ("lvu:1", "phx_close")])
        assert left_behind() == []


async def test_what_the_socket_says_to_misuse() -> None:
    said: list[str] = []

    def attempt(act: Callable[[Socket], Any]) -> Act:
        async def trying(view: Album, socket: Socket) -> None:
            try:
                made = act(socket)
                if hasattr(made, "__await__"):
                    await made
            except CallbackError as error:
                said.append(str(error))

        return trying

    acts["1"] = attempt(lambda socket: socket.cancel_upload("photos", "7"))
    acts["2"] = attempt(lambda socket: socket.cancel_upload("fotos", "0"))
    acts["3"] = attempt(lambda socket: socket.consume_uploads("photos", keep))
    acts["4"] = attempt(lambda socket: socket.allow_upload("photos", accept="any"))
    acts["5"] = attempt(lambda socket: socket.disallow_upload("photos"))
    acts["6"] = attempt(lambda socket: socket.allow_upload("other", accept="any", max_size=3))
    async with joined() as (client, uploader):
        await uploader.select(selected())
        for what in "123456":
            await client.clicked("do", what=what)
    assert said == [
        "the upload 'photos' has no entry '7': it was consumed or cancelled",
        (
            "there is no upload 'fotos'. Did you mean \"photos\"? Declare it, `fotos: Upload = Upload(accept=[…])`,"
            " or allow it in mount: `socket.allow_upload('fotos', accept=[…])`"
        ),
        "consume_uploads('photos', …): 1 of its entries are still in progress",
        "allow_upload('photos'): 1 of its entries are active; consume or cancel them first",
        "disallow_upload('photos'): 1 of its entries are active; consume or cancel them first",
        (
            "allow_upload has no option 'max_size'; it takes those of Upload: accept, max_entries, max_entries_mode,"
            " max_file_size, chunk_size, chunk_timeout, auto_upload, validator, progress, writer, external"
        ),
    ]


class RunTime(LiveView[Validate | Do]):
    saved: list[Any] = []
    template = heex(
        "<form>{% if @uploads.get('doc') %}<.live_file_input upload={@uploads.doc} />{% endif %}</form>{str(@saved)}"
    )

    async def mount(self, params: Any, session: Any, socket: Socket) -> None:
        socket.allow_upload("doc", accept=[".pdf"], max_entries=2)

    async def handle_event(self, event: Validate | Do, socket: Socket) -> None:
        if isinstance(event, Do):
            acts[event.what](self, socket)


async def test_an_upload_is_allowed_at_run_time_and_disallowed_again() -> None:
    @when("disallow")
    def _(view: RunTime, socket: Socket) -> None:
        socket.disallow_upload("doc")

    async with joined(RunTime) as (client, uploader):
        file = selected(name="a.pdf", type="")
        [token] = (await uploader.allowed(file)).values()
        assert await uploader.join("0", token) == ("ok", {})
    async with joined(RunTime) as (client, uploader):
        await client.clicked("do", what="disallow")
        response = await uploader.preflight(file)
        assert response == {"ref": uploader.ref, "error": [[uploader.ref, "disallowed"]]}


async def test_the_dead_render_shows_the_input() -> None:
    async with open_node():
        views = Views({"/": Album})
        route = views.route_for("/")
        assert route is not None
        page = await dead_render(Mount(route, "phx-1", "http://x/", {}, {}, views))
        assert isinstance(page, DeadPage)
        assert 'type="file" name="photos" accept="image/*" multiple' in page.content
        assert 'data-phx-active-refs="" data-phx-done-refs="" data-phx-preflighted-refs=""' in page.content
        assert "data-phx-error-refs" not in page.content


# -- declaration ---------------------------------------------------------------


def test_an_upload_is_not_an_assign() -> None:
    assert "photos" not in Album.__declared__
    assert Album.__uploads__ == {"photos": Album.photos}
    with pytest.raises(AssignError, match="photos is an upload and cannot be set"):
        setattr(Album(), "photos", Upload("any"))  # noqa: B010


def test_an_upload_needs_its_options() -> None:
    with pytest.raises(AssignError, match="photos is an upload that does not say what it accepts"):

        class Without(LiveView):  # pyright: ignore[reportUnusedClass]
            photos: Upload
            template = heex("<p></p>")


def test_a_subclass_has_the_uploads_of_its_bases() -> None:
    class More(Album):
        music: Upload = Upload(accept=["audio/*"])
        template = heex("<p></p>")

    assert set(More.__uploads__) == {"photos", "music"}


def test_a_view_without_uploads_says_how_to_get_one() -> None:
    class Plain(LiveView):
        template = heex("<p></p>")

    with pytest.raises(AttributeError, match="Plain has no uploads; declare one"):
        _ = Plain().uploads


# -- functions of an upload ----------------------------------------------------


class Functions(LiveView[Validate | Do]):
    limit: int = 3
    log: list[str] = []

    def not_cursed(self, entry: UploadEntry) -> Error | None:
        return Error("cursed") if len(entry.client_name) < self.limit else None

    async def on_progress(self, entry: UploadEntry, socket: Socket) -> None:
        self.log = [*self.log, f"{entry.upload_config} {entry.progress}"]
        if entry.done:
            [text] = [await socket.consume_upload(entry, lambda file, _: file.path.read_text())]
            self.log = [*self.log, text]

    photos: Upload = Upload(accept="any", max_entries=2, validator=not_cursed, progress=on_progress)
    template = heex("<form><.live_file_input upload={@uploads.photos} /></form>{str(@log)}")

    async def handle_event(self, event: Validate | Do, socket: Socket) -> None:
        pass


async def test_functions_of_the_class_are_called_as_its_methods() -> None:
    async with joined(Functions) as (client, uploader):
        await uploader.select(selected("0", "x"))
        assert "0" in shown(client)
        response = await uploader.preflight(selected("0", "x"))
        assert response["error"] == [["0", "cursed"]]
    async with joined(Functions) as (client, uploader):
        [token] = (await uploader.allowed(selected("0"))).values()
        await uploader.join("0", token)
        await uploader.chunk("0", b"hel")
        await uploader.progress("0", 60)
        await uploader.chunk("0", b"lo")
        answer = await uploader.progress("0", 100)
        assert "['photos 60', 'photos 100', 'hello']" in told(answer)


async def test_a_progress_function_may_redirect() -> None:
    class Going(Functions):
        async def on_progress(self, entry: UploadEntry, socket: Socket) -> None:
            socket.redirect("/elsewhere")

        photos: Upload = Upload(accept="any", progress=on_progress)

    async with joined(Going) as (_, uploader):
        [token] = (await uploader.allowed(selected())).values()
        await uploader.join("0", token)
        await uploader.chunk("0", b"hel")
        assert (await uploader.progress("0", 60))["redirect"]["to"] == "/elsewhere"


# -- writers -------------------------------------------------------------------


class Recording(UploadWriter):
    """Notes what is asked of it; fails at `at`."""

    def __init__(self, at: str = "") -> None:
        self.at = at
        self.calls: list[Any] = []
        self.text = b""

    def _called(self, name: str, *more: Any) -> None:
        self.calls.append((name, *more) if more else name)
        if name == self.at:
            raise OSError("the disk is full")

    async def open(self) -> None:
        self._called("open")

    async def write(self, chunk: bytes) -> None:
        self.text += chunk
        self._called("write")

    async def close(self, reason: CloseReason) -> None:
        self._called("close", reason)

    async def release(self) -> None:
        self._called("release")

    @property
    def meta(self) -> bytes:
        return self.text


writers: list[Recording] = []


def writing_view(at: str = "") -> type[LiveView[Any]]:
    class Writing(Album):
        def make(self, entry: UploadEntry, socket: Socket) -> UploadWriter:
            writers.append(Recording(at))
            return writers[-1]

        photos: Upload = Upload(accept="any", max_entries=3, writer=make)

        async def handle_event(self, event: Any, socket: Socket) -> None:
            if isinstance(event, Save):
                self.saved = await socket.consume_uploads("photos", lambda meta, entry: (meta, entry.ref))

    writers.clear()
    return Writing


async def test_a_writer_takes_the_bytes_and_its_meta_is_the_file() -> None:
    async with joined(writing_view()) as (_, uploader):
        await uploader.upload(selected(), b"hello")
        assert writers[0].calls == ["open", "write", ("close", "done")]
        assert "[(b'hello', '0')]" in told(await uploader.submit())
        await until(lambda: writers[0].calls[3:] == ["release"])


@pytest.mark.parametrize(
    ("at", "calls"),
    [
        ("open", ["open", "release"]),
        ("write", ["open", "write", "close", "release"]),
        ("close", ["open", "write", "close", "release"]),
    ],
)
async def test_a_writer_that_fails_is_the_error_of_its_entry_and_the_view_goes_on(
    at: str, calls: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with joined(writing_view(at)) as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        status, response = await uploader.join("0", token)
        if at != "open":
            status, response = await uploader.chunk("0", b"hello")
        assert (status, response) == ("error", {"reason": "writer_error"})
        await until(lambda: uploader.closed() == [("lvu:0", "phx_close")] or at == "open")
        await until(lambda: "release" in writers[0].calls)
        assert [call if isinstance(call, str) else call[0] for call in writers[0].calls] == calls
        assert "The file could not be stored." in shown(client)
        assert "data-phx-error-refs" in shown(client)
        assert alive(client.views[0])
    assert "the disk is full" in caplog.text


async def test_a_writer_is_closed_with_cancel_when_the_client_leaves() -> None:
    async with joined(writing_view()) as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        await uploader.join("0", token)
        await uploader.chunk("0", b"he")
        uploader.leave("0")
        await until(lambda: len(writers[0].calls) == 4)
        assert writers[0].calls == ["open", "write", ("close", "cancel"), "release"]
        await until(lambda: ' data-phx-active-refs=""' in told(client.frames[-1]))


# -- external ------------------------------------------------------------------


class Outside(Album):
    def presign(self, entry: UploadEntry, socket: Socket) -> External | Error[Any]:
        if entry.client_name.startswith("bad"):
            return Error({"code": 7})
        return External("S3", url=f"https://s3/{entry.uuid}", key=entry.client_name)

    photos: Upload = Upload(accept="any", max_entries=3, external=presign)

    async def handle_event(self, event: Any, socket: Socket) -> None:
        if isinstance(event, Save):
            self.saved = await socket.consume_uploads("photos", lambda meta, entry: (meta["key"], entry.done))


async def test_an_external_upload_is_the_clients_affair() -> None:
    async with joined(Outside) as (_, uploader):
        entries: dict[str, Any] = await uploader.allowed(selected())
        assert entries["0"]["uploader"] == "S3"
        assert entries["0"]["key"] == "a.png"
        await uploader.progress("0", 40)
        await uploader.progress("0", 100)
        assert "[('a.png', True)]" in told(await uploader.submit())


async def test_an_external_upload_that_cannot_be_prepared_stops_the_others() -> None:
    async with joined(Outside) as (client, uploader):
        files = [selected("0"), selected("1", "bad.png")]
        await uploader.select(*files)
        response = await uploader.preflight(*files)
        assert response["error"] == [["1", "external_metadata_failure"]]
        assert "The upload could not be prepared." in shown(client)
        # without the bad one it goes on
    async with joined(Outside) as (client, uploader):
        await uploader.select(*files)
        await uploader.preflight(*files)


async def test_a_failure_of_the_clients_uploader_is_the_error_of_its_entry(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with joined(Outside) as (_, uploader):
        await uploader.allowed(selected())
        answer = await uploader.progress("0", {"error": "403"})
        assert "The upload failed." in told(answer)
        await uploader.progress("0", 100)
    assert "the client could not send an entry 0: '403'" in caplog.text
    assert "ignores a progress of 100 %" in caplog.text


async def test_nothing_is_sent_through_the_socket_for_an_external_upload() -> None:
    async with joined(Outside) as (client, uploader):
        await uploader.allowed(selected())
        [view] = client.views
        token = Views({}).sign_upload(UploadTicket(view, None, uploader.ref, "0"))
        assert await uploader.join("0", token) == ("error", {"reason": "disallowed"})


# -- live components -----------------------------------------------------------


class Avatar(LiveComponent[Validate | Save]):
    picture: Upload = Upload(accept="any")
    saved: list[str] = []
    template = heex("""
      <form phx-target={@myself} phx-change="validate" phx-submit="save">
        <.live_file_input upload={@uploads.picture} />
        {",".join(entry.client_name + str(entry.progress) for entry in @uploads.picture.entries)}{",".join(@saved)}
      </form>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        if isinstance(event, Save):
            self.saved = await socket.consume_uploads("picture", lambda file, _: file.path.read_text())


class Profile(LiveView[Do]):
    shown: bool = True
    template = heex(
        '<div>{% if @shown %}<.live_component module={Avatar} id="a" /><.live_component module={Avatar} id="b" />'
        "{% endif %}</div>"
    )

    async def handle_event(self, event: Do, socket: Socket) -> None:
        self.shown = False


def refs_of(client: Client) -> list[str]:
    return re.findall(r'data-phx-upload-ref=\\"(phx-[\w-]+)', json.dumps(client.joined))


async def test_each_live_component_has_uploads_of_its_own() -> None:
    async with joined(Profile) as (client, _):
        first, second = refs_of(client)
        uploader = Uploader(client, first, cid=1)
        await uploader.upload(selected("0"), b"hello")
        assert "hello" in told(await uploader.submit())
        other = Uploader(client, second, cid=2)
        await other.upload(selected("1"), b"world")
        assert "world" in told(await other.submit())
        wrong = await Uploader(client, first, cid=2).preflight(selected("5"))
        assert wrong["error"] == [[first, "disallowed"]]


async def test_the_files_of_a_component_go_with_it() -> None:
    async with joined(Profile) as (client, _):
        uploader = Uploader(client, refs_of(client)[0], cid=1)
        await uploader.upload(selected("0"), b"hello")
        assert len(left_behind()) == 1
        await client.clicked("do")
        await client.reply(client.push("cids_will_destroy", {"cids": [1, 2]}))
        await client.reply(client.push("cids_destroyed", {"cids": [1, 2]}))
        await until(lambda: left_behind() == [])
        assert alive(client.views[0])


# -- ends ----------------------------------------------------------------------


async def one_here_and_one_on_its_way(uploader: Uploader) -> None:
    await uploader.upload(selected("0"), b"hello")
    [token] = (await uploader.allowed(selected("1"))).values()
    await uploader.join("1", token)
    await uploader.chunk("1", b"he")
    assert len(left_behind()) == 2


async def test_nothing_is_left_when_the_view_crashes() -> None:
    async with joined() as (client, uploader):
        await one_here_and_one_on_its_way(uploader)
        exit(client.views[0], RuntimeError("boom"))
        await until(lambda: left_behind() == [])


async def test_nothing_is_left_when_the_view_or_an_upload_is_killed() -> None:
    async with joined() as (client, uploader):
        await one_here_and_one_on_its_way(uploader)
        exit(client.views[0], "kill")
        await until(lambda: left_behind() == [])
    async with joined() as (client, uploader):
        await one_here_and_one_on_its_way(uploader)
        upload = client.connection.view("lvu:1")
        assert upload is not None
        exit(upload, "kill")
        await until(lambda: len(left_behind()) == 1)
        assert alive(client.views[0])


async def test_nothing_is_left_when_the_socket_ends() -> None:
    async with joined() as (client, uploader):
        await one_here_and_one_on_its_way(uploader)
        client.connection.close()
        await until(lambda: left_behind() == [])


async def test_nothing_is_left_when_the_node_is_closed() -> None:
    async with open_node() as node:
        client = Client(node, {"/": Album})
        client.joined = await client.join("/")
        await one_here_and_one_on_its_way(Uploader(client))
    assert left_behind() == []


async def test_a_view_that_lingers_keeps_the_files_that_are_here_and_no_others() -> None:
    read: list[Any] = []

    @when("linger")
    async def _(view: Album, socket: Socket) -> None:
        await trio.sleep(5)
        await trio.sleep(0.5)
        read.append(len(left_behind()))
        done, _ = socket.uploaded_entries("photos")
        read.append(await socket.consume_upload(done[0], lambda file, _: file.path.read_text()))

    async with joined() as (client, uploader):
        await one_here_and_one_on_its_way(uploader)
        client.click("do", what="linger")
        await settled()
        client.connection.close()
        await until(lambda: len(read) == 2)
        assert read == [1, "hello"]
        await until(lambda: left_behind() == [])


async def test_a_client_that_sends_nothing_for_too_long_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        await uploader.join("0", token)
        await uploader.chunk("0", b"he")
        await trio.sleep(9)
        await uploader.chunk("0", b"l")
        await trio.sleep(9)
        assert uploader.closed() == []
        await trio.sleep(2)
        await until(lambda: uploader.closed() == [("lvu:0", "phx_close")])
        await until(lambda: ' data-phx-active-refs=""' in told(client.frames[-1]))
    assert "no chunk of the entry 0 came for 10 s" in caplog.text


async def test_a_file_that_is_here_waits_for_the_visitor_without_a_limit() -> None:
    async with joined() as (_, uploader):
        await uploader.upload(selected(), b"hello")
        await trio.sleep(3600)
        assert "('a.png', 'hello', 5)" in told(await uploader.submit())


async def test_the_client_joins_again_while_the_view_is_busy() -> None:
    @when("sleep")
    async def _(view: Album, socket: Socket) -> None:
        await trio.sleep(30)

    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        client.click("do", what="sleep")
        uploader.begin_join("0", token)
        await trio.sleep(10)
        assert await uploader.join("0", token) == ("ok", {})
        assert await uploader.chunk("0", b"hello") == ("ok", {})
        await uploader.progress("0", 100)
        assert "('a.png', 'hello', 5)" in told(await uploader.submit())


def when(name: str) -> Callable[[Act], Act]:
    """What the view does at that point."""

    def register(act: Act) -> Act:
        acts[name] = act
        return act

    return register


@pytest.fixture(autouse=True)
def _log_all(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "actorlive")


# -- telemetry -----------------------------------------------------------------


@pytest.fixture
def uploads_told() -> Any:
    """What telemetry hears of uploads: the event, the file's name, the bytes, and how long it took."""
    heard: list[tuple[str, str, float | None, float]] = []

    def note(name: str, measured: Mapping[str, float], metadata: Mapping[str, Any]) -> None:
        if name.startswith("upload."):
            entry = metadata["entry"]
            heard.append((name, entry.client_name, measured.get("bytes"), measured["duration"]))

    telemetry.attach("uploads", note)
    yield heard
    telemetry.detach("uploads")


async def test_telemetry_hears_of_each_file_once_and_of_what_became_of_it(uploads_told: list[Any]) -> None:
    async def slow(file: UploadedFile, entry: UploadEntry) -> None:
        await trio.sleep(3)

    async def consume(view: Album, socket: Socket) -> None:
        await socket.consume_uploads("photos", slow)

    def cancel(view: Album, socket: Socket) -> None:
        socket.cancel_upload("photos", "1")

    acts.update(consume=consume, cancel=cancel)
    async with joined() as (client, uploader):
        await one_here_and_one_on_its_way(uploader)
        await client.clicked("do", what="cancel")
        await settled()
        await client.clicked("do", what="consume")
    names = [(name, size, round(duration)) for name, _, size, duration in uploads_told]
    assert names == [("upload.stop", 5, 0), ("upload.dropped", 2, 0), ("upload.consumed", None, 3)]


# -- back-pressure -------------------------------------------------------------


def test_chunks_that_wait_for_the_disk_hold_the_socket_and_are_no_alarm() -> None:
    backlog = Backlog(100, 10)
    file, events = FileIntake(backlog), Intake(backlog)
    file.arrived(150)
    assert (backlog.is_full, backlog.is_behind, backlog.chunks) == (True, False, 150)
    events.arrived(101)
    assert backlog.is_behind
    events.handled(101)
    file.handled(150)
    assert (backlog.is_full, backlog.size, backlog.chunks) == (False, 0, 0)
    file.arrived(70)
    file.give_up()
    assert (backlog.size, backlog.events, backlog.chunks) == (0, 0, 0)


# -- controls: the tests above can fail ----------------------------------------


async def test_a_file_that_is_not_released_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TemporaryFile, "release", UploadWriter.release)
    async with joined() as (_, uploader):
        await one_here_and_one_on_its_way(uploader)
    assert len(left_behind()) == 2
    for path in left_behind():
        path.unlink()


async def test_an_answer_before_the_view_is_told_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def tell_late(channel: object, file: Any) -> None:
        pid: Pid = runtime.self()
        ticket: object = vars(channel).get("_ticket")
        assert isinstance(ticket, UploadTicket)
        runtime.send_after(ticket.view, UploadFinished(pid, ticket, file.meta), 0.5)

    monkeypatch.setattr(upload_channel.__dict__["_UploadChannel"], "_tell_finished", tell_late)
    async with joined() as (_, uploader):
        [token] = (await uploader.allowed(selected())).values()
        await uploader.join("0", token)
        await uploader.chunk("0", b"hello")
        assert "data-phx-done-refs" not in told(await uploader.progress("0", 100))

"""Uploads of clients that lie: each lie has its answer and its line in the log, and nothing is left of it."""

from __future__ import annotations

import gc
import html
import json
import logging
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import trio
from hypothesis import HealthCheck, given, settings, strategies as st
from itsdangerous import TimestampSigner
from quart_trio import QuartTrio

from actorlive import Event, LiveView, Socket, Upload, UploadedFile, UploadEntry, heex
from actorlive.live.uploads.config import SPARE
from actorlive.live.uploads.messages import UploadTicket
from actorlive.runtime import Node, alive, exit, open_node
from actorlive.web.endpoint import AppEndpoint
from tests.support.client import Client, Views, settled
from tests.support.uploads import Uploader, left_behind, selected

pytestmark = pytest.mark.usefixtures("folder")

GOOD: dict[str, Any] = selected()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Any:
    """A temporary folder of its own, which is empty at the end."""
    caplog.set_level(logging.DEBUG, "actorlive")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert left_behind() == []


class Validate(Event):
    pass


class Save(Event):
    pass


class Album(LiveView[Validate | Save]):
    photos: Upload = Upload(accept=["image/*"], max_entries=3, max_file_size=1000)
    handled: int = 0
    saved: list[str] = []
    template = heex("""
      <form><.live_file_input upload={@uploads.photos} /></form>
      <p :for={entry in @uploads.photos.entries}>{entry.client_name}</p>
      <b>{@handled}</b><i>{",".join(@saved)}</i>
    """)

    async def handle_event(self, event: Validate | Save, socket: Socket) -> None:
        self.handled += 1
        if isinstance(event, Save):
            done, _ = socket.uploaded_entries("photos")
            self.saved = [await socket.consume_upload(entry, text) for entry in done]


def text(file: UploadedFile, entry: UploadEntry) -> str:
    return file.path.read_text()


class Gate(Views):
    """Lets everybody in, and signs tokens as an application does."""

    def __init__(self) -> None:
        super().__init__({"/": Album})
        app = QuartTrio("hostile")
        app.secret_key = "a key for tests that is long enough for anybody"
        self.endpoint = AppEndpoint(app, debug=True)

    def sign_upload(self, ticket: UploadTicket) -> str:
        return self.endpoint.sign_upload(ticket)

    def read_upload(self, token: str) -> UploadTicket | None:
        return self.endpoint.read_upload(token)


@asynccontextmanager
async def joined() -> AsyncGenerator[tuple[Client, Uploader]]:
    async with open_node() as node:
        client = await another(node, Gate())
        yield client, Uploader(client)


async def another(node: Node, gate: Gate) -> Client:
    client = Client(node, gate)
    client.joined = await client.join("/")
    return client


def told(answer: Any) -> str:
    return html.unescape(json.dumps(answer, ensure_ascii=False)).replace('\\"', '"')


async def still_works(client: Client, uploader: Uploader) -> None:
    """The view lives, and takes a file of an honest visitor."""
    assert alive(client.views[0])
    await uploader.upload(selected("99", "honest.png", 6), b"honest")
    assert '"3": "honest"' in told(await uploader.submit())


# -- tokens --------------------------------------------------------------------


@pytest.mark.parametrize(
    "token", ["", "forged", "a.b.c", 7, None, ["x"], {"token": "x"}, "\x00", "x" * 10_000]
)
async def test_a_forged_token_is_refused(token: object, caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as (client, uploader):
        reply = await client.reply(uploader.begin_join("0", token))
        assert reply == {"status": "error", "response": {"reason": "invalid_token"}}
        assert "refused a join of 'lvu:0': invalid_token" in caplog.text
        await still_works(client, uploader)


async def test_a_token_of_another_kind_is_refused() -> None:
    async with joined() as (client, uploader):
        gate = Gate()
        for token in (gate.endpoint.sign_flash({"a": "b"}), gate.endpoint.sign_reload(404)):
            assert await uploader.join("0", token) == ("error", {"reason": "invalid_token"})
        await still_works(client, uploader)


async def test_an_expired_token_is_refused() -> None:
    async with joined() as (client, uploader):
        with patch.object(TimestampSigner, "get_timestamp", return_value=int(time.time()) - 3700):
            [token] = (await uploader.allowed(selected())).values()
        assert await uploader.join("0", token) == ("error", {"reason": "invalid_token"})
        await still_works(client, uploader)


async def test_a_token_that_was_used_is_refused_while_the_file_comes_and_afterwards(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with joined() as (_, uploader):
        [token] = (await uploader.allowed(selected())).values()
        assert await uploader.join("0", token) == ("ok", {})
        assert await uploader.join("1", token) == ("error", {"reason": "already_registered"})
        assert await uploader.chunk("0", b"hello") == ("ok", {})
        await uploader.progress("0", 100)
        assert await uploader.join("1", token) == ("error", {"reason": "already_registered"})
        assert "hello" in told(await uploader.submit())
        assert await uploader.join("1", token) == ("error", {"reason": "disallowed"})
        assert "refused the upload of an entry 0: already_registered" in caplog.text


async def test_the_token_of_another_visitors_view_is_refused() -> None:
    async with open_node() as node:
        gate = Gate()
        victim, thief = await another(node, gate), await another(node, gate)
        [token] = (await Uploader(victim).allowed(selected())).values()
        assert await Uploader(thief).join("0", token) == ("error", {"reason": "invalid_token"})
        await still_works(victim, Uploader(victim))


async def test_a_file_for_a_view_that_has_gone_is_refused() -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        exit(client.views[0], RuntimeError("boom"))
        assert await uploader.join("0", token) == ("error", {"reason": "invalid_token"})


async def test_a_file_for_a_view_that_goes_before_it_answers_is_refused() -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        ref = uploader.begin_join("0", token)
        exit(client.views[0], RuntimeError("boom"))
        reply = await client.reply(ref)
        assert reply == {"status": "error", "response": {"reason": "invalid_token"}}


async def test_a_token_for_an_entry_that_was_cancelled_is_refused() -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        ticket = Gate().read_upload(token)
        assert ticket is None  # another application's book does not have the view
        await uploader.upload(selected("1"), b"hello")
        assert await uploader.join("2", token) == ("ok", {})
        uploader.leave("2")
        answer = await uploader.join("2", token)
        while answer[1]["reason"] == "already_registered":  # it is on its way out
            answer = await uploader.join("2", token)
        assert answer == ("error", {"reason": "disallowed"})
        assert alive(client.views[0])


# -- bytes ---------------------------------------------------------------------


@pytest.mark.parametrize("chunks", [[b"hello!"], [b"hel", b"lo!"], [b"x" * 900_000]])
async def test_more_bytes_than_announced_end_the_upload(
    chunks: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected(size=5))).values()
        await uploader.join("0", token)
        *first, last = chunks
        for chunk in first:
            assert await uploader.chunk("0", chunk) == ("ok", {})
        response = {"reason": "file_size_limit_exceeded", "limit": 5}
        assert await uploader.chunk("0", last) == ("error", response)
        await until_gone(uploader)
        assert left_behind() == []
        assert "sends more than the 5 bytes that it announced for the entry 0" in caplog.text
        await still_works(client, uploader)


async def test_bytes_after_the_last_end_the_upload() -> None:
    async with joined() as (client, uploader):
        await uploader.upload(selected(), b"hello")
        assert (await uploader.chunk("0", b"!"))[0] == "error"
        await until_gone(uploader)
        await still_works(client, uploader)


async def test_a_file_that_is_not_here_is_not_done_whatever_the_client_says(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        await uploader.progress("0", 100)
        assert "ignores a progress of 100 % of an entry 0" in caplog.text
        await uploader.join("0", token)
        await uploader.chunk("0", b"hel")
        answer = await uploader.progress("0", 100)
        assert "data-phx-done-refs" not in told(answer)
        assert "the client says that the entry 0 is here, and it is not" in caplog.text
        assert ">hel" not in told(await uploader.submit())
        uploader.leave("0")
        await until_gone(uploader)
        await still_works(client, uploader)


async def test_a_chunk_before_the_last_was_answered_ends_the_upload(caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected(size=1000))).values()
        await uploader.join("0", token)
        first, second = uploader.send_chunk("0", b"a" * 10), uploader.send_chunk("0", b"b" * 10)
        reply = await client.reply(second)
        assert reply == {"status": "error", "response": {"reason": "too_many_chunks"}}
        await until_gone(uploader)
        assert first != second
        assert "a second chunk of 'lvu:0' before the first was answered" in caplog.text
        await still_works(client, uploader)


async def test_a_chunk_that_comes_with_the_join_waits_for_it() -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        joining = uploader.begin_join("0", token)
        chunk = uploader.send_chunk("0", b"hello")
        assert (await client.reply(joining))["status"] == "ok"
        assert (await client.reply(chunk))["status"] == "ok"


async def test_frames_that_an_upload_does_not_know_are_answered_or_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with joined() as (client, uploader):
        [token] = (await uploader.allowed(selected())).values()
        await uploader.join("0", token)
        client.connection.receive(json.dumps(["j0", "t1", "lvu:0", "event", {"a": 1}]))
        response = {"status": "error", "response": {"reason": "unknown_event"}}
        assert await client.reply("t1") == response
        uploader.send_chunk("0", b"hello", event="chonk")
        client.connection.receive(bytes([0, 0, 1, 11, 5]) + b"9" + b"lv:phx-test" + b"chunk" + b"data")
        uploader.send_chunk("7", b"hello")
        await settled()
        assert "a binary frame 'chonk' for an upload, which accepts chunks" in caplog.text
        assert "a binary frame 'chunk' for a view, which accepts none" in caplog.text
        assert client.frames[-1][4]["response"] == {"reason": "unmatched topic"}
        assert await uploader.chunk("0", b"hello") == ("ok", {})
        await until_gone_all(client)


async def until_gone(uploader: Uploader) -> None:
    with trio.fail_after(60):
        while not uploader.closed():
            await trio.sleep(0.01)


async def until_gone_all(client: Client) -> None:
    client.connection.close()
    with trio.fail_after(60):
        while left_behind():
            await trio.sleep(0.01)


# -- what is said of files -----------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        {**GOOD, "size": -1},
        {**GOOD, "size": 2**60},
        {**GOOD, "size": "5"},
        {**GOOD, "size": 1.5},
        {**GOOD, "size": None},
        {**GOOD, "ref": "0,1"},
        {**GOOD, "ref": ""},
        {**GOOD, "ref": 0},
        {**GOOD, "ref": "x"},
        {**GOOD, "ref": "1" * 17},
        {**GOOD, "name": None},
        {**GOOD, "name": ["a"]},
        {**GOOD, "type": "x" * 300},
        {**GOOD, "last_modified": "yesterday"},
        {**GOOD, "relative_path": 7},
        {"ref": "0"},
        "file",
        None,
    ],
)
async def test_a_file_that_is_none_is_refused_with_its_event(
    file: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async with joined() as (client, uploader):
        assert await uploader.select(file) == {}
        assert "the files of a form's event" in caplog.text
        assert await uploader.preflight(file) == {"error": []}
        assert "ignores a frame 'allow_upload'" in caplog.text
        await still_works(client, uploader)


@pytest.mark.parametrize("uploads", [[], "x", 7, {"phx-1": {}}, {"phx-1": None}])
async def test_what_is_no_selection_is_refused(uploads: Any) -> None:
    async with joined() as (client, uploader):
        payload = {"type": "form", "event": "validate", "value": "", "uploads": uploads}
        assert (await client.reply(client.push("event", payload)))["response"] == {}
        await still_works(client, uploader)


async def test_files_for_an_upload_that_does_not_exist_are_ignored(caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as (client, uploader):
        other = Uploader(client, "phx-other")
        assert "<b>" not in told(await other.select(selected()))
        assert "has no upload 'phx-other' for files of its client" in caplog.text
        assert await other.preflight(selected()) == {
            "ref": "phx-other",
            "error": [["phx-other", "disallowed"]],
        }
        assert await other.progress("0", 50) == {}
        await still_works(client, uploader)


async def test_a_thousand_files_are_too_many_and_are_not_remembered(caplog: pytest.LogCaptureFixture) -> None:
    async with joined() as (client, uploader):
        files = [selected(str(n), f"{n}.png") for n in range(1000)]
        answer = told(await uploader.select(*files))
        assert f">{3 + SPARE - 1}.png" in answer or f'"{3 + SPARE - 1}.png"' in answer
        assert f"{3 + SPARE}.png" not in answer
        assert f"drops {1000 - 3 - SPARE} files" in caplog.text
        response = await uploader.preflight(*files)
        assert response["error"] == [[uploader.ref, "too_many_files"]]
        assert alive(client.views[0])


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../../etc/cron.d/x.png", "x.png"),
        ("a\r\nSet-Cookie: b.png", "aSet-Cookie: b.png"),
        ("\x00\x01.png", ".png"),
        ("x" * 10_000 + ".png", "x" * 251 + ".png"),
        ("<script>.png", "<script>.png"),
    ],
)
async def test_a_name_is_made_that_of_a_file(
    name: str, cleaned: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with joined() as (_, uploader):
        answer = await uploader.select(selected(name=name, relative_path=f"../{name}"))
        assert f'"{cleaned}"' in told(answer)
        assert "<script>" not in json.dumps(answer)
        assert name == cleaned or "calls the file" in caplog.text


@pytest.mark.parametrize(
    "progress", [-1, 101, 1000, "50", 1.5, None, {"error": 7}, {}, [], {"error": "x" * 5000}]
)
async def test_progress_that_is_none_changes_nothing(progress: Any) -> None:
    async with joined() as (client, uploader):
        await uploader.allowed(selected())
        assert await uploader.progress("0", progress) == {}
        assert await uploader.progress("8", progress) == {}
        await still_works(client, uploader)


# -- many ----------------------------------------------------------------------


async def test_a_socket_sends_only_so_many_files_at_once() -> None:
    async with open_node() as node:
        client = Client(node, Gate(), max_uploads=1)
        client.joined = await client.join("/")
        uploader = Uploader(client)
        tokens = await uploader.allowed(selected("0"), selected("1"))
        first = await uploader.join("0", tokens["0"])
        second = await uploader.join("1", tokens["1"])
        assert [first[0], second] == ["ok", ("error", {"reason": "too many channels joined"})]
        uploader.leave("0")
        await settled()
        assert (await uploader.join("1", tokens["1"]))[0] == "ok"


async def test_uploads_do_not_count_as_views() -> None:
    async with open_node() as node:
        client = Client(node, Gate(), max_channels=1)
        client.joined = await client.join("/")
        uploader = Uploader(client)
        [token] = (await uploader.allowed(selected("0"))).values()
        assert (await uploader.join("0", token))[0] == "ok"
        assert len(client.views) == 1


async def lie(client: Client, uploader: Uploader, entries: range) -> None:
    for entry in map(str, entries):
        [token] = (await uploader.allowed(selected(entry))).values()
        await uploader.join(entry, token)
        await uploader.chunk(entry, b"hello!")
        await client.reply(uploader.begin_join(entry, "forged"))
    await until_gone(uploader)
    await settled()
    client.frames.clear()


async def test_a_hundred_lies_leave_nothing_behind() -> None:
    async with joined() as (client, uploader):
        await lie(client, uploader, range(40))
        gc.collect()
        before = len(gc.get_objects())
        await lie(client, uploader, range(40, 160))
        gc.collect()
        assert len(gc.get_objects()) < before + 1_000
        await still_works(client, uploader)


# -- in whatever order ---------------------------------------------------------

ACTS = ("select", "preflight", "join", "chunk", "much", "progress", "leave", "submit", "change")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from("01")), max_size=25), st.booleans())
def test_whatever_a_client_does_in_whatever_order_the_view_lives_and_nothing_is_left(
    acts: list[tuple[str, str]], crashes: bool
) -> None:
    """A model beside it: what is saved are whole files alone."""

    async def run() -> None:
        async with joined() as (client, uploader):
            tokens: dict[str, str] = {}
            for act, ref in acts:
                await perform(uploader, tokens, act, ref)
            [view] = client.views
            assert alive(view)
            saved = [frame for frame in client.frames if frame[3] == "phx_reply" and "!" in told(frame)]
            assert all("!!" in told(frame) for frame in saved), "part of a file was saved"
            if crashes:
                exit(view, RuntimeError("boom"))
                await settled()
        assert left_behind() == []

    trio.run(run)


async def perform(uploader: Uploader, tokens: dict[str, str], act: str, ref: str) -> None:
    file = selected(ref, size=2)
    match act:
        case "select":
            await uploader.select(file)
        case "preflight":
            tokens.update((await uploader.preflight(file)).get("entries", {}))
        case "join":
            await uploader.join(ref, tokens.get(ref, "forged"))
        case "chunk":
            await uploader.chunk(ref, b"!")
        case "much":
            await uploader.chunk(ref, b"!!!")
        case "progress":
            await uploader.progress(ref, 100)
        case "leave":
            uploader.leave(ref)
        case _:
            await uploader.submit("save" if act == "submit" else "validate")

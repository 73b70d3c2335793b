"""A chunk of a file that the server would refuse is refused before a visitor can send it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from quart_trio import QuartTrio

from actorlive import ActorLive, External, LiveView, Socket, Upload, UploadEntry, heex
from actorlive.live.uploads.upload import CHUNK_HEAD
from actorlive.web import Limits
from actorlive.web.errors import ConfigurationError
from tests.support.narrow import untyped
from tests.web.views import KEY


def big_view(**options: Any) -> type[LiveView[Any]]:
    class Big(LiveView[Any]):
        photos: Upload = untyped(Upload)(accept="any", **{"chunk_size": 100_000, **options})
        template = heex("<p>here</p>")

    return Big


def make_app(view: type[LiveView[Any]], max_frame: int) -> QuartTrio:
    app = QuartTrio("sizes")
    live = ActorLive(app, secret_key=KEY, limits=Limits(max_frame=max_frame))
    live.route("/", view)
    return app


async def test_an_application_does_not_start_whose_chunks_are_too_long() -> None:
    app = make_app(big_view(), 64 * 1024)
    with pytest.raises(ConfigurationError) as refused:
        await app.startup()
    assert str(refused.value) == (
        "the upload 'photos' of big_view.<locals>.Big: its chunk_size=100000 does not fit Limits.max_frame=65536, of"
        " which a chunk's head takes up to 1025: a client that sends one is closed. Make chunk_size 64511 at most,"
        " or max_frame 101025 at least"
    )


@pytest.mark.parametrize(("max_frame", "starts"), [(101_025, True), (101_024, False)])
async def test_a_chunk_and_its_head_just_fit(max_frame: int, starts: bool) -> None:
    app = make_app(big_view(), max_frame)
    if not starts:
        with pytest.raises(ConfigurationError):
            await app.startup()
        return
    async with app.test_app() as running:
        assert (await untyped(running.test_client()).get("/")).status_code == 200


async def test_what_goes_past_the_server_may_be_of_any_size() -> None:
    def elsewhere(self: Any, entry: UploadEntry, socket: Socket) -> External:
        return External("S3")

    async with make_app(big_view(external=elsewhere), 1_000).test_app():
        pass


async def test_an_upload_that_is_allowed_at_run_time_is_looked_at_then(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Late(LiveView[Any]):
        template = heex("<p>here</p>")

        async def mount(self, params: Any, session: Any, socket: Socket) -> None:
            socket.allow_upload("photos", accept="any", chunk_size=100_000)

    app = make_app(Late, 64 * 1024)
    async with app.test_app() as running:
        assert (await untyped(running.test_client()).get("/")).status_code == 500
    assert "Late: its chunk_size=100000 does not fit Limits.max_frame=65536" in caplog.text


@given(st.integers(1, 300_000), st.integers(0, 300_000))
def test_what_the_text_advises_is_the_least_that_helps(chunk_size: int, max_frame: int) -> None:
    upload = Upload("any", chunk_size=chunk_size)
    fits = upload.misfit("it", max_frame) is None
    assert fits == (chunk_size + CHUNK_HEAD <= max_frame)
    if not fits:
        assert upload.misfit("it", chunk_size + CHUNK_HEAD) is None
        assert upload.misfit("it", chunk_size + CHUNK_HEAD - 1) is not None

"""Static files of the application: paths that change with the content, and may be kept."""

from __future__ import annotations

import os
from contextvars import Context
from pathlib import Path
from typing import Any

import pytest
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, heex, static_path
from actorlive.testing import live as open_view
from actorlive.web.assets import FOREVER
from actorlive.web.statics import StaticFiles
from tests.web.views import KEY

pytestmark = pytest.mark.real_clock  # files are read in threads, which a clock that jumps does not wait for


class Logo(LiveView):
    template = heex("""<img alt="" src={static_path("logo.svg")}>""")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logo.svg").write_text("<svg/>")
    (tmp_path / "shop.css").write_text("p { color: red }")
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder" / "b&c.css").write_text("")
    return tmp_path


def make_app(folder: Path, **options: Any) -> QuartTrio:
    app = QuartTrio("shop", static_folder=str(folder), static_url_path="/files")
    ActorLive(app, secret_key=KEY, **options).route("/", Logo)
    return app


def change(file: Path, text: str) -> None:
    """Write it, in another moment than it was written before."""
    earlier = file.stat().st_mtime_ns
    file.write_text(text)
    os.utime(file, ns=(earlier + 1, earlier + 1))


async def get(app: QuartTrio, path: str) -> tuple[str, str]:
    """The body, and how it may be kept."""
    answer = await app.test_client().get(path)
    assert answer.status_code == 200
    return await answer.get_data(as_text=True), answer.headers["cache-control"]


async def test_a_path_changes_with_the_content_and_with_that_alone(folder: Path) -> None:
    files = StaticFiles(make_app(folder))
    first = files.path("shop.css")
    assert first.startswith("/files/shop.css?v=")
    change(folder / "shop.css", "p { color: red }")
    assert files.path("shop.css") == first
    change(folder / "shop.css", "p { color: tan }")
    assert files.path("shop.css") != first


async def test_what_is_asked_for_by_its_content_is_kept(folder: Path) -> None:
    app = make_app(folder)
    path = StaticFiles(app).path("shop.css")
    assert await get(app, path) == ("p { color: red }", FOREVER)
    change(folder / "shop.css", "p { color: tan }")
    body, kept = await get(app, path)
    assert body == "p { color: tan }", "there is no other any more"
    assert kept != FOREVER, "this is not what the path says"
    for other in ("/files/shop.css", "/files/shop.css?v=", "/files/shop.css?v=0123456789abcdef"):
        assert (await get(app, other))[1] != FOREVER


async def test_both_lives_of_a_view_know_the_path(folder: Path) -> None:
    app = make_app(folder)
    path = StaticFiles(app).path("logo.svg")
    async with open_view(app, "/") as view:
        assert await view.element(f'img[src="{path}"]').exists()
    assert f'src="{path}"' in (await get(app, "/"))[0]


async def test_a_name_is_written_as_a_url(folder: Path) -> None:
    app = make_app(folder)
    path = StaticFiles(app).path("a folder/b&c.css")
    assert path.startswith("/files/a%20folder/b%26c.css?v=")
    assert (await get(app, path))[1] == FOREVER


@pytest.mark.parametrize("name", ["none.css", "a folder", "../secret", "/etc/passwd", "a\0b", "", "x" * 300])
async def test_what_is_not_there_has_no_version_and_is_told_once(
    folder: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    files = StaticFiles(make_app(folder))
    assert "?v=" not in files.path(name)
    assert files.path(name) == files.path(name)
    assert [record.getMessage() for record in caplog.records] == [
        f"there is no static file {name!r} in {folder}"
    ]


async def test_a_secret_beside_the_folder_has_no_hash(folder: Path) -> None:
    inner = folder / "a folder"
    files = StaticFiles(make_app(inner))
    assert files.version("../logo.svg") is None


async def test_stylesheets_of_the_application_have_their_version(folder: Path) -> None:
    other = [
        "https://example.org/files/shop.css",
        "/files/none.css",
        "/files/shop.css?x=1",
        "/other/shop.css",
    ]
    app = make_app(folder, stylesheets=["/files/shop.css", *other])
    document, _ = await get(app, "/")
    for url in (StaticFiles(app).path("shop.css"), *other):
        assert f'<link phx-track-static rel="stylesheet" href="{url}">' in document


async def test_an_application_without_a_folder_has_no_files() -> None:
    app = QuartTrio("bare", static_folder=None)
    ActorLive(app, secret_key=KEY, stylesheets=["/static/shop.css"])
    assert StaticFiles(app).path("shop.css") == "/static/shop.css"


def test_there_is_no_path_where_there_is_no_application() -> None:
    with pytest.raises(RuntimeError, match=r"static_path\(\): there is no view and no request here"):
        Context().run(static_path, "logo.svg")

from __future__ import annotations

from pathlib import Path

import pytest
from quart_trio import QuartTrio

from actorlive.testing import LocalFile, View, live
from examples.album import view as album
from examples.album.shelf import MOST, Shelf, kind_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf(tmp_path)
    monkeypatch.setattr(album, "SHELF", shelf)
    return shelf


async def alts(view: View) -> list[str | None]:
    return [node.attrs.get("alt") for node in view.element('ol[aria-label="Album"] img').matches()]


async def test_photos_are_added_captioned_moved_and_removed(app: QuartTrio) -> None:
    async with live(app, "/album") as view:
        await view.file_input("input[type=file]", [LocalFile("a.png", PNG), LocalFile("b.png", PNG)]).choose()
        await view.form("#choose").submit()
        assert await alts(view) == ["a.png", "b.png"]
        await view.form("#caption-1", {"text": "First"}).submit()
        await view.element("#photo-1 button", text="Later").click()
        assert await alts(view) == ["b.png", "First"]
        await view.element("#photo-1 button", text="Later").click()
        assert await alts(view) == ["b.png", "First"]
        await view.element("#photo-2 button", text="Remove").click()
        assert await alts(view) == ["First"]
    response = await app.test_client().get("/album/photos/1.png", headers={"host": "localhost"})
    assert (response.status_code, response.content_type, await response.get_data()) == (200, "image/png", PNG)


async def test_what_is_no_picture_is_not_kept(app: QuartTrio, shelf: Shelf) -> None:
    async with live(app, "/album") as view:
        await view.file_input("input[type=file]", [LocalFile("a.png", b"<script>")]).choose()
        await view.form("#choose").submit()
        assert await view.element("[role=alert] span").text() == (
            "1 of the files are not pictures, whatever their names say"
        )
        assert await alts(view) == []
    assert [path.name for path in shelf.folder.glob("*.png")] == []


async def test_a_photo_that_is_not_there_is_a_404(app: QuartTrio) -> None:
    for path in ("9.png", "9.exe", "album.db", "../album.db", "x.png"):
        response = await app.test_client().get(f"/album/photos/{path}", headers={"host": "localhost"})
        assert response.status_code == 404


def test_the_oldest_photo_makes_room(shelf: Shelf, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(PNG)
    for number in range(MOST + 2):
        shelf.add(source, f"{number}.png")
    assert next(photo.name for photo in shelf.photos()) == "2.png"
    assert len(list(tmp_path.glob("*.png"))) == MOST


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"<svg", None),
        (b"", None),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(head: bytes, kind: str | None) -> None:
    assert kind_of(head) == kind

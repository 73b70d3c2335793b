"""What a changed file asks for, and which folders are looked at."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

import pytest
import trio

from actorlive.dev.watching import Changes, Kind, folders_of, kind_of, watch


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("view.py", Kind.CODE),
        ("cart.heex", Kind.TEMPLATE),
        ("site.css", Kind.STYLE),
        ("hooks.js", Kind.PAGE),
        ("logo.SVG", Kind.PAGE),
        ("page.html", Kind.PAGE),
        ("shop.sqlite3", None),
        ("shop.log", None),
        ("notes.md", None),
        (".view.py.swp", None),
        (".hidden.py", None),
        ("view.py~", None),
        ("4913", None),
    ],
)
def test_what_a_changed_file_asks_for(name: str, kind: Kind | None) -> None:
    assert kind_of(Path(name)) is kind


def test_environments_and_caches_are_not_looked_at(tmp_path: Path) -> None:
    for name in ("app/pages", "app/__pycache__", ".venv/lib", "node_modules/x", ".git/objects", "static"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "loop").symlink_to(tmp_path)
    found = {folder.relative_to(tmp_path).as_posix() for folder in folders_of(tmp_path)}
    assert found == {".", "app", "app/pages", "static"}


@pytest.mark.real_clock
async def test_changes_come_also_from_a_folder_that_is_new(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    seen: Changes = {}
    with trio.fail_after(30):
        async with trio.open_nursery() as nursery:

            async def collect() -> None:
                async with aclosing(watch(tmp_path)) as batches:
                    async for batch in batches:
                        seen.update(batch)

            async def until(path: Path, kind: Kind, text: str) -> None:
                while seen.get(path) is not kind:
                    await trio.Path(path).write_text(
                        text
                    )  # again, since nobody says when it has begun to watch
                    text += "\n"
                    await trio.sleep(0.05)

            nursery.start_soon(collect)
            await until(tmp_path / "app" / "view.py", Kind.CODE, "x = 1")
            (tmp_path / "app" / "pages").mkdir()
            await until(tmp_path / "app" / "pages" / "cart.heex", Kind.TEMPLATE, "<p>x</p>")
            await until(tmp_path / "site.css", Kind.STYLE, "p {}")
            nursery.cancel_scope.cancel()
    assert set(seen.values()) == {Kind.CODE, Kind.TEMPLATE, Kind.STYLE}

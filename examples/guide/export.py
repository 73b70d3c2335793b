"""The guide as files that read without a server: `make docs`, or `python -m examples.guide.export FOLDER`.

The pages are those that a visitor without JavaScript gets. What needs the server (the search, the examples that live)
is left out, and every link leads to a file.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from pathlib import Path

import trio
from quart_trio import QuartTrio

from examples.gallery.app import create_app
from examples.guide.book import CHAPTERS

__all__ = ["export", "standalone"]

STATIC = Path(__file__).parents[1] / "gallery" / "static"

_SCRIPT = re.compile(r"\s*<script\b.*?</script>", re.DOTALL)
_SEARCH = re.compile(r"\s*<dialog\b.*?</dialog>|\s*<button class=\"find\".*?</button>", re.DOTALL)
_LIVING = re.compile(r'\s*<section class="file-box alive".*?</section>', re.DOTALL)
_TOKENS = re.compile(r' data-phx-(?:main|session|static|link|link-state)(?:="[^"]*")?| phx-[\w-]+="[^"]*"')
_LINK = re.compile(
    r'(?P<name>href|src)="/(?P<path>docs(?:/[^"#]*)?|static/[^"?]*|live/assets/[^"]*|)(?:\?[^"#]*)?(?P<anchor>#[^"]*)?"'
)


def standalone(html: str, slug: str) -> str:
    """A page as it reads without a server; `slug` is where it stands."""
    for pattern in (_SCRIPT, _SEARCH, _LIVING, _TOKENS):
        html = pattern.sub("", html)
    here = posixpath.dirname(f"{slug}.html")

    def link(found: re.Match[str]) -> str:
        path = found["path"]
        if path == "docs" or not path:
            path = f"{next(iter(CHAPTERS))}.html"
        elif path.startswith("docs/"):
            path = f"{path.removeprefix('docs/').rstrip('/')}.html"
        else:
            path = f"assets/{posixpath.basename(path)}"
        return f'{found["name"]}="{posixpath.relpath(path, here or ".")}{found["anchor"] or ""}"'

    return _LINK.sub(link, html)


async def export(app: QuartTrio, folder: Path) -> None:
    """Write all pages, and the stylesheets that they need."""
    assets = folder / "assets"
    assets.mkdir(parents=True, exist_ok=True)
    async with app.test_app() as running:
        client = running.test_client()
        for slug in CHAPTERS:
            answer = await client.get(f"/docs/{slug}", headers={"Host": "localhost"})
            html = await answer.get_data(as_text=True)
            path = folder / f"{slug}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(standalone(html, slug), encoding="utf-8")
            for sheet in re.findall(r'href="(/live/assets/[^"]+\.(?:css|svg))"', html):
                asset = await client.get(sheet, headers={"Host": "localhost"})
                (assets / posixpath.basename(sheet)).write_bytes(await asset.get_data(as_text=False))
    for name in ("site.css", "examples.css"):
        shutil.copy(STATIC / name, assets)
    first = f"{next(iter(CHAPTERS))}.html"
    (folder / "index.html").write_text(
        f'<!DOCTYPE html><meta http-equiv="refresh" content="0; url={first}">\n'
    )


if __name__ == "__main__":
    trio.run(export, create_app(), Path(sys.argv[1]))

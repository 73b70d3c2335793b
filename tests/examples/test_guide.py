"""The guide: every page of docs/ is in it, its links lead somewhere, its examples live, and one finds things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import trio
from markupsafe import Markup
from quart_trio import QuartTrio
from selectolax.lexbor import LexborHTMLParser

from actorlive.testing import live
from examples.gallery.app import create_app
from examples.guide.book import BOOK, CHAPTERS, DOCS
from examples.guide.export import export, standalone
from examples.guide.highlight import highlight
from examples.guide.pages import anchor_of, read_page
from examples.guide.search import Index
from examples.guide.view import index

LIVING = [slug for slug, chapter in CHAPTERS.items() if any(piece.view for piece in chapter.page.pieces)]


def html_of(slug: str) -> str:
    return "".join(piece.html for piece in CHAPTERS[slug].page.pieces)


def test_every_page_has_its_place_in_the_order() -> None:
    files = {str(path.relative_to(DOCS).with_suffix("")) for path in DOCS.glob("**/*.md")}
    slugs = [chapter.slug for part in BOOK for chapter in part.chapters]
    assert files <= set(slugs)
    assert len(slugs) == len(set(slugs))
    assert all(part.chapters for part in BOOK)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_links_within_the_guide_lead_to_a_heading(slug: str) -> None:
    page = LexborHTMLParser(html_of(slug))
    for link in page.css("a[href^='/docs/'], a[href^='#']"):
        path, _, anchor = (link.attributes["href"] or "").partition("#")
        target = CHAPTERS[path.removeprefix("/docs/").rstrip("/")] if path else CHAPTERS[slug]
        assert not anchor or anchor in {section.anchor for section in target.page.sections}, (path, anchor)


@pytest.mark.parametrize("slug", CHAPTERS)
def test_a_page_has_one_first_heading_and_each_id_once(slug: str) -> None:
    page = LexborHTMLParser(html_of(slug))
    ids = [node.attributes["id"] for node in page.css("[id]")]
    assert len(page.css("h1")) == 1
    assert len(ids) == len(set(ids))
    assert len({node.attributes["aria-label"] for node in page.css("pre")}) == len(page.css("pre"))


def test_there_are_examples_that_live() -> None:
    assert {"streams", "async", "live-components", "optimistic/rollback", "nested-views"} <= set(LIVING)


def test_every_part_lives_in_the_page_about_parts() -> None:
    views = [piece.view.__name__ for piece in CHAPTERS["ui"].page.pieces if piece.view]
    assert {"OrderLive", "PeopleLive", "RecipeLive", "MenuLive", "BreadLive", "SavedLive"} <= set(views)


def test_what_asks_others_or_keeps_files_is_only_shown() -> None:
    code = (DOCS / "streams.md").read_text(encoding="utf-8")
    assert any(piece.view for piece in read_page("streams", code).pieces)
    still = re.sub(r'^(```python title="\w+\.py")$', r"\1 still", code, flags=re.MULTILINE)
    assert not any(piece.view for piece in read_page("streams", still).pieces)
    assert not {"databases", "clients", "sessions", "telemetry"} & set(LIVING)


@pytest.mark.parametrize("slug", [slug for slug in LIVING if slug != "nested-views"])
async def test_an_example_lives_in_its_page(slug: str, app: QuartTrio) -> None:
    """One that has views within itself is tried in Chromium."""
    async with live(app, f"/docs/{slug}") as view:
        children = await view.live_children()
        assert len(children) >= sum(piece.view is not None for piece in CHAPTERS[slug].page.pieces)


async def test_to_turn_the_page_is_a_patch(app: QuartTrio) -> None:
    async with live(app, "/docs") as view:
        first = await view.element("h1").text()
        await view.element(".pager a", text="Next").click()
        assert await view.element("h1").text() != first
        assert view.path == f"/docs/{list(CHAPTERS)[1]}"
        assert (
            await view.element("[aria-label=Guide] [aria-current=page]").text()
            == CHAPTERS[list(CHAPTERS)[1]].title
        )


async def test_what_is_not_a_page_is_not_found(app: QuartTrio) -> None:
    client = app.test_client()
    for path in ("/docs/nowhere", "/docs/../pyproject", "/docs/design"):
        assert (await client.get(path, headers={"Host": "localhost"})).status_code == 404


async def test_one_finds_what_one_types(app: QuartTrio) -> None:
    async with live(app, "/docs/streams") as view:
        await view.form("#guide-form", {"q": "cancel async"}).change()
        assert "Async in one table" in await view.element(".hits").text()
        assert await view.has_element(".hits mark")
        await view.form("#guide-form", {"q": "xyzzyx <b>"}).change()
        assert "Nothing is said of “xyzzyx <b>”." in await view.element(".nothing").text()
        await view.form("#guide-form", {"q": "  "}).change()
        assert not await view.has_element(".hits li")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("start_async", "start_async"),
        ("phx-update stream", "Streams"),
        ("live components", "Live components"),
        ("logout", "Authentication"),
        ("Cancel Timer", "cancel_timer"),
    ],
)
def test_what_one_means_comes_first(query: str, first: str) -> None:
    hits = index().find(query)
    assert any(first in f"{hit.page} {hit.title.striptags()}" for hit in hits[:3])


def test_nothing_that_is_typed_becomes_html() -> None:
    page = read_page("x", "# A <b> & c\n\n5 < 6 <script>alert(1)</script>")
    assert "<script>" not in html(page.pieces[0].html)
    (hit,) = Index([page]).find("script alert")
    assert "<script>" not in hit.text
    assert Index([page]).find("(*[") == []


def html(piece: Markup) -> str:
    return str(piece)


def test_code_is_coloured_and_otherwise_the_same() -> None:
    template = 'heex("""\n      <p class="x">{@n}</p>\n    """)'
    code = f'@app.get("/")\nclass A(LiveView):\n    template = {template}\n    n = 1  # <one>\n'
    for language in ("python", "html", "heex", "sh", "nothing", ""):
        assert highlight(code, language).unescape() != ""
        assert (
            Markup(re.sub(r"<span class=\"[\w-]+\">|</span>", "", highlight(code, language))).unescape()
            == code
        )
    shown = highlight(code, "python")
    assert '<span class="al-t">p</span>' in shown
    assert '<span class="al-e">@n</span>' in shown
    assert '<span class="al-c"># &lt;one&gt;</span>' in shown


def test_anchors_are_those_of_the_repository() -> None:
    assert anchor_of("Which one?") == "which-one"
    assert anchor_of("Text, links & `code`") == "text-links--code"
    page = read_page("x", "# A\n\n## Same\n\n## Same\n")
    assert [section.anchor for section in page.sections] == ["a", "same", "same-1"]


def test_a_link_to_what_is_not_a_page_leads_to_the_repository() -> None:
    page = read_page(
        "a/b",
        "[t](../../tests/README.md#x) [p](../forms.md#y) [w](https://example.com) [s](#z)",
        code="/code",
    )
    links = re.findall(r'href="([^"]*)"', page.pieces[0].html)
    assert links == ["/code/tests/README.md#x", "/docs/forms#y", "https://example.com", "#z"]


def test_the_export_reads_without_a_server(tmp_path: Path) -> None:
    trio.run(export, create_app(), tmp_path)
    pages = list(tmp_path.glob("**/*.html"))
    assert len(pages) == len(CHAPTERS) + 1
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r"<[^>]* data-phx", text)
        for href in re.findall(r'(?:href|src)="([^"#]+)(?:#[^"]*)?"', text):
            assert "://" in href or (path.parent / href).exists() or href.startswith("data:"), (path, href)


def test_a_page_in_a_folder_finds_its_way_out() -> None:
    first = next(iter(CHAPTERS))
    links = standalone(
        '<a href="/docs/forms#x">f</a><link href="/static/site.css"><a href="/docs">d</a>', "a/b"
    )
    assert re.findall(r'href="([^"]*)"', links) == [
        "../forms.html#x",
        "../assets/site.css",
        f"../{first}.html",
    ]

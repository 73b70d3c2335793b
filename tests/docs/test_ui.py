"""docs/ui.md: each view that it shows works, each part has a section, and what it says of signatures is so."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import trio
from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, ui
from actorlive.template import Component
from actorlive.testing import live, live_isolated
from tests.docs.blocks import ROOT, write_files
from tests.support.importing import import_from

PAGE = "docs/ui.md"
TEXT = (ROOT / PAGE).read_text(encoding="utf-8")
PARTS = [name for name in dir(ui) if isinstance(getattr(ui, name), Component)]


def view_of(file: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> type[LiveView[Any]]:
    """The view of a file of the page, imported as its own module."""
    import_from(folder, monkeypatch)
    write_files(PAGE, folder)
    module = importlib.import_module(file.removesuffix(".py"))
    (name,) = re.findall(
        r"^class (\w+)\(LiveView\b", Path(str(module.__file__)).read_text(encoding="utf-8"), re.MULTILINE
    )
    return getattr(module, name)


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_its_row_and_its_section(part: str) -> None:
    assert re.search(rf"^\| \[[^\]]*`ui\.{part}`[^\]]*\]\(#", TEXT, re.MULTILINE)
    assert f"ui.{part}" in TEXT.partition("\n## ")[2]


@pytest.mark.parametrize("signature", re.findall(r"`ui\.(\w+\([^`]+\))`", TEXT))
def test_a_signature_names_what_there_is(signature: str) -> None:
    name, _, arguments = signature.partition("(")
    known = inspect.signature(inspect.unwrap(getattr(ui, name))).parameters
    named = set(re.findall(r"(?:^|, )(\w+)", arguments))
    assert named
    assert named <= set(known)


async def test_the_parts_page_begins_with_a_button(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("parts.py", tmp_path, monkeypatch)) as view:
        await view.element("button", text="Count").click()
        assert await view.has_element("p", text="Pressed 1 times.")


async def test_an_order_is_placed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("order.py", tmp_path, monkeypatch)) as view:
        await view.form("form", {"order": {"name": "Al", "size": "l", "day": "2024-05-01"}}).submit()
        assert await view.has_element("#order_name-error", text="should be at least 3 characters")
        await view.form("form", {"order": {"name": "Ada", "extras": ["milk"]}}).submit()
        assert await view.has_element("[role=status]", text="Ordered for Ada.")


async def test_people_are_sorted_and_picked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("people.py", tmp_path, monkeypatch)) as view:
        await view.element("button", text="Born").click()
        assert await view.element("tbody th").texts() == ["Ada", "Grace", "Barbara"]
        await view.element("#people-all").click()
        assert len(await view.element("tbody [checked]").texts()) == 3


async def test_a_recipe_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("recipe.py", tmp_path, monkeypatch)) as view:
        await view.element("button", text="Rename").click()
        assert await view.has_element("#rename[data-open]")
        await view.form("#rename-form", {"name": "Spelt bread"}).submit()
        assert not await view.has_element("#rename[data-open]")
        assert await view.has_element("p", text="Spelt bread")


async def test_the_menu_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("menu.py", tmp_path, monkeypatch)) as view:
        await view.element("[role=menuitem]", text="Make a copy").click()
        assert await view.has_element("p", text="Done: copied.")


async def test_the_tabs_are_all_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("bread.py", tmp_path, monkeypatch)) as view:
        assert await view.element("[role=tab]").texts() == ["Flour", "Water", "Salt"]


async def test_saving_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("saved.py", tmp_path, monkeypatch)) as view:
        await view.element("button", text="Save").click()
        assert await view.has_element("#saved-toasts-info", text="The recipe is saved.")


async def test_the_oven_gets_hotter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("oven.py", tmp_path, monkeypatch)) as view:
        await trio.sleep(60.5)
        assert (await view.element("#oven [role=img]").attribute("aria-label") or "").startswith(
            "The oven: 30 values"
        )
        assert len(await view.element("#oven tbody tr").texts()) == 30


async def test_notes_are_shown_as_they_are_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("notes.py", tmp_path, monkeypatch)) as view:
        assert await view.has_element("#notes em", text="bread")
        await view.form("form", {"text": "# Water\n\n<script>x</script>"}).change()
        assert await view.has_element("#notes h2", text="Water")
        assert not await view.has_element("#notes script")


async def test_code_has_its_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("shown.py", tmp_path, monkeypatch)) as view:
        assert await view.element(".al-k").texts() == ["def", "return"]


async def test_a_loaf_is_baked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with live_isolated(view_of("baking.py", tmp_path, monkeypatch)) as view:
        await view.element("button", text="Bake one").click()
        assert await view.has_element("[role=img][aria-label='Ada King']")
        assert await view.element("progress").attribute("aria-valuetext") == "1 of 12"


async def test_the_loaves_have_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = view_of("loaves.py", tmp_path, monkeypatch)
    app = QuartTrio(__name__)
    ActorLive(app, secret_key="a key of this test alone, of some length").route("/", page)
    async with live(app, "/") as view:
        await view.element("a", text="10").click()
        assert await view.element("li", text="Loaf").texts() == [
            "Loaf 91",
            "Loaf 92",
            "Loaf 93",
            "Loaf 94",
            "Loaf 95",
        ]
    for asked in ("0", "99", "x", "-1"):
        async with live(app, f"/?page={asked}") as view:
            assert await view.has_element("a[aria-current=page]")

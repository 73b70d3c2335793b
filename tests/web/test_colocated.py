from __future__ import annotations

import json
import re
from itertools import count
from typing import Any

import pytest
from markupsafe import Markup

from actorlive import LiveView, Slot, component, heex, render_slot
from actorlive.template import Template
from actorlive.template.colocated.registry import Colocated, ColocatedRegistry
from actorlive.web import colocated
from actorlive.web.assets import Assets
from actorlive.web.colocated import ColocatedAssets, Manifest
from tests.web.views import make_app

places = count()


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> ColocatedRegistry:
    """An empty one, in place of that of all modules."""
    own = ColocatedRegistry()
    monkeypatch.setattr(colocated, "registry", own)
    return own


def hook(name: str, text: str = "export default {}", module: str = "shop.rows") -> Colocated:
    return Colocated("hook", module, name, text, "shop/rows.py", next(places), 0)


def styles(text: str, module: str) -> Colocated:
    return Colocated("css", module, "", text, f"{module}.py", next(places), 0)


def served(assets: Assets, url: str) -> str:
    asset = assets.get(url.rpartition("/")[2])
    assert asset is not None
    return asset.body.decode()


def test_a_hook_is_a_file_whose_name_changes_with_its_text(registry: ColocatedRegistry) -> None:
    assets = Assets("/live/assets")
    ours = ColocatedAssets(assets)
    registry.add(hook(".Sort", "export default {a: 1}"))
    first = ours.manifest()["hooks"]["shop.rows.Sort"]
    assert re.fullmatch(r"/live/assets/shop\.rows\.Sort-[0-9a-f]{16}\.js", first)
    assert served(assets, first) == "export default {a: 1}"
    registry.add(hook(".Chart"))
    registry.add(hook(".Sort", "export default {a: 2}", module="shop.other"))
    hooks = ours.manifest()["hooks"]
    assert list(hooks) == ["shop.rows.Sort", "shop.rows.Chart", "shop.other.Sort"]
    assert hooks["shop.rows.Sort"] == first
    assert hooks["shop.other.Sort"].rpartition("-")[2] != first.rpartition("-")[2]


def test_names_that_do_not_fit_a_url(registry: ColocatedRegistry) -> None:
    assets = Assets("/live/assets")
    registry.add(hook(".Größe", module="<run_path>"))
    [url] = ColocatedAssets(assets).manifest()["hooks"].values()
    assert url.startswith("/live/assets/_run_path_.Gr%C3%B6%C3%9Fe-")


def test_all_styles_are_one_stylesheet(registry: ColocatedRegistry) -> None:
    assets = Assets("/live/assets")
    ours = ColocatedAssets(assets)
    assert ours.manifest()["css"] is None
    registry.add(styles("a{}", "one"))
    registry.add(styles("b{}", "two"))
    url = ours.manifest()["css"]
    assert url is not None
    assert served(assets, url) == "/* one */\na{}\n/* two */\nb{}"


def test_a_runtime_hook_is_not_served(registry: ColocatedRegistry) -> None:
    registry.add(Colocated("runtime", "shop.rows", ".Run", "{}", "shop/rows.py", 1, 0))
    assert ColocatedAssets(Assets("/live/assets")).manifest()["hooks"] == {}


def test_the_tags_hold_the_manifest_as_data_that_cannot_break_out(registry: ColocatedRegistry) -> None:
    registry.add(styles("a{}", "one"))
    tags = ColocatedAssets(Assets("/live/assets"), ["/own.js?</script><script>"]).tags()
    assert tags.count("</script>") == 1
    assert manifest_in(tags)["modules"] == ["/own.js?</script><script>"]
    assert '<link phx-track-static rel="stylesheet" href="/live/assets/colocated-' in tags


class RowsLive(LiveView):
    template = heex("""
      <p id="p" phx-hook=".Rows">x</p>
      <script :type={ColocatedHook} name=".Rows">export default {}</script>
    """)


def manifest_in(html: str) -> Manifest:
    found = re.search(
        r'<script type="application/json" id="al-colocated" data-src="(.*?)">(.*?)</script>', html
    )
    assert found is not None
    assert found[1] == "/live/assets/colocated.json"
    manifest: Manifest = json.loads(found[2])
    return manifest


async def page_of(**options: Any) -> tuple[str, Any]:
    app, live = make_app(**options)
    live.route("/rows", RowsLive)
    client = app.test_client()
    html = await (await client.get("/rows")).get_data(as_text=True)
    return html, client


@pytest.mark.parametrize("debug", [True, False])
async def test_only_in_debug_mode_the_client_looks_for_faults_of_the_page(debug: bool) -> None:
    html, _ = await page_of(debug=debug)
    assert ("data-debug" in html) is debug


async def test_a_page_leads_to_its_hooks() -> None:
    html, client = await page_of(hooks=["/static/a.js", "/static/b.js"])
    manifest = manifest_in(html)
    assert html.index("al-colocated") < html.index("<body>")
    assert manifest["modules"] == ["/static/a.js", "/static/b.js"]
    response = await client.get(manifest["hooks"][f"{__name__}.Rows"])
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.content_type == "text/javascript; charset=utf-8"
    assert await response.get_data(as_text=True) == "export default {}"


async def test_the_newest_manifest_is_asked_for_each_time() -> None:
    html, client = await page_of(hooks="/static/a.js")
    response = await client.get("/live/assets/colocated.json")
    assert response.headers["Cache-Control"] == "no-cache"
    assert await response.get_json() == manifest_in(html)


@component
def bare(*, inner_block: Slot) -> Template:
    return heex("<body><main>{@page}</main></body>", page=render_slot(inner_block))


@component
def placed(*, colocated: Markup, inner_block: Slot) -> Template:
    return heex("<head>{@colocated}</head><body>{@page}</body>", page=render_slot(inner_block))


async def test_a_root_layout_places_the_tags_or_has_them_before_the_page() -> None:
    before, _ = await page_of(root_layout=bare)
    manifest_in(before)
    assert before.index("<main>") < before.index("al-colocated") < before.index("data-phx-main")
    within, _ = await page_of(root_layout=placed)
    assert within.count("al-colocated") == 1
    assert within.startswith('<head><script type="application/json"')


class NonceLive(LiveView):
    csp_nonce: str = "drawn"
    template = heex("<p>x</p>")


async def test_the_nonce_of_the_view_is_that_of_the_client() -> None:
    app, live = make_app()
    live.route("/nonce", NonceLive)
    html = await (await app.test_client().get("/nonce")).get_data(as_text=True)
    assert re.search(r'<script defer phx-track-static src="[^"]+" nonce="drawn">', html)

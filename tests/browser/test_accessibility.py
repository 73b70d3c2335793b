"""No example page has a serious fault that axe-core can see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

from examples.gallery.app import EXAMPLES
from tests.browser.server import ROOT

AT_REST = """() => !document.querySelector("[aria-busy=true]")
  && document.getAnimations().every((animation) => animation.playState !== "running")"""
AXE = ROOT / "node_modules/axe-core/axe.min.js"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", *(example.path for example in EXAMPLES)])
def test_a_page_has_no_serious_fault(
    live: Callable[[str], Page], path: str, scheme: Literal["light", "dark"]
) -> None:
    page = live(path)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.wait_for_function(
        AT_REST
    )  # what is faded, because it is being loaded anew, is not what is looked at
    page.add_script_tag(path=AXE)
    result = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    serious = [
        f"{fault['id']}: {fault['help']} ({[node['html'][:120] for node in fault['nodes']]})"
        for fault in result["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
    assert not serious, "\n".join(serious)

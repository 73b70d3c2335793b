"""The pages for people who come from elsewhere: our half runs, the other's half parses, and no name is left out."""

from __future__ import annotations

import ast
import re
import subprocess

import pytest

from actorlive import JS, LiveComponent, LiveView, Socket
from actorlive.template import builtins
from tests.docs.blocks import ROOT, run_tests, write_files

PAGES = ["from-streamlit", "from-nicegui", "from-react"]
PHOENIX = (ROOT / "docs/coming-from-phoenix.md").read_text(encoding="utf-8")
ESBUILD = ROOT / "node_modules/.bin/esbuild"

# Phoenix.LiveView and Phoenix.Component 1.1, each function and component of theirs.
THEIRS = """
allow_upload assign_async attach_hook cancel_async cancel_upload clear_flash connected? consume_uploaded_entries
consume_uploaded_entry detach_hook disallow_upload get_connect_info get_connect_params on_mount push_event push_navigate
push_patch put_flash put_private redirect render_with send_update send_update_after start_async static_changed? stream
stream_async stream_configure stream_delete stream_delete_by_dom_id stream_insert transport_pid uploaded_entries
assign assign_new assigns_to_attributes changed? live_flash to_form update upload_errors used_input? sigil_H
embed_templates render_slot live_render async_result dynamic_tag focus_wrap form inputs_for intersperse link
live_component live_file_input live_img_preview live_title portal attr slot
""".split()


def is_named(name: str) -> bool:
    """Does the page have that name in code?"""
    pattern = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
    return any(re.search(pattern, code) for code in re.findall(r"`([^`\n]+)`", PHOENIX))


def other_code(language: str) -> list[str]:
    """The blocks without a title: those of the other framework."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return [code for page in PAGES for code in fence.findall((ROOT / f"docs/{page}.md").read_text("utf-8"))]


def test_the_tests_of_our_half_pass(pytester: pytest.Pytester) -> None:
    files = {
        name: path for page in PAGES for name, path in write_files(f"docs/{page}.md", pytester.path).items()
    }
    shown = sum(path.read_text(encoding="utf-8").count("def test_") for path in files.values())
    assert shown == len(PAGES)
    run_tests(pytester).assert_outcomes(passed=shown)


def test_the_other_half_is_python_that_parses() -> None:
    found = other_code("python")
    assert len(found) == 2
    for code in found:
        ast.parse(code)


def test_the_other_half_is_jsx_that_parses() -> None:
    [code] = other_code("jsx")
    parse = [str(ESBUILD), "--loader=jsx", "--log-level=error"]
    assert subprocess.run(parse, input=code, text=True, capture_output=True).returncode == 0
    broken = code.replace("</ul>", "", 1)
    assert subprocess.run(parse, input=broken, text=True, capture_output=True).returncode != 0


@pytest.mark.parametrize("name", THEIRS)
def test_each_name_of_phoenix_has_its_row(name: str) -> None:
    assert is_named(name)


@pytest.mark.parametrize(
    "of", [JS, LiveView, LiveComponent, Socket], ids=["JS", "LiveView", "LiveComponent", "Socket"]
)
def test_each_name_of_ours_is_on_the_page(of: object) -> None:
    public = [name for name in dir(of) if not name.startswith("_") and name not in OURS_ALONE]
    assert [name for name in public if not is_named(name)] == []


OURS_ALONE = {"id", "of", "path", "navigation_type", "myself", "to_encodable", "container", "page_title"}
"""What a page on differences has no need to say."""


def test_each_built_in_component_is_on_the_page() -> None:
    ours = {"busy", "json_script", "root_layout"}
    assert [name for name in builtins.BUILTINS if not is_named(name) and name not in ours] == []


def test_a_name_that_is_not_there_is_missed() -> None:
    assert not is_named("assign_asynchronously")
    assert not is_named("strea")

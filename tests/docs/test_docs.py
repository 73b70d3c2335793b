"""What the documentation shows, runs; where it leads, there is something."""

from __future__ import annotations

import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from actorlive.template import check_project
from tests.browser.server import Server
from tests.docs.blocks import ROOT, Block, blocks, run_tests, write_files


def pages(*patterns: str) -> list[str]:
    return sorted(str(page.relative_to(ROOT)) for pattern in patterns for page in ROOT.glob(pattern))


PAGES = pages("README.md", "docs/**/*.md")
LINKING = PAGES + pages("[!R]*.md", "bench/*.md", "news/*.md", "tests/**/*.md", ".github/**/*.md")
SHOWN = [block for page in PAGES for block in blocks(page) if block.title.endswith(".py")]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: f"{block.page.name}:{block.title}")
def test_every_shown_file_is_python(block: Block) -> None:
    compile(block.text, block.title, "exec")


@pytest.mark.parametrize("page", sorted({str(block.page.relative_to(ROOT)) for block in SHOWN}))
def test_what_a_page_shows_passes_ruff_and_the_check_of_templates(page: str, tmp_path: Path) -> None:
    write_files(page, tmp_path)
    assert [str(fault) for fault in check_project([tmp_path])] == []
    ruff = [str(Path(sys.executable).with_name("ruff")), "check", "--isolated", "--no-cache", "--select", "F"]
    done = subprocess.run([*ruff, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("page", LINKING)
def test_links_inside_the_repository_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    missing = [t for t in targets if "://" not in t and not ((ROOT / page).parent / t).exists()]
    assert not missing


@pytest.mark.real_clock
def test_each_step_of_the_streaming_page_is_served(tmp_path: Path) -> None:
    steps = [block for block in blocks("docs/streaming.md") if block.title == "words.py"]
    assert len(steps) >= 3
    for step in steps:
        (tmp_path / "words.py").write_text(step.text, encoding="utf-8")
        with Server("words:app", cwd=tmp_path, debug=True) as server:
            page = urllib.request.urlopen(server.url).read().decode()
        assert "Go!" in page
        assert "data-phx-session" in page


def test_the_tests_of_the_streaming_page_pass(pytester: pytest.Pytester) -> None:
    files = write_files("docs/streaming.md", pytester.path)
    shown = files["test_words.py"].read_text(encoding="utf-8").count("def test_")
    run_tests(pytester).assert_outcomes(passed=shown)

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from actorlive.web.assets import Assets


def test_a_name_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "actorlive.js").write_text("one")
    (tmp_path / "actorlive.css").write_text("body{}")
    first = Assets("/live/assets", tmp_path)
    (tmp_path / "actorlive.js").write_text("two")
    second = Assets("/live/assets", tmp_path)
    assert first.url("actorlive.js") != second.url("actorlive.js")
    assert first.url("actorlive.css") == second.url("actorlive.css")
    prefix, _, name = first.url("actorlive.js").rpartition("/")
    asset = first.get(name)
    assert prefix == "/live/assets"
    assert asset is not None
    assert (asset.body, asset.content_type) == (b"one", "text/javascript; charset=utf-8")
    assert gzip.decompress(asset.gzipped) == b"one"
    assert second.get(name) is None


def test_a_client_that_is_not_built_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assets = Assets("/live/assets", tmp_path)
    assert "npm run build" in caplog.text
    asset = assets.get(assets.url("actorlive.js").rpartition("/")[2])
    assert asset is not None
    assert asset.body.startswith(b"console.error(")

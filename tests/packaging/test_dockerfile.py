"""The Dockerfile that `actorlive new` writes, and the one of docs/deployment.md, run step by step from nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from actorlive.new.project import make_project
from tests.docs.blocks import ROOT
from tests.packaging.image import Container, build_image

SHOP = """
import os

from quart_trio import QuartTrio

from actorlive import ActorLive, LiveView, heex


class ShopLive(LiveView):
    template = heex("<h1>Tea</h1>")


app = QuartTrio(__name__)
live = ActorLive(app, secret_key=os.environ["SECRET_KEY"], hosts=["shop.example"])
live.route("/", ShopLive)
"""
KEY = "a key that is long enough for production, and for tests"


def text_at(container: Container, path: str, host: str) -> str:
    request = Request(f"http://127.0.0.1:{container.port}{path}", headers={"Host": host})
    with urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def test_a_new_application_becomes_a_container(wheel: Path, tmp_path: Path) -> None:
    make_project("corner-shop", tmp_path, wheel)
    shop = tmp_path / "corner-shop"
    image = build_image((shop / "Dockerfile").read_text(encoding="utf-8"), shop, tmp_path / "image")
    with Container(image, SECRET_KEY=KEY) as container:
        assert "Log in" in text_at(container, "/login", "localhost")
        assert container.stop() == 0
    assert (tmp_path / "image/data/corner_shop.sqlite3").exists()


@pytest.fixture
def shop(wheel: Path, tmp_path: Path) -> Path:
    """A folder with an application, and requirements as the page wants them: with hashes."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "shop.py").write_text(SHOP, encoding="utf-8")
    pinned = (ROOT / "actorlive/new/full/requirements.txt").read_text(encoding="utf-8")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    ours = f"actorlive @ {wheel.as_uri()} --hash=sha256:{digest}"
    (folder / "requirements.txt").write_text(f"{pinned}\n{ours}\n", encoding="utf-8")
    return folder


def test_the_dockerfile_of_the_deployment_page_runs(shop: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")
    [dockerfile] = [block.split("```")[0] for block in page.split("```dockerfile\n")[1:]]
    image = build_image(dockerfile, shop, tmp_path / "image")
    with Container(image, SECRET_KEY=KEY) as container:
        assert "<h1>Tea</h1>" in text_at(container, "/", "shop.example")
        assert container.stop() == 0

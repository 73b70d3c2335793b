"""The wheel: what pip installs serves the README's counter, client and all, with no Node in sight."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.browser.server import ROOT, Server
from tests.docs.blocks import write_files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment that holds the wheel. Its dependencies are those of this one."""
    home = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(home, with_pip=False, symlinks=True)
    python = home / "bin/python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        str(wheel),
    ]
    subprocess.run(pip, check=True, capture_output=True)
    site = next(home.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


def test_the_wheel_holds_the_client_its_licences_and_the_types(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for name in [
        "client/dist/actorlive.js",
        "client/dist/actorlive.css",
        "client/dist/LICENSES.txt",
        "py.typed",
    ]:
        assert f"actorlive/{name}" in names
    assert not [name for name in names if name.endswith(".ts") or name.startswith(("tests/", "examples/"))]
    licences = zipfile.ZipFile(wheel).read("actorlive/client/dist/LICENSES.txt").decode()
    for package in ["phoenix", "phoenix_live_view", "topbar"]:
        assert f"---- {package} " in licences


def test_the_readme_counter_is_served_from_the_wheel_without_node(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files("README.md", tmp_path)
    monkeypatch.setenv("PATH", str(python.parent))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with Server("counter:app", python=str(python), cwd=tmp_path, debug=True) as server:
        page = urllib.request.urlopen(server.url).read().decode()
        assert "<output>0</output>" in page
        script = re.search(r'src="(/live/assets/actorlive-[^"]+\.js)"', page)
        assert script is not None
        assert b"LiveSocket" in urllib.request.urlopen(server.url + script[1]).read()
    where = [str(python), "-c", "import actorlive; print(actorlive.__file__)"]
    home = subprocess.run(where, cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    assert home.startswith(str(python.parents[1])), "the wheel was not what ran"


def test_a_build_without_npm_and_bundle_says_what_to_do(tmp_path: Path) -> None:
    code = (
        "from hatch_build import ClientBuildHook;"
        f"ClientBuildHook({str(tmp_path)!r}, {{}}, None, None, '', 'wheel').initialize('standard', {{}})"
    )
    env = {**os.environ, "PATH": "/nowhere", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert "install Node.js 20 or newer" in done.stderr

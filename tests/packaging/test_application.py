"""`actorlive new`, from the wheel: what it makes is installed, developed, clicked through, tested and linted."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.axe import is_clean
from tests.browser.pages import Faults, connected
from tests.browser.server import ROOT, Server
from tests.packaging.conftest import install

pytestmark = pytest.mark.browser

PATIENCE = 30_000
"""Milliseconds that a condition may take to come true: a busy machine is no fault."""
expect.set_options(timeout=PATIENCE)

TOOLS = {"ruff": ROOT / ".venv/bin/ruff", "pyright": ROOT / "node_modules/.bin/pyright"}


@pytest.fixture(scope="module")
def shop(wheel: Path, python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application, made by the installed command, in the state in which its `make` would set it up.

    Only the packages that it is built on are not installed anew.
    """
    folder = tmp_path_factory.mktemp("new")
    made = run([python.parent / "actorlive", "new", "corner-shop"], folder)
    assert made.stdout == "cd corner-shop\nmake dev\nopen http://localhost:4000\n", made.stderr
    shop = folder / "corner-shop"
    [brought] = (shop / "vendor").iterdir()
    assert brought.read_bytes() == wheel.read_bytes()
    install(brought, shop / ".venv")
    for name, tool in TOOLS.items():
        (shop / ".venv/bin" / name).symlink_to(tool)
    (shop / ".venv/ready").touch()
    return shop


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """A command as it would be typed, without what these tests run in."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV"))}
    env.pop("VIRTUAL_ENV", None)
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)


@pytest.fixture
def served(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("DATABASE", str(tmp_path / "shop.sqlite3"))
    python = str(shop / ".venv/bin/python")
    with Server("corner_shop.app:app", python=python, cwd=shop, command="dev") as server:
        yield server


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that notes what goes wrong. Pages are as strict as the application has them: no policy is bypassed."""
    faults = Faults()
    with browser.new_context(reduced_motion="reduce") as context:
        context.set_default_timeout(PATIENCE)
        context.on("page", faults.watch)
        yield context
    assert faults.unexpected == []


def test_it_is_clicked_through_while_it_is_developed(served: Server, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(served.url)
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Log in")
    is_clean(connected(page))
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#login-error")).to_be_visible()

    page.get_by_role("link", name="Sign up").click()
    expect(heading).to_have_text("Sign up")
    connected(page).get_by_label("E-mail").fill("ada")
    page.get_by_label("Password").fill("short")
    page.get_by_label("E-mail").press("Tab")
    expect(page.get_by_text("must be an e-mail address")).to_be_visible()
    expect(page.get_by_text("should be at least 12 characters")).to_be_visible()
    is_clean(page)
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign up").click()

    expect(heading).to_have_text("To do")
    expect(page).to_have_title("To do")
    new = connected(page).get_by_label("What needs doing?")
    for title in ("Milk", "Bread"):
        new.fill(title)
        new.press("Enter")
        expect(new).to_have_value("")
    page.get_by_label("Milk", exact=True).check()
    page.get_by_role("button", name="Edit Bread").click()
    is_clean(page)
    page.get_by_label("Title").fill("Rye bread")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_label("Rye bread", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Milk").click()
    expect(page.get_by_text("1 of 1 to do.")).to_be_visible()

    page.get_by_role("link", name="Log out").click()
    expect(heading).to_have_text("Log in")
    page.goto(served.url)
    expect(heading).to_have_text("Log in")
    noise = [line for line in served.log if "-->" in line or "Traceback" in line or "WARNING" in line]
    assert noise == [], "development has something to say about what was just made"


def test_its_own_tests_pass_as_it_runs_them(shop: Path) -> None:
    tested = run(["make", "test"], shop)
    assert tested.returncode == 0, tested.stdout + tested.stderr
    assert " passed" in tested.stdout
    assert "skipped" not in tested.stdout


def test_its_own_linters_find_nothing(shop: Path) -> None:
    linted = run(["make", "lint"], shop)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    assert "0 errors, 0 warnings" in linted.stdout
    where = run([shop / ".venv/bin/python", "-c", "import actorlive; print(actorlive.__file__)"], shop)
    assert where.stdout.startswith(str(shop / ".venv")), "it was not the wheel that was looked at"


def test_it_does_not_start_for_others_without_a_key(shop: Path) -> None:
    started = run([shop / ".venv/bin/actorlive", "run", "corner_shop.app:app", "--port", "0"], shop)
    assert started.returncode == 1
    assert "secret" in started.stderr


def test_it_lacks_nothing_for_the_open_internet(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "a key that is long enough for a test")
    monkeypatch.setenv("HOSTS", "example.com www.example.com")
    checked = run([shop / ".venv/bin/actorlive", "check", "--deploy", "corner_shop.app:app"], shop)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stderr


def test_what_the_container_copies_and_starts_is_there(shop: Path) -> None:
    steps = [line.split() for line in (shop / "Dockerfile").read_text(encoding="utf-8").splitlines()]
    admitted = (shop / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = [step[1] for step in steps if step[0] == "COPY"]
    assert copied == ["requirements.txt", "vendor", "corner_shop"]
    for name in copied:
        assert (shop / name).exists()
        assert f"!{name}" in admitted
    assert shutil.which("make")


def test_the_bare_one_runs(python: Path, tmp_path: Path, context: BrowserContext) -> None:
    made = run([python.parent / "actorlive", "new", "bare-shop", "--bare"], tmp_path)
    assert made.stdout == "cd bare-shop\nactorlive dev app:app\nopen http://localhost:4000\n", made.stderr
    shop = tmp_path / "bare-shop"
    assert [path.name for path in shop.iterdir()] == ["app.py"]
    with Server("app:app", python=str(python), cwd=shop, command="dev") as server:
        page = context.new_page()
        page.goto(server.url)
        connected(page).get_by_role("button", name="+").click()
        expect(page.get_by_role("status").first).to_have_text("1")
        is_clean(page)
        page.close()

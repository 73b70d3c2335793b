"""What the tests share: a database of its own for each, somebody who is logged in, and a browser."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from my_app import accounts, database
from my_app.accounts import NewUser

expect.set_options(timeout=20_000)  # milliseconds: a busy machine is no fault


@pytest.fixture(autouse=True)
def empty_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE", str(tmp_path / "test.sqlite3"))


@pytest.fixture
async def ada() -> dict[str, str]:
    """The session of somebody who is logged in."""
    return await log_in("ada@example.org")


@pytest.fixture
async def bob() -> dict[str, str]:
    return await log_in("bob@example.org")


async def log_in(email: str) -> dict[str, str]:
    await database.migrate()
    user = await accounts.sign_up(NewUser(email, "correct horse battery"))
    assert user
    return {"token": await accounts.log_in(user), "live_socket_id": user.socket_id}


@pytest.fixture
def url(empty_database: None) -> Iterator[str]:
    """Where the application is served, as in production."""
    command = [sys.executable, "-m", "actorlive.cli"]
    command += ["run", "my_app.app:app", "--port", "0"]
    env = {**os.environ, "SECRET_KEY": "a key that is long enough for a test"}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        said = next((line for line in server.stderr if "http://" in line), "")
        found = re.search(r"http://\S+", said)
        assert found, "the server did not start"
        yield found[0]
        server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or Playwright's own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield chromium
        chromium.close()

"""How this project runs its tests. Coroutine tests run on Trio by the test kit's own pytest plugin."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile

import hypothesis
import pytest

pytest_plugins = ["pytester", "tests.support.chromium", "tests.support.dispatch"]

hypothesis.settings.register_profile("default", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile("default")


LONGEST = ("browser/", "deploy/", "testing/test_in_browser.py", "ordering/", "packaging/", "fuzz/")
"""Where the files are that take longest. Processes share the suite file by file, in this order, so that small files
are left for the end, when one process waits for the others."""


def pytest_configure(config: pytest.Config) -> None:
    """Whoever runs tests has a folder for temporary files alone: tests count what is left in it, and others may run
    tests beside us. What a test has in `tmp_path` stays where pytest keeps it."""
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    own = os.environ["TMPDIR"] = tempfile.tempdir = tempfile.mkdtemp(prefix="al-")
    config.add_cleanup(lambda: shutil.rmtree(own, ignore_errors=True))
    _hear_interrupts()


def _hear_interrupts() -> None:
    """A shell script's `make test &` ignores Ctrl+C, and so would all that it starts: tests that press it would wait
    for ever."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest files; leave the soak tests to `make soak`, unless a marker expression asks for them."""
    items.sort(key=lambda item: _turn(item.nodeid.removeprefix("tests/")))
    if config.getoption("markexpr"):
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    if soak:
        config.hook.pytest_deselected(items=soak)
        items[:] = [item for item in items if item not in soak]


def _turn(path: str) -> int:
    return next((n for n, start in enumerate(LONGEST) if path.startswith(start)), len(LONGEST))

"""A second run of the tests of the web, on the long way of a page and a handshake through Quart (`web.shortcut`).

Applications of tests have no hooks as a rule, so their pages and sockets take the short way. With THROUGH_QUART=1 in
the environment nobody does, and the same tests hold for both. What a server does before and behind the application is
left out then, and so is the portable way of a websocket, which is never short.
"""

from __future__ import annotations

import os

import pytest

from actorlive.web.shortcut import Shortcut

__all__ = ["pytest_collection_modifyitems", "through_quart"]

IS_LONG = bool(os.environ.get("THROUGH_QUART"))


@pytest.fixture(autouse=True)
def through_quart(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Close the short way, if this run is for the long one; True then."""
    if IS_LONG:
        monkeypatch.setattr(Shortcut, "is_open", False)
    return IS_LONG


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the long way makes no difference to."""
    left_out = [item for item in items if IS_LONG and not _differs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _differs(item)]


def _differs(item: pytest.Item) -> bool:
    path, name = item.nodeid.partition("::")[::2]
    if "portable" in name or path.endswith(("direct/test_socket.py", "direct/test_reactor.py")):
        return False
    return item.get_closest_marker("real_clock") is None or "/hostile/" in path or "/direct/" in path

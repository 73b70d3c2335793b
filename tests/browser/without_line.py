"""The command line, but that no page has a line: `python -m tests.browser.without_line run module:app`."""

from __future__ import annotations

from unittest.mock import patch

from actorlive.cli import main
from actorlive.web.app import ActorLive


def without_line() -> None:
    """`actorlive`, for applications that are made with `linger=0`, whatever they say."""
    begin = ActorLive.__init__

    def begin_without(live: ActorLive, *arguments: object, **options: object) -> None:
        begin(live, *arguments, **{**options, "linger": 0})  # pyright: ignore[reportArgumentType]

    with patch.object(ActorLive, "__init__", begin_without):
        main()


if __name__ == "__main__":
    without_line()

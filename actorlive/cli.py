"""The command line: `actorlive run module:app`, `actorlive routes module:app`."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from actorlive.errors import ActorLiveError, did_you_mean

if TYPE_CHECKING:
    from quart import Quart

    from actorlive.web import ActorLive

__all__ = ["load_app", "main"]


class TargetError(ActorLiveError):
    """`module:app` does not lead to an application."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command. Faults of the call end the program with one line and exit code 1."""
    options = parser().parse_args(argv)
    try:
        options.command(options)
    except ActorLiveError as error:
        sys.exit(f"actorlive: {error}")


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="actorlive", description="Phoenix LiveView for Python, on Trio.")
    commands = top.add_subparsers(required=True, metavar="command")
    run_ = commands.add_parser("run", help="serve an application")
    run_.set_defaults(command=run)
    run_.add_argument("target", help="where the application is, as module:app")
    run_.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="default: $HOST or 127.0.0.1"
    )
    run_.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "4000", help="default: $PORT or 4000"
    )
    run_.add_argument(
        "--debug", action="store_true", help="make faults loud: tracebacks in pages, strict events"
    )
    routes_ = commands.add_parser("routes", help="list an application's live routes")
    routes_.set_defaults(command=routes)
    routes_.add_argument("target", help="where the application is, as module:app")
    return top


def run(options: argparse.Namespace) -> None:
    """Serve until interrupted."""
    from actorlive.web import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = load_app(options.target)
    if options.debug:
        app.debug = True
    serve(app, options.host, options.port)


def routes(options: argparse.Namespace) -> None:
    """Print one line a live route."""
    live: ActorLive | None = load_app(options.target).extensions.get("actorlive")
    if live is None:
        raise TargetError(f"{options.target} has no live routes: it was not given to ActorLive(app)")
    rows = [("path", "view", "action", "session")]
    for path, route in live.endpoint.router:
        rows.append((path, route.view.__qualname__, route.action or "", route.live_session))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def load_app(target: str) -> Quart:
    """The application that `module:app` names (`app` may be left out). Raises `TargetError`."""
    from quart import Quart

    module_name, _, name = target.partition(":")
    name = name or "app"
    sys.path.insert(0, os.getcwd())  # noqa: PTH109 - sys.path holds strings
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise TargetError(f"there is no module {module_name!r} here or on the path") from error
    found = getattr(module, name, None)
    if not isinstance(found, Quart):
        apps = [key for key, value in vars(module).items() if isinstance(value, Quart)]
        raise TargetError(f"{module_name} has no application {name!r}.{did_you_mean(name, apps)}")
    return found


if __name__ == "__main__":
    main()

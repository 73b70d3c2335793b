"""The command line: `actorlive run module:app`, `routes module:app`, `fmt PATH…`, `check PATH…`,
`check --deploy module:app`."""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
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
        "--debug",
        action="store_true",
        help="for development: tracebacks in pages, strict events, assigns changed in place are reported",
    )
    run_.add_argument("--drain", type=float, default=10.0, help="seconds that the end may take")
    routes_ = commands.add_parser("routes", help="list an application's live routes")
    routes_.set_defaults(command=routes)
    routes_.add_argument("target", help="where the application is, as module:app")
    fmt_ = commands.add_parser("fmt", help="format the templates in Python and .heex files")
    fmt_.set_defaults(command=fmt)
    fmt_.add_argument("--check", action="store_true", help="change nothing; exit 1 if anything would change")
    fmt_.add_argument("paths", nargs="+", type=Path, help="files and folders")
    check_ = commands.add_parser("check", help="find the faults of all templates without running anything")
    check_.set_defaults(command=check)
    check_.add_argument("paths", nargs="*", type=Path, help="files and folders")
    check_.add_argument(
        "--deploy", metavar="MODULE:APP", help="say what an application lacks for the open internet"
    )
    check_.add_argument(
        "--format",
        choices=("text", "json", "github"),
        default="text",
        help="how faults are printed; github: as annotations of a pull request",
    )
    check_.add_argument(
        "--show",
        metavar="FILE[:NAME]",
        help="print what a file's templates, or a component's, are compiled to",
    )
    return top


def run(options: argparse.Namespace) -> None:
    """Serve until interrupted."""
    from actorlive.web import serve

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = load_app(options.target)
    if options.debug:
        app.debug = True
    serve(app, options.host, options.port, drain=options.drain)


def routes(options: argparse.Namespace) -> None:
    """Print one line per live route."""
    live = load_live(options.target)
    rows = [("path", "view", "action", "session")]
    for path, route in live.endpoint.router:
        rows.append((path, route.view.__qualname__, route.action or "", route.live_session))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def fmt(options: argparse.Namespace) -> None:
    """Format in place, or with --check say what would change. A faulty file is left alone, and exit is 1."""
    from actorlive.template import TemplateError
    from actorlive.template.tools.project import source_files

    changed = faulty = False
    for file in source_files(options.paths):
        try:
            if _format_file(file, write=not options.check):
                changed = True
                print(f"{'would format' if options.check else 'formatted'} {file}")
        except TemplateError as fault:
            faulty = True
            print(f"{fault}\n", file=sys.stderr)
    if faulty or (options.check and changed):
        sys.exit(1)


def _format_file(file: Path, *, write: bool) -> bool:
    """Format one file; True when that changes it."""
    from actorlive.template import TemplateError
    from actorlive.template.tools.format import format_source, format_template

    written = file.read_bytes()
    try:
        text = written.decode()
    except UnicodeDecodeError:
        raise TemplateError("the file is not UTF-8", filename=str(file), lineno=1, column=1) from None
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    ends = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n")
    heex = file.suffix == ".heex"
    new = format_template(text, str(file)) + "\n" if heex else format_source(text, str(file))
    if write and new != text:
        file.write_bytes((mark + new.replace("\n", ends)).encode())
    return new != text


def check(options: argparse.Namespace) -> None:
    """Print every fault, as the import would have it; exit 1 if there is one. With --show print compiled templates.

    With --deploy print what an application lacks for the open internet.
    """
    from actorlive.template.tools.project import check_project, list_templates
    from actorlive.template.tools.reports import FORMATS

    if options.show is not None:
        path, _, name = options.show.partition(":")
        print(list_templates(Path(path), name), end="")
    elif options.deploy is not None:
        check_deploy(options.deploy)
    elif not options.paths:
        raise TargetError("nothing to check: name files or folders, or an application as --deploy module:app")
    faults = check_project(options.paths)
    if options.paths:
        print(FORMATS[options.format](faults), end="")
    if faults:
        sys.exit(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}")


def check_deploy(target: str) -> None:
    """Print what an application lacks for the open internet; exit 1 if there is anything."""
    from actorlive.web.deploy import missing

    lacks = missing(load_live(target))
    for line in lacks:
        print(line)
    if lacks:
        sys.exit(f"{len(lacks)} thing{'s are' if len(lacks) > 1 else ' is'} missing")


def load_live(target: str) -> ActorLive:
    """What makes the application that `module:app` names live. Raises `TargetError`."""
    live: ActorLive | None = load_app(target).extensions.get("actorlive")
    if live is None:
        raise TargetError(f"{target} has no live routes: it was not given to ActorLive(app)")
    return live


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

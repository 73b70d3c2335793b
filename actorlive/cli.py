"""The command line: `actorlive new NAME`, `dev module:app`, `run module:app`, `routes module:app`, `fmt PATH…`,
`check PATH…`, `check --deploy module:app`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from actorlive import __version__
from actorlive.errors import ActorLiveError
from actorlive.settings import OPTIONS, read_settings

__all__ = ["main"]

RUN = "Serve an application until SIGTERM or SIGINT (Ctrl+C); a second one hurries."
EPILOG = """Each of these can also be an environment variable (ACTORLIVE_PORT=4000) or a key of [tool.actorlive] in
pyproject.toml (port = 4000). A flag goes before a variable, a variable before the file. The variables HOST and PORT
count, too."""


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command. Faults of the call end the program with one line and exit code 1."""
    options = parser().parse_args(argv)
    try:
        options.command(options)
    except ActorLiveError as error:
        print("".join(getattr(error, "trace", ())), end="", file=sys.stderr)
        sys.exit(f"actorlive: {error}")


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="actorlive", description="Phoenix LiveView for Python, on Trio.")
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(required=True, metavar="command")
    new_ = commands.add_parser("new", help="make an application to grow, in a folder of its own")
    new_.set_defaults(command=new)
    new_.add_argument("name", help='what it is called, as "my-shop"; its package is my_shop then')
    new_.add_argument("--bare", action="store_true", help="a counter in ten lines, and nothing else")
    new_.add_argument(
        "--wheel",
        type=Path,
        metavar="FILE",
        help="the wheel of actorlive that it brings along (default: the one that this command was installed from)",
    )
    _add_run(
        commands.add_parser("run", help="serve an application in production", epilog=EPILOG, description=RUN)
    )
    dev_ = commands.add_parser(
        "dev", help="serve an application while you write it: it reloads and shows what goes wrong"
    )
    dev_.set_defaults(command=dev)
    dev_.add_argument("target", help="where the application is, as module:app")
    dev_.add_argument(
        "--host", default=os.environ.get("HOST") or "127.0.0.1", help="default: $HOST or 127.0.0.1"
    )
    dev_.add_argument(
        "--port", type=int, default=os.environ.get("PORT") or "4000", help="default: $PORT or 4000"
    )
    dev_.add_argument(
        "--editor",
        default=os.environ.get("ACTORLIVE_EDITOR") or "vscode",
        help="which editor links open: a name, or a URL with {file}, {line} and {column} (default: $ACTORLIVE_EDITOR or"
        " vscode)",
    )
    dev_.add_argument(
        "--secret",
        action="append",
        default=[],
        metavar="WORD",
        help="never show what stands under a name with this word in it, beside password, token and the like",
    )
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


def _add_run(run_: argparse.ArgumentParser) -> None:
    run_.set_defaults(command=run)
    run_.add_argument("target", metavar="module:app", help="where the application is; app may be left out")
    for option in OPTIONS:
        if option.default is False:
            run_.add_argument(option.flag, action="store_true", default=None, help=option.help)
            continue
        default = f" (default: {option.default})" if option.default else ""
        action = "append" if option.default == () else "store"
        run_.add_argument(option.flag, action=action, metavar=option.metavar, help=option.help + default)
    run_.add_argument(
        "--config", metavar="FILE", help="read settings from this TOML file, not from pyproject.toml"
    )


def new(options: argparse.Namespace) -> None:
    """Make an application, and say how it is run."""
    from actorlive.new.project import make_bare_project, make_project

    if options.bare:
        name, develop = make_bare_project(options.name, Path.cwd()), "actorlive dev app:app"
    else:
        name, develop = make_project(options.name, Path.cwd(), options.wheel), "make dev"
    print(f"cd {name.folder}\n{develop}\nopen http://localhost:4000")


def run(options: argparse.Namespace) -> None:
    """Serve until interrupted."""
    from actorlive.web import serve
    from actorlive.web.loading import load_app, load_or_explain

    settings = read_settings(vars(options))
    who = " [%(process)d]" if settings.workers > 1 else ""
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s %(levelname)s{who} %(name)s: %(message)s")
    app = load_or_explain(load_app, options.target)
    if settings.debug:
        app.debug = True
    serve(
        app,
        settings.host,
        settings.port,
        bind=settings.bind,
        certfile=settings.certfile,
        keyfile=settings.keyfile,
        drain=settings.drain,
        workers=settings.workers,
    )


def dev(options: argparse.Namespace) -> None:
    """Serve for development until interrupted."""
    from actorlive.dev.control import Settings
    from actorlive.dev.editor import Editor
    from actorlive.dev.supervisor import supervise
    from actorlive.web.listeners import Listener, listen

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    Editor(options.editor)
    listener = listen(options.host, options.port)
    print(
        f"{options.target} is developed at {Listener(listener).url}: save a file, and it is there (Ctrl+C stops it)",
        file=sys.stderr,
    )
    supervise(Settings(options.target, options.editor, tuple(options.secret)), listener, Path.cwd())


def routes(options: argparse.Namespace) -> None:
    """Print one line per live route."""
    from actorlive.web.loading import load_live, load_or_explain

    live = load_or_explain(load_live, options.target)
    rows = [("path", "view", "action", "session")]
    for path, route in live.endpoint.router:
        rows.append((path, route.view.__qualname__, route.action or "", route.live_session))
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def fmt(options: argparse.Namespace) -> None:
    """Format in place, or with --check say what would change. A faulty file is left alone, and exit is 1."""
    from actorlive.template import TemplateError
    from actorlive.template.tools.files import source_files

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
    """Print every fault, as the import would have it, and warnings; exit 1 for a fault.

    With --show print compiled templates.

    With --deploy print what an application lacks for the open internet.
    """
    from actorlive.template import TemplateWarning
    from actorlive.template.tools.project import check_project
    from actorlive.template.tools.reports import FORMATS
    from actorlive.template.tools.show import list_templates

    if options.show is not None:
        path, _, name = options.show.partition(":")
        print(list_templates(Path(path), name), end="")
    elif options.deploy is not None:
        check_deploy(options.deploy)
    elif not options.paths:
        raise ActorLiveError(
            "nothing to check: name files or folders, or an application as --deploy module:app"
        )
    faults = check_project(options.paths)
    if options.paths:
        print(FORMATS[options.format](faults), end="")
    warnings = sum(isinstance(fault, TemplateWarning) for fault in faults)
    if warnings:
        print(_counted(warnings, "warning"), file=sys.stderr)
    if len(faults) > warnings:
        sys.exit(_counted(len(faults) - warnings, "fault"))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def check_deploy(target: str) -> None:
    """Print what an application lacks for the open internet; exit 1 if there is anything."""
    from actorlive.web.deploy import missing
    from actorlive.web.loading import load_live, load_or_explain

    lacks = missing(load_or_explain(load_live, target))
    for line in lacks:
        print(line)
    if lacks:
        sys.exit(f"{len(lacks)} thing{'s are' if len(lacks) > 1 else ' is'} missing")


if __name__ == "__main__":
    main()

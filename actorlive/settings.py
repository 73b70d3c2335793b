"""How `actorlive run` serves: flags, over the environment, over a file, over the defaults.

`OPTIONS` is the one table; flags, the names of environment variables, the keys of the file and docs/deployment.md are
made from it or held to it. A value is text wherever it comes from, or what TOML makes of it, and is checked in one
place; one that is wrong is told with where it came from.

The file is the one of `--config` (or ACTORLIVE_CONFIG): in a `pyproject.toml` the table `[tool.actorlive]`, in any
other the file itself. Without it, the `pyproject.toml` of the current folder counts, if it has that table.

`bind` stands for `host` and `port`: of the two the nearer source counts, and both from one source are a contradiction.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from actorlive.errors import ActorLiveError, did_you_mean

__all__ = ["OPTIONS", "Option", "RunSettings", "SettingsError", "read_settings"]


MAX_WORKERS = 256


class SettingsError(ActorLiveError):
    """A setting cannot be what it is said to be; the text says where it was said."""


class WrongValue(Exception):
    """What a value is not."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: how a value is read, what it is when nobody says, and what it is for.

    `others` are more environment variables, of other people's making, that count behind our own.
    """

    name: str
    read: Callable[[object], Any]
    default: Any
    help: str
    metavar: str | None = None
    others: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        """The flag of the command line."""
        return f"--{self.name}"

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables, the first that is set counts."""
        return (f"ACTORLIVE_{self.name.upper()}", *self.others)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValue("a text")
    return value


def _port(value: object) -> int:
    try:
        port = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else -1
    except ValueError:
        port = -1
    if not 0 <= port <= 65535:
        raise WrongValue("a port, from 0 (a free one) to 65535")
    return port


def _workers(value: object) -> int:
    try:
        workers = int(value) if isinstance(value, int | str) and not isinstance(value, bool) else 0
    except ValueError:
        workers = 0
    if not 1 <= workers <= MAX_WORKERS:
        raise WrongValue(f"a number of workers, from 1 to {MAX_WORKERS}")
    return workers


def _seconds(value: object) -> float:
    try:
        seconds = (
            float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else -1.0
        )
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < math.inf:
        raise WrongValue("a number of seconds above 0")
    return seconds


def _binds(value: object) -> tuple[str, ...]:
    """One place, several with commas between them, or a list."""
    texts = value.split(",") if isinstance(value, str) else value
    try:
        places = [place.strip() for text in msgspec.convert(texts, list[str]) for place in text.split(",")]
    except msgspec.ValidationError:
        places = []
    if not places or not all(places):
        raise WrongValue('an address or a list of them, as "127.0.0.1:4000" or "unix:/run/app.sock"')
    return tuple(places)


def _yes(value: object) -> bool:
    match value:
        case bool():
            return value
        case str() if value.lower() in {"1", "true", "yes", "on"}:
            return True
        case str() if value.lower() in {"0", "false", "no", "off"}:
            return False
        case _:
            raise WrongValue("true or false")


OPTIONS = (
    Option("host", _text, "127.0.0.1", "the address to listen at", "HOST", ("HOST",)),
    Option("port", _port, 4000, "its port; 0 for a free one", "PORT", ("PORT",)),
    Option(
        "bind",
        _binds,
        (),
        "in place of both, and as often as wanted: HOST:PORT, [IPV6]:PORT or unix:PATH",
        "PLACE",
    ),
    Option("workers", _workers, 1, "processes that serve side by side", "N"),
    Option("certfile", _text, None, "serve https with this certificate (PEM)", "FILE"),
    Option("keyfile", _text, None, "the certificate's key, if that is not in the same file", "FILE"),
    Option("drain", _seconds, 10.0, "seconds that going down may take", "SECONDS"),
    Option(
        "debug",
        _yes,
        False,
        "for development: tracebacks in pages, strict events, assigns changed in place are reported",
    ),
)
CONFIG = "ACTORLIVE_CONFIG"
OF_THE_APPLICATION = ("ACTORLIVE_PUBSUB",)
"""What `ActorLive` itself reads."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What `actorlive run` was told. `bind` is empty where `host` and `port` count."""

    host: str
    port: int
    bind: tuple[str, ...]
    workers: int
    certfile: str | None
    keyfile: str | None
    drain: float
    debug: bool


SettingsSource = tuple[Callable[[str], str], Mapping[str, object]]
"""Values by name of the option, and how to say where each came from."""


def read_settings(flags: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> RunSettings:
    """The settings; `flags` has None for a flag that was not given. Raises `SettingsError`."""
    given = {name: value for name, value in flags.items() if value is not None}
    sources: list[SettingsSource] = [("--{}".format, given), *_from_environment(environ)]
    file = _config_file(given, environ)
    if file is not None:
        sources.append((f"{{}} in {file[0]}".format, file[1]))
    values, ranks = {option.name: option.default for option in OPTIONS}, dict[str, int]()
    for option in OPTIONS:
        for rank, (where, source) in enumerate(sources):
            if option.name in source:
                values[option.name] = _check(option, source[option.name], where(option.name))
                ranks[option.name] = rank
                break
    _choose_places(values, ranks, sources)
    if values["keyfile"] is not None and values["certfile"] is None:
        raise SettingsError("there is a keyfile and no certfile: TLS needs both, in one file or in two")
    return RunSettings(**values)


def _check(option: Option, value: object, where: str) -> Any:
    try:
        return option.read(value)
    except WrongValue as misfit:
        raise SettingsError(f"{value!r} is not {misfit} (from {where})") from None


def _choose_places(
    values: dict[str, Any], ranks: Mapping[str, int], sources: Sequence[SettingsSource]
) -> None:
    """The nearer of `bind` and of `host` or `port`. Raises `SettingsError` where neither is."""
    single = min((ranks[name] for name in ("host", "port") if name in ranks), default=len(sources))
    several = ranks.get("bind", len(sources))
    if single < several:
        values["bind"] = ()
    elif single == several < len(sources):
        where = sources[single][0]("bind")
        raise SettingsError(
            f"{where} is in place of host and port, and one of those is there as well: leave it out"
        )


def _from_environment(environ: Mapping[str, str]) -> list[SettingsSource]:
    """Our own variables, then those of others; an empty one is none. Raises `SettingsError` for a misspelt one."""
    known = {variable for option in OPTIONS for variable in option.variables} | {CONFIG, *OF_THE_APPLICATION}
    names = [variable.removeprefix("ACTORLIVE_") for variable in known]
    for variable, value in environ.items():
        if variable in known or not value or not variable.startswith("ACTORLIVE_"):
            continue
        hint = did_you_mean(variable[10:], names)
        if hint:
            raise SettingsError(f"the environment variable {variable} is not a setting.{hint}")
    return [_variables(environ, "ACTORLIVE_", known), _variables(environ, "", known)]


def _variables(environ: Mapping[str, str], prefix: str, known: set[str]) -> SettingsSource:
    names = {option.name: f"{prefix}{option.name.upper()}" for option in OPTIONS}
    values = {name: environ.get(variable) for name, variable in names.items() if variable in known}

    def where(name: str) -> str:
        return f"the environment variable {names[name]}"

    return where, {name: value for name, value in values.items() if value}


class Tools(msgspec.Struct):
    """The part of a `pyproject.toml` that is ours."""

    actorlive: dict[str, Any] = {}


class Pyproject(msgspec.Struct):
    """A `pyproject.toml`, as far as we read it."""

    tool: Tools = msgspec.field(default_factory=Tools)


def _own_table(content: Mapping[str, object]) -> dict[str, Any]:
    try:
        return msgspec.convert(content, Pyproject).tool.actorlive
    except msgspec.ValidationError as error:
        raise SettingsError(f"pyproject.toml has no table [tool.actorlive]: {error}") from error


def _config_file(
    flags: Mapping[str, object], environ: Mapping[str, str]
) -> tuple[str, Mapping[str, object]] | None:
    """The file's name and its settings; None without one. Raises `SettingsError`."""
    asked = flags.get("config") or environ.get(CONFIG)
    path = Path(str(asked) if asked else "pyproject.toml")
    if not path.is_file():
        if asked:
            raise SettingsError(f"there is no file {str(path)!r} (from --config or {CONFIG})")
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        if not asked:
            return None  # a pyproject.toml is other people's business as well
        raise SettingsError(f"{path} is not TOML: {error}") from error
    name = str(path)
    if path.name == "pyproject.toml":
        name, content = f"[tool.actorlive] of {path}", _own_table(content)
    for key in content:
        if key not in {option.name for option in OPTIONS}:
            raise SettingsError(
                f"{key!r} is not a setting (from {name}).{did_you_mean(key, [option.name for option in OPTIONS])}"
            )
    return name, content

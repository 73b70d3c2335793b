"""Where a setting comes from, which one counts, and what is said of one that is wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from actorlive.settings import OPTIONS, RunSettings, SettingsError, read_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(
    flags: Mapping[str, object] | None = None, environ: Mapping[str, str] | None = None, toml: str = ""
) -> RunSettings:
    if toml:
        Path("pyproject.toml").write_text(toml, encoding="utf-8")
    return read_settings(flags or {}, environ or {})


def test_when_nobody_says_anything_the_defaults_hold() -> None:
    assert read() == RunSettings("127.0.0.1", 4000, (), 1, None, None, 10.0, False)
    assert read(toml="[project]\nname = 'x'\n") == read()


TABLE = "[tool.actorlive]\nport = 4\n"


def test_a_flag_goes_before_the_environment_and_that_before_the_file() -> None:
    ours, theirs = {"ACTORLIVE_PORT": "2"}, {"PORT": "3"}
    assert read(toml=TABLE).port == 4
    assert read(environ=theirs).port == 3
    assert read(environ=theirs | ours).port == 2
    assert read({"port": "1", "host": None}, theirs | ours).port == 1


def test_every_option_can_come_from_each_place() -> None:
    values: dict[str, tuple[str, object]] = {
        "host": ("::1", "::1"),
        "port": ("5", 5),
        "bind": (":1,unix:/x", (":1", "unix:/x")),
        "workers": ("3", 3),
        "certfile": ("c.pem", "c.pem"),
        "keyfile": ("k.pem", "k.pem"),
        "drain": ("2.5", 2.5),
        "debug": ("true", True),
    }
    assert values.keys() == {option.name for option in OPTIONS}
    for name, (text, value) in values.items():
        more = {"certfile": "c.pem"} if name == "keyfile" else {}
        variables = {f"ACTORLIVE_{key.upper()}": word for key, word in {**more, name: text}.items()}
        table = "".join(f"{key} = {word!r}\n" for key, word in {**more, name: text}.items())
        assert getattr(read({**more, name: text}), name) == value
        assert getattr(read(environ=variables), name) == value
        Path("other.toml").write_text(table, encoding="utf-8")
        assert getattr(read({"config": "other.toml"}), name) == value
        assert getattr(read(environ={"ACTORLIVE_CONFIG": "other.toml"}), name) == value


def test_a_file_may_have_values_of_their_own_types() -> None:
    found = read(toml="[tool.actorlive]\nbind = ['127.0.0.1:1', 'unix:/x']\ndrain = 3\ndebug = true\n")
    assert (found.bind, found.drain, found.debug) == (("127.0.0.1:1", "unix:/x"), 3.0, True)


def test_of_bind_and_port_the_nearer_counts() -> None:
    toml = "[tool.actorlive]\nbind = 'unix:/x'\n"
    assert read(toml=toml).bind == ("unix:/x",)
    assert read({"port": "1"}, toml=toml).bind == ()
    assert read({"bind": [":2"]}, {"ACTORLIVE_PORT": "1"}).bind == (":2",)


def test_variables_of_others_are_theirs() -> None:
    assert read(environ={"ACTORLIVE_EDITOR": "vim", "ACTORLIVE_SOAK": "1", "ACTORLIVE_PROT": ""}).port == 4000


@pytest.mark.parametrize(
    ("flags", "environ", "toml", "words"),
    [
        ({"port": "80x"}, {}, "", "'80x' is not a port, from 0 (a free one) to 65535 (from --port)"),
        ({}, {"ACTORLIVE_PORT": "-1"}, "", "(from the environment variable ACTORLIVE_PORT)"),
        ({}, {"PORT": "70000"}, "", "(from the environment variable PORT)"),
        ({}, {}, "[tool.actorlive]\nport = true", "True is not a port"),
        ({}, {}, "[tool.actorlive]\ndrain = 0", "(from drain in [tool.actorlive] of pyproject.toml)"),
        ({"drain": "nan"}, {}, "", "'nan' is not a number of seconds above 0"),
        ({"drain": "inf"}, {}, "", "'inf' is not a number of seconds above 0"),
        ({"workers": "0"}, {}, "", "'0' is not a number of workers, from 1 to 256 (from --workers)"),
        ({}, {"ACTORLIVE_WORKERS": "many"}, "", "'many' is not a number of workers"),
        ({}, {}, "[tool.actorlive]\nworkers = true", "True is not a number of workers"),
        ({"host": " "}, {}, "", "' ' is not a text (from --host)"),
        ({}, {}, "[tool.actorlive]\nbind = 80", "80 is not an address or a list of them"),
        ({"bind": [""]}, {}, "", "is not an address or a list of them"),
        ({}, {"ACTORLIVE_DEBUG": "maybe"}, "", "'maybe' is not true or false"),
        (
            {},
            {},
            "[tool.actorlive]\nprot = 1",
            "'prot' is not a setting (from [tool.actorlive] of pyproject.toml)",
        ),
        ({}, {"ACTORLIVE_PROT": "1"}, "", 'ACTORLIVE_PROT is not a setting. Did you mean "PORT"?'),
        ({"config": "no.toml"}, {}, "", "there is no file 'no.toml'"),
        ({"keyfile": "k"}, {}, "", "there is a keyfile and no certfile"),
        ({"bind": [":1"], "port": "1"}, {}, "", "--bind is in place of host and port"),
    ],
)
def test_what_is_wrong_is_told_with_where_it_came_from(
    flags: dict[str, object], environ: dict[str, str], toml: str, words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        read(flags, environ, toml)
    assert words in str(refused.value)


def test_a_file_that_was_asked_for_must_be_readable_and_a_pyproject_need_not_be() -> None:
    Path("bad.toml").write_text("= 1", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"bad\.toml is not TOML"):
        read({"config": "bad.toml"})
    assert read(toml="= 1").port == 4000


TEXTS = st.dictionaries(st.sampled_from([option.name for option in OPTIONS]), st.text(max_size=8))


@given(flags=TEXTS, environ=TEXTS)
def test_any_text_is_read_or_refused(flags: dict[str, str], environ: dict[str, str]) -> None:
    variables = {f"ACTORLIVE_{name.upper()}": value for name, value in environ.items()}
    with contextlib.suppress(SettingsError):
        found = read_settings(flags, variables)
        assert 0 <= found.port <= 65535
        assert found.workers >= 1
        assert found.drain > 0

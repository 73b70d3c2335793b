from __future__ import annotations

import sys
from pathlib import Path

import pytest

from actorlive.cli import main
from actorlive.web.loading import load_app

APP = """
from quart_trio import QuartTrio
from actorlive import LiveView, heex
from actorlive.web import ActorLive

class Home(LiveView):
    template = heex("<p>home</p>")

application = QuartTrio(__name__)
live = ActorLive(application, secret_key="a secret key that is for tests only")
live.route("/", Home)
live.session("admin").route("/admin/<int:page>", Home, action="admin")
bare = QuartTrio("bare")
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = f"cli_{request.node.name.partition('[')[0]}"
    (tmp_path / f"{name}.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return name


def test_an_application_is_found(module: str) -> None:
    assert load_app(f"{module}:application").import_name == module


def test_routes(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["routes", f"{module}:application"])
    assert capsys.readouterr().out == (
        "path               view  action  session\n"
        "/                  Home          default\n"
        "/admin/<int:page>  Home  admin   admin\n"
    )


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nowhere_at_all:app", "there is no module 'nowhere_at_all' here or on the path"),
        ("{module}:aplication", "{module} has no application 'aplication'. Did you mean \"application\"?"),
        ("{module}", "{module} has no application 'app'."),
        ("{module}:Home", "{module} has no application 'Home'."),
        ("{module}:bare", "{module}:bare has no live routes: it was not given to ActorLive(app)"),
    ],
)
def test_faults_are_one_line(module: str, target: str, words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["routes", target.format(module=module)])
    assert ended.value.code == f"actorlive: {words.format(module=module)}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "import nothing_of_that_name",
            "ModuleNotFoundError when it is imported: install nothing_of_that_name",
        ),
        ("x = 1 / 0", "ZeroDivisionError when it is imported: mend what is above"),
        ("def f(:", "SyntaxError when it is imported"),
    ],
)
def test_a_fault_inside_the_module_is_shown_where_it_is(
    module: str, tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"cli_broken_{len(words)}"
    (tmp_path / f"{name}.py").write_text(text)
    with pytest.raises(SystemExit) as ended:
        main(["routes", f"{name}:app"])
    assert str(ended.value.code).startswith(f"actorlive: {name} raises {words}")
    said = capsys.readouterr().err
    assert f"{name}.py" in said
    assert "cli.py" not in said


def test_host_and_port_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    called: list[object] = []

    def serve(app: object, host: str, port: int, **more: object) -> None:
        called.append((host, port, more["bind"], more["drain"]))

    monkeypatch.setattr("actorlive.web.serve", serve)
    monkeypatch.setenv("PORT", "5001")
    monkeypatch.setenv("HOST", "0.0.0.0")
    main(["run", f"{module}:application"])
    main(["run", f"{module}:application", "--port", "5002", "--host", "::1", "--drain", "3"])
    main(["run", f"{module}:application", "--bind", ":80", "--bind", "unix:/x"])
    assert called == [
        ("0.0.0.0", 5001, (), 10.0),
        ("::1", 5002, (), 3.0),
        ("0.0.0.0", 5001, (":80", "unix:/x"), 10.0),
    ]


def test_a_setting_that_is_wrong_is_one_line(module: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["run", f"{module}:application", "--port", "eighty"])
    assert ended.value.code == "actorlive: 'eighty' is not a port, from 0 (a free one) to 65535 (from --port)"


UNTIDY = 'from actorlive import heex\n\nPAGE = heex("""\n  <p   id="x" >{ 1 }</p>\n""")\n'
TIDY = 'from actorlive import heex\n\nPAGE = heex("""\n  <p id="x">{1}</p>\n""")\n'


def test_fmt_formats_python_and_heex_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, part = tmp_path / "page.py", tmp_path / "part.heex"
    page.write_text(UNTIDY, encoding="utf-8")
    part.write_text("<p  >x</p  >", encoding="utf-8")
    main(["fmt", str(tmp_path)])
    assert page.read_text(encoding="utf-8") == TIDY
    assert part.read_text(encoding="utf-8") == "<p>x</p>\n"
    assert capsys.readouterr().out == f"formatted {page}\nformatted {part}\n"
    main(["fmt", "--check", str(tmp_path)])
    assert capsys.readouterr().out == ""


def test_fmt_check_changes_nothing_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.py"
    page.write_text(UNTIDY, encoding="utf-8")
    with pytest.raises(SystemExit, match="1"):
        main(["fmt", "--check", str(page)])
    assert page.read_text(encoding="utf-8") == UNTIDY
    assert capsys.readouterr().out == f"would format {page}\n"


def test_fmt_leaves_faulty_files_alone_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "a.py": b"x = (\n",
        "b.py": b'from actorlive import heex\nx = heex("<p>")\n',
        "c.heex": b"<p>\xff</p>",
        "d.heex": b"<p  >a</p>\r\n<p>b</p>\r\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_bytes(text)
    with pytest.raises(SystemExit, match="1"):
        main(["fmt", str(tmp_path)])
    shown = capsys.readouterr()
    assert shown.out == f"formatted {tmp_path / 'd.heex'}\n"
    for place in ("a.py:1:5", "b.py:2:11", "c.heex:1:1"):
        assert str(tmp_path / place) in shown.err
    assert (tmp_path / "d.heex").read_bytes() == b"<p>a</p>\r\n<p>b</p>\r\n"
    assert all((tmp_path / name).read_bytes() == files[name] for name in ("a.py", "b.py", "c.heex"))


@pytest.mark.parametrize("command", ["fmt", "check"])
def test_a_path_that_leads_nowhere(tmp_path: Path, command: str) -> None:
    with pytest.raises(SystemExit, match="there is no file or folder"):
        main([command, str(tmp_path / "nope")])


def test_check_reports_faults_without_running_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.py"
    faulty = 'from actorlive import heex\nPAGE = heex("<p>{@a}</b>")\nraise SystemExit("ran")\n'
    page.write_text(faulty, encoding="utf-8")
    with pytest.raises(SystemExit, match="1 fault"):
        main(["check", str(tmp_path)])
    shown = capsys.readouterr().out
    assert f"{page}" in shown
    assert "^" in shown


def test_check_prints_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.heex"
    page.write_text("<p>{1}</b>", encoding="utf-8")
    with pytest.raises(SystemExit, match="1 fault"):
        main(["check", "--format=json", str(page)])
    assert '"line": 1' in capsys.readouterr().out
    with pytest.raises(SystemExit, match="1 fault"):
        main(["check", "--format=github", str(page)])
    assert capsys.readouterr().out.startswith("::error file=")
    page.write_text("<p>{1}</p>", encoding="utf-8")
    main(["check", "--format=json", str(page)])
    assert capsys.readouterr().out == "[]\n"


def test_check_warns_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.py"
    page.write_text(f"import html\n{TIDY}".replace("{1}", "{html.escape('a')}"), encoding="utf-8")
    main(["check", str(tmp_path)])
    said = capsys.readouterr()
    assert said.out.startswith("warning: only templates use the import html")
    assert said.err == "1 warning\n"
    page.write_text(f"import html\n{TIDY}".replace("{1}", "{html.escape('a')}{"), encoding="utf-8")
    with pytest.raises(SystemExit, match="1 fault"):
        main(["check", str(tmp_path)])


def test_check_says_nothing_where_nothing_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page.py").write_text(TIDY, encoding="utf-8")
    main(["check", str(tmp_path)])
    assert capsys.readouterr().out == ""

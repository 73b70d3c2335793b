"""What `actorlive new` writes; tests/packaging/test_application.py runs it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from actorlive.cli import main
from actorlive.new.naming import NewError
from actorlive.new.project import BARE, FULL, make_bare_project, make_project
from tests.new.test_wheel import write_wheel

ROOT = Path(__file__).parents[2]


def texts(folder: Path) -> dict[str, str]:
    """The files of an application but its wheel, by path."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".whl"]
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in files}


def test_each_file_has_the_name_where_the_placeholder_was(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path)
    make_project("my-app", tmp_path, wheel)
    make_project("tea-shop", tmp_path, wheel)
    plain, named = texts(tmp_path / "my-app"), texts(tmp_path / "tea-shop")
    assert set(named) == {name.replace("my_app", "tea_shop") for name in plain}
    for name, text in named.items():
        assert not {"my_app", "my-app", "My app"} & set(text.split("\n"))
        back = text.replace("tea_shop", "my_app").replace("tea-shop", "my-app").replace("Tea shop", "My app")
        assert back == plain[name.replace("tea_shop", "my_app")]
        for placeholder in ("my_app", "my-app", "My app", "actorlive.whl"):
            assert placeholder not in text, name


def test_what_is_not_named_is_as_it_is_in_the_package(tmp_path: Path) -> None:
    make_project("my-app", tmp_path, write_wheel(tmp_path))
    written = texts(tmp_path / "my-app")
    for name, text in written.items():
        if name not in {"pyproject.toml", "requirements.txt", "requirements-dev.txt"}:
            assert text == (FULL / name).read_text(encoding="utf-8")
    assert {"README.md", "Makefile", "Dockerfile", ".gitignore", ".dockerignore"} <= set(written)


def test_the_wheel_is_brought_along_and_pinned(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path)
    make_project("shop", tmp_path, wheel)
    shop = tmp_path / "shop"
    assert (shop / "vendor" / wheel.name).read_bytes() == wheel.read_bytes()
    assert f'actorlive = {{ path = "vendor/{wheel.name}" }}' in (shop / "pyproject.toml").read_text()
    for lock in ("requirements.txt", "requirements-dev.txt"):
        head, pins = (shop / lock).read_text().split(f"vendor/{wheel.name} \\\n    --hash=sha256:")
        assert all(line.startswith("#") for line in head.splitlines())
        assert pins.partition("\n")[2] == (FULL / lock).read_text().removeprefix(head)


def test_the_bare_one_is_ten_lines(tmp_path: Path) -> None:
    make_bare_project("shop", tmp_path)
    [(name, text)] = texts(tmp_path / "shop").items()
    assert name == "app.py"
    assert text == (BARE / "app.py").read_text()
    assert len([line for line in text.splitlines() if line.strip()]) == 10


@pytest.mark.parametrize("name", ["x", "a-name-of-some-length-indeed-30"[:30]])
def test_however_long_the_name_is_the_code_is_in_style(name: str, tmp_path: Path) -> None:
    make_project(name, tmp_path, write_wheel(tmp_path))
    ruff = [str(Path(sys.executable).parent / "ruff")]
    for command in (["check", "--no-cache", "."], ["format", "--no-cache", "--check", "."]):
        done = subprocess.run([*ruff, *command], cwd=tmp_path / name, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    main(["fmt", "--check", str(tmp_path / name)])
    main(["check", str(tmp_path / name)])


# -- what cannot be made -------------------------------------------------------


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("shop", "file", "link"):
        for make in (make_project, make_bare_project):
            with pytest.raises(
                NewError, match=f"there is a '{name}' here already: take another name, or remove it"
            ):
                make(name, tmp_path)
    assert (tmp_path / "file").read_text() == "mine"


def test_nothing_is_left_of_what_could_not_be_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = write_wheel(tmp_path)

    def full(source: Path, target: Path) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("actorlive.new.project.shutil.copyfile", full)
    with pytest.raises(OSError, match="the disk is full"):
        make_project("shop", tmp_path, wheel)
    assert list(tmp_path.iterdir()) == [wheel]


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(NewError, match=r"nothing can be written to .*/gone: No such file or directory"):
        make_bare_project("shop", tmp_path / "gone")


def test_the_names_of_what_it_is_built_on_are_taken(tmp_path: Path) -> None:
    for name in ("quart", "selectolax", "pyright", "nodeenv"):
        with pytest.raises(NewError, match="is a module that is installed"):
            make_bare_project(name, tmp_path)


def test_what_running_it_left_among_the_files_stays_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template"
    for name in ("__pycache__/app.pyc", "app.py", ".ruff_cache/x", "a/__pycache__/b.pyc", ".gitignore"):
        (template / name).parent.mkdir(parents=True, exist_ok=True)
        (template / name).write_text("")
    monkeypatch.setattr("actorlive.new.project.BARE", template)
    make_bare_project("shop", tmp_path)
    assert set(texts(tmp_path / "shop")) == {"app.py", ".gitignore"}


# -- the command ---------------------------------------------------------------


def test_the_command_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["new", "tea-shop", "--wheel", str(write_wheel(tmp_path))])
    assert capsys.readouterr().out == "cd tea-shop\nmake dev\nopen http://localhost:4000\n"
    main(["new", "bare-shop", "--bare"])
    assert capsys.readouterr().out == "cd bare-shop\nactorlive dev app:app\nopen http://localhost:4000\n"


def test_what_it_refuses_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["new", "class"])
    assert ended.value.code == (
        "actorlive: 'class' is a word of the language: take another name, as \"class-app\""
    )
    assert list(tmp_path.iterdir()) == []

"""Which wheel an application brings along."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from actorlive import __version__
from actorlive.new import wheel
from actorlive.new.naming import NewError
from actorlive.new.wheel import Wheel, find_wheel


def write_wheel(
    folder: Path, name: str = "actorlive", version: str = __version__, file: str | None = None
) -> Path:
    path = folder / (file or f"{name}-{version}-py3-none-any.whl")
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(
            f"{name}-{version}.dist-info/METADATA",
            f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n",
        )
    return path


class Installed:
    """A distribution that was installed from somewhere."""

    def __init__(self, noted: str | None) -> None:
        self._noted = noted

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return self._noted


def installed_from(noted: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def distribution(name: str) -> Installed:
        return Installed(noted)

    monkeypatch.setattr(wheel, "distribution", distribution)


def test_the_one_that_is_named_is_pinned_by_its_hash(tmp_path: Path) -> None:
    path = write_wheel(tmp_path)
    found = find_wheel(path)
    assert found == Wheel(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.requirement == f"vendor/{path.name} \\\n    --hash=sha256:{digest}\n"


def test_without_a_name_it_is_the_one_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    path = write_wheel(folder)
    noted = json.dumps({"url": path.as_uri(), "archive_info": {"hash": "sha256=0"}})
    installed_from(noted, monkeypatch)
    assert find_wheel(None) == Wheel(path)
    path.unlink()
    with pytest.raises(NewError, match="which wheel"):
        find_wheel(None)


@pytest.mark.parametrize(
    "noted",
    [
        None,  # from an index
        '{"url": "file:///src/actorlive", "dir_info": {"editable": true}}',
        '{"url": "https://example.org/actorlive-1-py3-none-any.whl", "archive_info": {}}',
        '{"url": "https://example.org/actorlive.git", "vcs_info": {"vcs": "git", "commit_id": "0"}}',
    ],
)
def test_where_it_was_installed_from_elsewhere_it_has_to_be_named(
    noted: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed_from(noted, monkeypatch)
    with pytest.raises(
        NewError, match=r"pass --wheel PATH \(`make wheel` in a checkout leaves one in dist/\)"
    ):
        find_wheel(None)


def test_another_file_is_refused_and_says_why(tmp_path: Path) -> None:
    text = tmp_path / "actorlive.whl"
    text.write_text("not a zip")
    empty = tmp_path / "empty.whl"
    zipfile.ZipFile(empty, "w").close()
    refused = {
        tmp_path / "nowhere.whl": f"there is no file '{tmp_path}/nowhere.whl' (from --wheel)",
        text: "actorlive.whl is not a wheel (from --wheel)",
        empty: "empty.whl is not a wheel (from --wheel)",
        write_wheel(
            tmp_path, "other"
        ): f"is other {__version__}, and this is actorlive {__version__}: take the wheel",
        write_wheel(
            tmp_path, version="99"
        ): f"is actorlive 99, and this is actorlive {__version__}: take the wheel",
        write_wheel(
            tmp_path, file="a.whl"
        ): "a.whl is not what the wheel was called, and pip would refuse it",
    }
    for path, words in refused.items():
        with pytest.raises(NewError) as error:
            find_wheel(path)
        assert words in str(error.value)

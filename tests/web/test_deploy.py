"""`actorlive check --deploy`: each thing that is missing has its line, and what is complete has none."""

from __future__ import annotations

from math import inf
from pathlib import Path
from typing import Any

import pytest

from actorlive.cli import main
from actorlive.web import Limits
from actorlive.web.deploy import missing
from tests.web.views import make_app

COMPLETE: dict[str, Any] = {"secret_key": "k" * 48, "hosts": ["example.com"], "https": True}


def test_nothing_is_missing_of_what_is_complete() -> None:
    assert missing(make_app(**COMPLETE)[1]) == []


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"secret_key": "short"}, "the secret key is too short"),
        ({"hosts": None}, "every host is served"),
        ({"hosts": ["*"]}, "every host is served"),
        ({"https": False}, "plain HTTP"),
        ({"debug": True}, "debug mode is on"),
        ({"check_origin": False}, "pages of any site may open a websocket"),
        ({"protect_forms": False}, "plain POSTs are not checked"),
        ({"csp": "script-src 'self' 'unsafe-inline'"}, "scripts in a page run"),
        ({"csp": "frame-ancestors 'self'"}, "scripts in a page run"),
        ({"csp": "default-src 'self'"}, None),
        ({"limits": Limits(heartbeat_timeout=inf)}, "nothing bounds heartbeat_timeout"),
    ],
)
def test_what_is_missing_has_its_line(options: dict[str, Any], line: str | None) -> None:
    found = missing(make_app(**{**COMPLETE, **options})[1])
    assert len(found) == (line is not None)
    assert all(line and line in told for told in found)


def test_the_command_names_them_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    make = "from quart_trio import QuartTrio\nfrom actorlive import ActorLive\napp = QuartTrio('x')\n"
    Path("bare_deploy.py").write_text(f"{make}ActorLive(app, secret_key='{'k' * 48}')\n", encoding="utf-8")
    options = 'hosts=["example.com"], https=True'
    Path("full_deploy.py").write_text(
        f"{make}ActorLive(app, secret_key='{'k' * 48}', {options})\n", encoding="utf-8"
    )
    main(["check", "--deploy", "full_deploy:app"])
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit, match="2 things are missing"):
        main(["check", "--deploy", "bare_deploy"])
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "every host is served",
        "cookies and pages travel over plain HTTP",
    ]
    with pytest.raises(SystemExit, match="nothing to check"):
        main(["check"])

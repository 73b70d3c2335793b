"""A container image without a container: the steps of a Dockerfile, run in a folder that was empty.

What `FROM` brings is pretended: a Python is a new environment with nothing but pip in it, and there are no users. An
absolute path lies below the folder. All else is as written: what is copied, what is run, with which environment, and
what the container starts.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import venv
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.browser.server import free_port

__all__ = ["Container", "Image", "build_image"]

STEP = re.compile(r"^([A-Z]+) +(.+)$", re.MULTILINE)
PRETENDED = {
    "useradd": "exit 0",
    "install": 'for last; do :; done; mkdir -p "$ROOT$last"',
}
"""Commands that need an operating system of one's own."""
PATIENCE = 120
"""Seconds in which a container has to end."""


@dataclass
class Image:
    """What the steps have made."""

    root: Path
    workdir: str = "/"
    env: dict[str, str] = field(default_factory=dict[str, str])
    entrypoint: list[str] = field(default_factory=list[str])
    health: list[str] = field(default_factory=list[str])

    @property
    def here(self) -> Path:
        """The working directory."""
        return self.root / self.workdir.lstrip("/")

    def environment(self) -> dict[str, str]:
        """Its own, and where commands are found; nothing of that of the tests."""
        inside = {key: self.inside(value) for key, value in self.env.items()}
        path = os.pathsep.join(
            [str(self.root / "pretended"), str(self.root / "python/bin"), "/usr/bin", "/bin"]
        )
        home = {key: value for key, value in os.environ.items() if key.startswith(("PIP_", "HOME"))}
        return {**home, **inside, "PATH": path, "ROOT": str(self.root)}

    def inside(self, value: str) -> str:
        """An absolute path lies below the folder."""
        return str(self.root) + value if value.startswith("/") else value

    def run(self, command: str) -> None:
        """One RUN."""
        done = subprocess.run(
            ["sh", "-ec", command], cwd=self.here, env=self.environment(), text=True, capture_output=True
        )
        assert done.returncode == 0, f"RUN {command}\n{done.stdout}{done.stderr}"


def build_image(dockerfile: str, context: Path, root: Path) -> Image:
    """Do the steps one after the other; `context` is the folder that they copy from. What is not known is refused."""
    image = Image(root)
    (root / "pretended").mkdir(parents=True)
    for name, script in PRETENDED.items():
        (root / "pretended" / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (root / "pretended" / name).chmod(0o755)
    for step, rest in STEP.findall(dockerfile.replace("\\\n", " ")):
        _do(image, step, rest, context)
    return image


def _do(image: Image, step: str, rest: str, context: Path) -> None:
    match step:
        case "FROM":
            assert rest.startswith("python:"), rest
            venv.create(image.root / "python", with_pip=True)
        case "WORKDIR":
            image.workdir = rest
            image.here.mkdir(parents=True, exist_ok=True)
        case "COPY":
            *sources, target = rest.split()
            for source in sources:
                _copy(context / source, image.here / target)
        case "RUN":
            image.run(rest)
        case "ENV":
            image.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        case "ENTRYPOINT":
            image.entrypoint = json.loads(rest)
        case "HEALTHCHECK":
            image.health = json.loads(rest.removeprefix("CMD "))
        case "USER" | "EXPOSE" | "VOLUME":
            pass  # what a container without a kernel of its own cannot have
        case _:
            raise AssertionError(f"nobody has said what {step} does here")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        target = target / source.name if target.is_dir() else target
        shutil.copy(source, target)


class Container:
    """What the image starts, on a port of its own; `env` is what `docker run -e` would say."""

    def __init__(self, image: Image, **env: str) -> None:
        self.image = image
        self.port = free_port()
        self.env = {**image.environment(), **env, "ACTORLIVE_BIND": f"127.0.0.1:{self.port}"}

    def __enter__(self) -> Self:
        """Returns once it is healthy."""
        self.process = subprocess.Popen(
            self._found(self.image.entrypoint),
            cwd=self.image.here,
            env=self.env,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr is not None
        said: list[str] = []
        for line in self.process.stderr:  # ends with the process
            said.append(line)
            if "is live at" in line:
                break
        assert self.is_healthy(), "".join(said)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def is_healthy(self) -> bool:
        """What its HEALTHCHECK says, or else the ready endpoint."""
        asked = "from urllib.request import urlopen; urlopen('http://127.0.0.1:4000/live/ready')"
        command = [
            word.replace(":4000/", f":{self.port}/") for word in self.image.health or ["python", "-c", asked]
        ]
        return not subprocess.run(self._found(command), env=self.env, capture_output=True).returncode

    def stop(self) -> int:
        """`docker stop`: SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def _found(self, command: list[str]) -> list[str]:
        """The command by its path: this process looks for it in a PATH of its own."""
        return [shutil.which(command[0], path=self.env["PATH"]) or command[0], *command[1:]]

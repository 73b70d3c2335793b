"""The build hook: the browser client, bundled and minified, goes into the wheel.

A checkout builds the client afresh with npm; without npm it takes the bundle that is there already. An sdist carries
the bundle and nothing to build it with, so there npm is not asked, whether it is there or not. An editable install
needs none of this: `make` builds the client beside it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = Path("actorlive/client/dist")
LOCK = "package-lock.json"


class ClientBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        npm = shutil.which("npm")
        if npm is not None and (root / LOCK).is_file():
            if not (root / "node_modules").is_dir():
                packages = [npm, "ci", "--omit=dev", "--no-audit", "--no-fund"]
                subprocess.run(packages, cwd=root, check=True)
            subprocess.run([npm, "run", "--silent", "build"], cwd=root, check=True)
        elif not (root / DIST / "actorlive.js").is_file():
            raise RuntimeError(
                f"{DIST}/actorlive.js is missing and npm is not installed: "
                "install Node.js 20 or newer, or build from the sdist, which carries the bundle"
            )

"""The build hook: the browser client, bundled and minified, goes into the wheel.

With npm at hand the client is built afresh; without it a bundle that is there already is taken (an
sdist carries one). An editable install needs none of this: `make` builds the client beside it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = Path("actorlive/client/dist")


class ClientBuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if npm := shutil.which("npm"):
            if not (root / "node_modules").is_dir():
                subprocess.run([npm, "ci", "--no-audit", "--no-fund"], cwd=root, check=True)
            subprocess.run([npm, "run", "--silent", "build"], cwd=root, check=True)
        elif not (root / DIST / "actorlive.js").is_file():
            raise RuntimeError(
                f"{DIST}/actorlive.js is missing and npm is not installed: "
                "install Node.js 20 or newer, or build from the sdist, which carries the bundle"
            )

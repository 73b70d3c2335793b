"""Is everything public typed? `pyright --verifytypes`, held to what the package's doors export.

Pyright counts every module without an underscore as public. We hold all of them to having no unknown type,
and the classes and functions that `actorlive` and its documented subpackages export to having a declared
type for each attribute, parameter and result. Prints what falls short; exit code 1 if anything does.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DOORS = [
    "actorlive",
    "actorlive.forms",
    "actorlive.js",
    "actorlive.pubsub",
    "actorlive.runtime",
    "actorlive.template",
    "actorlive.testing",
    "actorlive.web",
]

NEW = ("actorlive.new.full.", "actorlive.new.bare.")
"""Applications of others, read as a part of the package, where they do not find themselves. Pyright has them whole."""


def main() -> None:
    symbols = verify()
    public = exported()
    faults = [symbol for symbol in symbols if not symbol["name"].startswith(NEW) and fails(symbol, public)]
    for symbol in faults:
        print(symbol["name"])
        for diagnostic in symbol["diagnostics"]:
            print("   ", diagnostic["message"].replace("\n", "\n    "))
    print(f"{len(symbols)} symbols looked at, {len(faults)} without a type of their own")
    sys.exit(1 if faults else 0)


def verify() -> list[dict[str, Any]]:
    pyright = [
        str(ROOT / "node_modules/.bin/pyright"),
        "--verifytypes",
        "actorlive",
        "--ignoreexternal",
        "--outputjson",
    ]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        pyright, cwd=ROOT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    symbols: list[dict[str, Any]] = json.loads(done.stdout)["typeCompleteness"]["symbols"]
    return symbols


def exported() -> tuple[str, ...]:
    """The full names of what the doors export, as pyright names them."""
    names: set[str] = set()
    for door in DOORS:
        module = importlib.import_module(door)
        for name in module.__all__:
            value = getattr(module, name)
            home = getattr(value, "__module__", None)
            if isinstance(home, str) and home.startswith("actorlive"):
                names.add(f"{home}.{getattr(value, '__qualname__', name)}")
    return tuple(names)


def fails(symbol: dict[str, Any], public: tuple[str, ...]) -> bool:
    """Unknown anywhere; or, of what is exported, inferred where it should be declared."""
    if not symbol["isTypeAmbiguous"]:
        return not symbol["isTypeKnown"]
    name: str = symbol["name"]
    undeclared = any("missing" in diagnostic["message"] for diagnostic in symbol["diagnostics"])
    return undeclared and any(name == known or name.startswith(f"{known}.") for known in public)


if __name__ == "__main__":
    main()

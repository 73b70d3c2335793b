"""Doors that open when somebody knocks: a package's public names, imported when they are first used.

`import actorlive.runtime` must bring in no web framework, and the pytest plugin must cost nothing where no view is
tested, so two doors load their names late. Type checkers need those names as plain imports under `TYPE_CHECKING`.
Rule: they are written there and nowhere else. This module reads that block from the package's source and makes
`__getattr__`, `__dir__` and `__all__` of it. Rejected: a second table beside the block (the two drift apart), and a
stub file (the same names again, in another file).
"""

from __future__ import annotations

import ast
from contextlib import suppress
from importlib import import_module
from pkgutil import get_data
from typing import Any

__all__ = ["open_door"]


def open_door(
    package: str, namespace: dict[str, Any], *, extra: str = "", needs: tuple[str, ...] = ()
) -> None:
    """Give a package `__getattr__`, `__dir__` and `__all__` from its own `if TYPE_CHECKING:` imports.

    `namespace` is the package's `globals()`. Where one of the modules `needs` is missing, the error names the `extra`
    to install.
    """
    homes = _homes(package)

    def load(name: str) -> object:
        module = homes.get(name)
        if module is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            value = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name not in needs:
                raise
            told = f'{error.msg}, which {package} needs: pip install "{extra}"'
            raise ModuleNotFoundError(told, name=error.name) from None
        namespace[name] = value
        return value

    def names() -> list[str]:
        return sorted(homes)

    namespace.update(__getattr__=load, __dir__=names, __all__=names())


def _homes(package: str) -> dict[str, str]:
    """Public name → module, as the package's `if TYPE_CHECKING:` block imports them."""
    found: dict[str, str] = {}
    for statement in ast.parse(_source(package)).body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            for line in statement.body:
                if isinstance(line, ast.ImportFrom) and line.module is not None:
                    found.update({alias.name: line.module for alias in line.names})
    return found


def _source(package: str) -> bytes:
    source = None
    with suppress(OSError):
        source = get_data(package, "__init__.py")
    if source is None:
        raise ImportError(
            f"the source of {package} cannot be read; its public names stand there", name=package
        )
    return source

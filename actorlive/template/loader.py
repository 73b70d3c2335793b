"""Templates in files of their own."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from actorlive.template.errors import TemplateError
from actorlive.template.heex import compile_source
from actorlive.template.rendering.calls import Component
from actorlive.template.rendering.compiled import Compiled, Template
from actorlive.template.rendering.signature import Attrs
from actorlive.template.rendering.slots import Slot
from actorlive.template.syntax.source import Source

__all__ = ["embed_templates", "load_again", "load_template"]

SUFFIX = ".heex"

_loaded: WeakKeyDictionary[Compiled, Path] = WeakKeyDictionary()
"""The templates that came from files. Nothing else is kept of them here: their globals lead back to them."""


def load_template(path: str | Path, namespace: dict[str, Any]) -> Template:
    """Compile a `.heex` file; `namespace` are the globals in which its expressions run.

    Raises `TemplateError` for a fault in it, and where it is not UTF-8; `OSError` when it cannot be read.
    """
    template = compile_source(Source.of_path(Path(path)).tidy(), namespace)
    _loaded[template.core] = Path(path).resolve()
    return template


def load_again(path: Path) -> list[tuple[Compiled, Compiled]]:
    """Compile a file that has changed: each template that came from it, and what it would be now (`Compiled.become`).

    Raises as `load_template`.
    """
    known = [core for core, file in _loaded.items() if file == path.resolve()]
    return [(core, compile_source(Source.of_path(path).tidy(), core.namespace).core) for core in known]


def embed_templates(pattern: str) -> dict[str, Component[...]]:
    """Make a component of each `.heex` file that the pattern finds beside the calling module.

        globals().update(embed_templates("pages/*"))

    The file's name is the component's. What its template reads are its attributes, all optional; it takes
    `inner_block` and, as `@rest`, the global attributes where it reads those.
    Mirrors `Phoenix.Component.embed_templates/1`.
    """
    frame = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    folder = Path(frame.f_code.co_filename).parent
    found = sorted(path for path in folder.glob(pattern + SUFFIX))
    if not found:
        raise TemplateError(f"no template matches {pattern!r}", hint=f"looked for {folder / pattern}{SUFFIX}")
    return {path.stem: _component_of(path, frame.f_globals) for path in found}


def _component_of(path: Path, namespace: dict[str, Any]) -> Component[...]:
    template = load_template(path, namespace)

    def function(**values: object) -> Template:
        return template

    kinds = {"inner_block": (Slot[Any], Slot.empty), "rest": (Attrs, Attrs())}
    parameters: list[inspect.Parameter] = []
    for name in sorted(template.names):
        annotation, default = kinds.get(name, (object, None))
        parameters.append(
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )
    function.__name__ = path.stem
    function.__annotations__ = {p.name: p.annotation for p in parameters}
    vars(function)["__signature__"] = inspect.Signature(parameters)
    return Component(function)

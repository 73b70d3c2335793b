"""What the templates of a file are compiled to, for people (`actorlive check --show`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from actorlive.template.colocated.registry import ColocatedRegistry
from actorlive.template.compiler.listing import listing
from actorlive.template.errors import TemplateError
from actorlive.template.syntax.literals import calls_in
from actorlive.template.syntax.source import Source
from actorlive.template.tools.apart import take_apart
from actorlive.template.tools.modules import Module, means_heex, not_python, owners, read_module

__all__ = ["list_templates"]


def list_templates(path: Path, owner: str = "") -> str:
    """What the templates of a file are compiled to, or only those of the component or view named `owner`.

    Raises `TemplateError` for a fault in one, and where there is none.
    """
    if not path.is_file():
        raise TemplateError(f"there is no file {str(path)!r}")
    module = Module(path) if path.suffix == ".heex" else read_module(path)
    found = [Source.of_path(path)] if path.suffix == ".heex" else list(_sources(module, owner))
    if not found:
        whose = f" of {owner!r}" if owner else ""
        raise TemplateError(f"there is no template{whose} in {path}", hint="name a component or a view")
    return "\n\n".join(_listed(module, source.tidy()) for source in found)


def _sources(module: Module, owner: str) -> Iterator[Source]:
    if module.tree is None:
        raise not_python(module.path, module.path.read_text(encoding="utf-8", errors="replace"))
    of = dict(owners(module.tree))
    for call in calls_in(str(module.path)).values():
        whose = getattr(of.get(call.position), "name", "")
        source = call.source(str(module.path)) if means_heex(call.function, module.imports) else None
        if source is not None and owner in ("", whose):
            yield source


def _listed(module: Module, source: Source) -> str:
    line = source.position(0)[0] + 1
    nodes = take_apart(module, source, ColocatedRegistry())
    return f"# {source.filename}:{line}\n{listing(source, nodes)}"

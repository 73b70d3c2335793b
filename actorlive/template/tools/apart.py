"""A template of a module that is only read: its nodes, without its colocated code, and with its macros left in place.

Which macro a tag names is known when its module runs. Here it does not: each name that may be a macro stands for one
that leaves its tag as it is.
"""

from __future__ import annotations

from types import SimpleNamespace

from actorlive.template.colocated.extraction import extract
from actorlive.template.colocated.kinds import TYPES
from actorlive.template.colocated.registry import ColocatedRegistry
from actorlive.template.macros import MacroComponent, MacroContent, MacroElement, expand
from actorlive.template.syntax.nodes import TemplateNode
from actorlive.template.syntax.parser import parse
from actorlive.template.syntax.source import Source
from actorlive.template.tools.modules import Module

__all__ = ["take_apart"]


class _NotRun(MacroComponent):
    """Stands for a macro of the application, which is not run: the tag stays as it is."""

    @classmethod
    def transform(cls, element: MacroElement) -> MacroContent:
        return element


class _HasMacros:
    """Stands for an imported module: each of its names may be a macro."""

    def __getattr__(self, name: str) -> object:
        return _NotRun


def take_apart(module: Module, source: Source, into: ColocatedRegistry) -> tuple[TemplateNode, ...]:
    """The nodes of a template without its colocated code, and with its macros in their places."""
    namespace = _namespace(module)
    return extract(source, expand(source, parse(source), namespace), namespace, into=into)


def _namespace(module: Module) -> dict[str, object]:
    """What of a module's globals is needed to know what a `:type` means."""
    namespace: dict[str, object] = {"__name__": module.path.stem, "__file__": str(module.path)}
    namespace |= dict.fromkeys(module.classes, _NotRun)
    namespace |= {name: _NotRun if of else _HasMacros() for name, (_, of) in module.imports.items()}
    namespace |= {name: TYPES[of] for name, (_, of) in module.imports.items() if of in TYPES}
    whole = [name for name, imported in module.imports.items() if imported == ("actorlive", "")]
    return namespace | dict.fromkeys(whole, SimpleNamespace(**TYPES))

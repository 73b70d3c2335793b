"""What a template was compiled to, as text that a person can read (`actorlive check --show`)."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from actorlive.template.compiler.codegen import HELPERS, Generator
from actorlive.template.rendering.known import BUILTINS
from actorlive.template.syntax.nodes import TemplateNode
from actorlive.template.syntax.source import Source

__all__ = ["listing"]


def listing(source: Source, nodes: tuple[TemplateNode, ...]) -> str:
    """The statics, constants and functions of a template, as they are without the names of its module.

    The last function is the template's own; the names that begin with `__h_` are helpers (`compiler.codegen`).
    """
    generator = Generator(source, {}, BUILTINS)
    name, statics = generator.write(nodes)
    factory = generator.module(name).body[0]
    assert isinstance(factory, ast.FunctionDef)
    constants = _constants(generator.constants)
    functions = map(ast.unparse, factory.body[:-1])
    return "\n\n".join(["\n".join([*constants, f"statics = {statics!r}"]), *functions]) + "\n"


def _constants(constants: Mapping[str, object]) -> list[str]:
    return [f"{name} = {value!r}" for name, value in constants.items() if name not in HELPERS]

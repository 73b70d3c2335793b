"""What a code generator keeps: generated functions, placeholders for the user's expressions, constants."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

from actorlive.template.compiler.holes import Locals
from actorlive.template.compiler.reads import Read, free_names, reads_of, roots
from actorlive.template.syntax.expression import Code, Loop, UnpackTarget
from actorlive.template.syntax.nodes import ComponentCall
from actorlive.template.syntax.source import Source

__all__ = ["Writer"]


class Writer:
    """The state of the generation of one template.

    `functions` are texts, `trees` the user's expressions by placeholder, `constants` what the factory is
    called with, `spans` where in the template each function comes from, `names` the assigns and where each is
    read first, `free` the first use of each name that is the module's, `locals` the template's own by placeholder.
    """

    def __init__(self, source: Source, namespace: dict[str, Any], builtins: Mapping[str, object]) -> None:
        self.source = source
        self.namespace = namespace
        self.builtins = builtins
        self.numbers = count()
        self.trees: dict[str, ast.expr] = {}
        self.spans: dict[str, tuple[int, int]] = {}
        self.constants: dict[str, Any] = {}
        self.functions: list[str] = []
        self.names: dict[str, int] = {}
        self.free: dict[str, ast.Name] = {}
        self.locals: dict[str, Collection[str]] = {}
        self.calls: list[ComponentCall] = []

    def function_name(self, kind: str, start: int, end: int) -> str:
        name = f"__{kind}_{next(self.numbers)}"
        self.spans[name] = (start, end)
        return name

    def constant(self, value: object) -> str:
        name = f"__k_{next(self.numbers)}"
        self.constants[name] = value
        return name

    def code(self, code: Code, scope: Locals) -> tuple[str, frozenset[Read]]:
        """A placeholder for the expression, and what it reads."""
        return self.tree(code.tree, code.start, scope)

    def tree(self, tree: ast.expr, start: int, scope: Locals) -> tuple[str, frozenset[Read]]:
        reads = reads_of(tree, scope.keys)
        for name in roots(reads):
            self.names.setdefault(name, start)
        for free in free_names(tree):
            if free.id not in scope.keys:
                self.free.setdefault(free.id, free)
        name = f"__p_{next(self.numbers)}"
        self.trees[name] = tree
        self.locals[name] = scope.keys.keys()
        return name, reads

    def target(self, target: UnpackTarget) -> str:
        name = f"__p_{next(self.numbers)}"
        self.trees[name] = target.tree
        self.locals[name] = target.names
        return name

    def filters(self, loop: Loop, inner: Locals) -> tuple[str, frozenset[Read]]:
        text, reads = "", frozenset[Read]()
        for code in loop.conditions:
            test, more = self.code(code, inner)
            text += f" if {test}"
            reads |= more
        return text, reads

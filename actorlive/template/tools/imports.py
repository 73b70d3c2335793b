"""What linters cannot know of a module's imports: which of them its templates use (`actorlive.template.usage`).

Two warnings, since the page works either way: an import that only templates use and that no `use_in_templates` names,
which `ruff check --fix` would remove; and a name there that no template uses, which keeps an idle import alive. Neither
is given where not all templates of a module are in sight.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from actorlive.template.errors import TemplateError, TemplateWarning
from actorlive.template.rendering.compiled import Generated
from actorlive.template.rendering.known import BUILTINS, KNOWN
from actorlive.template.syntax.source import Source
from actorlive.template.tools.modules import Module, at_module_level, callee
from actorlive.template.usage import FROM_HERE, NOT_A_NAME

__all__ = ["import_faults", "names_used"]

_SILENCED = re.compile(r"#\s*noqa(?!\s*:(?!.*\bF401\b))", re.IGNORECASE)
_FROM_FILES = frozenset(("embed_templates", "load_template"))


def names_used(module: Module, generated: Generated) -> set[str]:
    """The imports of a module that one of its templates uses."""
    roots = {call.name.lstrip(".").partition(".")[0] for call in generated.calls}
    used = (roots | {node.id for node in generated.free}) & module.imports.keys()
    return {name for name in used if not _comes_along(module, name)}


def _comes_along(module: Module, name: str) -> bool:
    """True for what every template knows: its import may go."""
    source = module.imports[name][0]
    return (name in KNOWN or name in BUILTINS) and source.partition(".")[0] == "actorlive"


def import_faults(module: Module, used: Collection[str]) -> Iterator[TemplateError]:
    """What to tell of a module's imports, whose templates use these."""
    if module.tree is None:
        return
    source = Source.of_file("", str(module.path))
    seen = set(_names_in_python(module.tree))
    for alias in _imports(module.tree):
        name = alias.asname or alias.name
        if name in used and name not in seen and alias.asname != alias.name and not _silenced(source, alias):
            yield _unseen(source, alias, name)
    takes_files = any(callee(call.func) in _FROM_FILES for call in _calls(module.tree))
    for argument in _declared(module):
        if not isinstance(argument, ast.Name):
            yield source.error_at(NOT_A_NAME, argument, hint=FROM_HERE)
        elif argument.id in module.imports and argument.id not in used and not takes_files:
            yield _idle(source, argument)


def _names_in_python(tree: ast.Module) -> Iterator[str]:
    """The names that the module's own code reads, in annotations and in `__all__` too, where they are strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
            yield node.value


def _imports(tree: ast.Module) -> Iterator[ast.alias]:
    for node in at_module_level(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from node.names


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _declared(module: Module) -> Iterator[ast.expr]:
    """What stands in the module's calls of `use_in_templates`."""
    assert module.tree is not None
    for call in _calls(module.tree):
        name = callee(call.func)
        if (module.imports.get(name, ("", ""))[1] or name) == "use_in_templates":
            yield from call.args


def _silenced(source: Source, alias: ast.alias) -> bool:
    """True where the line tells linters to say nothing about it."""
    return _SILENCED.search(source.line(alias.lineno - 1)) is not None


def _unseen(source: Source, alias: ast.alias, name: str) -> TemplateError:
    return source.error_in_file(
        f"only templates use the import {name}, which linters cannot see: ruff check --fix removes it",
        alias.lineno,
        alias.col_offset,
        alias.end_col_offset,
        hint=f"write use_in_templates({name}) below the imports",
        kind=TemplateWarning,
    )


def _idle(source: Source, argument: ast.Name) -> TemplateError:
    return source.error_in_file(
        f"no template of this module uses {argument.id}",
        argument.lineno,
        argument.col_offset,
        argument.end_col_offset,
        hint="take it out of use_in_templates; a linter then says whether its import may go",
        kind=TemplateWarning,
    )

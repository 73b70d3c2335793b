"""What the syntax of a module tells about its templates: components, classes, names, imports. Nothing is run."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from actorlive.template.errors import TemplateError
from actorlive.template.rendering.signature import Attrs, Parameter, Signature
from actorlive.template.rendering.slots import Slot

__all__ = [
    "Imports",
    "Module",
    "at_module_level",
    "callee",
    "class_parameters",
    "imports_of",
    "means_heex",
    "not_python",
    "owners",
    "parameter_names",
    "read_module",
]

Imports = dict[str, tuple[str, str]]

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_PLAIN = {"str": str, "int": int, "float": float, "bool": bool, "bytes": bytes, "list": list, "dict": dict}


class _Anything(Attrs):
    """A pass-through of which nothing is known."""

    def accepts(self, name: str) -> bool:
        return True


@dataclass
class Module:
    """What one module has. With `stars` it may have more: nothing is said about a name that is not here."""

    path: Path
    components: dict[str, Signature] = field(default_factory=dict[str, Signature])
    functions: set[str] = field(default_factory=set[str])
    classes: dict[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    names: set[str] = field(default_factory=set[str])
    imports: Imports = field(default_factory=dict[str, tuple[str, str]])
    stars: bool = False
    tree: ast.Module | None = None
    attrs: dict[str, Attrs] = field(default_factory=dict[str, Attrs])
    values: dict[str, ast.expr] = field(default_factory=dict[str, ast.expr])


def read_module(path: Path) -> Module:
    """Read a file; without a `tree` when it is not Python."""
    module = Module(path)
    try:
        linecache.checkcache(str(path))
        module.tree = ast.parse("".join(linecache.getlines(str(path))))
    except (SyntaxError, ValueError):
        return module
    for node in ast.walk(module.tree):
        _note(module, node)
    for node in at_module_level(module.tree):
        _note_name(module, node)
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            module.functions.add(node.name)
        if isinstance(node, ast.FunctionDef) and _is_component(node):
            module.components[node.name] = _signature(node, module.attrs)
    return module


def _note(module: Module, node: ast.AST) -> None:
    if isinstance(node, ast.Import | ast.ImportFrom):
        module.stars |= any(alias.name == "*" for alias in node.names)
        module.imports.update(_imported(node))
    elif isinstance(node, ast.ClassDef):
        module.classes[node.name] = node
    elif isinstance(node, ast.Global):
        module.names.update(node.names)
    elif isinstance(node, ast.Call) and callee(node.func) in ("globals", "setattr"):
        module.stars = True
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        module.attrs[node.targets[0].id] = _attrs(node.value, {})
        module.values[node.targets[0].id] = node.value


def _imported(node: ast.Import | ast.ImportFrom) -> Imports:
    if isinstance(node, ast.Import):
        return {alias.asname or alias.name: (alias.name, "") for alias in node.names}
    source = "." * node.level + (node.module or "")
    return {alias.asname or alias.name: (source, alias.name) for alias in node.names}


def imports_of(tree: ast.Module) -> Imports:
    """What a module imports, anywhere in it: the module and the name in it, by the name that it has here."""
    imports: Imports = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.update(_imported(node))
    return imports


def means_heex(called: ast.expr, imports: Imports) -> bool:
    """Whether a call is one of `heex`, whatever its name is where those are the imports."""
    name = callee(called)
    return (imports.get(name, ("", ""))[1] or name) == "heex"


def at_module_level(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes but those inside functions and classes."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, _SCOPES):
            pending += ast.iter_child_nodes(node)


def _note_name(module: Module, node: ast.AST) -> None:
    """A name that the module has when it has run."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        module.names.update(alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, _SCOPES):
        module.names.add(node.name)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        module.names.add(node.id)
    elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name is not None:
        module.names.add(node.name)


def owners(tree: ast.Module) -> Iterator[tuple[tuple[int, int], ast.AST]]:
    """The position of each call, with the component or the view that it belongs to."""
    pending: list[tuple[ast.AST, ast.AST | None]] = [(tree, None)]
    while pending:
        node, owner = pending.pop()
        if isinstance(node, ast.ClassDef):
            owner = node
        elif isinstance(node, ast.FunctionDef):
            is_render = isinstance(owner, ast.ClassDef) and node in owner.body and node.name == "render"
            owner = node if _is_component(node) else owner if is_render else None
        elif isinstance(node, ast.Call) and owner is not None:
            yield (node.lineno, node.col_offset), owner
        pending += [(child, owner) for child in ast.iter_child_nodes(node)]


def _is_component(node: ast.FunctionDef) -> bool:
    return any(callee(d.func if isinstance(d, ast.Call) else d) == "component" for d in node.decorator_list)


def callee(node: ast.expr | None) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def parameter_names(node: ast.FunctionDef) -> frozenset[str]:
    """The names of a function's parameters."""
    return frozenset(arg.arg for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))


def class_parameters(node: ast.ClassDef) -> dict[str, Parameter]:
    """What the class of a live component takes by its own annotations."""
    parameters: dict[str, Parameter] = {}
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name, annotation = statement.target.id, _annotation(statement)
        base = callee(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
        if name.startswith("_") or base in ("ClassVar", "Stream"):
            continue
        kind: Literal["slot", "attribute"] = "slot" if base == "Slot" else "attribute"
        type_ = Slot if kind == "slot" else _type(annotation)
        parameters[name] = Parameter(name, kind, statement.value is None, None, type_)
    return parameters


def _signature(node: ast.FunctionDef, attrs: Mapping[str, Attrs]) -> Signature:
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    pairs = [*zip(positional, [*defaults, *arguments.defaults], strict=True)]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    parameters: dict[str, Parameter] = {}
    rest_name, rest = "", None
    for argument, default in pairs:
        annotation = _annotation(argument)
        base = callee(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
        if base == "Attrs":
            rest_name, rest = argument.arg, Attrs() if default is None else _attrs(default, attrs)
            parameters[argument.arg] = Parameter(argument.arg, "rest", False, None, Attrs)
            continue
        kind: Literal["slot", "attribute"] = "slot" if base == "Slot" else "attribute"
        type_ = Slot if kind == "slot" else _type(annotation)
        parameters[argument.arg] = Parameter(argument.arg, kind, default is None, None, type_)
    return Signature(node.name, parameters, rest_name, rest)


def _annotation(argument: ast.arg | ast.AnnAssign) -> Any:
    annotation: Any = argument.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _attrs(default: ast.expr, known: Mapping[str, Attrs]) -> Attrs:
    """What `Attrs()`, `Attrs.include("a", "b")`, or a constant of the module takes."""
    if isinstance(default, ast.Name):
        return known.get(default.id, _Anything())
    if isinstance(default, ast.Call) and all(isinstance(arg, ast.Constant) for arg in default.args):
        if callee(default.func) == "include":
            return Attrs.include(*(str(arg.value) for arg in default.args if isinstance(arg, ast.Constant)))
        if callee(default.func) == "Attrs":
            return Attrs()
    return _Anything()


def _type(annotation: Any) -> Any:
    """The type that an annotation means, as far as its text tells; `Any` beyond that."""
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return None
    if isinstance(annotation, ast.Name):
        return _PLAIN.get(annotation.id, Any)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        parts = [_type(annotation.left), _type(annotation.right)]
        return Any if Any in parts else parts[0] | parts[1]
    if isinstance(annotation, ast.Subscript):
        if callee(annotation.value) == "Literal":
            values = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
            if all(isinstance(value, ast.Constant) for value in values):
                return Literal[tuple(value.value for value in values if isinstance(value, ast.Constant))]
        return _type(annotation.value)
    return Any


def not_python(path: Path, text: str) -> TemplateError:
    """The error about a file that Python cannot parse."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        lineno = error.lineno or 1
        return TemplateError(
            f"the module is not Python: {error.msg}",
            filename=str(path),
            lineno=lineno,
            column=error.offset or 1,
            line=(text.split("\n")[lineno - 1 :] or [""])[0],
        )
    except ValueError:
        pass
    return TemplateError("the module cannot be read", filename=str(path), lineno=1, column=1)

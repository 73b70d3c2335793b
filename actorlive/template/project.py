"""All import-time faults of a project's templates, without importing it (`actorlive check`).

Importing stops at the first fault, and runs the application. Here the files are only read: templates are compiled
against an empty namespace, and what their names mean is worked out from the syntax of the modules. What cannot
be worked out (a computed base class, a star import) is given the benefit of the doubt.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from actorlive.errors import did_you_mean
from actorlive.template.calls import call_faults, signature_faults
from actorlive.template.codegen import Generated, generate
from actorlive.template.errors import TemplateError
from actorlive.template.literals import HeexCall, calls_in
from actorlive.template.nodes import Call
from actorlive.template.parser import parse
from actorlive.template.signature import Attrs, Parameter, Signature
from actorlive.template.slots import Slot
from actorlive.template.source import Source
from actorlive.template.template import SPECIAL_ASSIGNS, Compiled, builtins, check_names

__all__ = ["check_project", "source_files"]

_SKIPPED = frozenset(("node_modules", "__pycache__", "build", "dist", "site-packages"))
_ROOTS = frozenset(("LiveView", "LiveComponent"))
_PLAIN = {"str": str, "int": int, "float": float, "bool": bool, "bytes": bytes, "list": list, "dict": dict}


def check_project(paths: Iterable[str | Path]) -> list[TemplateError]:
    """The faults of all templates in the files, and in the folders, of `paths`, in the order of the files."""
    files = source_files(paths)
    project = _Project([file for file in files if file.suffix == ".py"])
    faults: list[TemplateError] = []
    for file in files:
        found = _heex_file(file) if file.suffix == ".heex" else project.faults(file)
        faults += sorted(found, key=lambda fault: (fault.lineno, fault.column))
    return faults


def source_files(paths: Iterable[str | Path]) -> list[Path]:
    """The Python and `.heex` files of `paths`, each once, in order."""
    return sorted({file for path in paths for file in _files(Path(path))})


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for child in path.iterdir():
        if child.name.startswith(".") or child.name in _SKIPPED:
            continue
        if child.is_dir():
            yield from _files(child)
        elif child.suffix in (".py", ".heex"):
            yield child


def _heex_file(path: Path) -> Iterator[TemplateError]:
    source = Source.of_file(path.read_text(encoding="utf-8"), str(path)).tidy()
    try:
        _compile(source)
    except TemplateError as error:
        yield error


def _compile(source: Source) -> Generated:
    try:
        return generate(source, parse(source), {}, builtins)
    except (RecursionError, MemoryError):
        raise source.error("the template is too deep, or too large, for Python", 0) from None


class _Anything(Attrs):
    """A pass-through of which nothing is known."""

    def accepts(self, name: str) -> bool:
        return True


@dataclass
class _Module:
    """What the syntax of a module tells."""

    path: Path
    components: dict[str, Signature] = field(default_factory=dict[str, Signature])
    classes: dict[str, ast.ClassDef] = field(default_factory=dict[str, ast.ClassDef])
    names: set[str] = field(default_factory=set[str])
    imports: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    stars: bool = False
    tree: ast.Module | None = None
    attrs: dict[str, Attrs] = field(default_factory=dict[str, Attrs])


class _Project:
    def __init__(self, files: list[Path]) -> None:
        self.modules = {file: _read(file) for file in files}

    def faults(self, file: Path) -> Iterator[TemplateError]:
        module = self.modules[file]
        if module.tree is None:
            yield _not_python(file)
            return
        owners = dict(_owners(module.tree))
        for call in calls_in(str(file)).values():
            if _name(call.function) == "heex":
                yield from self._template(module, call, owners.get(call.position))

    def _template(self, module: _Module, call: HeexCall, owner: ast.AST | None) -> Iterator[TemplateError]:
        source = call.source(str(module.path))
        if source is None:
            return
        try:
            source = source.tidy()
            generated = _compile(source)
            core = Compiled(source, generated)
            declared = self._declared(module, owner)
            if declared is not None and not call.open_keywords:
                check_names(core, declared[0] | call.keywords, declared[1])
        except TemplateError as error:
            yield error
            return
        for used in generated.calls:
            yield from self._call(module, source, used)

    # What a template may read ------------------------------------------------------------------------

    def _declared(self, module: _Module, owner: ast.AST | None) -> tuple[frozenset[str], str] | None:
        if isinstance(owner, ast.FunctionDef):
            return frozenset(arg.arg for arg in _arguments(owner)), f"component {owner.name}"
        if isinstance(owner, ast.ClassDef):
            names = self._annotated(module, owner, 0)
            return None if names is None else (names | SPECIAL_ASSIGNS, owner.name)
        return None

    def _annotated(self, module: _Module, node: ast.ClassDef, depth: int) -> frozenset[str] | None:
        """The annotated attributes of a view and its bases; None where a base is out of sight."""
        own = {
            statement.target.id
            for statement in node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        }
        is_view = False
        for base in node.bases:
            name = _name(base.value if isinstance(base, ast.Subscript) else base)
            if name in _ROOTS:
                is_view = True
                continue
            found = self._find_class(module, name)
            inherited = self._annotated(*found, depth + 1) if found is not None and depth < 20 else None
            if inherited is None:
                return None
            own |= inherited
            is_view = True
        return frozenset(own) if is_view else None

    def _find_class(self, module: _Module, name: str) -> tuple[_Module, ast.ClassDef] | None:
        if name in module.classes:
            return module, module.classes[name]
        source, original = module.imports.get(name, ("", ""))
        other = self._module(module, source)
        return self._find_class(other, original) if other is not None and original else None

    # What a template may call ------------------------------------------------------------------------

    def _call(self, module: _Module, source: Source, call: Call) -> Iterator[TemplateError]:
        root, *path = call.name.lstrip(".").split(".")
        if not path:
            signature = self._find_component(module, root)
            if signature is not None:
                yield from signature_faults(source, call, signature)
            elif root not in module.names and root in builtins:
                yield from call_faults(source, call, builtins[root])
            elif root not in module.names and not module.stars:
                yield self._missing(source, call, module, root)
        elif len(path) == 1:
            other = self._imported(module, root)
            if other is not None and path[0] in other.components:
                yield from signature_faults(source, call, other.components[path[0]])
            elif other is not None and path[0] not in other.names and not other.stars:
                yield self._missing(source, call, other, path[0])

    def _missing(self, source: Source, call: Call, module: _Module, name: str) -> TemplateError:
        near = did_you_mean(name, [*module.components, *builtins])
        hint = f"define or import it in the module of the template.{near}"
        return source.error(f"there is no component <{call.name}>", call.start, call.end, hint=hint)

    def _find_component(self, module: _Module, name: str) -> Signature | None:
        if name in module.components:
            return module.components[name]
        source, original = module.imports.get(name, ("", ""))
        other = self._module(module, source)
        return self._find_component(other, original) if other is not None and original else None

    def _imported(self, module: _Module, name: str) -> _Module | None:
        """The project's module that a name stands for."""
        source, original = module.imports.get(name, ("", ""))
        return self._module(module, f"{source}.{original}" if original else source)

    def _module(self, module: _Module, dotted: str) -> _Module | None:
        if not dotted.strip("."):
            return None
        tail = Path(*dotted.strip(".").split("."))
        for path, other in self.modules.items():
            for candidate in (tail.with_suffix(".py"), tail / "__init__.py"):
                if path.parts[-len(candidate.parts) :] == candidate.parts and other is not module:
                    return other
        return None


# Reading a module -------------------------------------------------------------------------------------------


def _read(path: Path) -> _Module:
    module = _Module(path)
    try:
        module.tree = ast.parse("".join(linecache.getlines(str(path))))
    except (SyntaxError, ValueError):
        return module
    for node in ast.walk(module.tree):
        _note(module, node)
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef) and _is_component(node):
            module.components[node.name] = _signature(node, module.attrs)
    return module


def _note(module: _Module, node: ast.AST) -> None:
    if isinstance(node, ast.ImportFrom):
        source = "." * node.level + (node.module or "")
        for alias in node.names:
            module.stars |= alias.name == "*"
            module.imports[alias.asname or alias.name] = (source, alias.name)
            module.names.add(alias.asname or alias.name)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            module.imports[alias.asname or alias.name] = (alias.name, "")
            module.names.add(alias.asname or alias.name.partition(".")[0])
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        module.names.add(node.name)
        if isinstance(node, ast.ClassDef):
            module.classes[node.name] = node
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        module.names.add(node.id)
    elif isinstance(node, ast.Call) and _name(node.func) in ("globals", "setattr"):
        module.stars = True
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        module.attrs[node.targets[0].id] = _attrs(node.value, {})


def _owners(tree: ast.Module) -> Iterator[tuple[tuple[int, int], ast.AST]]:
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
    return any(_name(d.func if isinstance(d, ast.Call) else d) == "component" for d in node.decorator_list)


def _name(node: ast.expr | None) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _arguments(node: ast.FunctionDef) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


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
        base = _name(annotation.value if isinstance(annotation, ast.Subscript) else annotation)
        if base == "Attrs":
            rest_name, rest = argument.arg, Attrs() if default is None else _attrs(default, attrs)
            parameters[argument.arg] = Parameter(argument.arg, "rest", False, None, Attrs)
            continue
        kind: Literal["slot", "attribute"] = "slot" if base == "Slot" else "attribute"
        type_ = Slot if kind == "slot" else _type(annotation)
        parameters[argument.arg] = Parameter(argument.arg, kind, default is None, None, type_)
    return Signature(node.name, parameters, rest_name, rest)


def _annotation(argument: ast.arg) -> Any:
    annotation: Any = argument.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return ast.parse(annotation.value, mode="eval").body
    return annotation


def _attrs(default: ast.expr, known: Mapping[str, Attrs]) -> Attrs:
    """What `Attrs()`, `Attrs.include("a", "b")`, or a constant of the module takes."""
    if isinstance(default, ast.Name):
        return known.get(default.id, _Anything())
    if isinstance(default, ast.Call) and all(isinstance(arg, ast.Constant) for arg in default.args):
        if _name(default.func) == "include":
            return Attrs.include(*(str(arg.value) for arg in default.args if isinstance(arg, ast.Constant)))
        if _name(default.func) == "Attrs":
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
        if _name(annotation.value) == "Literal":
            values = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
            if all(isinstance(value, ast.Constant) for value in values):
                return Literal[tuple(value.value for value in values if isinstance(value, ast.Constant))]
        return _type(annotation.value)
    return Any


def _not_python(path: Path) -> TemplateError:
    try:
        ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        line = linecache.getline(str(path), error.lineno or 1)
        return TemplateError(
            f"the module is not Python: {error.msg}",
            filename=str(path),
            lineno=error.lineno or 1,
            column=error.offset or 1,
            line=line,
        )
    except ValueError:
        pass
    return TemplateError("the module cannot be read", filename=str(path), lineno=1, column=1)

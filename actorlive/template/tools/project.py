"""All import-time faults of a project's templates, without importing it (`actorlive check`).

Importing stops at the first fault, and runs the application. Here the files are only read: templates are compiled
against an empty namespace, and what their names mean is worked out from the syntax of the modules. What cannot
be worked out (a computed base class, a star import) is given the benefit of the doubt. A name that the module does
not have is reported here, too, though the import cannot know: it may still be defined further down.
"""

from __future__ import annotations

import ast
import builtins as python
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from actorlive.errors import did_you_mean
from actorlive.template.colocated.registry import ColocatedRegistry
from actorlive.template.compiler.check_calls import (
    call_faults,
    live_signature_faults,
    module_name,
    no_component,
    signature_faults,
)
from actorlive.template.compiler.codegen import generate
from actorlive.template.errors import TemplateError
from actorlive.template.heex import not_a_literal
from actorlive.template.names import snake_case
from actorlive.template.rendering.compiled import (
    SPECIAL_ASSIGNS,
    Compiled,
    Generated,
    undeclared,
    unknown_events,
)
from actorlive.template.rendering.known import BUILTINS, KNOWN
from actorlive.template.rendering.signature import Parameter, Signature
from actorlive.template.syntax.client_rules import bindings
from actorlive.template.syntax.literals import HeexCall, calls_in, other_calls
from actorlive.template.syntax.nodes import ComponentCall
from actorlive.template.syntax.root import root_fault
from actorlive.template.syntax.source import Source
from actorlive.template.tools.apart import take_apart
from actorlive.template.tools.files import source_files
from actorlive.template.tools.imports import import_faults, names_used
from actorlive.template.tools.modules import (
    Module,
    callee,
    class_parameters,
    means_heex,
    not_python,
    owners,
    parameter_names,
    read_module,
)

__all__ = ["check_project"]

_ROOTS = {"LiveView": frozenset[str](), "LiveComponent": frozenset(("id", "myself"))}
"""The base classes of what has assigns, with those that come with them."""
_LENT = KNOWN.keys() | vars(python).keys()


def check_project(paths: Iterable[str | Path]) -> list[TemplateError]:
    """The faults of all templates in the files, and in the folders, of `paths`, in the order of the files.

    Those that are a `TemplateWarning` do no harm yet. Raises `TemplateError` for a path that does not exist.
    """
    files = source_files(paths)
    project = _Project(files)
    faults = {file: list(project.faults(file)) for file in files}
    for file in files:
        faults[file] += project.import_faults(file)
        faults[file].sort(key=lambda fault: (fault.lineno, fault.column))
    return [fault for file in files for fault in faults[file]]


@dataclass(frozen=True)
class _Owner:
    """Whose a template is, the names that it may read, and the events that it may bind; None: not known."""

    name: str
    names: frozenset[str] | None
    events: frozenset[str] | None = None
    has_root: bool = False
    """True for a live component."""


class _Project:
    def __init__(self, files: Iterable[Path]) -> None:
        self.modules = {file: read_module(file) for file in files if file.suffix != ".heex"}
        self.colocated = ColocatedRegistry()
        self._used: defaultdict[Path, set[str]] = defaultdict(set)
        """The imports that the templates of a module use."""
        self._half_seen: set[Path] = set()
        """The modules of which a template could not be read."""
        self._files_seen: set[Path] = set()

    def faults(self, file: Path) -> Iterator[TemplateError]:
        if file.suffix == ".heex":
            yield from self._heex_file(file)
            return
        module = self.modules[file]
        if module.tree is None:
            yield not_python(file, file.read_text(encoding="utf-8", errors="replace"))
            return
        for call in other_calls(str(file)).values():
            if means_heex(call.func, module.imports):
                self._half_seen.add(file)
                yield not_a_literal(str(file), call)
        of = dict(owners(module.tree))
        for call in calls_in(str(file)).values():
            source = call.source(str(file)) if means_heex(call.function, module.imports) else None
            if source is not None:
                yield from self._template(module, source, self._declared(module, of.get(call.position), call))

    def _heex_file(self, path: Path) -> Iterator[TemplateError]:
        """A template in a file of its own: that of a view of a module beside it, or one that is embedded."""
        self._files_seen.add(path)
        try:
            source = Source.of_path(path)
        except TemplateError as error:
            yield error
            return
        module, view = self._view_of(path)
        yield from self._template(module, source, self._declared(module, view) if view is not None else None)

    def import_faults(self, file: Path) -> Iterator[TemplateError]:
        """What to tell of a module's imports, once the faults of all files are found."""
        module = self.modules.get(file)
        if module is None:
            return
        for beside in set(file.parent.glob("*.heex")) - self._files_seen:
            if self._view_of(beside)[0] is module:
                list(self._heex_file(beside))
        if file not in self._half_seen:
            yield from import_faults(module, self._used[file])

    def _view_of(self, path: Path) -> tuple[Module, ast.ClassDef | None]:
        for beside in sorted(path.parent.glob("*.py")):
            module = self.modules.get(beside) or read_module(beside)
            for name, node in module.classes.items():
                if name.lower() == path.stem.replace("_", ""):
                    return module, node
        return Module(path, stars=True), None

    def _template(self, module: Module, source: Source, owner: _Owner | None) -> Iterator[TemplateError]:
        source = source.tidy()
        try:
            core, generated = self._compile(module, source)
        except TemplateError as error:
            self._half_seen.add(module.path)
            yield error
            return
        self._used[module.path] |= names_used(module, generated)
        if owner is not None and owner.names is not None:
            yield from undeclared(core, owner.names, owner.name)
        if owner is not None:
            yield from unknown_events(core, owner.events, owner.name, myself=owner.has_root)
        if owner is not None and owner.has_root and not core.statics.root:
            yield root_fault(source, owner.name)
        for used in generated.calls:
            yield from self._call(module, source, used)
        yield from _missing_names(module, source, generated, owner)

    def _compile(self, module: Module, source: Source) -> tuple[Compiled, Generated]:
        try:
            nodes = take_apart(module, source, self.colocated)
            generated = generate(source, nodes, {}, BUILTINS)
        except (RecursionError, MemoryError):
            raise source.error("the template is too deep, or too large, for Python", 0) from None
        return Compiled(source, generated, tuple(bindings(nodes))), generated

    # -- what a template may read ----------------------------------------------

    def _declared(self, module: Module, owner: ast.AST | None, call: HeexCall | None = None) -> _Owner | None:
        extra = call.keywords if call is not None else frozenset[str]()
        anything = call is not None and call.open_keywords
        if isinstance(owner, ast.FunctionDef):
            names = parameter_names(owner) | extra
            return _Owner(f"component {owner.name}", None if anything else names)
        if isinstance(owner, ast.ClassDef):
            names = None if anything else self._annotated(module, owner, 0)
            read = None if names is None else names | SPECIAL_ASSIGNS | {"uploads"} | extra
            return _Owner(owner.name, read, self._events(module, owner, 0), self._is_live(module, owner, 0))
        return None

    def _events(self, module: Module, node: ast.ClassDef, depth: int) -> frozenset[str] | None:
        """The names of the events that a view declares; None where they are out of sight, or it takes any."""
        for base in node.bases:
            if isinstance(base, ast.Subscript) and callee(base.value) in _ROOTS:
                return self._event_names(module, base.slice, depth)
            found = self._find_class(module, callee(base))
            inherited = self._events(*found, depth + 1) if found is not None and depth < 20 else None
            if inherited is not None:
                return inherited
        return None

    def _is_live(self, module: Module, node: ast.ClassDef, depth: int) -> bool:
        """True for a class of live components."""
        for base in node.bases:
            name = callee(base.value if isinstance(base, ast.Subscript) else base)
            found = self._find_class(module, name)
            if name == "LiveComponent" or (found and depth < 20 and self._is_live(*found, depth + 1)):
                return True
        return False

    def _event_names(self, module: Module, tree: ast.expr, depth: int) -> frozenset[str] | None:
        if isinstance(tree, ast.BinOp):
            parts = [self._event_names(module, part, depth) for part in (tree.left, tree.right)]
            return None if None in parts else frozenset[str]().union(*filter(None, parts))
        if not isinstance(tree, ast.Name) or depth > 20:
            return None
        alias = module.values.get(tree.id)
        if alias is not None:
            return self._event_names(module, alias, depth + 1)
        found = self._find_class(module, tree.id)
        return None if found is None else frozenset((_event_name(found[1]),))

    def _annotated(self, module: Module, node: ast.ClassDef, depth: int) -> frozenset[str] | None:
        """The annotated attributes of a view and its bases, and its properties; None where a base is out of sight."""
        own = {name for statement in node.body for name in _declares(statement)}
        is_view = False
        for base in node.bases:
            name = callee(base.value if isinstance(base, ast.Subscript) else base)
            if name in _ROOTS:
                own |= _ROOTS[name]
                is_view = True
                continue
            found = self._find_class(module, name)
            inherited = self._annotated(*found, depth + 1) if found is not None and depth < 20 else None
            if inherited is None:
                return None
            own |= inherited
            is_view = True
        brought = self._brought(module, node)
        return frozenset(own | brought) if is_view and brought is not None else None

    def _brought(self, module: Module, view: ast.ClassDef) -> frozenset[str] | None:
        """What the view's own `on_mount` hooks bring along; None where one of them is out of sight."""
        found: set[str] = set()
        for hook in _hooks(view):
            name = hook.id if isinstance(hook, ast.Name) else ""
            place = self._find_class(module, name)
            if place is not None and not place[1].bases:
                found |= {name for statement in place[1].body for name in _declares(statement)}
            elif not self._is_function(module, name):
                return None
        return frozenset(found)

    def _is_function(self, module: Module, name: str) -> bool:
        if name in module.functions:
            return True
        source, original = module.imports.get(name, ("", ""))
        other = self._module(module, source)
        return other is not None and bool(original) and self._is_function(other, original)

    def _find_class(self, module: Module, name: str) -> tuple[Module, ast.ClassDef] | None:
        if name in module.classes:
            return module, module.classes[name]
        source, original = module.imports.get(name, ("", ""))
        other = self._module(module, source)
        return self._find_class(other, original) if other is not None and original else None

    # -- what a template may call ----------------------------------------------

    def _call(self, module: Module, source: Source, call: ComponentCall) -> Iterator[TemplateError]:
        root, *path = call.name.lstrip(".").split(".")
        if not path:
            signature = self._find_component(module, root)
            if signature is not None:
                yield from signature_faults(source, call, signature)
            elif root in BUILTINS and (root not in module.names or _of_actorlive(module, root)):
                yield from call_faults(source, call, BUILTINS[root], {})
                yield from self._live_faults(module, source, call)
            elif root not in module.names and not module.stars:
                yield no_component(source, call, [*module.components, *BUILTINS])
        elif root not in module.names and not module.stars:
            yield no_component(source, call, None)
        elif len(path) == 1:
            other = self._imported(module, root)
            if other is not None and path[0] in other.components:
                yield from signature_faults(source, call, other.components[path[0]])
            elif other is not None and path[0] not in other.names and not other.stars:
                yield no_component(source, call, other.components)

    def _live_faults(self, module: Module, source: Source, call: ComponentCall) -> Iterator[TemplateError]:
        """What a `<.live_component>` gives wrong to a class that is in sight."""
        name = module_name(call) if call.name == ".live_component" else ""
        found = self._find_class(module, name)
        parameters = self._attributes(*found, 0) if found is not None else None
        if parameters is not None:
            yield from live_signature_faults(source, call, Signature(name, parameters))

    def _attributes(self, module: Module, node: ast.ClassDef, depth: int) -> dict[str, Parameter] | None:
        """The assigns of a live component, with those of its bases; None where a base is out of sight, or the class
        decides in an `update` of its own what it takes."""
        if any(getattr(statement, "name", "") in ("update", "update_many") for statement in node.body):
            return None
        inherited: dict[str, Parameter] = {}
        for base in node.bases:
            name = callee(base.value if isinstance(base, ast.Subscript) else base)
            if name == "LiveComponent":
                continue
            found = self._find_class(module, name)
            more = self._attributes(*found, depth + 1) if found is not None and depth < 20 else None
            if more is None:
                return None
            inherited |= more
        return inherited | class_parameters(node) if node.bases else None

    def _find_component(self, module: Module, name: str) -> Signature | None:
        if name in module.components:
            return module.components[name]
        source, original = module.imports.get(name, ("", ""))
        other = self._module(module, source)
        return self._find_component(other, original) if other is not None and original else None

    def _imported(self, module: Module, name: str) -> Module | None:
        """The project's module that a name stands for."""
        source, original = module.imports.get(name, ("", ""))
        return self._module(module, f"{source}.{original}" if original else source)

    def _module(self, module: Module, dotted: str) -> Module | None:
        if not dotted.strip("."):
            return None
        tail = Path(*dotted.strip(".").split("."))
        for path, other in self.modules.items():
            for candidate in (tail.with_suffix(".py"), tail / "__init__.py"):
                if path.parts[-len(candidate.parts) :] == candidate.parts and other is not module:
                    return other
        return None


def _declares(statement: ast.stmt) -> Iterator[str]:
    """The assign that a statement of a view's class declares: by an annotation, or as a property."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case ast.FunctionDef(name=name, decorator_list=decorators) if "property" in map(callee, decorators):
            yield name
        case _:
            return


def _hooks(view: ast.ClassDef) -> Iterator[ast.expr]:
    """What stands in the view's `on_mount = (…)`."""
    for statement in view.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id="on_mount")], value=ast.Tuple(elts=hooks) | ast.List(elts=hooks)
            ):
                yield from hooks
            case ast.Assign(targets=[ast.Name(id="on_mount")], value=other):
                yield other
            case _:
                pass


def _of_actorlive(module: Module, name: str) -> bool:
    """True for a name like `link` that comes from the package's other parts: it is not a component."""
    source, _ = module.imports.get(name, ("", ""))
    return source.partition(".")[0] == "actorlive" and not source.startswith("actorlive.template")


def _event_name(node: ast.ClassDef) -> str:
    given = (keyword.value for keyword in node.keywords if keyword.arg == "name")
    names = [
        value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)
    ]
    return names[0] if names else snake_case(node.name)


def _missing_names(
    module: Module, source: Source, generated: Generated, owner: _Owner | None
) -> Iterator[TemplateError]:
    """Plain names that neither the template nor its module has."""
    if module.stars:
        return
    components = {call.name[1:] for call in generated.calls if call.name.startswith(".")}
    for node in generated.free:
        name = node.id
        if name in module.names or name in _LENT or name in components or name.startswith("__"):
            continue
        if owner is not None and name in (owner.names or ()):
            hint = f"write @{name} for the assign"
        elif name == "self":
            hint = "a template reads the assigns of its view: write @name for self.name"
        else:
            near = did_you_mean(name, [*module.names, *_LENT])
            bring = f"import it there and write use_in_templates({name})"
            hint = f"neither the template nor its module has it: {bring}.{near}"
        yield source.error_at(f"there is no name {name}", node, hint=hint)

"""Scripts and styles that stand in a template beside the markup that they serve.

    <ul id="rows" phx-hook=".Sort">…</ul>
    <script :type={ColocatedHook} name=".Sort">
      export default { mounted() { … } }
    </script>

When the template is compiled they are taken out of it and kept in `registry`, from which the web layer serves
them; what a page receives holds no trace of them. A hook's name begins with a dot and belongs to its module:
`phx-hook=".Sort"` in the module `shop.rows` means `shop.rows.Sort`, so no two modules get in each other's way.
Mirrors `Phoenix.LiveView.ColocatedHook`, `ColocatedJS` and `ColocatedCSS`.
"""

from __future__ import annotations

import ast
import hashlib
import linecache
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

from actorlive.errors import did_you_mean
from actorlive.rendered import WHITE_SPACE
from actorlive.template.errors import TemplateError
from actorlive.template.scoping import Scoping
from actorlive.template.syntax.expression import Code
from actorlive.template.syntax.literals import calls_in
from actorlive.template.syntax.nodes import Attr, Call, Element, For, If, Node, Text
from actorlive.template.syntax.parser import trim
from actorlive.template.syntax.source import Source

__all__ = [
    "TYPES",
    "Colocated",
    "ColocatedCSS",
    "ColocatedHook",
    "ColocatedJS",
    "Registry",
    "extract",
    "registry",
]

Kind = Literal["hook", "runtime", "js", "css"]


class _Type:
    """What `:type={…}` names."""

    kind: ClassVar[Kind]
    tag: ClassVar[str] = "script"
    attributes: ClassVar[tuple[str, ...]] = ()


class ColocatedHook(_Type):
    """`<script :type={ColocatedHook} name=".Sort">`: an ES module whose default export is a hook.

    With `runtime` the script stays in the page, as an inline script that defines the hook; then it may have
    further attributes, such as `nonce={@nonce}`.
    """

    kind = "hook"
    attributes: ClassVar[tuple[str, ...]] = ("name", "runtime")


class ColocatedJS(_Type):
    """`<script :type={ColocatedJS}>`: an ES module that every page imports before it connects.

    If its default export is a function, that is called with the page's LiveSocket.
    """

    kind = "js"


class ColocatedCSS(_Type):
    """`<style :type={ColocatedCSS}>`: rules for the one stylesheet of the whole application.

    With `scoped` they hold for the elements of this template: below its root elements, down to where another
    template begins, and with `lower-bound="inclusive"` for the first elements of that as well.
    """

    kind = "css"
    tag = "style"
    attributes: ClassVar[tuple[str, ...]] = ("scoped", "lower-bound")


TYPES: Mapping[str, type[_Type]] = {t.__name__: t for t in (ColocatedHook, ColocatedJS, ColocatedCSS)}
"""The types by their names, which a template knows without an import."""


@dataclass(frozen=True, slots=True)
class Colocated:
    """One script or style: `module` is where it belongs, `name` its own (".Sort", or "" when it has none).

    A hook of the kind "runtime" is in the page and needs not be served.

    `filename`, `line` and `column` (both from 0) tell where it stands, `origin` is its module's file.
    """

    kind: Kind
    module: str
    name: str
    text: str
    filename: str
    line: int
    column: int
    origin: str = ""

    @property
    def full_name(self) -> str:
        """The name that the client knows: "shop.rows.Sort"; one without a name has its place instead."""
        return f"{self.module}{self.name or f'.{self.line + 1}'}"

    @property
    def key(self) -> tuple[object, ...]:
        """What there is only one of."""
        return (self.module, self.name) if self.name else (self.filename, self.line, self.column)

    def stands(self) -> bool:
        """False when its file says something else by now: modules are reloaded."""
        linecache.checkcache(self.filename)
        return self.name in linecache.getline(self.filename, self.line + 1)


class Registry:
    """Everything that was taken out of templates. `version` changes with its content."""

    def __init__(self) -> None:
        self._entries: dict[tuple[object, ...], Colocated] = {}
        self.version = 0

    def __iter__(self) -> Iterator[Colocated]:
        return iter(list(self._entries.values()))

    def hook_names(self, module: str) -> list[str]:
        """The names of a module's hooks, with their dots."""
        return [entry.name for entry in self if entry.name and entry.module == module]

    def add(self, entry: Colocated) -> Colocated | None:
        """Keep it; answers the other one that stands there under the same name, in which case it is not kept."""
        known = self._entries.get(entry.key)
        if known is not None and entry.name and _is_another(known, entry):
            return known
        if known is None or known.text != entry.text:
            self.version += 1
        self._entries[entry.key] = entry
        return None


def _is_another(known: Colocated, entry: Colocated) -> bool:
    if known.origin != entry.origin:
        return False  # another module of the same name, as `__main__` is
    if known.filename == entry.filename and (known.line, known.column) == (entry.line, entry.column):
        return False
    if known.filename.startswith("<") and known.filename != entry.filename:
        return False  # typed in at a prompt, and now again
    return known.stands()


registry = Registry()
"""What the modules imported so far have brought along."""


def extract(
    source: Source, nodes: tuple[Node, ...], namespace: Mapping[str, Any], into: Registry = registry
) -> tuple[Node, ...]:
    """The nodes without their colocated scripts and styles, and with the full names of hooks.

    `namespace` are the globals of the module. Raises `TemplateError`.
    """
    if ":type" in source.text:
        extraction = _Extraction(source, namespace, into)
        kept = _visit(nodes, extraction.node)
        nodes = trim(kept) if len(kept) < len(nodes) else kept
        if extraction.scoped:
            nodes = extraction.scoping.roots(nodes)
    if "phx-hook" in source.text:
        nodes = _visit(nodes, _Naming(source, namespace, into).node)
    return nodes


def _visit(nodes: tuple[Node, ...], change: Callable[[Node], Node | None]) -> tuple[Node, ...]:
    """The tree with each node changed; one that becomes None leaves no empty line."""
    kept: list[Node] = []
    for node in nodes:
        changed = change(node)
        if changed is not None:
            kept.append(_visit_inside(changed, change))
        elif kept and isinstance(kept[-1], Text):
            kept[-1] = replace(kept[-1], value=re.sub(r"\n[ \t]*\Z", "", kept[-1].value))
    return tuple(kept)


def _visit_inside(node: Node, change: Callable[[Node], Node | None]) -> Node:
    if isinstance(node, Element | For):
        return replace(node, children=_visit(node.children, change))
    if isinstance(node, If):
        return replace(
            node, branches=tuple(replace(b, children=_visit(b.children, change)) for b in node.branches)
        )
    if isinstance(node, Call):
        return replace(
            node, entries=tuple(replace(e, children=_visit(e.children, change)) for e in node.entries)
        )
    return node


def _module(namespace: Mapping[str, Any]) -> str:
    return str(namespace.get("__name__", "__main__"))


# -- taking out ----------------------------------------------------------------

_NAME = re.compile(r"\.[^\W\d]\w*")
_EXPORTS = re.compile(r"\bexport\s+default\b|\bas\s+default\b")
_EXPORT = re.compile(r"^[ \t]*export\s+default\b", re.MULTILINE)


class _Extraction:
    def __init__(self, source: Source, namespace: Mapping[str, Any], into: Registry) -> None:
        self.source = source
        self.namespace = namespace
        self.registry = into
        self.scoped = False

    @property
    def scoping(self) -> Scoping:
        """The marks on this template's elements; they tell it from all others."""
        text = f"{_module(self.namespace)}\n{self.source.text}"
        return Scoping(hashlib.sha256(text.encode()).hexdigest()[:10], self.namespace)

    def node(self, node: Node) -> Node | None:
        """None for what is taken out."""
        inner = _special_inner(node)
        if inner is not None and _attribute(inner, "runtime") is None:
            raise self._error(
                f"a colocated <{inner.name}> cannot be conditional or repeated",
                inner,
                "it is taken out when the module is imported, before anything is rendered",
            )
        if not isinstance(node, Element):
            return node
        attr = _attribute(node, ":type")
        return node if attr is None else self._taken(node, self._type(node, attr))

    def _taken(self, node: Element, kind: type[_Type]) -> Node | None:
        self._check(node, kind)
        text = "".join(child.value for child in node.children if isinstance(child, Text))
        if not text.strip(WHITE_SPACE):
            raise self._error(f"a colocated <{node.name}> is empty", node)
        if kind is not ColocatedHook:
            if _attribute(node, "scoped") is not None:
                self.scoped = True
                text = self.scoping.rule(text, inclusive=self._is_inclusive(node))
            self._keep(Colocated(kind.kind, _module(self.namespace), "", text, *self._place(node)), node)
            return None
        return self._hook(node, self._name(node), text)

    def _is_inclusive(self, node: Element) -> bool:
        bound = _attribute(node, "lower-bound")
        if bound is None or bound.value in ("inclusive", "exclusive"):
            return bound is not None and bound.value == "inclusive"
        raise self._error("the lower-bound of a scope is neither inclusive nor exclusive", bound)

    def _hook(self, node: Element, attr: Attr, text: str) -> Node | None:
        runtime = _attribute(node, "runtime") is not None
        if not runtime and not _EXPORTS.search(text):
            hint = "write export default { mounted() { … } }"
            raise self._error("a colocated hook has no default export", node, hint)
        kind = "runtime" if runtime else "hook"
        entry = Colocated(kind, _module(self.namespace), str(attr.value), text, *self._place(attr))
        self._keep(entry, attr)
        return _runtime_script(node, entry.full_name, text) if runtime else None

    def _keep(self, entry: Colocated, where: Element | Attr) -> None:
        other = self.registry.add(entry)
        if other is not None:
            hint = f"the other one is at {other.filename}:{other.line + 1}; hooks of a module need different names"
            raise self._error(f"the module {entry.module} has two hooks {entry.name}", where, hint)

    def _place(self, where: Element | Attr) -> tuple[str, int, int, str]:
        origin = str(self.namespace.get("__file__", ""))
        return self.source.filename, *self.source.position(where.start), origin

    def _type(self, node: Element, attr: Attr) -> type[_Type]:
        text = attr.value.text.strip() if isinstance(attr.value, Code) else ""
        kind = self._find(text)
        if kind is None:
            hint = f"there are {', '.join(TYPES)}.{did_you_mean(text, TYPES)}"
            raise self._error(f"unknown :type {text}".rstrip(), attr, hint)
        if kind.tag != node.name:
            hint = f"write <{kind.tag} :type={{{text}}}>"
            raise self._error(f"a {kind.__name__} is a <{kind.tag}>, not a <{node.name}>", attr, hint)
        return kind

    def _find(self, path: str) -> type[_Type] | None:
        root, *names = path.split(".")
        found: Any = self.namespace.get(root, TYPES.get(root))
        for name in names:
            found = getattr(found, name, None)
        return next((known for known in TYPES.values() if known is found), None)

    def _check(self, node: Element, kind: type[_Type]) -> None:
        if _attribute(node, "runtime") is not None and "runtime" in kind.attributes:
            return
        for attr in node.attributes:
            if attr.name != ":type" and attr.name not in kind.attributes:
                takes = " and ".join(kind.attributes) or "no attributes"
                hint = f"a {kind.__name__} takes {takes}.{did_you_mean(attr.name, kind.attributes)}"
                raise self._error(f"unknown attribute {attr.name}", attr, hint)

    def _name(self, node: Element) -> Attr:
        hint = 'write name=".Sort": a name of its module, used as phx-hook=".Sort"'
        attr = _attribute(node, "name")
        if attr is None:
            raise self._error("a colocated hook needs a name", node, hint)
        if not isinstance(attr.value, str):
            raise self._error("the name of a colocated hook is not literal", attr, hint)
        if not _NAME.fullmatch(attr.value):
            what = (
                "does not start with a dot" if attr.value[:1] != "." else "is not an identifier behind a dot"
            )
            raise self._error(f'the name "{attr.value}" {what}', attr, hint)
        return attr

    def _error(self, reason: str, where: Element | Attr, hint: str = "") -> TemplateError:
        return self.source.error(reason, where.start, where.end, hint=hint)


def _special_inner(node: Node) -> Element | None:
    """The colocated element that `:if` or `:for` stands on; blocks around one decide nothing, and do no harm."""
    children = ()
    if isinstance(node, For):
        children = node.children
    elif isinstance(node, If) and len(node.branches) == 1:
        children = node.branches[0].children
    inner = children[0] if len(children) == 1 else None
    if isinstance(inner, Element) and isinstance(node, For | If) and inner.start == node.start:
        return inner if _attribute(inner, ":type") is not None else None
    return None


def _attribute(node: Element, name: str) -> Attr | None:
    return next((attr for attr in node.attributes if attr.name == name), None)


def _runtime_script(node: Element, name: str, text: str) -> Element:
    """The script in the form that the client runs when it comes with a patch: a function giving the hook."""
    body = (
        _EXPORT.sub("const hook =", text, count=1)
        if _EXPORT.search(text)
        else f"const hook = {text.lstrip()}"
    )
    script = f'window["phx_hook_{name}"] = function () {{\n{body}\nreturn hook }}'
    others = tuple(attr for attr in node.attributes if attr.name not in (":type", "name", "runtime"))
    marker = Attr("data-phx-runtime-hook", name, node.start, node.end)
    return replace(node, attributes=(marker, *others), children=(Text(script, node.start, node.end),))


# -- naming --------------------------------------------------------------------

_DECLARED = re.compile(r"<script\b[^<>]*?\sname\s*=\s*[\"']?(\.\w+)")


class _Naming:
    def __init__(self, source: Source, namespace: Mapping[str, Any], into: Registry) -> None:
        self.source = source
        self.namespace = namespace
        self.registry = into
        self.module = _module(namespace)

    def node(self, node: Node) -> Node:
        if not isinstance(node, Element | Call):
            return node
        return replace(node, attributes=tuple(self._attribute(attr) for attr in node.attributes))

    def _attribute(self, attr: Attr) -> Attr:
        if attr.name != "phx-hook":
            return attr
        if isinstance(attr.value, str) and attr.value.startswith("."):
            return replace(attr, value=self._full(attr.value, attr))
        if isinstance(attr.value, Code):
            self._name_constants(attr.value, attr)
        return attr

    def _name_constants(self, code: Code, attr: Attr) -> None:
        """`phx-hook={".Sort" if @sortable else None}`: the names in an expression, in place."""
        for node in ast.walk(code.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("."):
                node.value = self._full(node.value, attr)

    def _full(self, name: str, attr: Attr) -> str:
        if name not in self.registry.hook_names(self.module):
            self._check(name, attr)
        return f"{self.module}{name}"

    def _check(self, name: str, attr: Attr) -> None:
        """The script may stand further down: in this template, or in one that is compiled later."""
        known = [*self.registry.hook_names(self.module), *self._declared_later()]
        if name not in known:
            hint = f'add <script :type={{ColocatedHook}} name="{name}"> to the module.{did_you_mean(name, known)}'
            raise self.source.error(
                f"the module {self.module} has no hook {name}", attr.start, attr.end, hint=hint
            )

    def _declared_later(self) -> Iterator[str]:
        texts = [self.source.text]
        for filename in {self.source.filename, str(self.namespace.get("__file__", ""))}:
            texts += [str(call.literal.value) for call in calls_in(filename).values()]
        if not self.source.filename.startswith("<"):
            files = Path(self.source.filename).parent.glob("*.heex")
            texts += [path.read_text(encoding="utf-8", errors="replace") for path in files]
        for text in texts:
            yield from _DECLARED.findall(text)

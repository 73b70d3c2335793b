"""Nodes → a Python function.

The problem: a template is rendered for every event, mostly to find out that little of it changed, and what it costs is
time in which the view handles nothing else. And a fault in an expression must be shown where its author wrote it.

The rule: the function is put together as text, which is easy to read and to change, with placeholders where the user's
expressions go. The text is parsed, the placeholders are replaced by the user's syntax trees, and everything
that was generated around one takes its position: whatever raises, the traceback points into the user's file.

Each template gives one factory. What it returns is `(assigns, changed, previous dynamics) → dynamics`. A branch, loop,
call or slot content is a function of its own beside it, so that a render that changes one row enters nothing
else. All are made of the same two forms:

* in full: a tuple of the holes' expressions (for a loop, a list comprehension over such tuples);
* over previous dynamics: `if <what hole 3 reads changed>: v3 = …` for each hole, then the tuple.

The factory runs with the globals of the user's module, so that names mean there what they mean in the code
beside the template; the helpers come in as its arguments. `<p title={@user.name}>{@count}</p>` becomes, with the
placeholders filled in:

    def __template_2(__a, __ch, __prev):
        if __prev is None:
            return (__h_attribute("title", __a["user"].name), <text of __a["count"]>)
        (__v0, __v1) = __prev
        if "user" in __ch and (__ch["user"] is __h_touched or __h_path(__ch["user"], __a["user"], ((False, "name"),))):
            __v0 = __h_attribute("title", __a["user"].name)
        if "count" in __ch:
            __v1 = <text of __a["count"]>
        return (__v0, __v1)

So a table of a thousand rows takes 1.5 times what an f-string by hand takes, and Jinja2 seven times as long. Rejected:
an interpreter, which walks the nodes each time; syntax trees built by hand in place of text, which nobody can read;
one function for the whole page, which every changed row would have to enter.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final

from actorlive.rendered import (
    EATS_LINE_BREAK,
    VOID,
    Comprehension,
    Rendered,
    Statics,
    attribute,
    attribute_value,
    attributes,
    escape_str,
    text,
)
from actorlive.rendered.equality import looks_equal
from actorlive.rendered.escape import Markup, after, before, class_list, style_list
from actorlive.template.compiler.codegen_attributes import AttributeWriter
from actorlive.template.compiler.codegen_calls import CallWriter
from actorlive.template.compiler.codegen_loops import LoopWriter
from actorlive.template.compiler.holes import Body, Hole, Locals
from actorlive.template.compiler.positions import Positioner, resolve_names
from actorlive.template.compiler.reads import Read, condition, touched
from actorlive.template.errors import TemplateError
from actorlive.template.rendering import rows, updating
from actorlive.template.rendering.calls import call, given_before
from actorlive.template.rendering.compiled import Generated, RenderFunction
from actorlive.template.rendering.known import KNOWN
from actorlive.template.rendering.matching import unique
from actorlive.template.rendering.slots import Slot, SlotEntry
from actorlive.template.syntax.expression import MARK, Code
from actorlive.template.syntax.nodes import For, HtmlElement, If, Interpolation, TemplateNode, Text
from actorlive.template.syntax.parser import root_element
from actorlive.template.syntax.source import Source

__all__ = ["HELPERS", "Generator", "generate"]

HELPERS: Final[Mapping[str, object]] = {
    "__h_text": escape_str,
    "__h_dynamic": updating.dynamic,
    "__h_attribute": attribute,
    "__h_attributes": attributes,
    "__h_value": attribute_value,
    "__h_class": class_list,
    "__h_style": style_list,
    "__h_after": after,
    "__h_before": before,
    "__h_Markup": Markup,
    "__h_R": Rendered,
    "__h_C": Comprehension,
    "__h_S": Slot,
    "__h_E": SlotEntry,
    "__h_call": call,
    "__h_given": given_before,
    "__h_equal": looks_equal,
    "__h_path": updating.path_changed,
    "__h_disjoint": updating.disjoint,
    "__h_which": updating.which,
    "__h_items": rows.items_of,
    "__h_unique": unique,
    "__h_stream": rows.stream,
    "__h_plan": rows.RowPlan,
    "__h_let": updating.let,
    "__h_touched": updating.TOUCHED,
    "__h_known": KNOWN,
}


def generate(
    source: Source, nodes: tuple[TemplateNode, ...], namespace: dict[str, Any], resolve: Mapping[str, object]
) -> Generated:
    """Compile the nodes. `namespace` are the globals of the user's module, `resolve` the built-in components."""
    return Generator(source, namespace, resolve).template(nodes)


class Generator(LoopWriter, CallWriter, AttributeWriter):
    """Writes the functions of one template."""

    def __init__(self, source: Source, namespace: dict[str, Any], builtins: Mapping[str, object]) -> None:
        super().__init__(source, namespace, builtins)
        self.constants.update(HELPERS)

    def template(self, nodes: tuple[TemplateNode, ...]) -> Generated:
        """The template, compiled."""
        name, statics = self.write(nodes)
        function = self._compile(self.module(name))
        return Generated(function, statics, self.names, tuple(self.free.values()), tuple(self.calls))

    def write(self, nodes: tuple[TemplateNode, ...]) -> tuple[str, Statics]:
        """Write all functions; returns the name of the template's own, and its statics."""
        body = self.body(nodes, Locals())
        name = self.function_name("template", 0, min(1, len(self.source.text)))
        self.functions.append(
            f"def {name}(__a, __ch, __prev):\n"
            f"    if __prev is None:\n        return {body.full()}\n"
            f"{body.over('    ', '__prev')}    return {body.variables()}\n"
        )
        return name, Statics(body.parts, root=root_element(nodes))

    def module(self, root: str) -> ast.Module:
        """A module of one factory that holds all functions, and returns that of the name `root`."""
        inner = "".join(f"    {line}\n" for text in self.functions for line in text.splitlines())
        parameters = ", ".join(self.constants)
        tree = ast.parse(f"def __factory({parameters}):\n{inner}    return {root}\n")
        lent = KNOWN.keys() - self.namespace.keys()
        trees = {
            name: resolve_names(tree, lent.difference(self.locals[name])) for name, tree in self.trees.items()
        }
        return Positioner(self.source, trees, self.spans).module(tree)

    def _compile(self, module: ast.Module) -> RenderFunction:
        try:
            code = compile(module, self.source.filename, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise self._refusal(error) from None
        made: dict[str, Any] = {}
        exec(code, self.namespace, made)  # noqa: S102 - the user's own template, in the user's module
        factory: Callable[..., RenderFunction] = made["__factory"]
        return factory(**self.constants)

    def _refusal(self, error: SyntaxError) -> TemplateError:
        """What Python's compiler, and not its parser, finds wrong with an expression."""
        line, start = error.lineno or 1, (error.offset or 1) - 1
        end = (error.end_offset or 1) - 1 if error.end_lineno == error.lineno else None
        reason = f"an expression is not Python: {error.msg.replace(MARK, '@')}"
        hint = "what stands between the braces must be one Python expression"
        return self.source.error_in_file(reason, line, start, end, hint=hint)

    # -- content ---------------------------------------------------------------

    def body(self, nodes: tuple[TemplateNode, ...], scope: Locals) -> Body:
        body = Body()
        self._content(body, nodes, scope)
        return body

    def _content(self, body: Body, nodes: tuple[TemplateNode, ...], scope: Locals) -> None:
        for node in nodes:
            if isinstance(node, Text):
                body.add_text(node.value)
            elif isinstance(node, Interpolation):
                self._interpolation(body, node.code, scope)
            elif isinstance(node, HtmlElement):
                self._element(body, node, scope)
            elif isinstance(node, If):
                body.add_hole(self._if(node, scope))
            elif isinstance(node, For):
                body.add_hole(self.loop(node, scope))
            else:
                body.add_hole(self.call(node, scope))

    def _interpolation(self, body: Body, code: Code, scope: Locals) -> None:
        if isinstance(code.tree, ast.Constant) and isinstance(code.tree.value, str | int | float):
            body.add_text(text(code.tree.value))
            return
        if isinstance(code.tree, ast.JoinedStr):
            self.f_string(body, code, scope, "__h_text")
            return
        name, reads = self.code(code, scope)
        body.add_hole(Hole(lambda previous: _text(name, previous, reads), reads))

    def _element(self, body: Body, node: HtmlElement, scope: Locals) -> None:
        body.add_text(f"<{node.name}")
        for attr in node.attributes:
            self.attribute(body, attr, scope)
        body.add_text(">")
        if node.name.lower() in EATS_LINE_BREAK and node.children and not isinstance(node.children[0], Text):
            body.add_text("\n")
        self._content(body, node.children, scope)
        if node.name.lower() not in VOID:
            body.add_text(f"</{node.name}>")

    # -- blocks ----------------------------------------------------------------

    def _if(self, node: If, scope: Locals) -> Hole:
        function = self.function_name("if", node.start, node.end)
        tests: list[str] = []
        statics: list[str] = []
        bodies: list[Body] = []
        deciding: frozenset[Read] = frozenset()
        for branch in node.branches:
            if branch.condition is not None:
                test, reads = self.code(branch.condition, scope)
                tests.append(test)
                deciding |= reads
            body = self.body(branch.children, scope)
            bodies.append(body)
            statics.append(self.constant(Statics(body.parts)))
        chosen = "".join(f"{i} if {test} else " for i, test in enumerate(tests)) + str(len(tests))
        lines = [f"def {function}(__a, __ch, __prev{scope.parameters}):"]
        decide = condition(deciding)
        known = f"__h_which(__prev, ({', '.join(statics)},))"
        lines.append(f"    if __prev is None{f' or {decide}' if decide else ''}:")
        lines += [f"        __k = {chosen}", "    else:", f"        __k = {known}"]
        for i, body in enumerate(bodies):
            lines += [f"    if __k == {i}:", self._branch(body, statics[i])]
        lines.append('    return ""')
        self.functions.append("\n".join(lines))
        reads = deciding.union(*(body.reads for body in bodies))
        return Hole(
            lambda previous: f"{function}(__a, __ch, {previous}{scope.parameters})", reads, nested=True
        )

    def _branch(self, body: Body, statics: str) -> str:
        if not body.holes:
            return f"        return {self.constant(Rendered(self.constants[statics], ()))}"
        return (
            f"        if __prev.__class__ is __h_R and __prev.statics is {statics}:\n"
            f"{body.over('            ', '__prev.dynamics')}"
            f"            return __h_R({statics}, {body.variables()})\n"
            f"        return __h_R({statics}, {body.full()})"
        )


def _text(name: str, previous: str, reads: frozenset[Read]) -> str:
    """What was changed in place is not built on the previous tree: it is not known what in that is still true."""
    test = touched(reads) if previous != "None" else ""
    if test:
        previous = f"None if {test} else {previous}"
    return f"(__h_text(__t) if (__t := {name}).__class__ is str else __h_dynamic(__t, {previous}))"

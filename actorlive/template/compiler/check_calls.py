"""Calls of components against their signatures: what can be known without rendering.

Attributes and slots that are missing or unknown, and literal values of a wrong type. A spread may give anything,
so with one nothing is missing.
"""

from __future__ import annotations

import ast
import html
import types
import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from types import ModuleType
from typing import Any, Literal, Union

from actorlive.errors import did_you_mean
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.calls import Component
from actorlive.template.rendering.nesting import ViewClass, view_fault
from actorlive.template.rendering.placing import LIVE_COMPONENT, not_a_live_component, tag_of
from actorlive.template.rendering.signature import Parameter, Signature
from actorlive.template.syntax.expression import MARK, Code
from actorlive.template.syntax.nodes import Attr, CallEntry, ComponentCall
from actorlive.template.syntax.source import Source

__all__ = [
    "call_faults",
    "find_component",
    "fits",
    "has_module",
    "live_signature_faults",
    "missing_component",
    "module_name",
    "no_component",
    "signature_faults",
]

_UNKNOWN: Any = object()
_NOTHING: Mapping[str, object] = {}


def find_component(
    name: str, namespace: Mapping[str, object], builtins: Mapping[str, object]
) -> object | None:
    """What `<.name>` or `<module.name>` means there, or None.

    A built-in component steps back behind a component of the module, and behind nothing else that has its name.
    """
    root, *path = name.lstrip(".").split(".")
    found = namespace.get(root)
    if not path and not isinstance(found, Component):
        return builtins.get(root, found)
    for part in path:
        found = getattr(found, part, None)
    return found


def missing_component(
    source: Source, call: ComponentCall, namespace: Mapping[str, object], builtins: Mapping[str, object]
) -> TemplateError:
    """The error about a tag that names nothing."""
    root = call.name.lstrip(".").rpartition(".")[0]
    if not root:
        return no_component(source, call, [*_components_in(namespace), *builtins])
    module = namespace.get(root)
    return no_component(
        source, call, _components_in(vars(module)) if isinstance(module, ModuleType) else None
    )


def _components_in(namespace: Mapping[str, object]) -> list[str]:
    return [name for name, value in namespace.items() if isinstance(value, Component)]


def no_component(source: Source, call: ComponentCall, known: Collection[str] | None) -> TemplateError:
    """The error about a tag that names nothing, where those are known; None: its module is not known either."""
    root, _, name = call.name.lstrip(".").rpartition(".")
    near = did_you_mean(name, known or ())
    if not root:
        hint = f"define it in the module of the template, or import it there and write use_in_templates({name}).{near}"
    elif known is None:
        hint = f"import {root} in the module of the template, and write use_in_templates({root})"
    else:
        hint = f"{root} has no component {name}.{near}"
    return source.error(f"there is no component <{call.name}>", call.start, call.end, hint=hint)


def call_faults(
    source: Source, call: ComponentCall, component: object, namespace: Mapping[str, object] = _NOTHING
) -> Iterator[TemplateError]:
    """What is wrong with a call of this component; `namespace` is what its expressions take from the module."""
    if component is LIVE_COMPONENT:
        yield from _live_component_faults(source, call, _named(module_name(call), namespace))
    elif isinstance(component, Component):
        yield from signature_faults(source, call, component.signature)
        yield from _view_faults(source, call, component.signature, namespace)
    else:
        hint = "decorate the function with @component" if callable(component) else "give it another name"
        yield source.error(f"<{call.name}> is not a component", call.start, call.end, hint=hint)


def _view_faults(
    source: Source, call: ComponentCall, signature: Signature, namespace: Mapping[str, object]
) -> Iterator[TemplateError]:
    """What is wrong with the views that are named plainly, as far as they exist already."""
    for attr in call.attributes:
        parameter = signature.parameter(attr.name)
        if parameter is None or parameter.type is not ViewClass:
            continue
        named = _UNKNOWN
        if isinstance(attr.value, Code) and isinstance(attr.value.tree, ast.Name):
            named = namespace.get(attr.value.tree.id, _UNKNOWN)
        elif (literal := literal_value(attr)) is not _UNKNOWN:
            named = literal
        fault = None if named is _UNKNOWN else view_fault(named)
        if fault is not None:
            yield source.error(fault[0], attr.start, attr.end, hint=fault[1])


def module_name(call: ComponentCall) -> str:
    """The name, dotted or not, that a `<.live_component>` has for its module; "" where it is another expression."""
    value = next((attr.value for attr in call.attributes if attr.name == "module"), None)
    return _dotted(value.tree) if isinstance(value, Code) else ""


def _dotted(tree: ast.expr) -> str:
    if isinstance(tree, ast.Name):
        return "" if tree.id.startswith(MARK) else tree.id
    if isinstance(tree, ast.Attribute) and (root := _dotted(tree.value)):
        return f"{root}.{tree.attr}"
    return ""


def _named(name: str, namespace: Mapping[str, object]) -> object:
    """What a dotted name means there; `_UNKNOWN` where it means nothing yet."""
    root, *path = name.split(".")
    found = namespace.get(root, _UNKNOWN)
    for part in path:
        found = getattr(found, part, _UNKNOWN)
    return found


def has_module(call: ComponentCall, namespace: Mapping[str, object]) -> bool:
    """False where the module of a `<.live_component>` is a name that means nothing yet."""
    name = module_name(call)
    return not name or _named(name, namespace) is not _UNKNOWN


def _live_component_faults(source: Source, call: ComponentCall, module: object) -> Iterator[TemplateError]:
    names = [attr.name for attr in call.attributes]
    for name in ("module", "id"):
        if name not in names and "" not in names:
            hint = f"write {name}={{…}}"
            yield source.error(f"<.live_component> needs {name}", call.start, call.end, hint=hint)
    if module is _UNKNOWN:
        return
    tag = tag_of(module)
    if tag is None:
        place = next(attr for attr in call.attributes if attr.name == "module")
        error = not_a_live_component(module)
        yield source.error(error.reason, place.start, place.end, hint=error.hint)
    elif not tag.open:
        yield from live_signature_faults(source, call, tag.signature)


def live_signature_faults(
    source: Source, call: ComponentCall, signature: Signature
) -> Iterator[TemplateError]:
    """What is wrong with what a `<.live_component>` gives to a component that has this signature."""
    given = tuple(attr for attr in call.attributes if attr.name not in ("module", "id"))
    yield from signature_faults(source, replace(call, name=signature.name, attributes=given), signature)


def signature_faults(source: Source, call: ComponentCall, signature: Signature) -> Iterator[TemplateError]:
    """What is wrong with a call of a component that has this signature."""
    for attr in call.attributes:
        if attr.name:
            yield from _attribute_faults(source, call, signature, attr)
    for entry in call.entries:
        yield from _entry_faults(source, call, signature, entry)
    if all(attr.name for attr in call.attributes):
        yield from _missing(source, call, signature)


def _attribute_faults(
    source: Source, call: ComponentCall, signature: Signature, attr: Attr
) -> Iterator[TemplateError]:
    parameter = signature.parameter(attr.name)
    if parameter is None:
        if not signature.accepts(attr.name):
            what = f"<{call.name}> has no attribute {attr.name}"
            yield source.error(what, attr.start, attr.end, hint=signature.nearest(attr.name))
        return
    value = literal_value(attr)
    if parameter.kind == "attribute" and value is not _UNKNOWN and not fits(value, parameter.type):
        yield _wrong_type(source, call, attr, parameter, value)


def literal_value(attr: Attr) -> Any:
    """The value of an attribute, if it is a literal."""
    if attr.value is None:
        return True
    if isinstance(attr.value, str):
        return html.unescape(attr.value)
    if isinstance(attr.value, Code) and isinstance(attr.value.tree, ast.Constant):
        return attr.value.tree.value
    return _UNKNOWN


def _wrong_type(
    source: Source, call: ComponentCall, attr: Attr, parameter: Parameter, value: object
) -> TemplateError:
    options = _literals(parameter.type)
    if options:
        hint = f"one of {', '.join(map(repr, options))}.{did_you_mean(str(value), map(str, options))}"
    else:
        hint = f"it takes {_type_name(parameter.type)}"
        if isinstance(attr.value, str) and fits(_evaluated(attr.value), parameter.type):
            hint += f": write {attr.name}={{{attr.value}}}"
    what = f"the attribute {attr.name} of <{call.name}> cannot be {value!r}"
    return source.error(what, attr.start, attr.end, hint=hint)


def _evaluated(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return _UNKNOWN


def _entry_faults(
    source: Source, call: ComponentCall, signature: Signature, entry: CallEntry
) -> Iterator[TemplateError]:
    parameter = signature.parameter(entry.name)
    if parameter is None or parameter.kind != "slot":
        if entry.name == "inner_block":
            hint = "close the tag with />, or give the component a parameter inner_block: Slot"
            yield source.error(f"<{call.name}> takes no content", call.start, call.end, hint=hint)
        else:
            what = f"<{call.name}> has no slot :{entry.name}"
            hint = signature.nearest(entry.name, "slot")
            yield source.error(what, entry.start, entry.end, hint=hint)
        return
    fields = _entry_fields(parameter)
    if fields is None:
        return
    known, required = fields
    for attr in entry.attributes:
        if attr.name and attr.name not in known:
            hint = f"it takes {', '.join(known) or 'no attributes'}.{did_you_mean(attr.name, known)}"
            yield source.error(
                f"<:{entry.name}> has no attribute {attr.name}", attr.start, attr.end, hint=hint
            )
        elif (value := literal_value(attr)) is not _UNKNOWN and not fits(value, known.get(attr.name, Any)):
            what = f"the attribute {attr.name} of <:{entry.name}> cannot be {value!r}"
            hint = f"it takes {_type_name(known[attr.name])}"
            yield source.error(what, attr.start, attr.end, hint=hint)
    given = [attr.name for attr in entry.attributes]
    for name in sorted(required):
        if name not in given and "" not in given:
            hint = f"write {name}={{…}}"
            yield source.error(
                f"<:{entry.name}> needs the attribute {name}", entry.start, entry.end, hint=hint
            )


def _entry_fields(parameter: Parameter) -> tuple[dict[str, Any], frozenset[str]] | None:
    """The attributes that a slot's `TypedDict` declares, and those that must be there."""
    arguments = typing.get_args(parameter.type)
    if not arguments or not typing.is_typeddict(arguments[0]):
        return None
    try:
        hints = typing.get_type_hints(arguments[0])
    except Exception:  # a name in it is not defined yet
        return None
    return hints, arguments[0].__required_keys__


def _missing(source: Source, call: ComponentCall, signature: Signature) -> Iterator[TemplateError]:
    names = [attr.name for attr in call.attributes] + [entry.name for entry in call.entries]
    given = {parameter.name for name in names if (parameter := signature.parameter(name)) is not None}
    for parameter in signature.parameters.values():
        if parameter.required and parameter.name not in given:
            shown = parameter.name.rstrip("_")
            if parameter.kind == "attribute":
                what, hint = f"needs the attribute {shown}", f"write {shown}={{…}}"
            elif shown == "inner_block":
                what, hint = "needs content", f"write <{call.name}>…</{call.name}>"
            else:
                what, hint = f"needs the slot :{shown}", f"write <:{shown}>…</:{shown}> inside"
            yield source.error(f"<{call.name}> {what}", call.start, call.end, hint=hint)


# -- types ---------------------------------------------------------------------


def fits(value: object, annotation: Any) -> bool:
    """False when a literal value surely is not of the annotated type."""
    origin = typing.get_origin(annotation)
    if origin is Literal:
        return any(value == option and type(value) is type(option) for option in typing.get_args(annotation))
    if origin in (Union, types.UnionType):
        return any(fits(value, part) for part in typing.get_args(annotation))
    if annotation is None or annotation is types.NoneType:
        return value is None
    return _is_instance(value, origin or annotation)


def _is_instance(value: object, kind: Any) -> bool:
    if not isinstance(kind, type) or getattr(kind, "_is_protocol", False):
        return True
    if isinstance(value, bool) and kind is int:
        return False
    if kind is float and type(value) is int:
        return True
    try:
        return isinstance(value, kind)
    except TypeError:
        return True


def _literals(annotation: Any) -> list[object]:
    if typing.get_origin(annotation) is Literal:
        return list(typing.get_args(annotation))
    if typing.get_origin(annotation) in (Union, types.UnionType):
        return [option for part in typing.get_args(annotation) for option in _literals(part)]
    return []


def _type_name(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")

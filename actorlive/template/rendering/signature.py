"""A component's signature: which attributes, slots and other attributes it takes.

It is made from the function when the module runs, or from the function's text by `actorlive check`.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from actorlive.errors import did_you_mean
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.iterators import is_iterator, rewrite
from actorlive.template.rendering.slots import Slot

__all__ = ["Attrs", "Parameter", "ParameterKind", "Signature", "kind_of", "signature_of"]

GLOBAL_PREFIXES = ("aria-", "data-", "phx-", "on", "x-", "hx-")
GLOBAL_ATTRIBUTES = frozenset(
    """accesskey autocapitalize autofocus class contenteditable contextmenu dir draggable enterkeyhint exportparts
    height hidden id inert inputmode is itemid itemprop itemref itemscope itemtype lang nonce part popover role
    slot spellcheck style tabindex target title translate width""".split()
)

_REQUIRED: Final = inspect.Parameter.empty

ParameterKind = Literal["attribute", "slot", "rest"]


class Attrs(Mapping[str, object]):
    """The attributes that a component passes on (`rest: Attrs`, written `{@rest}`).

    Without more it takes the global attributes: `id`, `class`, `title`, …, and all of `aria-*`, `data-*`,
    `phx-*` and `on*`. `rest: Attrs = Attrs.include("disabled", "form")` takes these too; keyword arguments of
    `include` are defaults.
    """

    __slots__ = ("_values", "included")

    def __init__(
        self, values: Mapping[str, object] | None = None, included: frozenset[str] = frozenset()
    ) -> None:
        self._values = dict(values or {})
        self.included: frozenset[str] = included

    @classmethod
    def include(cls, *names: str, **defaults: object) -> Attrs:
        """Take these names as well as the global ones."""
        return cls({name.rstrip("_"): value for name, value in defaults.items()}, frozenset(names))

    def __getitem__(self, name: str) -> object:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Attrs) and self._values == other._values

    __hash__ = None

    def __repr__(self) -> str:
        return f"Attrs({self._values!r})"

    def accepts(self, name: str) -> bool:
        """True for an attribute that may be passed on."""
        return name in self.included or name in GLOBAL_ATTRIBUTES or name.startswith(GLOBAL_PREFIXES)

    def merged(self, given: Mapping[str, object]) -> Attrs:
        """These as defaults under what is given."""
        return Attrs({**self._values, **given} if self._values else given, self.included)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a component. `type` is what its annotation means, `Any` where that is not known."""

    name: str
    kind: ParameterKind
    required: bool
    default: object
    type: Any


@dataclass(frozen=True, slots=True)
class Signature:
    """All parameters of a component; `rest` is the default of the pass-through, if there is one."""

    name: str
    parameters: Mapping[str, Parameter]
    rest_name: str = ""
    rest: Attrs | None = None

    def parameter(self, name: str) -> Parameter | None:
        """The attribute or slot that a template means by `name` (`class` is `class_`, `max-size` `max_size`)."""
        found = self.parameters.get(name)
        if found is None or found.kind == "rest":
            found = self.parameters.get(f"{name}_") or self.parameters.get(name.replace("-", "_"))
        return None if found is None or found.kind == "rest" else found

    def accepts(self, name: str) -> bool:
        """True for an attribute that the component takes."""
        return self.parameter(name) is not None or (self.rest is not None and self.rest.accepts(name))

    def sort(self, given: Mapping[str, object]) -> dict[str, object]:
        """What a call gives, by the names of the parameters; the rest is collected.

        Raises `TemplateError` for what is unknown, and for an iterator.
        """
        values: dict[str, object] = {}
        rest: dict[str, object] = {}
        for name, value in given.items():
            parameter = self.parameter(name)
            if parameter is not None:
                if is_iterator(value):
                    kind = type(value).__qualname__
                    reason = f"{name!r} of <{self.name}> is a {kind}, which can be iterated over only once"
                    raise TemplateError(f"the attribute {reason}", hint=f"write {rewrite(value)} around it")
                values[parameter.name] = value
            elif self.rest is not None and self.rest.accepts(name):
                rest[name] = value
            else:
                raise TemplateError(f"<{self.name}> has no attribute {name!r}", hint=self.nearest(name))
        if self.rest is not None:
            values[self.rest_name] = self.rest.merged(rest)
        return values

    def require(self, given: Collection[str]) -> None:
        """Raise `TemplateError` for the first parameter that is required and not given."""
        for name, parameter in self.parameters.items():
            if parameter.required and name not in given:
                raise TemplateError(f"missing attribute {name!r} for <{self.name}>")

    def names(self, kind: ParameterKind) -> list[str]:
        """The attributes or slots, as a template writes them."""
        return [p.name.rstrip("_") for p in self.parameters.values() if p.kind == kind]

    def nearest(self, name: str, kind: ParameterKind = "attribute") -> str:
        """What the component takes, and what is nearest to `name`."""
        known = self.names(kind)
        return f"it takes {', '.join(known) or f'no {kind}s'}.{did_you_mean(name, known)}"


def signature_of(function: Callable[..., object]) -> Signature:
    """The signature of a component's function; raises `TemplateError` for a function that cannot be a component."""
    if isinstance(function, type):
        hint = "write it above a function; a part of a page with a state of its own is a LiveComponent"
        raise TemplateError(f"the component {function.__name__} is a class", hint=hint)
    if inspect.iscoroutinefunction(function):
        hint = "load in the view, with socket.assign_async, and give the component the result"
        raise TemplateError(
            f"the component {function.__name__} is async, but a render cannot wait", hint=hint
        )
    hints = _type_hints(function)
    parameters: dict[str, Parameter] = {}
    rest_name, rest = "", None
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise TemplateError(
                f"the component {function.__name__} takes {parameter}",
                hint="declare each attribute by name; `rest: Attrs` collects the others",
            )
        kind = kind_of(hints.get(name))
        if kind == "rest":
            rest_name, rest = name, parameter.default if isinstance(parameter.default, Attrs) else Attrs()
        required = parameter.default is _REQUIRED and kind != "rest"
        parameters[name] = Parameter(name, kind, required, parameter.default, hints.get(name, Any))
    return Signature(function.__name__, parameters, rest_name, rest)


def _type_hints(function: Callable[..., object]) -> dict[str, Any]:
    """The evaluated annotations, one by one, so that one that is not defined yet costs only itself."""
    scope = getattr(function, "__globals__", {})
    hints: dict[str, Any] = {}
    for name, annotation in function.__annotations__.items():
        try:
            hints[name] = (
                eval(annotation, scope)  # noqa: S307 - the module's own annotation
                if isinstance(annotation, str)
                else annotation
            )
        except Exception:
            hints[name] = _by_text(str(annotation))
    return hints


def _by_text(annotation: str) -> object:
    base = annotation.rsplit(".", 1)[-1].partition("[")[0]
    return {"Slot": Slot, "Attrs": Attrs}.get(base, Any)


def kind_of(annotation: object) -> ParameterKind:
    """What an annotation makes of its parameter."""
    if typing.get_origin(annotation) is Annotated:
        annotation = typing.get_args(annotation)[0]
    if annotation is Slot or typing.get_origin(annotation) is Slot:
        return "slot"
    return "rest" if annotation is Attrs else "attribute"

"""A component while it renders: what it is called with, and when its function runs again.

A call remembers in its node what the component was given and what its template saw. Over a previous call of the same
component the function runs only if one of these looks different (`rendered.equality`); else the node stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Generic, ParamSpec

from actorlive.places import fault, place_of
from actorlive.rendered import Dynamic, Dynamics, Rendered
from actorlive.rendered.equality import looks_equal
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.compiled import Template
from actorlive.template.rendering.names import advise
from actorlive.template.rendering.placing import LIVE_COMPONENT, place
from actorlive.template.rendering.signature import Attrs, Signature, signature_of
from actorlive.template.rendering.slots import UNCHANGED
from actorlive.template.rendering.updating import Changed, changed_values, is_plain, touched_values

__all__ = ["Component", "call", "given_before", "not_a_component"]

P = ParamSpec("P")


class Component(Generic[P]):
    """A function component. Called from Python with keyword arguments it returns what a template may hold."""

    def __init__(self, function: Callable[P, Template]) -> None:
        self.function: Callable[..., Template] = function
        self.name: str = function.__name__
        self.__doc__ = function.__doc__
        self.__name__: str = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__wrapped__ = function
        self.signature: Signature = signature_of(function)
        self._defaults = {
            p.name: p.default
            for p in self.signature.parameters.values()
            if not p.required and p.kind != "rest"
        }

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Template:
        given: dict[str, object] = dict(kwargs)
        rest = given.pop(self.signature.rest_name, None)
        if isinstance(rest, Attrs):
            given |= rest
        return self.template(self.bind(given))

    def __repr__(self) -> str:
        return f"<component {self.__module__}.{self.__qualname__}>"

    def accepts(self, name: str) -> bool:
        """True for an attribute that the component takes."""
        return self.signature.accepts(name)

    def bind(self, given: Mapping[str, object]) -> dict[str, object]:
        """The function's arguments: defaults filled in, the rest collected.

        Raises `TemplateError` for what is missing or unknown.
        """
        signature = self.signature
        values = self._defaults | signature.sort(given)
        if len(values) < len(signature.parameters):
            signature.require(values)
        return values

    def parameters(self, names: Collection[str]) -> set[str]:
        """The parameters that attributes of these names are given to."""
        found = {name: self.signature.parameter(name) for name in names}
        return {self.signature.rest_name if p is None else p.name for p in found.values()}

    def template(self, values: dict[str, object]) -> Template:
        """Run the function, and give its template the values."""
        result = self.function(**values)
        bind: Callable[..., Template] | None = getattr(result, "bound_to", None)
        if bind is None:
            raise fault(
                TemplateError,
                f"the component {self.name} returned {type(result).__name__}, not a template",
                place_of(self.function),
                "return heex(…)",
            )
        return bind(values)


class _CallMemo:
    """What a component's node remembers: who was called, with what, and what its template saw."""

    __slots__ = ("component", "given", "seen")

    def __init__(
        self, component: Component[...], given: dict[str, object], seen: Mapping[str, object]
    ) -> None:
        self.component = component
        self.given = given
        self.seen = seen


def call(
    component: object,
    given: dict[str, object],
    previous: Dynamic | None,
    in_place: Collection[str] = (),
) -> Dynamic:
    """Render a component; returns `previous` itself when it was called with equal attributes and the same slots.

    `in_place` names the attributes whose values may have been changed in place.
    """
    if not isinstance(component, Component):
        if component is LIVE_COMPONENT:
            return place(given, previous)
        raise not_a_component(component)
    if isinstance(previous, Rendered):
        memo = previous.memo
        if isinstance(memo, _CallMemo) and memo.component is component:
            return _call_over(component, given, previous, memo, in_place)
    template = component.template(component.bind(given))
    return _render(component, given, template, UNCHANGED, None)


def _call_over(
    component: Component[...],
    given: dict[str, object],
    previous: Rendered,
    memo: _CallMemo,
    in_place: Collection[str],
) -> Rendered:
    """Render a component over its own call before."""
    in_place = [name for name in in_place if not is_plain(given[name])]
    if not in_place and _equal(memo.given, given):
        return previous
    bound = component.bind(given)
    template = component.template(bound)
    if previous.statics is not template.core.statics:
        return _render(component, given, template, UNCHANGED, None)
    seen = template.values
    changed = changed_values(memo.seen, seen)
    if in_place:
        changed |= touched_values(seen, component.parameters(in_place) | (seen.keys() - bound.keys()))
    return _render(component, given, template, changed, previous.dynamics)


def _render(
    component: Component[...],
    given: dict[str, object],
    template: Template,
    changed: Changed,
    before: Dynamics | None,
) -> Rendered:
    core, seen = template.core, template.values
    try:
        dynamics = core.function(seen, changed, before)
    except NameError as error:
        advise(error, core.filename, seen)
        raise
    return Rendered(core.statics, dynamics, _CallMemo(component, given, seen))


def given_before(component: object, previous: Dynamic | None) -> dict[str, object] | None:
    """The attributes of the call that `previous` came from, if that was one of this component."""
    if isinstance(previous, Rendered):
        memo = previous.memo
        if isinstance(memo, _CallMemo) and memo.component is component:
            return memo.given
    return None


def _equal(before: dict[str, object], now: dict[str, object]) -> bool:
    return before.keys() == now.keys() and all(
        looks_equal(before[name], value) for name, value in now.items()
    )


def not_a_component(value: object) -> TemplateError:
    """The error about a tag that names something else."""
    name = getattr(value, "__name__", type(value).__name__)
    hint = f"decorate {name} with @component" if callable(value) else ""
    return TemplateError(f"{name} is not a component", hint=hint)

"""`<.live_component module={…} id={…} …/>`: where a template asks for a stateful component.

A template does not render a live component, it places one: which one it is and what it is given. The `Renderer`
that runs the render turns that into the component's number, and tells the live layer, which owns the state.

What the tag may give is the component's class's affair, and stands there as `__tag__`. It is checked when the template
is compiled where `module` is a plain name, and again here, where the template still is on the stack of whoever raises.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeAlias

from actorlive.rendered import Dynamic, Dynamics, PlacedComponent
from actorlive.template.errors import TemplateError
from actorlive.template.rendering.signature import Signature

__all__ = [
    "LIVE_COMPONENT",
    "ComponentIdentity",
    "Numberer",
    "Placement",
    "Tag",
    "identity",
    "not_a_live_component",
    "numberer",
    "place",
    "tag_of",
]


class Placement(NamedTuple):
    """A live component that a render placed, with everything that it was given but `module` and `id`.

    `new` says that there was none with this module and id, so that it has to be mounted; `back` that it was away: it is
    rendered in full, since those inside it may have been somewhere else meanwhile.
    """

    cid: int
    module: object
    id: object
    assigns: dict[str, object]
    new: bool
    back: bool = False


ComponentIdentity: TypeAlias = tuple[object, type, object]
"""Which component is meant: its class, and its id with the id's type."""


class Numberer(Protocol):
    """What numbers the components of a render."""

    def place(
        self, module: object, id: object, assigns: dict[str, object], previous: Dynamic | None
    ) -> PlacedComponent: ...

    def note_streamed(self, rows: Iterable[Dynamics]) -> None: ...


@dataclass(frozen=True, slots=True)
class Tag:
    """What a class of live components takes from those who place it. One that is `open` takes anything: it has an
    `update` of its own."""

    signature: Signature
    open: bool = False

    def take(self, given: Mapping[str, object]) -> dict[str, object]:
        """What is given, by the names of the class's assigns. Raises `TemplateError` for what is unknown."""
        if not self.open:
            return self.signature.sort(given)
        parameters = {name: self.signature.parameter(name) for name in given}
        return {name if p is None else p.name: given[name] for name, p in parameters.items()}


class _LiveComponentTag:
    def __repr__(self) -> str:
        return "<built-in live_component>"


LIVE_COMPONENT: Final = _LiveComponentTag()
numberer: ContextVar[Numberer | None] = ContextVar("actorlive.numberer", default=None)


def tag_of(module: object) -> Tag | None:
    """What a class of live components takes; None for anything else."""
    tag = getattr(module, "__tag__", None) if isinstance(module, type) else None
    return tag if isinstance(tag, Tag) else None


def identity(module: object, id: object) -> ComponentIdentity:
    """Which component is meant: its class and id. 1, True and 1.0 are three ids, though Python holds them for equal."""
    return (module, id.__class__, id)


def place(given: dict[str, object], previous: Dynamic | None) -> PlacedComponent:
    """The node for a live component; `previous` is what stood in its place.

    Raises `TemplateError` without a `module` or an `id`, for what cannot be one, for an attribute that is unknown or
    missing, and outside of a view.
    """
    current = numberer.get()
    if current is None:
        raise TemplateError("a live component can only be rendered inside a view")
    assigns = dict(given)
    module, id = assigns.pop("module", None), assigns.pop("id", None)
    tag = _checked(module, id)
    assigns = tag.take(assigns)
    if not tag.open:
        tag.signature.require(assigns)
    return current.place(module, id, assigns, previous)


def _checked(module: object, id: object) -> Tag:
    if module is None:
        hint = "write module={Card}, the class of the component"
        raise TemplateError("the module of a <.live_component> is None", hint=hint)
    tag = tag_of(module)
    if tag is None:
        raise not_a_live_component(module)
    name = getattr(module, "__qualname__", "")
    if id is None:
        hint = "it names the component among those of its class: write id={@item.id}, or a text"
        raise TemplateError(f"the id of a <.live_component module={{{name}}}> is None", hint=hint)
    if not isinstance(id, Hashable) or _is_unhashable(id):
        kind = type(id).__qualname__
        hint = "write id={…} with a text or a number"
        raise TemplateError(f"the id of a <.live_component module={{{name}}}> is a {kind}", hint=hint)
    return tag


def _is_unhashable(id: Hashable) -> bool:
    """True for a tuple that holds a list, say."""
    try:
        hash(id)
    except TypeError:
        return True
    return False


def not_a_live_component(module: object) -> TemplateError:
    """The error about a `module` that names something else."""
    if isinstance(module, type):
        shown, hint = f"the class {module.__qualname__}", "write `class Card(LiveComponent): …`"
    elif tag_of(type(module)) is not None:
        name = type(module).__qualname__
        shown, hint = f"a {name} that was made by hand", f"name the class: module={{{name}}}"
    else:
        named = getattr(module, "__name__", None) or repr(module)
        shown = f"{named:.60}, a {type(module).__qualname__}"
        hint = "name the class of the component: module={Card}"
    return TemplateError(f"the module of a <.live_component> is {shown}, and no LiveComponent", hint=hint)

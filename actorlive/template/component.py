"""Function components: a Python function whose signature declares attributes and slots.

    @component
    def badge(*, label: str, kind: Literal["info", "danger"] = "info", inner_block: Slot = Slot.empty,
              rest: Attrs) -> Template:
        return heex('<span class={["badge", @kind]} {@rest}>{@label}{render_slot(@inner_block)}</span>')

The function runs again only when one of its attributes or slots changed, and then its template is told which.
Mirrors LiveView's `Phoenix.Component` (`attr`, `slot`, `render_slot`).
"""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Final, Generic, Literal, ParamSpec, cast, overload

from typing_extensions import TypeVar

from actorlive.errors import did_you_mean
from actorlive.rendered import Comprehension, Markup, Rendered, SlotValue, Statics
from actorlive.template.errors import TemplateError
from actorlive.template.placing import LIVE_COMPONENT, place
from actorlive.template.runtime import Changed, Slots, differs

if typing.TYPE_CHECKING:
    from actorlive.template.template import Template

__all__ = ["Attrs", "Component", "Parameter", "Slot", "SlotEntry", "call", "component", "render_slot"]

P = ParamSpec("P")
T = TypeVar("T", default=Any)

GLOBAL_PREFIXES = ("aria-", "data-", "phx-", "on", "x-", "hx-")
GLOBAL_ATTRIBUTES = frozenset(
    """accesskey autocapitalize autofocus class contenteditable contextmenu dir draggable enterkeyhint exportparts
    height hidden id inert inputmode is itemid itemprop itemref itemscope itemtype lang nonce part popover role
    slot spellcheck style tabindex target title translate width""".split()
)

_UNCHANGED: Final[Changed] = types.MappingProxyType({})
_REQUIRED: Final = inspect.Parameter.empty


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
        self.included = included

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


class SlotEntry(Mapping[str, object]):
    """One entry of a slot: its attributes (`entry["label"]` or `entry.label`) and its content."""

    __slots__ = ("_attributes", "_content", "_scope")

    def __init__(
        self,
        attributes: dict[str, object],
        content: Callable[..., Rendered] | None,
        scope: tuple[Any, ...],
    ) -> None:
        self._attributes = attributes
        self._content = content
        self._scope = scope

    def __getitem__(self, name: str) -> object:
        return self._attributes[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._attributes[name]
        except KeyError:
            if name.startswith("_"):
                raise AttributeError(name) from None
            return None

    def __iter__(self) -> Iterator[str]:
        return iter(self._attributes)

    def __len__(self) -> int:
        return len(self._attributes)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def content(self, changed: Changed, previous: SlotValue | None, argument: object) -> Rendered:
        """The tree of the entry's content, given the argument of `render_slot`; nothing where it has none."""
        if self._content is None:
            return _EMPTY
        assigns, *locals_ = self._scope
        return self._content(assigns, changed, previous, *locals_, argument)


class Slot(Generic[T]):
    """What a caller put between a component's tags, or into one of its `<:name>` entries.

    False when empty; iterating gives its entries. A parameter's type `Slot` takes any attributes on the
    entries, `Slot[Column]`, with a `TypedDict` of that name, just those.
    """

    __slots__ = ("_changed", "entries", "tracked")

    empty: ClassVar[Slot[Any]]

    def __init__(
        self, entries: tuple[SlotEntry, ...] = (), changed: Changed = _UNCHANGED, tracked: bool = True
    ) -> None:
        self.entries = entries
        self.tracked = tracked
        self._changed = changed

    def __iter__(self) -> Iterator[SlotEntry]:
        # an entry that is rendered by itself still needs the change record, so it goes out bound
        return iter([_Bound(entry, self) for entry in self.entries])

    def __len__(self) -> int:
        return len(self.entries)

    def quiet(self) -> Slot[T]:
        """The same slot in a later render, in which nothing that its content reads changed."""
        self._changed = _UNCHANGED
        return self

    def content(self, entry: SlotEntry, previous: SlotValue | None, argument: object) -> Rendered:
        """The tree of one entry's content."""
        return entry.content(self._changed, previous if self.tracked else None, argument)


Slot.empty = Slot()


class _Bound(SlotEntry):
    """An entry together with the slot that knows what changed."""

    __slots__ = ("entry", "slot")

    def __init__(self, entry: SlotEntry, slot: Slot[Any]) -> None:
        super().__init__(entry._attributes, entry._content, entry._scope)
        self.entry = entry
        self.slot = slot

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bound) and self.entry is other.entry

    def __hash__(self) -> int:
        return id(self.entry)


class _Content:
    """The value of `render_slot`: becomes a tree where it is interpolated."""

    __slots__ = ("_argument", "_entries", "_slot")

    def __init__(self, slot: Slot[Any], entries: tuple[SlotEntry, ...], argument: object) -> None:
        self._slot = slot
        self._entries = entries
        self._argument = argument

    def render_over(self, previous: SlotValue | None) -> SlotValue:
        if not self._entries:
            return ""
        if len(self._entries) == 1:
            return self._slot.content(self._entries[0], previous, self._argument)
        before = previous.rows if isinstance(previous, Comprehension) else []
        rows: list[Slots] = [
            (self._slot.content(entry, before[i][0] if i < len(before) else None, self._argument),)
            for i, entry in enumerate(self._entries)
        ]
        return Comprehension(_SEVERAL, [], rows, sent=isinstance(previous, Comprehension) and previous.sent)

    def __str__(self) -> str:
        return str(self.render_over(None))

    def __html__(self) -> str:
        return str(self)


_SEVERAL = Statics(("", ""))
_EMPTY = Rendered(Statics(("",)), ())


def render_slot(slot: Slot[Any] | SlotEntry, argument: object = None) -> Markup:
    """The content of a slot (all its entries) or of one entry, to be interpolated; nothing if it is empty.

    `argument` is what the caller receives by `:let`. Mirrors `Phoenix.Component.render_slot/2`.
    """
    if isinstance(slot, _Bound):
        content = _Content(slot.slot, (slot.entry,), argument)
    elif isinstance(slot, SlotEntry):
        content = _Content(Slot(), (slot,), argument)
    else:
        content = _Content(slot, slot.entries, argument)
    return cast("Markup", content)


class Parameter(typing.NamedTuple):
    """One parameter of a component: an attribute, a slot, or the pass-through (`kind`)."""

    name: str
    kind: Literal["attribute", "slot", "rest"]
    required: bool
    default: object
    type: Any


class Component(Generic[P]):
    """A function component. Called from Python with keyword arguments it gives what a template may hold."""

    def __init__(self, function: Callable[P, Template]) -> None:
        self.function = cast("Callable[..., Template]", function)
        self.name = function.__name__
        self.__doc__ = function.__doc__
        self.__name__ = function.__name__
        self.__qualname__ = function.__qualname__
        self.__module__ = function.__module__
        self.__wrapped__ = function
        self.parameters = _parameters(function)
        rest = [p for p in self.parameters.values() if p.kind == "rest"]
        self.rest: Parameter | None = rest[0] if rest else None
        self._defaults = {
            p.name: p.default for p in self.parameters.values() if not p.required and p.kind != "rest"
        }
        self._rest = _rest_default(self.rest)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Template:
        return self.template(self.bind(dict(kwargs)))

    def __repr__(self) -> str:
        return f"<component {self.__module__}.{self.__qualname__}>"

    def accepts(self, name: str) -> bool:
        """True for an attribute name, as a template writes it, that the component takes."""
        return self.parameter(name) is not None or (self._rest is not None and self._rest.accepts(name))

    def parameter(self, name: str) -> Parameter | None:
        """The attribute or slot that a template means by `name` (`class` is `class_`, `max-size` `max_size`)."""
        for known in (name, f"{name}_", name.replace("-", "_")):
            found = self.parameters.get(known)
            if found is not None and found.kind != "rest":
                return found
        return None

    def bind(self, given: Mapping[str, object]) -> dict[str, object]:
        """The function's arguments: defaults filled in, the rest collected.

        Raises `TemplateError` for what is missing or unknown.
        """
        values = dict(self._defaults)
        rest: dict[str, object] = {}
        for name, value in given.items():
            parameter = self.parameter(name)
            if parameter is not None:
                values[parameter.name] = value
            elif self._rest is not None and self._rest.accepts(name):
                rest[name] = value
            else:
                raise self.unknown(name)
        if self._rest is not None and self.rest is not None:
            values[self.rest.name] = self._rest.merged(rest)
        if len(values) < len(self.parameters):
            missing = next(name for name in self.parameters if name not in values)
            raise TemplateError(f"missing attribute {missing!r} for <{self.name}>")
        return values

    def unknown(self, name: str) -> TemplateError:
        """The error about an attribute that the component does not take."""
        return TemplateError(f"<{self.name}> has no attribute {name!r}", hint=self.nearest(name))

    def nearest(self, name: str) -> str:
        """What the component takes, and what is nearest to `name`."""
        known = [p.name.rstrip("_") for p in self.parameters.values() if p.kind == "attribute"]
        return f"it takes {', '.join(known) or 'no attributes'}.{did_you_mean(name, known)}"

    def template(self, values: dict[str, object]) -> Template:
        """Run the function, and give its template the values."""
        result = self.function(**values)
        bind = getattr(result, "bound_to", None)
        if bind is None:
            raise TemplateError(
                f"the component {self.name} returned {type(result).__name__}, not a template",
                hint="return heex(…)",
            )
        return cast("Template", bind(values))


class _Call:
    """What a component's node remembers: who was called, with what, and what its template saw."""

    __slots__ = ("component", "given", "seen")

    def __init__(
        self, component: Component[...], given: dict[str, object], seen: Mapping[str, object]
    ) -> None:
        self.component = component
        self.given = given
        self.seen = seen


def call(component: object, given: dict[str, object], previous: SlotValue | None) -> SlotValue:
    """Render a component; gives `previous` back when it was called with equal attributes and the same slots."""
    if not isinstance(component, Component):
        if component is LIVE_COMPONENT:
            return place(given)
        raise not_a_component(component)
    memo = given_before(component, previous)
    if memo is not None and _equal(memo, given):
        return cast("Rendered", previous)
    template = component.template(component.bind(given))
    seen = template.values
    core = template.core
    if memo is not None and cast("Rendered", previous).statics is core.statics:
        before = cast("_Call", cast("Rendered", previous).memo).seen
        changed = {name: before.get(name) for name, value in seen.items() if differs(before.get(name), value)}
        slots = core.function(seen, changed, cast("Rendered", previous).slots)
    else:
        slots = core.function(seen, _UNCHANGED, None)
    return Rendered(core.statics, slots, _Call(component, given, seen))


def given_before(component: object, previous: SlotValue | None) -> dict[str, object] | None:
    """The attributes of the call that `previous` came from, if that was one of this component."""
    if isinstance(previous, Rendered):
        memo = previous.memo
        if isinstance(memo, _Call) and memo.component is component:
            return memo.given
    return None


def _equal(before: dict[str, object], now: dict[str, object]) -> bool:
    return before.keys() == now.keys() and not any(
        differs(before[name], value) for name, value in now.items()
    )


def not_a_component(value: object) -> TemplateError:
    """The error about a tag that names something else."""
    name = getattr(value, "__name__", type(value).__name__)
    hint = f"decorate {name} with @component" if callable(value) else ""
    return TemplateError(f"{name} is not a component", hint=hint)


# Signatures ----------------------------------------------------------------------------------------------


def _parameters(function: Callable[..., object]) -> dict[str, Parameter]:
    hints = _type_hints(function)
    parameters: dict[str, Parameter] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            raise TemplateError(
                f"the component {function.__name__} takes {parameter}",
                hint="declare each attribute by name; `rest: Attrs` collects the others",
            )
        kind = _kind(hints.get(name))
        required = parameter.default is _REQUIRED and kind != "rest"
        parameters[name] = Parameter(name, kind, required, parameter.default, hints.get(name, Any))
    return parameters


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


def _kind(annotation: object) -> Literal["attribute", "slot", "rest"]:
    if typing.get_origin(annotation) is Annotated:
        annotation = typing.get_args(annotation)[0]
    if annotation is Slot or typing.get_origin(annotation) is Slot:
        return "slot"
    return "rest" if annotation is Attrs else "attribute"


def _rest_default(parameter: Parameter | None) -> Attrs | None:
    if parameter is None:
        return None
    return parameter.default if isinstance(parameter.default, Attrs) else Attrs()


@overload
def component(function: Callable[P, Template], /) -> Component[P]: ...
@overload
def component(function: None = None, /) -> Callable[[Callable[P, Template]], Component[P]]: ...
def component(function: Any = None, /) -> Any:
    """Make a function a component; its templates are compiled now.

    Raises `TemplateError` for a fault in one of them, or an assign that the signature does not declare.
    """
    if function is None:
        return component
    from actorlive.template.template import compile_function

    made: Component[Any] = Component(function)
    compile_function(function, declared=made.parameters.keys(), owner=f"component {made.name}")
    return made

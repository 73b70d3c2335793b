"""LiveComponent: a part of a page with state of its own, in the process of its view, as its author writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, get_origin

from actorlive.live.async_result import AsyncResult
from actorlive.live.declaration import check_class_method
from actorlive.live.stateful import E, Stateful, is_stream
from actorlive.template import Attrs, Template
from actorlive.template.rendering.placing import Tag
from actorlive.template.rendering.signature import Parameter, Signature, kind_of
from actorlive.template.syntax.root import root_fault

if TYPE_CHECKING:
    from actorlive.live.socket import Socket

__all__ = ["LiveComponent", "check_root"]


class LiveComponent(Stateful[E], Generic[E], root=True):
    """A part of a page with state of its own: `<.live_component module={ItemRow} id={item.id} item={item} />`.

    Which component is meant is said by its class and its `id`; it lives from the first render that places it until
    the client has confirmed that it is gone. It shares the process and the mailbox of its view, so only one callback
    of all of them runs at a time, and one that raises ends the view. As in a view, the annotated attributes of the
    class are its assigns; whoever places it gives those that have no default, and may give the others. The type
    argument names the events that it handles: those of elements with `phx-target={@myself}`.

    Its template, or what `render` returns, is one plain HTML element. Mirrors `Phoenix.LiveComponent`.
    """

    __slots__ = ()

    id: Any
    """What tells it from the others of its class; given where it is placed."""

    myself: int
    """Its number on the page: `phx-target={@myself}`."""

    __tag__: ClassVar[Tag]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__root__ is cls:
            return
        check_class_method(cls, "update_many", "async def update_many(cls, updates, socket)")
        cls.__tag__ = Tag(_signature(cls), open=_updates_itself(cls))

    async def mount(self, socket: Socket) -> None:
        """Set the first state, before the first `update`; in both lives of the view (`mount/1`)."""

    async def update(self, assigns: Mapping[str, Any], socket: Socket) -> None:
        """Take what is given where it is placed, `id` included, or by `send_update` (`update/2`).

        Runs in every render of the view that places the component, changed or not. By default it sets the assigns of
        those names. A class with an `update` of its own may be given what it does not declare.
        """
        for name, value in assigns.items():
            if name != "id":
                setattr(self, name, value)

    @classmethod
    async def update_many(cls, updates: Sequence[tuple[Any, Mapping[str, Any]]], socket: Socket) -> None:
        """Update all components of this class that one render places, to load for them at once (`update_many/1`).

        `updates` are pairs of a component and what it is given; new ones are mounted. `socket` is the view's;
        `socket.of(component)` is the component's own. By default each is updated by itself.
        """
        for component, assigns in updates:
            await component.update(assigns, socket.of(component))

    async def unmount(self, socket: Socket) -> None:
        """The client has confirmed that the component is gone from the page. Not called when the view itself ends."""

    @classmethod
    def _find_templates(cls) -> list[Template]:
        found = super()._find_templates()
        for template in found:
            check_root(cls, template)
        return found


def check_root(cls: type, template: Template) -> None:
    """Raise `TemplateError` for a component's template that is not one plain HTML element."""
    if not template.core.statics.root:
        raise root_fault(template.core.source, cls.__qualname__)


def _updates_itself(cls: type[LiveComponent[Any]]) -> bool:
    return cls.update is not LiveComponent.update or _function(cls.update_many) is not _function(
        LiveComponent.update_many
    )


def _function(method: object) -> object:
    return getattr(method, "__func__", method)


def _signature(cls: type[LiveComponent[Any]]) -> Signature:
    """What the class takes from whoever places it."""
    parameters: dict[str, Parameter] = {}
    rest_name, rest = "", None
    given = cls.__values__.keys() | cls.__factories__.keys()
    for name, annotation in cls.__declared__.items():
        if name in LiveComponent.__declared__ or name == "uploads" or is_stream(annotation):
            continue
        kind = kind_of(annotation)
        required = kind != "rest" and name not in given and get_origin(annotation) is not AsyncResult
        if kind == "rest":
            default = cls.__values__.get(name)
            rest_name, rest = name, default if isinstance(default, Attrs) else Attrs()
        type_ = Any if isinstance(annotation, str) else annotation
        parameters[name] = Parameter(name, kind, required, None, type_)
    return Signature(cls.__name__, parameters, rest_name, rest)

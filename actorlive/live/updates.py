"""Updating a live component from anywhere: a message to its view, which has its turn like any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actorlive.errors import AssignError, CallbackError, did_you_mean
from actorlive.live.component import LiveComponent
from actorlive.runtime import Pid, Timer, send, send_after
from actorlive.template import TemplateError
from actorlive.template.rendering.placing import tag_of

__all__ = ["ComponentUpdate", "send_update", "send_update_after"]


@dataclass(frozen=True, slots=True)
class ComponentUpdate:
    """The message: update the component of that class and id."""

    component: type[LiveComponent[Any]]
    id: object
    assigns: dict[str, object]


def send_update(
    pid: Pid | str, component: type[LiveComponent[Any]], id: object, /, **assigns: object
) -> None:
    """Update a live component of the view `pid` with these assigns, in a turn of that view (`send_update/3`).

    From any process; never blocks. Nothing happens, but for a line in the debug log, when the view has no such
    component. Raises `AssignError` for an assign that the component does not declare and has no `update` to take.
    """
    send(pid, _message(component, id, assigns))


def send_update_after(
    pid: Pid | str,
    component: type[LiveComponent[Any]],
    id: object,
    /,
    *,
    delay: float,
    **assigns: object,
) -> Timer:
    """`send_update` in `delay` seconds; the timer can be cancelled (`send_update_after/4`)."""
    return send_after(pid, _message(component, id, assigns), delay)


def _message(component: type[LiveComponent[Any]], id: object, assigns: dict[str, object]) -> ComponentUpdate:
    tag = tag_of(component)
    if tag is None:
        raise CallbackError(f"send_update takes a class of live components, not {component!r:.80}")
    try:
        return ComponentUpdate(component, id, tag.take(assigns))
    except TemplateError as error:
        declared = tag.signature.parameters
        unknown = next((name for name in assigns if tag.signature.parameter(name) is None), None)
        if unknown is None:
            raise
        raise AssignError(
            f"send_update gives {unknown!r}, which {component.__qualname__} does not declare."
            f"{did_you_mean(unknown, declared)} Annotate it in the class, or write an `update` that takes it"
        ) from error

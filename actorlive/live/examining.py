"""Looking into a view that lives: its class, its assigns, its live components (mirrors `Phoenix.LiveView.Debug`).

The view is asked by a message, so the answer is of one moment between two callbacks, and comes when it is the view's
turn. What comes back are the very objects: look, and change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from actorlive import runtime
from actorlive.live.component import LiveComponent
from actorlive.live.view import LiveView
from actorlive.runtime import Pid

__all__ = ["ComponentSnapshot", "Examination", "ViewSnapshot", "examine"]


@dataclass(frozen=True, slots=True)
class Examination:
    """The call that asks a view for its snapshot."""


@dataclass(frozen=True, slots=True)
class ComponentSnapshot:
    """One live component of a view: its number, its class and id, and its assigns."""

    cid: int
    module: type[LiveComponent[Any]]
    id: object
    assigns: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ViewSnapshot:
    """A view at one moment. `dom_id` is the id of its container, `uri` None where it is at no route."""

    pid: Pid
    view: type[LiveView[Any]]
    dom_id: str
    uri: str | None
    assigns: Mapping[str, Any]
    parent_pid: Pid | None
    root_pid: Pid
    transport_pid: Pid | None
    components: tuple[ComponentSnapshot, ...]


async def examine(pid: Pid, timeout: float | None = 5.0) -> ViewSnapshot:
    """What a view is at this moment (`Debug.socket/1`, `Debug.live_components/1`); `timeout` is in seconds.

    Raises `CallError`: "noproc" where there is no such process, "timeout", also where the process is not a view.
    """
    answer = await runtime.call(pid, Examination(), timeout)
    assert isinstance(answer, ViewSnapshot)
    return answer

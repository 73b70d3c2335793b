"""Hooks: functions that run before a view's callbacks (LiveView's `on_mount` and `attach_hook`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from actorlive.errors import CallbackError, did_you_mean
from actorlive.places import fault, place_of
from actorlive.runtime.functions import check_function, resolve

__all__ = ["Cont", "Halt", "Hooks", "Stage"]

Stage = Literal["handle_params", "handle_event", "handle_info", "handle_async", "after_render"]
STAGES: tuple[str, ...] = get_args(Stage)
COMPONENT_STAGES = ("handle_event", "handle_async", "after_render")
"""Those of a live component: URLs and messages are its view's affair."""


@dataclass(frozen=True, slots=True)
class Cont:
    """Go on: the next hook, then the callback."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop here: neither later hooks nor the callback run.

    From an `on_mount` hook it must come with a redirect; from a `handle_event` hook `reply` answers the client.
    """

    reply: Mapping[str, Any] | None = None


Hook = Callable[..., Any]

_NONE: dict[str, dict[str, Hook]] = {}
"""The hooks of most views, which all share; never written to."""


class Hooks:
    """The attached hooks of one view, by stage, in the order of attachment."""

    __slots__ = ("by_stage",)

    def __init__(self) -> None:
        self.by_stage = _NONE
        """What is attached, by stage and id; for others to read: an event asks twice whether there is anything."""

    def attach(self, stage: Stage, hook_id: str, hook: Hook) -> None:
        """Add a hook. Raises `CallbackError` for an unknown stage or an id that is taken on it."""
        if stage not in STAGES:
            raise CallbackError(
                f"unknown hook stage {stage!r}.{did_you_mean(stage, STAGES)} Stages: {', '.join(STAGES)}"
            )
        if self.by_stage is _NONE:
            self.by_stage = {}
        hooks = self.by_stage.setdefault(stage, {})
        check_function(hook, f"attach_hook({stage!r}, {hook_id!r:.80}, …)")
        if hook_id in hooks:
            raise CallbackError(f"a hook {hook_id!r} is attached to {stage} already; detach it first")
        hooks[hook_id] = hook

    def detach(self, stage: Stage, hook_id: str) -> None:
        """Remove a hook; no effect when there is none."""
        hooks = self.by_stage.get(stage)
        if hooks is not None:
            hooks.pop(hook_id, None)
            if not hooks:
                del self.by_stage[stage]

    def has(self, stage: Stage) -> bool:
        """True when there is a hook on that callback."""
        return stage in self.by_stage

    async def run(self, stage: Stage, *args: object) -> Halt | None:
        """Run the stage's hooks; returns the `Halt` that stopped them, or None to go on to the callback."""
        for hook_id, hook in list(self.by_stage.get(stage, {}).items()):
            outcome = await call(hook, *args)
            if isinstance(outcome, Halt):
                return outcome
            if not isinstance(outcome, Cont):
                raise fault(
                    CallbackError,
                    f"hook {hook_id!r} of {stage} returned {outcome!r:.80}",
                    place_of(hook),
                    "return Cont() or Halt()",
                )
        return None

    async def after_render(self, socket: object) -> None:
        """Run the `after_render` hooks; what they return is ignored."""
        for hook in list(self.by_stage.get("after_render", {}).values()):
            await call(hook, socket)


async def call(fn: Callable[..., Any], *args: object) -> Any:
    """Call a hook, or what was put off: `async def`, plain `def`, or a function that returns something to await."""
    result = fn(*args)
    return await resolve(result, fn) if inspect.isawaitable(result) or inspect.isasyncgen(result) else result

"""A template's calls against the components that they name: at once for those that exist, else at the first render."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actorlive.rendered import Dynamics
from actorlive.template.compiler.check_calls import call_faults, find_component, has_module, missing_component
from actorlive.template.rendering.compiled import Compiled, Generated
from actorlive.template.rendering.known import BUILTINS
from actorlive.template.rendering.placing import LIVE_COMPONENT
from actorlive.template.rendering.updating import Changed
from actorlive.template.syntax.nodes import ComponentCall

__all__ = ["verify"]


def verify(core: Compiled, generated: Generated, namespace: dict[str, Any]) -> None:
    """Check calls against their components, those whose components do not exist yet when it is rendered first.

    Raises `TemplateError` for the first fault.
    """
    taken = _taken(generated, namespace)
    unknown = [call for call in generated.calls if not _exists(core, call, namespace, taken)]
    if not unknown:
        return
    function = core.function

    def first_render(assigns: Mapping[str, object], changed: Changed, previous: Dynamics | None) -> Dynamics:
        for call in unknown:
            # the module of a live one that still means nothing raises where it is evaluated
            exists = _exists(core, call, namespace, _taken(generated, namespace))
            if not exists and find_component(call.name, namespace, BUILTINS) is None:
                raise missing_component(core.source, call, namespace, BUILTINS)
        core.function = function
        return function(assigns, changed, previous)

    core.function = first_render


def _taken(generated: Generated, namespace: dict[str, Any]) -> dict[str, object]:
    """What the template's expressions take from its module, as far as it exists."""
    return {name.id: namespace[name.id] for name in generated.free if name.id in namespace}


def _exists(
    core: Compiled, call: ComponentCall, namespace: dict[str, Any], taken: Mapping[str, object]
) -> bool:
    """False where the component does not exist (yet); raises `TemplateError` where the call does not fit it.

    `taken` is what the template's expressions take from its module, as far as it exists.
    """
    found = find_component(call.name, namespace, BUILTINS)
    if found is None:
        return False
    for error in call_faults(core.source, call, found, taken):
        raise error
    return found is not LIVE_COMPONENT or has_module(call, namespace)

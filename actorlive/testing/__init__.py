"""The test kit: LiveViewTest for Trio. See docs/testing.md.

Names are loaded when they are first used, so that the pytest plugin costs nothing where no view is tested.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from actorlive.testing.components import render_component, rendered_to_string
    from actorlive.testing.element import Element, Form
    from actorlive.testing.errors import (
        CommandFailure,
        ElementError,
        Failure,
        FormError,
        JoinFailed,
        Leak,
        NotIdle,
        PageWarning,
        Redirected,
        RenderedError,
        SelectorError,
        UnexpectedStatus,
        ViewGone,
    )
    from actorlive.testing.exploration import ExplorationFailure, explore
    from actorlive.testing.memory import Network
    from actorlive.testing.remote import connect
    from actorlive.testing.session import live, live_isolated
    from actorlive.testing.view import Redirect, View

__all__ = [
    "CommandFailure",
    "Element",
    "ElementError",
    "ExplorationFailure",
    "Failure",
    "Form",
    "FormError",
    "JoinFailed",
    "Leak",
    "Network",
    "NotIdle",
    "PageWarning",
    "Redirect",
    "Redirected",
    "RenderedError",
    "SelectorError",
    "UnexpectedStatus",
    "View",
    "ViewGone",
    "connect",
    "explore",
    "live",
    "live_isolated",
    "render_component",
    "rendered_to_string",
]

_HOME = {
    "components": "render_component rendered_to_string",
    "element": "Element Form",
    "errors": "CommandFailure ElementError Failure FormError JoinFailed Leak NotIdle PageWarning Redirected"
    " RenderedError SelectorError UnexpectedStatus ViewGone",
    "exploration": "ExplorationFailure explore",
    "memory": "Network",
    "remote": "connect",
    "session": "live live_isolated",
    "view": "Redirect View",
}
_EXTRA = ("selectolax", "trio_websocket")
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}


def __getattr__(name: str) -> object:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        value = getattr(import_module(f"{__name__}.{module}"), name)
    except ModuleNotFoundError as error:
        if error.name not in _EXTRA:
            raise
        told = f'{error.msg}, which the test kit needs: pip install "actorlive[testing]"'
        raise ModuleNotFoundError(told, name=error.name) from None
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
